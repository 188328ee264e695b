"""`isorule verify`: whether two sides mean the same, pair by pair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import click

import isorule
from isorule.cli.exits import FAULT_NAME, ExitCode
from isorule.cli.inputs import Input, rule_files
from isorule.cli.loading import Failure, Texts, guarded, load_rules
from isorule.cli.options import fields_option, format_option
from isorule.cli.pairing import Pair, Side, paired
from isorule.diagnostics import Diagnostic, render
from isorule.dialects import dialect_names
from isorule.report import json
from isorule.report.verdicts import Judged, judged_json, judged_text, verdict_summary


@click.command()
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@fields_option
@format_option
@click.pass_context
def verify(ctx: click.Context, first: str, second: str, fields: Mapping[str, object] | None, form: str) -> None:
    """Decide whether B means the same as A.

    A and B are two files, two folders (rules paired by id, then by file name), or queries as DIALECT:QUERY
    (`eql:any where true`). Exit code 0 only where every pair is identical or equivalent.
    """
    problems: list[Diagnostic] = []
    files: list[Input] = []
    left, right = (_sides(argument, files, problems) for argument in (first, second))
    judged = [_judge(pair, fields, problems) for pair in paired(left, right)]
    if form == "json":
        click.echo(json.document(judged_json(judged)), nl=False)
    else:
        click.echo("".join(map(judged_text, judged)), nl=False)
    texts = Texts(files)
    for problem in problems:
        click.echo(render(problem, texts), err=True)
    click.echo(verdict_summary(judged), err=True)
    if any(problem.name == FAULT_NAME for problem in problems):
        ctx.exit(ExitCode.FAULT)
    same = bool(judged) and all(item.verdict is not None and item.verdict.same for item in judged)
    ctx.exit(ExitCode.CLEAN if same and not problems else ExitCode.FINDINGS)


def _sides(argument: str, files: list[Input], problems: list[Diagnostic]) -> list[Side]:
    """The rules that an argument names; its files and what was wrong with them are added to the two lists."""
    name, colon, query = argument.partition(":")
    if colon and name in dialect_names() and not Path(argument).exists():
        found = guarded(f"<{name} query>", lambda: isorule.parse(query, name))
        if isinstance(found, Failure):
            problems.append(found.diagnostic)
            return []
        return [Side(argument, None, found)]
    items = rule_files([argument])
    files += items
    sides: list[Side] = []
    for item in items:
        loaded = guarded(item.shown, partial(load_rules, item))
        if isinstance(loaded, Failure):
            problems.append(loaded.diagnostic)
        else:
            sides += [Side(item.shown, rule.metadata.id, rule) for rule in loaded]
    return sides


def _judge(pair: Pair, fields: Mapping[str, object] | None, problems: list[Diagnostic]) -> Judged:
    first, second = pair
    judged = Judged(first.label if first else None, second.label if second else None)
    if first is None or second is None:
        return judged
    verdict = guarded(first.label, partial(isorule.verify, first.subject, second.subject, fields=fields))
    if isinstance(verdict, Failure):
        problems.append(verdict.diagnostic)
        return judged
    return replace(judged, verdict=verdict)
