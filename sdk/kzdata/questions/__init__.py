"""What a package answers: the toll, disagreements, the timeline.

Each question is asked in SQL of the package's own database, by table name, and finds its tables by
the declarations of docs/profile.md. Answers are frozen values.
"""
