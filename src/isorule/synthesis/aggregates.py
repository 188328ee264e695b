"""Aggregates: as many events of a group, with as many different values, as the measures ask for; and one too few."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import assert_never

from isorule.ir.detections import Aggregate, Comparison, Having, Measure, MeasureKind, WindowKind
from isorule.ir.matchers import Scalar
from isorule.ir.predicates import Predicate
from isorule.synthesis.cases import Kind
from isorule.synthesis.collecting import Collector
from isorule.synthesis.judging import Stream, Timed
from isorule.synthesis.makers import Maker
from isorule.synthesis.questions import Missed
from isorule.synthesis.scene import Scene
from isorule.synthesis.terms import has, is_none_of
from isorule.verification.cells import Values
from isorule.verification.witness import event_of

MOST_EVENTS = 10_000
"""A group of more events is not made."""

_MOST_VALUES = 10_000
_MOST_REFUSED = 20
"""After so many plausible values in a row that the rule does not take, values are solved for."""

_WITHIN = 30_000
_APART = 1000
"""Milliseconds: all events of a group lie within the first, two events at most the second apart."""

_SYMBOLS = {
    Comparison.GT: "more than",
    Comparison.GTE: "at least",
    Comparison.LT: "less than",
    Comparison.LTE: "at most",
    Comparison.EQ: "exactly",
    Comparison.NEQ: "other than",
}


@dataclass(frozen=True, slots=True)
class Sizes:
    """A number that a comparison accepts, the least that makes sense, and one beside it that it does not."""

    good: int
    bad: int | None

    @property
    def kind(self) -> Kind:
        """In what a group of the other size differs."""
        return Kind.MORE if self.bad is not None and self.bad > self.good else Kind.FEWER


def sizes(comparison: Comparison, threshold: float) -> Sizes:
    """Whole numbers that meet a comparison, and that just fail it (None where every number from 0 on meets it)."""
    match comparison:
        case Comparison.GTE:
            good = max(1, math.ceil(threshold))
            return Sizes(good, math.ceil(threshold) - 1 if threshold > 0 else None)
        case Comparison.GT:
            good = max(1, math.floor(threshold) + 1)
            return Sizes(good, math.floor(threshold) if threshold >= 0 else None)
        case Comparison.LTE:
            return Sizes(min(1, math.floor(threshold)), math.floor(threshold) + 1)
        case Comparison.LT:
            return Sizes(min(1, math.ceil(threshold) - 1), math.ceil(threshold))
        case Comparison.EQ:
            return Sizes(int(threshold), int(threshold) + 1 if threshold <= 1 else int(threshold) - 1)
        case Comparison.NEQ:
            return Sizes(int(threshold) + 1, int(threshold))
        case _:
            assert_never(comparison)


def words_of(having: Having) -> str:
    """A condition on a measure in words."""
    measure = having.measure
    number = f"{having.threshold:g}"
    many = f"{_SYMBOLS[having.comparison]} {number}"
    fields = " and ".join(measure.fields)
    match measure.kind:
        case MeasureKind.COUNT:
            return f"{many} events in a group"
        case MeasureKind.CARDINALITY:
            return f"{many} different values of {fields}"
        case MeasureKind.RULES:
            return f"{many} of the rules"
        case _:
            return f"the {measure.kind.value} of {fields} is {many}"


class Group:
    """Makes the events of a group."""

    def __init__(
        self,
        where: Predicate,
        by: tuple[str, ...],
        having: tuple[Having, ...],
        scene: Scene,
        extra: tuple[Predicate, ...] = (),
    ) -> None:
        self.by = by
        self.having = having
        self.scene = scene
        measured = [path for condition in having for path in condition.measure.fields]
        self.needs = (*(has(path) for path in dict.fromkeys((*by, *measured))), *extra)
        self.maker = Maker(where, scene, self.needs)
        self.where = where

    def events(self, template: Values, wanted: dict[Having, int] | None = None) -> list[Values] | None:
        """Events like a template that meet all conditions; `wanted` has other numbers for some of them.

        None where there are not enough different values, or too many events.
        """
        numbers = {condition: sizes(condition.comparison, condition.threshold).good for condition in self.having}
        numbers |= wanted or {}
        count = self._count(numbers)
        if not 0 < count <= MOST_EVENTS:
            return None
        found = [dict(template) for _ in range(count)]
        for condition, number in numbers.items():
            measure = condition.measure
            match measure.kind:
                case MeasureKind.COUNT | MeasureKind.RULES:
                    continue
                case MeasureKind.CARDINALITY:
                    if not self._spread(found, measure, number):
                        return None
                case _:
                    self._total(found, measure, number)
        return found

    def _count(self, numbers: dict[Having, int]) -> int:
        """How many events there must be: as counted, else enough for all different values."""
        counts = [number for condition, number in numbers.items() if condition.measure.kind is MeasureKind.COUNT]
        kinds = [number for condition, number in numbers.items() if condition.measure.kind is MeasureKind.CARDINALITY]
        exact = [
            number
            for condition, number in numbers.items()
            if condition.measure.kind is MeasureKind.COUNT and condition.comparison is not Comparison.GTE
        ]
        return exact[0] if exact else max([1, *counts, *kinds])

    def _spread(self, events: list[Values], measure: Measure, number: int) -> bool:
        """Gives the events so many different values, in turn."""
        for path in reversed(measure.fields):
            source = self.scene.setting.fields.reader(path).source
            if path in self.by:
                continue
            found = list(islice(self.different(path, events[0]), number))
            if len(found) == number and number <= len(events):
                for index, values in enumerate(events):
                    values[source] = [found[min(index, number - 1)]]
                return True
        return number == 1

    def different(self, path: str, template: Values) -> Iterator[Scalar]:
        """Values of a field under which an event like the template still meets the condition; the template's first."""
        source = self.scene.setting.fields.reader(path).source
        seen: list[Scalar] = []

        def fits(value: Scalar) -> bool:
            return value not in seen and self.maker.question.matches(event_of(template | {source: [value]}))

        for value in template.get(source, [])[:1]:
            seen.append(value)
            yield value
        refused = 0
        for number in range(_MOST_VALUES):
            for value in list(self.scene.values(path, number)):
                if fits(value):
                    refused = 0
                    seen.append(value)
                    yield value
                elif value not in seen:
                    refused += 1
            if refused > _MOST_REFUSED:
                break
        while len(seen) < _MOST_VALUES:
            found = Maker(self.where, self.scene, (*self.needs, is_none_of(path, seen))).match(0)
            if isinstance(found, Missed) or not fits(found[source][0]):
                return
            seen.append(found[source][0])
            yield found[source][0]

    def has_one_value(self, path: str, event: Values) -> bool:
        """Whether it is proved that a field has no other value than in this event."""
        held = event.get(self.scene.setting.fields.reader(path).source, [])
        other = Maker(self.where, self.scene, (has(path), is_none_of(path, held))).match(0)
        return other is Missed.NONE

    def _total(self, events: list[Values], measure: Measure, number: int) -> None:
        """Gives the events numbers whose sum, average or percentile is the number."""
        source = self.scene.setting.fields.reader(measure.fields[0]).source
        for index, values in enumerate(events):
            if measure.kind is MeasureKind.SUM:
                share = number // len(events)
                values[source] = [share + (number - share * len(events) if index == 0 else 0)]
            else:
                values[source] = [number]


