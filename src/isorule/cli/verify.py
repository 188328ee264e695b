"""`isorule verify`: whether two sides mean the same, pair by pair."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import click

import isorule
from isorule.cli.alerts import rule_path
from isorule.cli.deciding import deciding_places
from isorule.cli.exits import FAULT_NAME, ExitCode
from isorule.cli.inputs import Input, rule_files
from isorule.cli.loading import Failure, Texts, guarded, load_rules
from isorule.cli.pairing import Pair, Side, paired
from isorule.diagnostics import Diagnostic, IsoruleError, render
from isorule.dialects import dialect_names
from isorule.documents.references import independent
from isorule.documents.sigma_filters import collection
from isorule.ir.detections import Detection
from isorule.ir.rule import Rule
from isorule.report import json
from isorule.report.verdicts import Judged, judged_json, judged_text, verdict_summary
from isorule.source import SourceFile
from isorule.verification.naming import noun, side_names


def verify(first: str, second: str, fields: tuple[Any, ...], form: str) -> ExitCode:
    """Decide whether B means the same as A."""
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
        return ExitCode.FAULT
    same = bool(judged) and all(item.verdict is not None and item.verdict.same for item in judged)
    return ExitCode.CLEAN if same and not problems else ExitCode.FINDINGS


def _sides(argument: str, files: list[Input], problems: list[Diagnostic]) -> list[Side]:
    """The rules that an argument names; its files and what was wrong with them are added to the two lists."""
    name, colon, query = argument.partition(":")
    if colon and name in dialect_names() and not Path(argument).exists():
        source = SourceFile(_query_path(name, files), query)
        files.append(Input(source.path, PurePosixPath(name), query.encode("utf-8", "surrogatepass")))
        found = guarded(source.path, partial(_parsed, source, name))
        if isinstance(found, Failure):
            problems.append(found.diagnostic)
            return []
        return [Side(argument, None, found, source, noun(name, "query"))]
    items = rule_files([argument])
    files += items
    rules: list[Rule] = []
    for item in items:
        loaded = guarded(item.shown, partial(load_rules, item))
        if isinstance(loaded, Failure):
            problems.append(loaded.diagnostic)
        else:
            rules += loaded
    return [Side(rule_path(rule), rule.metadata.id, rule) for rule in independent(collection(rules))]


def _query_path(name: str, files: list[Input]) -> str:
    """What diagnostics call a query; the second of one language has another name than the first."""
    path = f"<{name} query>"
    return path if all(item.shown != path for item in files) else f"<second {name} query>"


def _parsed(source: SourceFile, name: str) -> Detection:
    """What a query means; raises its errors placed in the query."""
    try:
        return isorule.parse(source.text, name)
    except IsoruleError as error:
        raise type(error)(error.diagnostic.located(source)) from error


def _judge(pair: Pair, fields: tuple[Any, ...], problems: list[Diagnostic]) -> Judged:
    first, second = pair
    judged = Judged(first.label if first else None, second.label if second else None)
    if first is None or second is None:
        return judged
    names = side_names(_noun(first), _noun(second))
    asked = partial(isorule.verify, first.subject, second.subject, fields=fields, names=names)
    verdict = guarded(first.label, asked)
    if isinstance(verdict, Failure):
        problems.append(verdict.diagnostic)
        return judged
    return replace(judged, verdict=verdict, places=deciding_places(first, second, verdict))


def _noun(side: Side) -> str | None:
    """What a side is called in a sentence."""
    return noun(side.subject.language, "rule") if isinstance(side.subject, Rule) else side.noun
