"""The command line: one file per verb, none of them imported before its verb is called."""

from __future__ import annotations

import sys
from typing import NoReturn


def main() -> NoReturn:
    """The entry point of the command; an interrupt ends it quietly while the command is still being imported, too."""
    try:
        from isorule.cli.program import main as run
    except KeyboardInterrupt:
        sys.stderr.write("isorule: interrupted\n")
        sys.exit(130)
    run()
