"""`isorule synth`: its options and help; the work is in `isorule.cli.synth`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from isorule.cli.exits import ExitCode
from isorule.cli.options import fields_option, jobs_option


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="RULES...")
@click.option("--matching", type=click.IntRange(min=0), default=1, show_default=True, metavar="N", help="Matches.")
@click.option("--near-miss", is_flag=True, help="For every condition of a rule, events that fail only because of it.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, metavar="N", help="Other events.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["ndjson", "fixture"]),
    default="ndjson",
    show_default=True,
    help="A case a line, or a fixture file (with near misses) for `isorule test`.",
)
@click.option(
    "-o", "--output", "out", type=click.Path(path_type=Path), metavar="DIR", help="Write a file for each rule, there."
)
@click.option("--twins", default="sigma", show_default=True, metavar="DIR", help="Where the twins of fixtures are.")
@fields_option
@jobs_option
def synth(**values: Any) -> ExitCode:
    """Make events that rules match, and events that just fail to.

    Every case has the answer of the evaluator. A line of NDJSON is a case: its rule, the number of alerts, in what it
    differs from a match, the condition that it fails, and its events; `history` and `indicators` where the rule needs
    them. The same rule and seed give the same bytes. Exit code 1 where a rule got no match.
    """
    from isorule.cli.synth import synth as run

    return run(**values)
