"""`isorule verify`: its options and help; the work is in `isorule.cli.verify`."""

from __future__ import annotations

from typing import Any

import click

from isorule.cli.exits import ExitCode
from isorule.cli.options import field_names_option, format_option


@click.command()
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@field_names_option
@format_option
def verify(**values: Any) -> ExitCode:
    """Decide whether B means the same as A.

    A and B are two files, two folders (rules paired by id, then by file name), or queries as DIALECT:QUERY
    (`eql:any where true`). Exit code 0 only where every pair is identical or equivalent.
    """
    from isorule.cli.verify import verify as run

    return run(**values)
