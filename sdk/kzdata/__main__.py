"""`python -m kzdata`."""

from kzdata.cli.main import main

if __name__ == "__main__":
    main()
