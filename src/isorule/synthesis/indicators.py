"""Indicator matches: an event and an indicator that share values, and each of the two with something else."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from isorule.ir.detections import IndicatorEntry, IndicatorMatch
from isorule.ir.matchers import Scalar
from isorule.synthesis.cases import Kind
from isorule.synthesis.collecting import INDICATOR_QUERY, Collector
from isorule.synthesis.judging import Stream, Timed
from isorule.synthesis.makers import Maker
from isorule.synthesis.questions import Missed
from isorule.synthesis.scene import Scene
from isorule.synthesis.terms import has, is_none_of, shared
from isorule.verification.cells import Values


@dataclass(frozen=True, slots=True)
class _Pair:
    """An event, an indicator that it meets, and what made them."""

    event: Values
    indicator: Values
    events: Maker
    indicators: Maker


def make_indicator_matches(rule: IndicatorMatch, scene: Scene, out: Collector, matching: int, near_miss: bool) -> None:
    """Events with their indicators, by turns for each group of the mapping, and near misses of both sides."""
    first: _Pair | None = None
    entries: tuple[IndicatorEntry, ...] = ()
    for number in range(max(matching, 1 if near_miss else 0)):
        group = rule.mapping[number % len(rule.mapping)]
        found = _pair(rule, group, scene, number)
        if isinstance(found, Missed):
            out.unmatched(found, "event with an indicator")
            continue
        if first is None:
            first, entries = found, group
        if number < matching and not out.match(_stream(found.event, found.indicator)):
            out.unmatched(None, "event with an indicator")
    if near_miss and first is not None:
        _near_misses(first, entries, scene, out)


def _near_misses(pair: _Pair, entries: tuple[IndicatorEntry, ...], scene: Scene, out: Collector) -> None:
    out.vary(pair.events, [pair.event], lambda values: _stream(values, pair.indicator), None)
    out.vary(
        pair.indicators, [pair.indicator], lambda values: _stream(pair.event, values), "indicators", INDICATOR_QUERY
    )
    for entry in entries:
        source = scene.setting.fields.reader(entry.indicator_field).source
        words = f"{entry.event_field} {'differs from' if entry.negated else 'equals'} {entry.indicator_field}"
        for value in islice(_others(entry, pair, scene), 1):
            out.near_miss(Kind.INDICATOR, words, _stream(pair.event, pair.indicator | {source: [value]}))
            break
        else:
            out.near_miss(Kind.INDICATOR, words, None)


def _others(entry: IndicatorEntry, pair: _Pair, scene: Scene) -> list[Scalar]:
    """Values for the indicator under which an entry does not hold."""
    event = pair.event.get(scene.setting.fields.reader(entry.event_field).source, [])
    if entry.negated:
        return event
    return [value for value in scene.values(entry.indicator_field, 5) if value not in event]


def _pair(rule: IndicatorMatch, entries: tuple[IndicatorEntry, ...], scene: Scene, number: int) -> _Pair | Missed:
    """An event and an indicator for one group of the mapping."""
    fields = scene.setting.fields
    needs = tuple(has(entry.event_field) for entry in entries)
    events = Maker(rule.where, scene, needs)
    event = events.match(number)
    if isinstance(event, Missed):
        return event
    same: dict[str, Scalar] = {}
    other = []
    for entry in entries:
        value = event[fields.reader(entry.event_field).source][0]
        if entry.negated:
            other += [has(entry.indicator_field), is_none_of(entry.indicator_field, [value])]
        else:
            same[entry.indicator_field] = value
    indicators = Maker(rule.indicators, scene, (*shared(same), *other))
    indicator = indicators.match(number)
    if isinstance(indicator, Missed):
        return indicator
    return _Pair(event, indicator, events, indicators)


def _stream(event: Values, indicator: Values) -> Stream:
    return Stream((Timed(event),), (), (indicator,))
