"""`isorule check`: what is wrong with rules, from syntax to metadata."""

from __future__ import annotations

import click

import isorule
from isorule.cli.batch import run_batch
from isorule.cli.exits import FAULT_NAME, ExitCode
from isorule.cli.inputs import Input, rule_files
from isorule.cli.loading import Failure, Texts, guarded, load_rules
from isorule.cli.options import jobs_option, paths_argument
from isorule.diagnostics import Diagnostic, Severity
from isorule.report import Findings, finding_formats, render_findings
from isorule.report.text import findings_summary


@click.command()
@paths_argument
@click.option("--fail-on", type=click.Choice([item.value for item in Severity]), default="error", show_default=True)
@click.option("--format", "form", type=click.Choice(finding_formats()), default="text", show_default=True)
@jobs_option
@click.pass_context
def check(ctx: click.Context, paths: tuple[str, ...], fail_on: str, form: str, jobs: int) -> None:
    """Report what is wrong with rules, with the place underlined.

    PATHS are files, folders, patterns or - for stdin. Exit code 1 where a finding is as grave as --fail-on.
    """
    items = rule_files(paths)
    found = [item for group in run_batch(check_file, items, jobs=jobs, label="checking") for item in group]
    findings = Findings(tuple(found), len(items), Texts(items))
    click.echo(render_findings(findings, form), nl=False)
    click.echo(findings_summary(findings), err=True)
    if any(item.name == FAULT_NAME for item in found):
        ctx.exit(ExitCode.FAULT)
    ctx.exit(ExitCode.FINDINGS if findings.at_least(Severity(fail_on)) else ExitCode.CLEAN)


def check_file(item: Input) -> list[Diagnostic]:
    """The findings on one file."""
    found = guarded(item.shown, lambda: _check(item))
    return [found.diagnostic] if isinstance(found, Failure) else found


def _check(item: Input) -> list[Diagnostic]:
    if item.data is None:
        return isorule.check(item.shown)
    return [found for rule in load_rules(item) for found in isorule.check(rule)]
