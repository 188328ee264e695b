"""Sequences and samples: events that share keys, in order and within a span, and each of these the other way round."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain, islice

from isorule.diagnostics import IsoruleError
from isorule.ir.detections import Sample, Sequence, Stage
from isorule.ir.matchers import Scalar
from isorule.ir.predicates import Field, Not, Predicate
from isorule.ir.walk import leaves
from isorule.synthesis.cases import Kind
from isorule.synthesis.collecting import Collector
from isorule.synthesis.judging import Judge, Stream, Timed
from isorule.synthesis.makers import Maker
from isorule.synthesis.questions import Missed
from isorule.synthesis.scene import Scene
from isorule.synthesis.terms import has, is_none_of, shared
from isorule.verification.cells import Values
from isorule.verification.witness import event_of

_APART = 1000
_LEADERS = 3
"""So many matches of each stage are tried as the one whose keys the others take over."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause that an event fills: its number in the rule, its stage, the paths of its keys."""

    number: int
    stage: Stage
    keys: tuple[Field, ...]

    @property
    def part(self) -> str:
        """How conditions name it."""
        return f"event {self.number}"


@dataclass(frozen=True, slots=True)
class Solved:
    """One match: for each clause its maker and its values, and the values of the keys."""

    makers: tuple[Maker, ...]
    values: tuple[Values, ...]
    keys: tuple[Scalar, ...]


