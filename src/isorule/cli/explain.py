"""`isorule explain`: a rule in plain words, or what a name in isorule's output means."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import click

import isorule
from isorule.cli.exits import ExitCode
from isorule.cli.inputs import STDIN, Input, rule_files
from isorule.cli.loading import Failure, Texts, guarded, load_rules
from isorule.diagnostics import render
from isorule.documents.notes import query_notes
from isorule.ir.detections import IndicatorMatch, Match, NewTerms
from isorule.ir.printing import show
from isorule.ir.rule import Rule
from isorule.report import json
from isorule.report.logic import Explained, explained_json, explained_text
from isorule.report.names import name_text
from isorule.report.rule_head import rule_head


def explain(subject: str, with_ir: bool, fields: Mapping[str, object] | None, form: str) -> ExitCode:
    """Say in plain words what a rule asks, or what a name means."""
    if subject != STDIN and not Path(subject).exists():
        text = name_text(subject)
        if text is None:
            raise click.UsageError(f"no rule file and no check, loss or refusal is called {subject}")
        click.echo(text, nl=False)
        return ExitCode.CLEAN
    items = rule_files([subject])
    code = ExitCode.CLEAN
    found: list[Explained] = []
    for item in items:
        loaded = guarded(item.shown, partial(_explained, item, fields))
        if isinstance(loaded, Failure):
            click.echo(render(loaded.diagnostic, Texts(items)), err=True)
            code = ExitCode.FINDINGS
        else:
            found += loaded
            for note in (note for explained in loaded for note in query_notes(explained.rule)):
                click.echo(render(note, Texts(items)), err=True)
    if form == "json":
        click.echo(json.document({"rules": list(map(explained_json, found))}), nl=False)
    else:
        click.echo("\n".join(_rule_text(item, with_ir) for item in found), nl=False)
    return code


def _explained(item: Input, fields: Mapping[str, object] | None) -> list[Explained]:
    return [
        Explained(
            item.shown,
            rule,
            isorule.analyse(rule, fields=fields),
            isorule.examples(rule, fields=fields),
            _stream(rule, fields),
        )
        for rule in load_rules(item)
    ]


def _stream(rule: Rule, fields: Mapping[str, object] | None) -> tuple[Mapping[str, object], ...]:
    """Events that together give an alert; none for a rule on single events, whose branches have theirs.

    New terms and indicator rules judge single events, too, beside others that a stream does not show.
    """
    if isinstance(rule.detection, Match | NewTerms | IndicatorMatch):
        return ()
    found = isorule.synth(rule, fields=fields).matching
    return found[0].events if found else ()


def _rule_text(explained: Explained, with_ir: bool) -> str:
    text = f"{rule_head(explained.rule, explained.path)}\n{explained_text(explained)}"
    return f"{text}\n{show(explained.rule.detection)}\n" if with_ir else text
