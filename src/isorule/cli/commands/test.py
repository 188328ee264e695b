"""`isorule test`: its options and help; the work is in `isorule.cli.test`."""

from __future__ import annotations

from typing import Any

import click

from isorule.cli.exits import ExitCode
from isorule.cli.options import event_mapping_option, format_option, map_events_option


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="FIXTURES...")
@click.option("--rules", "rules", default="rules", show_default=True, metavar="DIR", help="Where the rules are.")
@click.option("--twins", "twins", default="sigma", show_default=True, metavar="DIR", help="Where their twins are.")
@map_events_option
@event_mapping_option
@format_option
def test(**values: Any) -> ExitCode:
    """Run fixture events against rules and their twins.

    FIXTURES are files or folders. A fixture names its rule as `rules/…` and its twin as `sigma/…`; --rules and --twins
    say where those folders are. What a rule refers to, and filters, may stand in any file of its folder. Exit code 1
    where an answer is not the one that the fixture asks for.
    """
    from isorule.cli.test import test as run

    return run(**values)