class _Sequences:
    def __init__(self, detection: Sequence | Sample, scene: Scene, judge: Judge) -> None:
        self.detection = detection
        self.scene = scene
        self.judge = judge
        self.clauses = [
            Clause(number, stage, (*detection.by, *stage.by))
            for number, stage in enumerate(detection.stages, 1)
            if not stage.missing
        ]
        self.step = self._step()

    def _step(self) -> int:
        """Milliseconds between events, so that all of them fit into the span."""
        span = self.detection.maxspan if isinstance(self.detection, Sequence) else None
        count = sum(clause.stage.runs for clause in self.clauses)
        return _APART if span is None else max(1, min(_APART, span // (count + 1)))

    def source(self, path: str) -> str:
        """Where events have the values of a field."""
        return self.scene.setting.fields.reader(path).source

    # --- one match ---

    def solve(self, number: int) -> Solved | Missed:
        """Values for all clauses that share their keys and that the evaluator gives an alert for."""
        missed = Missed.NONE if len(self.clauses) == 1 else Missed.UNKNOWN
        for avoid in (self._avoided(), ()) if self._avoided() else ((),):
            for leader in sorted(self.clauses, key=self._freedom):
                for attempt in range(_LEADERS):
                    found = self._led_by(leader, number + attempt, avoid)
                    if isinstance(found, Missed):
                        missed = found if len(self.clauses) == 1 else missed
                        continue
                    if self.judge.alerts(self.stream(found)):
                        return found
        return missed

    def _avoided(self) -> tuple[Predicate, ...]:
        """What no event of a match should meet by the way: `until`, and the clauses for missing events."""
        if not isinstance(self.detection, Sequence):
            return ()
        until = (self.detection.until,) if self.detection.until is not None else ()
        missing = (stage for stage in self.detection.stages if stage.missing)
        return tuple(Not(stage.where) for stage in chain(until, missing))

    def _freedom(self, clause: Clause) -> int:
        """How free the keys of a clause are: fewer conditions on them come first with a greater number."""
        keys = {key.path for key in clause.keys}
        tests = (test for test, _ in leaves(clause.stage.where))
        return -sum(isinstance(test.subject, Field) and test.subject.path in keys for test in tests)

    def _led_by(self, leader: Clause, number: int, avoid: tuple[Predicate, ...]) -> Solved | Missed:
        needs = tuple(has(key.path) for key in leader.keys)
        first = self._maker(leader, (*needs, *avoid)).match(number)
        if isinstance(first, Missed):
            return first
        keys = tuple(first[self.source(key.path)][0] for key in leader.keys)
        makers: list[Maker] = []
        values: list[Values] = []
        for clause in self.clauses:
            maker = self._maker(clause, (*shared(dict(self._named(clause, keys))), *avoid))
            found = maker.match(number + clause.number - 1)
            if isinstance(found, Missed):
                return found
            makers.append(maker)
            values.append(found)
        return Solved(tuple(makers), tuple(values), keys)

    def _named(self, clause: Clause, keys: tuple[Scalar, ...]) -> Iterator[tuple[str, Scalar]]:
        yield from ((key.path, value) for key, value in zip(clause.keys, keys, strict=True))

    def _maker(self, clause: Clause, extra: tuple[Predicate, ...]) -> Maker:
        return Maker(clause.stage.where, self.scene, extra)

    # --- streams of it ---

    def stream(self, solved: Solved, changed: Mapping[int, Values] | None = None) -> Stream:
        """The events of a match in order; `changed` has other values for the clauses at some indexes."""
        events: list[Timed] = []
        for index, clause in enumerate(self.clauses):
            values = (changed or {}).get(index, solved.values[index])
            start = len(events)
            events += [Timed(values, (start + run) * self.step) for run in range(clause.stage.runs)]
        return Stream(tuple(events))

    def with_keys(self, values: Values, clause: Clause, slot: int, solved: Solved) -> Values | Missed:
        """The values of a clause with another value of one key; NONE where its conditions allow no other."""
        path = clause.keys[slot].path
        where = self._maker(clause, ())
        for value in islice(self.scene.values(path, 11), 3):
            changed = values | {self.source(path): [value]}
            if value != solved.keys[slot] and where.question.matches(event_of(changed)):
                return changed
        kept = {
            key.path: value for at, (key, value) in enumerate(zip(clause.keys, solved.keys, strict=True)) if at != slot
        }
        maker = self._maker(clause, (*shared(kept), has(path), is_none_of(path, [solved.keys[slot]])))
        return maker.match(0)


def make_sequences(
    detection: Sequence | Sample, scene: Scene, judge: Judge, out: Collector, matching: int, near_miss: bool
) -> None:
    """Matching streams, and near misses: conditions of each clause, order, span, keys, runs, until, missing."""
    work = _Sequences(detection, scene, judge)
    first: Solved | None = None
    for number in range(max(matching, 1 if near_miss else 0)):
        found = work.solve(number)
        if isinstance(found, Missed):
            out.unmatched(found, "stream of events")
            break
        first = first or found
        if number < matching:
            out.match(work.stream(found))
    if near_miss and first is not None:
        _conditions(work, first, out)
        _keys(work, first, out)
        if isinstance(detection, Sequence):
            _order(work, first, out)
            _span(work, detection, first, out)
            _intruders(work, detection, first, out)
        _runs(work, first, out)


def _conditions(work: _Sequences, solved: Solved, out: Collector) -> None:
    for index, clause in enumerate(work.clauses):

        def place(values: Values, index: int = index) -> Stream:
            return work.stream(solved, {index: values})

        part = clause.part if len(work.clauses) > 1 else None
        out.vary(solved.makers[index], [solved.values[index]], place, part)


def _order(work: _Sequences, solved: Solved, out: Collector) -> None:
    if len(work.clauses) < 2:
        return
    events = work.stream(solved).events
    last = events[-1].at
    turned = Stream(tuple(replace(timed, at=last - timed.at) for timed in events))
    out.near_miss(Kind.ORDER, "the events come in this order", turned)


def _span(work: _Sequences, detection: Sequence, solved: Solved, out: Collector) -> None:
    events = work.stream(solved).events
    if detection.maxspan is None or len(events) < 2:
        return
    late = replace(events[-1], at=events[0].at + detection.maxspan + 1)
    out.near_miss(Kind.SPAN, f"all events within {detection.maxspan} ms", Stream((*events[:-1], late)))


def _keys(work: _Sequences, solved: Solved, out: Collector) -> None:
    """For each key, the last event with another value of it."""
    clause, index = work.clauses[-1], len(work.clauses) - 1
    events = work.stream(solved).events
    if len(events) < 2:
        return
    for slot, _ in enumerate(clause.keys):
        names = " and ".join(dict.fromkeys(other.keys[slot].path for other in work.clauses))
        words = f"the same {names} in all events"
        changed = work.with_keys(solved.values[index], clause, slot, solved)
        if changed is Missed.NONE:
            out.without_near_miss(words, "implied-condition")
        elif isinstance(changed, Missed):
            out.near_miss(Kind.KEY, words, None)
        else:
            out.near_miss(Kind.KEY, words, Stream((*events[:-1], replace(events[-1], values=changed))))


def _runs(work: _Sequences, solved: Solved, out: Collector) -> None:
    at = 0
    events = work.stream(solved).events
    for clause in work.clauses:
        if clause.stage.runs > 1:
            fewer = Stream((*events[:at], *events[at + 1 :]))
            out.near_miss(Kind.FEWER, f"{clause.stage.runs} such events", fewer, clause.part)
        at += clause.stage.runs


def _intruders(work: _Sequences, detection: Sequence, solved: Solved, out: Collector) -> None:
    """An event of `until`, or of a clause for a missing event, where it must not be."""
    if detection.until is not None:
        last = work.stream(solved).events[-1].at
        stream = _with(work, detection.until, solved, 2 * last - 1)
        out.near_miss(Kind.ENDED, "no event of `until` before the last event", stream, "until")
    before = 0
    for number, stage in enumerate(detection.stages, 1):
        if stage.missing:
            stream = _with(work, stage, solved, 2 * before * work.step - work.step)
            out.near_miss(Kind.UNWANTED, "no such event in this place", stream, f"event {number}")
        else:
            before += stage.runs


def _with(work: _Sequences, stage: Stage, solved: Solved, half: int) -> Stream | None:
    """The match with an event of a stage with the same keys in it, at half so many milliseconds."""
    keys = (*work.detection.by, *stage.by)
    known = {key.path: value for key, value in zip(keys, solved.keys, strict=False)}
    try:
        found = Maker(stage.where, work.scene, shared(known)).match(0)
    except IsoruleError:
        return None
    if isinstance(found, Missed):
        return None
    events = (replace(timed, at=2 * timed.at) for timed in work.stream(solved).events)
    doubled = sorted((*events, Timed(found, half)), key=lambda timed: timed.at)
    start = min(0, half)
    return Stream(tuple(replace(timed, at=(timed.at - start) // 2) for timed in doubled))
