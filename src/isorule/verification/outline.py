"""What a detection over several events asks of a stream, in one form for all kinds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from isorule.ir.detections import (
    Aggregate,
    Correlation,
    CorrelationKind,
    Detection,
    Having,
    IndicatorMatch,
    Match,
    MeasureKind,
    NewTerms,
    Opaque,
    Sample,
    Sequence,
    Stage,
)
from isorule.ir.matchers import Present
from isorule.ir.predicates import And, Field, Predicate, Test, conjunction, disjunction
from isorule.ir.walk import predicates

_MOST_EVENTS = 2_000
"""Thresholds above this are not met by streams that are made here."""

_MOST_HITS = 100
"""Rules of a correlation that count more are not met by streams that are made here."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A condition of a detection, and the fields by whose values its events belong together.

    `groups` are fields of which an event needs all of some group.
    """

    where: Predicate
    keys: tuple[Field, ...] = ()
    groups: tuple[tuple[str, ...], ...] = ()

    @property
    def whole(self) -> Predicate:
        """The condition together with what its keys ask: an event without a value for one is no event of the clause."""
        needed: tuple[Predicate, ...] = tuple(_present(key.path) for key in self.keys if not key.optional)
        if self.groups and all(self.groups):
            needed = (*needed, disjunction(tuple(conjunction(tuple(map(_present, group))) for group in self.groups)))
        return And((self.where, *needed)) if needed else self.where


def _present(path: str) -> Predicate:
    return Test(Field(path), Present())


@dataclass(frozen=True, slots=True)
class Outline:
    """The parts of a detection that streams are made from.

    `clauses` are all conditions in the order of `predicates`; `slots` are the clauses of the events of an alert, in
    order where that counts; `counts` are the numbers of such events beside which the answer changes, `distinct` the
    fields of which different values are counted, `spans` lengths of time in milliseconds, `equal` pairs of fields of
    an event and of an indicator; `stops` are clauses that no event may meet, with the number of slots before them.
    """

    clauses: tuple[Clause, ...]
    slots: tuple[int, ...]
    counts: tuple[int, ...] = (1,)
    distinct: tuple[str, ...] = ()
    spans: tuple[int, ...] = ()
    equal: tuple[tuple[str, str], ...] = ()
    stops: tuple[tuple[int, int], ...] = ()


def outline(detection: Detection) -> Outline:
    """The outline of a detection that isorule understands."""
    match detection:
        case Match(where, pipes):
            counts = {count for pipe in pipes for count in (pipe.count, pipe.count + 1)}
            return Outline((Clause(where),), (0,), _within({1, *counts}))
        case Sequence():
            until = (detection.until,) if detection.until is not None else ()
            stages = (*detection.stages, *until)
            ordinary = tuple(
                place for place, stage in enumerate(detection.stages) if not stage.missing for _ in range(stage.runs)
            )
            spans = () if detection.maxspan is None else (detection.maxspan,)
            return Outline(_clauses(stages, detection.by), ordinary, spans=spans, stops=_stops(detection))
        case Sample():
            return Outline(_clauses(detection.stages, detection.by), tuple(range(len(detection.stages))))
        case Aggregate():
            clause = Clause(detection.where, tuple(map(Field, detection.by)))
            distinct = (path for having in detection.having for path in _counted(having))
            spans = () if detection.window.span is None else (detection.window.span,)
            edges = {edge for having in detection.having for edge in _edges(having)}
            return Outline((clause,), (0,), _within(edges or {1}), tuple(dict.fromkeys(distinct)), spans)
        case NewTerms(where, fields):
            return Outline((Clause(where, tuple(map(Field, fields))),), (0,))
        case IndicatorMatch(where, indicators):
            pairs = ((entry.event_field, entry.indicator_field) for group in detection.mapping for entry in group)
            asked = [[entry for entry in group if not entry.negated] for group in detection.mapping]
            events = tuple(tuple(entry.event_field for entry in group) for group in asked)
            known = tuple(tuple(entry.indicator_field for entry in group) for group in asked)
            clauses = Clause(where, groups=events), Clause(indicators, groups=known)
            return Outline(clauses, (0,), equal=tuple(dict.fromkeys(pairs)))
        case Correlation():
            return _correlation(detection)
        case Opaque():
            return Outline((), ())
        case _:
            assert_never(detection)


def _correlation(correlation: Correlation) -> Outline:
    clauses = tuple(_correlated(correlation, ()))
    parts = tuple(_correlations(correlation))
    spans = tuple(dict.fromkeys(part.span for part in parts))
    distinct = tuple(dict.fromkeys(path for part in parts for having in part.having for path in _counted(having)))
    if correlation.kind is not CorrelationKind.MEASURE:
        return Outline(clauses, tuple(_hits(correlation)), distinct=distinct, spans=spans)
    edges = {edge for having in correlation.having for edge in _edges(having)}
    return Outline(clauses, (0,), _within(edges or {1}), distinct, spans)


def _clauses(stages: tuple[Stage, ...], by: tuple[Field, ...]) -> tuple[Clause, ...]:
    return tuple(Clause(stage.where, (*by, *stage.by)) for stage in stages)


def _stops(sequence: Sequence) -> tuple[tuple[int, int], ...]:
    """The missing-event clauses where they stand, and `until` before the last event."""
    found: list[tuple[int, int]] = []
    before = 0
    for place, stage in enumerate(sequence.stages):
        if stage.missing:
            found.append((place, before))
        else:
            before += stage.runs
    if sequence.until is not None:
        found.append((len(sequence.stages), before - 1))
    return tuple(found)


def _correlated(correlation: Correlation, outer: tuple[Field, ...]) -> Iterator[Clause]:
    """The clauses of all items, also of those of inner correlations, in the order of the text."""
    for item in correlation.items:
        keys = (*item.keys, *outer)
        match item.detection:
            case Match(where):
                yield Clause(where, keys)
            case Correlation():
                yield from _correlated(item.detection, keys)
            case _:
                yield from (Clause(where, keys) for where in predicates(item.detection))


def _correlations(correlation: Correlation) -> Iterator[Correlation]:
    """A correlation and those inside it."""
    yield correlation
    for item in correlation.items:
        if isinstance(item.detection, Correlation):
            yield from _correlations(item.detection)


def _hits(correlation: Correlation) -> Iterator[int]:
    """The clauses of a temporal correlation, each as often as its rule counts its events."""
    place = 0
    for item in correlation.items:
        clauses = len(predicates(item.detection))
        for having in item.detection.having if isinstance(item.detection, Correlation) else ():
            least = min(_edges(having)[1], _MOST_HITS)
            yield from (place for _ in range(least - 1))
        yield from range(place, place + clauses)
        place += clauses


def _counted(having: Having) -> tuple[str, ...]:
    return having.measure.fields if having.measure.kind is MeasureKind.CARDINALITY else ()


def _edges(having: Having) -> tuple[int, ...]:
    if having.measure.kind not in (MeasureKind.COUNT, MeasureKind.CARDINALITY):
        return (1, 2)
    at = int(having.threshold)
    return (at - 1, at, at + 1)


def _within(counts: set[int]) -> tuple[int, ...]:
    return tuple(sorted(count for count in counts if 0 < count <= _MOST_EVENTS))
