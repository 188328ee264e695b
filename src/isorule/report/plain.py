"""A detection in plain language: an indented tree, one line a node."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import assert_never

from isorule.ir.detections import (
    Aggregate,
    Comparison,
    Correlation,
    Detection,
    Having,
    IndicatorMatch,
    Match,
    Measure,
    MeasureKind,
    NewTerms,
    Opaque,
    Pipe,
    PipeKind,
    Sample,
    Sequence,
    Stage,
    Window,
    WindowKind,
)
from isorule.ir.predicates import And, Const, Field, Nested, Not, Or, Predicate, Test
from isorule.report.plain_correlations import correlation_lines, measure_of_rules
from isorule.report.plain_tests import sentence

Line = tuple[int, str]
"""How deep a line is indented, and its text."""

Remarks = Callable[[Predicate], Iterable[str]]
"""Lines to add below a predicate of the detection, which is told by its identity."""


def no_remarks(_: Predicate) -> Iterable[str]:
    """Nothing to add."""
    return ()


_COMPARISON = {
    Comparison.GT: "is greater than",
    Comparison.GTE: "is at least",
    Comparison.LT: "is less than",
    Comparison.LTE: "is at most",
    Comparison.EQ: "is",
    Comparison.NEQ: "is not",
}
_UNITS = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s"), (1, "ms"))


def explain(detection: Detection, remarks: Remarks = no_remarks) -> str:
    """The detection as lines of text, two blanks for each level, with remarks one level below what they speak of."""
    return "".join(f"{'  ' * depth}{text}\n" for depth, text in _detection(detection, remarks))


def _detection(detection: Detection, remarks: Remarks) -> Iterator[Line]:
    match detection:
        case Match(where, pipes):
            yield 0, f"every event{_piped(pipes)} for which"
            yield from _predicate(where, 1, remarks)
        case Sequence():
            yield from _sequence(detection, remarks)
        case Sample(stages, by, pipes):
            yield 0, f"{len(stages)} events in any order{_keyed(by)}{_piped(pipes)}"
            yield from _stages(stages, remarks)
        case Aggregate(where, by, window, having):
            yield 0, f"events counted together{_grouped(by)}{_windowed(window)}, where"
            yield from ((1, _having(condition)) for condition in having)
            yield 0, "counting every event for which"
            yield from _predicate(where, 1, remarks)
        case NewTerms(where, fields, history_start):
            values = f"the value of {fields[0]}" if len(fields) == 1 else f"the combination of {_listed(fields)}"
            yield 0, f"every event with {values} not seen since {history_start}, for which"
            yield from _predicate(where, 1, remarks)
        case IndicatorMatch():
            yield from _indicators(detection, remarks)
        case Correlation(having=having):
            lines = partial(_detection, remarks=remarks)
            yield from correlation_lines(detection, list(map(_having, having)), duration(detection.span), lines)
        case Opaque(language, _, why):
            yield 0, f"a detection that isorule keeps but does not read ({language}): {why}"
        case _:
            assert_never(detection)


def _sequence(sequence: Sequence, remarks: Remarks) -> Iterator[Line]:
    within = f" within {duration(sequence.maxspan)}" if sequence.maxspan is not None else ""
    head = f"{len(sequence.stages)} events in order of time{within}"
    yield 0, f"{head}{_keyed(sequence.by)}{_piped(sequence.pipes)}"
    yield from _stages(sequence.stages, remarks)
    if sequence.until is not None:
        yield 1, f"given up at an event{_own_keys(sequence.until)} for which"
        yield from _predicate(sequence.until.where, 2, remarks)


def _stages(stages: tuple[Stage, ...], remarks: Remarks) -> Iterator[Line]:
    for number, stage in enumerate(stages, start=1):
        noun = "no event" if stage.missing else "an event" if stage.runs == 1 else f"{stage.runs} events"
        yield 1, f"{number}. {noun}{_own_keys(stage)} for which"
        yield from _predicate(stage.where, 2, remarks)


def _indicators(detection: IndicatorMatch, remarks: Remarks) -> Iterator[Line]:
    yield 0, f"every event that meets an indicator of {_listed(detection.indicator_indices)} in one of these ways"
    for group in detection.mapping:
        relations = (
            f"{entry.event_field} {'is not' if entry.negated else 'is'} the indicator's {entry.indicator_field}"
            for entry in group
        )
        yield 1, " and ".join(relations)
    yield 0, "and for which"
    yield from _predicate(detection.where, 1, remarks)
    yield 0, "with indicators for which"
    yield from _predicate(detection.indicators, 1, remarks)


def _predicate(predicate: Predicate, depth: int, remarks: Remarks, *, under_not: bool = False) -> Iterator[Line]:
    yield from _told(predicate, depth, remarks, under_not=under_not)
    yield from ((depth + 1, text) for text in remarks(predicate))


def _told(predicate: Predicate, depth: int, remarks: Remarks, *, under_not: bool) -> Iterator[Line]:
    match predicate:
        case Const(value):
            yield depth, {True: "always", False: "never", None: "never (null)"}[value]
        case Test():
            yield depth, sentence(predicate, under_not=under_not)
        case Not(Test() as test):
            yield depth, sentence(test, negated=True, under_not=under_not)
        case Not(Or() as alternatives):
            yield depth, "none of these"
            yield from _predicates(_terms(alternatives), depth + 1, remarks, under_not=True)
        case Not(term):
            yield depth, "not"
            yield from _predicate(term, depth + 1, remarks, under_not=True)
        case And():
            yield depth, "all of these"
            yield from _predicates(_terms(predicate), depth + 1, remarks, under_not=under_not)
        case Or():
            yield depth, "one or more of these"
            yield from _predicates(_terms(predicate), depth + 1, remarks, under_not=under_not)
        case Nested(path, term):
            yield depth, f"some one object in {path} for which"
            yield from _predicate(term, depth + 1, remarks, under_not=under_not)
        case _:
            assert_never(predicate)


def _terms(predicate: And | Or) -> list[Predicate]:
    """The terms, with those of a term of the same kind in its place: `a and (b and c)` reads as one list."""
    kind = type(predicate)
    return [inner for term in predicate.terms for inner in (_terms(term) if isinstance(term, kind) else [term])]


def _predicates(terms: Iterable[Predicate], depth: int, remarks: Remarks, *, under_not: bool) -> Iterator[Line]:
    for term in terms:
        yield from _predicate(term, depth, remarks, under_not=under_not)


def duration(milliseconds: int) -> str:
    """A span of time in the largest unit that divides it: `90s`, `2m`."""
    size, unit = next((size, unit) for size, unit in _UNITS if milliseconds % size == 0)
    return f"{milliseconds // size}{unit}"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names)


def _keys(fields: tuple[Field, ...]) -> str:
    return ", ".join(f"{field.path}{' (may be missing)' if field.optional else ''}" for field in fields)


def _keyed(by: tuple[Field, ...]) -> str:
    return f", all with the same {_keys(by)}" if by else ""


def _own_keys(stage: Stage) -> str:
    return f", its key {_keys(stage.by)}," if stage.by else ""


def _grouped(by: tuple[str, ...]) -> str:
    return f" by {_listed(by)}" if by else ""


def _piped(pipes: tuple[Pipe, ...]) -> str:
    words = {PipeKind.HEAD: "first", PipeKind.TAIL: "last"}
    return "".join(f" (of the results only the {words[pipe.kind]} {pipe.count})" for pipe in pipes)


def _windowed(window: Window) -> str:
    if window.span is None:
        return " over what a run of the rule looks at"
    words = {
        WindowKind.LOOKBACK: "over one run's",
        WindowKind.SLIDING: "over any",
        WindowKind.TUMBLING: "over each full",
    }
    return f" {words[window.kind]} {duration(window.span)}"


def _having(having: Having) -> str:
    return f"{_measure(having.measure)} {_COMPARISON[having.comparison]} {having.threshold:g}"


def _measure(measure: Measure) -> str:
    fields = _listed(measure.fields)
    match measure.kind:
        case MeasureKind.COUNT:
            return f"the number of events with {fields}" if fields else "the number of events"
        case MeasureKind.CARDINALITY:
            return f"the number of different values of {fields}"
        case MeasureKind.SUM:
            return f"the sum of {fields}"
        case MeasureKind.AVERAGE:
            return f"the average of {fields}"
        case MeasureKind.PERCENTILE:
            return f"the percentile {measure.rank:g} of {fields}"
        case MeasureKind.RULES:
            return measure_of_rules()
        case _:
            assert_never(measure.kind)
