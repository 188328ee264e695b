"""`isorule explain`: a rule in plain words, or what a name in isorule's output means."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from isorule.cli.exits import ExitCode
from isorule.cli.inputs import STDIN, rule_files
from isorule.cli.loading import Failure, Texts, guarded, load_rules
from isorule.diagnostics import render
from isorule.ir.printing import show
from isorule.ir.rule import Rule
from isorule.report.names import name_text
from isorule.report.plain import explain as plain_text
from isorule.report.rule_head import rule_head


@click.command()
@click.argument("subject", metavar="FILE|NAME")
@click.option("--ir", "with_ir", is_flag=True, help="Add the internal representation, every axis written out.")
@click.pass_context
def explain(ctx: click.Context, subject: str, with_ir: bool) -> None:
    """Say in plain words what a rule asks, or what a name means.

    FILE is a rule file or -. NAME is a check, or the name of a loss or refusal as `check` and `convert` print it.
    """
    if subject != STDIN and not Path(subject).exists():
        text = name_text(subject)
        if text is None:
            raise click.UsageError(f"no rule file and no check, loss or refusal is called {subject}")
        click.echo(text, nl=False)
        return
    items = rule_files([subject])
    code = ExitCode.CLEAN
    blocks: list[str] = []
    for item in items:
        loaded = guarded(item.shown, partial(load_rules, item))
        if isinstance(loaded, Failure):
            click.echo(render(loaded.diagnostic, Texts(items)), err=True)
            code = ExitCode.FINDINGS
        else:
            blocks += [_rule_text(item.shown, rule, with_ir) for rule in loaded]
    click.echo("\n".join(blocks), nl=False)
    ctx.exit(code)


def _rule_text(path: str, rule: Rule, with_ir: bool) -> str:
    text = f"{rule_head(rule, path)}\n{plain_text(rule.detection)}"
    return f"{text}\n{show(rule.detection)}\n" if with_ir else text
