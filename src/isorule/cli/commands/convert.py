"""`isorule convert`: its options and help; the work is in `isorule.cli.convert`."""

from __future__ import annotations

from typing import Any

import click

from isorule.cli.exits import ExitCode
from isorule.cli.options import REPORTS, KeyValue, field_names_option, jobs_option, paths_argument


@click.command()
@paths_argument
@click.option("--to", required=True, metavar="TARGET", help="sigma, elastic, eql, …, or a backend of pySigma (splunk).")
@click.option("-o", "--output", "out", metavar="DIR|FILE", help="A tree like the input's, or one file; - for stdout.")
@click.option("--format", "form", default="text", metavar="FORMAT", help="text or json; or a backend's output format.")
@click.option("--report", type=click.Choice(REPORTS), help="How results are written, where --format is a backend's.")
@click.option(
    "-p", "--pipeline", "pipelines", multiple=True, metavar="NAME|FILE", help="A pySigma processing pipeline."
)
@click.option("-O", "--backend-option", "backend_options", multiple=True, type=KeyValue(), help="For the backend.")
@click.option("--correlation-method", metavar="NAME", help="The backend's way to write correlations.")
@click.option(
    "--case", type=click.Choice(["exact", "fold"]), default="exact", show_default=True, help="Keep letter case."
)
@click.option(
    "--max-loss",
    type=click.Choice(["none", "cosmetic", "widens", "any"]),
    default="widens",
    show_default=True,
    help="The gravest change of meaning that is not refused.",
)
@click.option("--language", type=click.Choice(["eql", "kuery", "lucene"]), help="The language of an Elastic rule.")
@click.option("--allow-loss", is_flag=True, help="Drop what the target cannot say of a rule, and declare it.")
@field_names_option
@jobs_option
@click.option("--skip-refused", is_flag=True, help="A rule that the target cannot say is no failure.")
@click.option("--check", "comparing", is_flag=True, help="Write nothing; fail where the files of -o would change.")
@click.option("--diff", "showing", is_flag=True, help="The same, with the changes as a unified diff.")
@click.option("--no-cache", is_flag=True, help="Convert what has not changed since an earlier run, too.")
def convert(**values: Any) -> ExitCode:
    """Translate rules and say for each whether it still means the same.

    PATHS are files, folders, patterns or - for stdin. Without -o a single rule goes to stdout. Exit code 1 where a
    rule was refused or could not be read, or where its translation is not known to stay within --max-loss.
    """
    from isorule.cli.convert import convert as run

    return run(**values)
