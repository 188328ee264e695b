"""Alerts of rules on events that have other field names than the rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import click

from isorule.cli.alerts import Run, alerts
from isorule.cli.events import Event
from isorule.cli.exits import ExitCode
from isorule.conversion.event_mapping import events_for
from isorule.conversion.fields import FieldMapping
from isorule.conversion.mapping_files import field_mapping
from isorule.diagnostics import Diagnostic, IsoruleError, render
from isorule.evaluation import Alert
from isorule.ir.rule import LogSource, Rule


def event_mapping(path: str | None) -> FieldMapping | None:
    """The mapping of a file; None for the packaged one. What is wrong in the file is printed and ends the program."""
    if path is None:
        return None
    try:
        return field_mapping(path)
    except IsoruleError as error:
        click.echo(render(error.diagnostic), err=True)
        raise click.exceptions.Exit(ExitCode.FINDINGS) from error


def mapped_alerts(
    rules: Sequence[Rule],
    events: Iterable[Event],
    run: Run,
    problems: list[Diagnostic],
    mapping: FieldMapping | None = None,
) -> Iterator[Alert]:
    """The alerts of the rules, log source by log source; `Alert.events` have the names of the rule.

    All events are held in memory.
    """
    held = list(events)
    groups: dict[tuple[str, LogSource | None], list[Rule]] = {}
    for rule in rules:
        source = rule.data_source
        logsource = source.logsource
        key = LogSource(logsource.category, logsource.product, logsource.service) if logsource is not None else None
        groups.setdefault((source.taxonomy, key), []).append(rule)
    for group in groups.values():
        mapped = events_for(group[0], held, mapping)
        yield from alerts(group, mapped, run, problems, again=mapped.copy)
