"""`python -m kzdata.cli`."""

from kzdata.cli.main import main

if __name__ == "__main__":
    main()
