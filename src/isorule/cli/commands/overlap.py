"""`isorule overlap`: its options and help; the work is in `isorule.cli.overlap`."""

from __future__ import annotations

from typing import Any

import click

from isorule.cli.exits import ExitCode
from isorule.cli.options import fields_option, format_option, jobs_option, paths_argument


@click.command()
@paths_argument
@fields_option
@format_option
@jobs_option
def overlap(**values: Any) -> ExitCode:
    """List pairs of rules that are equivalent, subsumed, or share only their name.

    PATHS are files, folders, patterns or - for stdin. Whether two rules read the same log sources or indices is part of
    each answer. Exit code 1 where there is a pair, or a file that cannot be read.
    """
    from isorule.cli.overlap import overlap as run

    return run(**values)
