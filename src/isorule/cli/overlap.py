"""`isorule overlap`: rules of a corpus that say the same, or of which one says less than another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar

import click

import isorule
from isorule.cli.batch import run_batch
from isorule.cli.exits import FAULT_NAME, ExitCode
from isorule.cli.inputs import Input, rule_files
from isorule.cli.loading import Failure, Texts, guarded, load_rules
from isorule.diagnostics import Diagnostic, render
from isorule.ir.rule import Rule
from isorule.report import json
from isorule.report.overlaps import Compared, overlaps_json, overlaps_summary, overlaps_text

Item = TypeVar("Item")
Result = TypeVar("Result")


def overlap(paths: tuple[str, ...], fields: Mapping[str, object] | None, form: str, jobs: int) -> ExitCode:
    """List pairs of rules that are equivalent, subsumed, or share only their name."""
    items = rule_files(paths)
    rules, names, problems = _loaded(items)
    compared = Compared(rules, names, isorule.overlap(rules, fields=fields, run=partial(_in_batch, jobs)))
    if form == "json":
        click.echo(json.document(overlaps_json(compared)), nl=False)
    else:
        click.echo(overlaps_text(compared), nl=False)
    texts = Texts(items)
    for problem in problems:
        click.echo(render(problem, texts), err=True)
    click.echo(overlaps_summary(compared), err=True)
    if any(problem.name == FAULT_NAME for problem in problems):
        return ExitCode.FAULT
    found = compared.overlaps.pairs or compared.overlaps.undecided
    return ExitCode.FINDINGS if found or problems else ExitCode.CLEAN


def _loaded(items: Sequence[Input]) -> tuple[list[Rule], list[str], list[Diagnostic]]:
    """The rules, the name of the file of each, and what was wrong with files."""
    rules: list[Rule] = []
    names: list[str] = []
    problems: list[Diagnostic] = []
    for item in items:
        found = guarded(item.shown, partial(load_rules, item))
        if isinstance(found, Failure):
            problems.append(found.diagnostic)
        else:
            rules += found
            names += [item.shown] * len(found)
    return rules, names, problems


def _in_batch(jobs: int, work: Callable[[Item], Result], items: Sequence[Item], /) -> list[Result]:
    return run_batch(work, items, jobs=jobs, label="comparing")
