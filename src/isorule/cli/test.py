"""`isorule test`: fixture events against rules and their twins."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from isorule.cli.exits import FAULT_NAME, ExitCode
from isorule.cli.fixture_rules import fixture_rules
from isorule.cli.inputs import rule_files
from isorule.cli.loading import Failure, Texts, guarded
from isorule.cli.mapped_alerts import event_mapping
from isorule.conversion.event_mapping import events_for
from isorule.diagnostics import Diagnostic, Severity, render
from isorule.fixtures import Fixture, load_fixtures, run_fixture
from isorule.report import json
from isorule.report.fixtures import fixture_text, fixtures_json, fixtures_summary


def test(
    paths: tuple[str, ...],
    rules: str,
    twins: str,
    map_events: bool,
    mapping: str | None,
    form: str,
) -> ExitCode:
    """Run fixture events against rules and their twins."""
    items = rule_files(paths)
    problems: list[Diagnostic] = []
    fixtures: list[Fixture] = []
    for item in items:
        loaded = guarded(item.shown, partial(load_fixtures, item.shown))
        if isinstance(loaded, Failure):
            problems.append(loaded.diagnostic)
        elif not loaded:
            problems.append(_empty(item.shown))
        else:
            fixtures += loaded
    found = fixture_rules(fixtures, Path(rules), Path(twins))
    problems += found.problems.values()
    reports = []
    mapped = partial(events_for, mapping=event_mapping(mapping)) if map_events or mapping is not None else None
    for fixture in fixtures:
        if fixture.rule in found.problems or fixture.twin.path in found.problems:
            continue
        report = guarded(fixture.file.path, partial(run_fixture, fixture, found.rules, events_for=mapped))
        if isinstance(report, Failure):
            problems.append(report.diagnostic)
        else:
            reports.append(report)
    if form == "json":
        click.echo(json.document(fixtures_json(reports)), nl=False)
    else:
        click.echo("\n".join(map(fixture_text, reports)), nl=False)
    texts = Texts(items)
    for problem in [*found.remarks, *problems, *(failure for report in reports for failure in report.failures())]:
        click.echo(render(problem, texts), err=True)
    click.echo(fixtures_summary(reports, len(problems)), err=True)
    if any(problem.name == FAULT_NAME for problem in problems):
        return ExitCode.FAULT
    passed = not problems and all(report.passed for report in reports)
    return ExitCode.CLEAN if passed else ExitCode.FINDINGS


def _empty(path: str) -> Diagnostic:
    message = "the file holds no fixture"
    return Diagnostic("FIX003", "no-fixture", Severity.ERROR, message, path=path, line=1, column=1)
