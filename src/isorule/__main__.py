"""`python -m isorule`: the same as the command `isorule`."""

from isorule.cli import main

if __name__ == "__main__":
    main()
