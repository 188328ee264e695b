"""The command line: one file per verb, none of them imported before its verb is called."""

from isorule.cli.program import main

__all__ = ["main"]