def spaced(events: list[Values], longest: int | None = None) -> Stream:
    """The events one after the other, within half of the longest span of time in milliseconds."""
    span = min(_WITHIN, longest // 2) if longest is not None else _WITHIN
    step = max(1, min(_APART, span // max(1, len(events))))
    return Stream(tuple(Timed(values, index * step) for index, values in enumerate(events)))


def make_aggregates(aggregate: Aggregate, scene: Scene, out: Collector, matching: int, near_miss: bool) -> None:
    """Matching groups, and near misses of each condition: of the events, the measures, the group and the window."""
    group = Group(aggregate.where, aggregate.by, aggregate.having, scene)
    first: tuple[Values, list[Values]] | None = None
    for number in range(max(matching, 1 if near_miss else 0)):
        template = group.maker.match(number)
        if isinstance(template, Missed):
            out.unmatched(template, "group of events")
            break
        events = group.events(template)
        if events is None:
            out.cannot("no-match-found", "no group of events was made: too many events, or too few different values")
            break
        first = first or (template, events)
        if number < matching and not out.match(spaced(events, aggregate.window.span)):
            out.unmatched(None, "group of events")
            break
    if near_miss and first is not None:
        _near_misses(aggregate, group, *first, out)


def _near_misses(aggregate: Aggregate, group: Group, template: Values, events: list[Values], out: Collector) -> None:
    span = aggregate.window.span
    varied = {
        group.scene.setting.fields.reader(path).source
        for condition in aggregate.having
        for path in condition.measure.fields
    }

    def place(values: Values) -> Stream:
        """Every event of the group changed as the template is, their measured values kept where that changes none."""
        changed = {path for path in varied if values.get(path) != template.get(path)}
        kept = varied - changed
        return spaced([values | {path: event[path] for path in kept if path in event} for event in events], span)

    out.vary(group.maker, [template], place, None)
    for condition in aggregate.having:
        size = sizes(condition.comparison, condition.threshold)
        gap = _already_met(condition, aggregate.having)
        if gap is not None:
            out.without_near_miss(words_of(condition), gap)
            continue
        made = None if size.bad is None else group.events(template, {condition: size.bad})
        out.near_miss(size.kind, words_of(condition), None if made is None else spaced(made, span))
    for path in aggregate.by:
        words = f"the same {path} in all events"
        stream = _regrouped(group, path, events, span)
        if stream is None and group.has_one_value(path, events[-1]):
            out.without_near_miss(words, "implied-condition")
        else:
            out.near_miss(Kind.KEY, words, stream)
    if aggregate.window.kind is WindowKind.SLIDING and span is not None and len(events) > 1:
        stream = spaced(events, span)
        late = replace(stream.events[-1], at=stream.events[-2].at + span + 1)
        out.near_miss(Kind.SPAN, f"all events within {span} ms", Stream((*stream.events[:-1], late)))


def _already_met(condition: Having, having: tuple[Having, ...]) -> str | None:
    """Why a number of events is never missed alone: one is always there, different values need as many events."""
    bad = sizes(condition.comparison, condition.threshold).bad
    if condition.measure.kind is not MeasureKind.COUNT or condition.comparison is not Comparison.GTE or bad is None:
        return None
    if bad < 1:
        return "redundant-condition"
    values = (one for one in having if one.measure.kind is MeasureKind.CARDINALITY)
    least = max((sizes(one.comparison, one.threshold).good for one in values), default=0)
    return "implied-condition" if bad < least else None


def _regrouped(group: Group, path: str, events: list[Values], span: int | None) -> Stream | None:
    """The events with the last one in another group; None where no other group is possible."""
    source = group.scene.setting.fields.reader(path).source
    for value in islice(group.different(path, events[-1]), 1, 4):
        return spaced([*events[:-1], events[-1] | {source: [value]}], span)
    return None
