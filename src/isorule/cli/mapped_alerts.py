"""Alerts of rules on events that have other field names than the rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from isorule.cli.alerts import Run, alerts
from isorule.cli.events import Event
from isorule.conversion.event_mapping import events_for
from isorule.diagnostics import Diagnostic
from isorule.evaluation import Alert
from isorule.ir.rule import LogSource, Rule


def mapped_alerts(
    rules: Sequence[Rule], events: Iterable[Event], run: Run, problems: list[Diagnostic]
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
        mapped = events_for(group[0], held)
        yield from alerts(group, mapped, run, problems, again=mapped.copy)
