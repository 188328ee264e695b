"""Sigma correlations: hits of several rules that share their group keys within a window, and chains of correlations.

A correlation becomes a row of parts, one for each item of single events that takes part, in order of time; the events
of a chained correlation stand in the row in the place of its item.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from isorule.evaluation.occurrences import cases
from isorule.ir.detections import Correlation, CorrelationItem, CorrelationKind, Having, Match
from isorule.ir.matchers import Scalar
from isorule.ir.predicates import Predicate
from isorule.source import Span
from isorule.synthesis.aggregates import Group, sizes, words_of
from isorule.synthesis.cases import Kind
from isorule.synthesis.collecting import Collector
from isorule.synthesis.judging import Stream, Timed
from isorule.synthesis.makers import Maker
from isorule.synthesis.questions import Missed
from isorule.synthesis.scene import Scene
from isorule.synthesis.terms import has, shared
from isorule.verification.cells import Values

Keys = Mapping[str, Scalar]
_APART = 1000


@dataclass(frozen=True, slots=True)
class Part:
    """The events of one item: alike but for the fields that a measure of the correlation around them looks at."""

    name: str
    span: Span | None
    maker: Maker
    template: Values
    events: tuple[Values, ...]
    varied: frozenset[str] = frozenset()
    group: Group | None = None
    keys: tuple[str, ...] = ()

    def changed(self, values: Values) -> Part:
        """The part with all its events changed as the template is."""
        kept = {path for path in self.varied if values.get(path) == self.template.get(path)}
        events = (values | {path: event[path] for path in kept if path in event} for event in self.events)
        return replace(self, events=tuple(events))


Row = tuple[Part, ...]


class _Solver:
    def __init__(self, scene: Scene, number: int) -> None:
        self._scene = scene
        self._number = number

    def row(self, correlation: Correlation, fixed: Keys, turn: int) -> Row | Missed:
        """The parts of a correlation whose events have the fixed values; another of its cases for each turn."""
        keys = self._keys(correlation, fixed)
        if isinstance(keys, Missed):
            return keys
        if correlation.kind is CorrelationKind.MEASURE:
            places: Iterable[int] = (turn % len(correlation.items),)
        else:
            ways = cases(correlation)
            places = ways[turn % len(ways)].present
        found: list[Part] = []
        for place in places:
            item = correlation.items[place]
            named = dict(fixed) | {key.path: value for key, value in zip(item.keys, keys, strict=False)}
            parts = self._item(
                correlation, item, {path: named[path] for path in named if path not in _aliases(correlation, item)}
            )
            if isinstance(parts, Missed):
                return parts
            found += parts
        return tuple(found)

    def _keys(self, correlation: Correlation, fixed: Keys) -> list[Scalar] | Missed:
        """The values of the group keys: as fixed, else as the first item of single events has them."""
        leader = next((item for item in correlation.items if isinstance(item.detection, Match)), None)
        if leader is None or not correlation.by:
            paths = correlation.items[0].keys
            return [
                fixed.get(name, self._scene.value(key.path)) for name, key in zip(correlation.by, paths, strict=False)
            ]
        assert isinstance(leader.detection, Match)
        given = {key.path: fixed[name] for name, key in zip(correlation.by, leader.keys, strict=True) if name in fixed}
        needs = tuple(has(key.path) for key in leader.keys)
        first = Maker(leader.detection.where, self._scene, (*needs, *shared(given))).match(self._number)
        if isinstance(first, Missed):
            return first
        return [first[self._source(key.path)][0] for key in leader.keys]

    def _item(self, around: Correlation, item: CorrelationItem, keys: Keys) -> Row | Missed:
        match item.detection:
            case Match(where):
                return self._events(around, item, where, keys)
            case Correlation() as inner:
                return self.row(inner, keys, self._number)
            case _:
                return Missed.UNKNOWN

    def _events(self, around: Correlation, item: CorrelationItem, where: Predicate, keys: Keys) -> Row | Missed:
        having = around.having if around.kind is CorrelationKind.MEASURE else ()
        by = tuple(key.path for key in item.keys)
        group = Group(where, by, having, self._scene, shared(keys))
        template = group.maker.match(self._number)
        if isinstance(template, Missed):
            return template
        events = group.events(template)
        if events is None:
            return Missed.UNKNOWN
        varied = frozenset(self._source(path) for one in having for path in one.measure.fields)
        return (Part(item.name, item.span, group.maker, template, tuple(events), varied, group, by),)

    def _source(self, path: str) -> str:
        return self._scene.setting.fields.reader(path).source


def _aliases(correlation: Correlation, item: CorrelationItem) -> set[str]:
    """Names of group keys that are no field of an item."""
    return {name for name, key in zip(correlation.by, item.keys, strict=False) if name != key.path}


def make_correlations(correlation: Correlation, scene: Scene, out: Collector, matching: int, near_miss: bool) -> None:
    """Matching streams, and near misses: conditions of each rule, measures, keys, order and window."""
    first: Row | None = None
    for number in range(max(matching, 1 if near_miss else 0)):
        row = _Solver(scene, number).row(correlation, {}, number)
        if isinstance(row, Missed):
            out.unmatched(row, "stream of events")
            break
        first = first or row
        if number < matching and not out.match(_stream(correlation, row)):
            out.unmatched(None, "stream of events")
            break
    if near_miss and first is not None:
        _conditions(correlation, first, out)
        for having, part in _measured(first):
            _measure(correlation, having, part, first, out)
        _items(correlation, first, out)
        _keys(correlation, first, scene, out)
        _times(correlation, first, out)


def _step(correlation: Correlation, count: int) -> int:
    """Milliseconds between events, so that they fit twice into the window of each correlation in a chain."""
    inner = [item.detection for item in correlation.items if isinstance(item.detection, Correlation)]
    own = max(1, min(_APART, correlation.span // (2 * count + 1)))
    return min([own, *(_step(one, count) for one in inner)])


def _stream(correlation: Correlation, row: Row) -> Stream:
    events = [values for part in row for values in part.events]
    step = _step(correlation, len(events))
    return Stream(tuple(Timed(values, index * step) for index, values in enumerate(events)))


def _with(row: Row, index: int, part: Part) -> Row:
    return (*row[:index], part, *row[index + 1 :])


def _conditions(correlation: Correlation, row: Row, out: Collector) -> None:
    for index, part in enumerate(row):

        def place(values: Values, index: int = index, part: Part = part) -> Stream:
            return _stream(correlation, _with(row, index, part.changed(values)))

        out.vary(part.maker, [part.template], place, f"rule {part.name}", at=part.span)


def _measured(row: Row) -> Iterator[tuple[Having, int]]:
    """The conditions on measures in a chain, each with the place of the part that it is about."""
    for index, part in enumerate(row):
        if part.group is not None:
            yield from ((having, index) for having in part.group.having)


def _measure(correlation: Correlation, having: Having, index: int, row: Row, out: Collector) -> None:
    part = row[index]
    size = sizes(having.comparison, having.threshold)
    made = None if size.bad is None or part.group is None else part.group.events(part.template, {having: size.bad})
    changed = None if made is None else _stream(correlation, _with(row, index, replace(part, events=tuple(made))))
    out.near_miss(size.kind, words_of(having), changed, f"rule {part.name}")


def _items(correlation: Correlation, row: Row, out: Collector) -> None:
    """Without each of several items, and in the other order."""
    if len(row) < 2:
        return
    for index, part in enumerate(row):
        fewer = (*row[:index], *row[index + 1 :])
        out.near_miss(Kind.FEWER, f"an event of {part.name}", _stream(correlation, fewer), f"rule {part.name}")
    if correlation.kind is CorrelationKind.TEMPORAL_ORDERED:
        out.near_miss(Kind.ORDER, "the events come in this order", _stream(correlation, row[::-1]))


def _keys(correlation: Correlation, row: Row, scene: Scene, out: Collector) -> None:
    """The last event in another group, for each key."""
    part = row[-1]
    if part.group is None or sum(len(one.events) for one in row) < 2:
        return
    free = Maker(part.group.where, scene, tuple(has(path) for path in part.keys))
    for path in part.keys:
        source = scene.setting.fields.reader(path).source
        held = part.events[-1].get(source, [])
        values = (value for value in scene.values(path, 11) if value not in held)
        made = (part.events[-1] | {source: [value]} for value in values)
        changed = next((event for event in made if free.accepts(event)), None)
        stream = None
        if changed is not None:
            stream = _stream(correlation, (*row[:-1], replace(part, events=(*part.events[:-1], changed))))
        out.near_miss(Kind.KEY, f"the same {path} in all events", stream)


def _times(correlation: Correlation, row: Row, out: Collector) -> None:
    """The last event outside of the window of all others."""
    events = _stream(correlation, row).events
    if len(events) < 2:
        return
    late = replace(events[-1], at=events[-2].at + correlation.span + 1)
    out.near_miss(Kind.SPAN, f"all events within {correlation.span} ms", Stream((*events[:-1], late)))
