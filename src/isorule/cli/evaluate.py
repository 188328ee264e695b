"""`isorule eval`: rules over a file of events, alerts as NDJSON."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import click

from isorule.cli.alerts import Run, alerts, rule_path
from isorule.cli.events import EventFile
from isorule.cli.exits import FAULT_NAME, ExitCode
from isorule.cli.inputs import STDIN, rule_files
from isorule.cli.loading import Failure, Texts, guarded, load_rules
from isorule.cli.mapped_alerts import event_mapping, mapped_alerts
from isorule.diagnostics import Diagnostic, render
from isorule.documents.fields import as_engine_reads, refused_fields
from isorule.documents.references import independent, reference_problems
from isorule.documents.sigma_filters import collection, filter_problems
from isorule.evaluation import Alert
from isorule.ir.rule import DataSource, Rule
from isorule.ir.schema import FieldSchema, schema_from
from isorule.mappings import ecs_schema
from isorule.report import json
from isorule.report.text import counted


def evaluate(
    paths: tuple[str, ...],
    events: str,
    history: str | None,
    indicators: str | None,
    fields: Mapping[str, object] | None,
    map_events: bool,
    mapping: str | None,
    category_field: str,
    timestamp_field: str,
    tiebreaker_field: str | None,
    now: datetime | None,
) -> ExitCode:
    """Run rules over events and print the alerts."""
    items = rule_files(paths)
    roles = DataSource(
        category_field=category_field, timestamp_field=timestamp_field, tiebreaker_field=tiebreaker_field
    )
    files = {name: EventFile(name) for name in (events, history, indicators) if name is not None}
    run = Run(
        ecs_schema() if fields is None else schema_from(fields),
        datetime.now(UTC) if now is None else now if now.tzinfo is not None else now.replace(tzinfo=UTC),
        tuple(files[history]) if history is not None else None,
        tuple(files[indicators]) if indicators is not None else None,
    )
    problems: list[Diagnostic] = []
    rules: list[Rule] = []
    for item in items:
        loaded = guarded(item.shown, partial(load_rules, item))
        if isinstance(loaded, Failure):
            problems.append(loaded.diagnostic)
        else:
            given = [replace(rule, data_source=rule.data_source.with_roles(roles)) for rule in loaded]
            rules += _accepted(given, run.schema, fields, problems)
    remarks = filter_problems(rules, rules)
    rules = _complete(rules, problems)
    count = 0
    again = None if events == STDIN else partial(EventFile, events)
    if map_events or mapping is not None:
        found = mapped_alerts(rules, files[events], run, problems, event_mapping(mapping))
    else:
        found = alerts(rules, files[events], run, problems, again=again)
    for alert in found:
        sys.stdout.write(json.line(_alert_json(alert)))
        if events == STDIN:
            sys.stdout.flush()
        count += 1
    texts = Texts(items)
    for problem in [*remarks, *problems, *(problem for file in files.values() for problem in file.problems)]:
        click.echo(render(problem, texts), err=True)
    click.echo(f"{counted(len(rules), 'rule')}: {counted(count, 'alert')}", err=True)
    if any(problem.name == FAULT_NAME for problem in problems):
        return ExitCode.FAULT
    return ExitCode.FINDINGS if problems or any(file.problems for file in files.values()) else ExitCode.CLEAN


def _complete(rules: list[Rule], problems: list[Diagnostic]) -> list[Rule]:
    """The rules that alert by themselves, as one collection; correlations with unknown rules go to `problems`."""
    found = [(rule, reference_problems(rule)) for rule in independent(collection(rules))]
    problems += [problem for _, unknown in found for problem in unknown]
    return [rule for rule, unknown in found if not unknown]


def _accepted(
    rules: list[Rule], schema: FieldSchema, fields: Mapping[str, object] | None, problems: list[Diagnostic]
) -> list[Rule]:
    """The rules as their engines read them under the types that the user named; what they refuse is in `problems`."""
    if fields is None:
        return rules
    refused = [refused_fields(rule, schema) for rule in rules]
    problems += [item for found in refused for item in found]
    return [as_engine_reads(rule, schema) for rule, found in zip(rules, refused, strict=True) if not found]


def _alert_json(alert: Alert) -> dict[str, object]:
    rule = alert.rule
    head: dict[str, object] = {}
    if rule is not None:
        head = {"rule": rule.metadata.id, "title": rule.metadata.title, "path": rule_path(rule)}
    return {**head, "events": list(alert.events)}
