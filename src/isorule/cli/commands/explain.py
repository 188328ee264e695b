"""`isorule explain`: its options and help; the work is in `isorule.cli.explain`."""

from __future__ import annotations

from typing import Any

import click

from isorule.cli.exits import ExitCode
from isorule.cli.options import fields_option, format_option


@click.command()
@click.argument("subject", metavar="FILE|NAME")
@click.option("--ir", "with_ir", is_flag=True, help="Add the internal representation, every axis written out.")
@fields_option
@format_option
def explain(**values: Any) -> ExitCode:
    """Say in plain words what a rule asks, or what a name means.

    FILE is a rule file or -. NAME is a check, or the name of a loss or refusal as `check` and `convert` print it. Every
    branch of a rule has an example event, and a rule on several events a stream of them; below the rule stands what it
    could do without, and what never comes true.
    """
    from isorule.cli.explain import explain as run

    return run(**values)
