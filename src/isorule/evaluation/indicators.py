"""Indicator matches: events for which some indicator meets all entries of one group of the mapping.

An entry compares a value of the event with a value of the indicator, read as the types of their fields; a negated
entry holds where no two values are the same, so also where one side has none.
"""

from __future__ import annotations

from dataclasses import dataclass

from isorule.evaluation.alerts import Alert
from isorule.evaluation.events import EventView, FieldReader, Fields
from isorule.evaluation.keys import KeyPart, key_part
from isorule.evaluation.setting import Setting
from isorule.evaluation.values import text_of
from isorule.ir.detections import IndicatorEntry, IndicatorMatch


@dataclass(frozen=True, slots=True)
class _Entry:
    event: FieldReader
    indicator: FieldReader
    negated: bool

    def holds(self, event: EventView, indicator: EventView) -> bool:
        shared = not _parts(event, self.event).isdisjoint(_parts(indicator, self.indicator))
        return shared is not self.negated


class _Group:
    """The entries of a group, and the indicators by their value in its first entry that is not negated."""

    def __init__(self, entries: list[_Entry], indicators: list[EventView]) -> None:
        self._entries = entries
        self._all = indicators
        self._by = next((entry for entry in entries if not entry.negated), None)
        self._found: dict[KeyPart, list[EventView]] = {}
        if self._by is not None:
            for indicator in indicators:
                for part in _parts(indicator, self._by.indicator):
                    self._found.setdefault(part, []).append(indicator)

    def matches(self, event: EventView) -> bool:
        return any(
            all(entry.holds(event, indicator) for entry in self._entries) for indicator in self._candidates(event)
        )

    def _candidates(self, event: EventView) -> list[EventView]:
        if self._by is None:
            return self._all
        return [indicator for part in _parts(event, self._by.event) for indicator in self._found.get(part, ())]


def indicator_alerts(
    rule: IndicatorMatch, views: list[EventView], indicators: list[EventView], setting: Setting
) -> list[Alert]:
    """One alert for each event that some indicator matches, in order of time."""
    check, wanted = setting.compiler.check(rule.where), setting.compiler.check(rule.indicators)
    live = [view for view in indicators if wanted(view) is True]
    groups = [_Group([_entry(entry, setting.fields) for entry in entries], live) for entries in rule.mapping]
    matched = [view for view in views if check(view) is True and any(group.matches(view) for group in groups)]
    return [Alert((view.event,)) for view in sorted(matched, key=setting.clock.order)]


def _entry(entry: IndicatorEntry, fields: Fields) -> _Entry:
    return _Entry(fields.reader(entry.event_field), fields.reader(entry.indicator_field), entry.negated)


def _parts(view: EventView, reader: FieldReader) -> set[KeyPart]:
    """The values of a field by text and by value: the two sides may be typed differently."""
    values = view.values(reader)
    return {key_part(value) for value in values} | {key_part(text_of(value)) for value in values}
