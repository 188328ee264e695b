"""What is proved of two detections over several events holds on streams of events: the evaluator is asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from isorule.evaluation import evaluate_detection
from isorule.ir.detections import (
    Aggregate,
    Comparison,
    Correlation,
    CorrelationItem,
    CorrelationKind,
    Detection,
    Having,
    Match,
    Measure,
    MeasureKind,
    Sample,
    Sequence,
    Stage,
    Window,
    WindowKind,
)
from isorule.ir.matchers import Equals
from isorule.ir.predicates import Field, Predicate, Test
from isorule.verification.inclusion import included
from isorule.verification.outline import outline
from isorule.verification.relations import Relations

START = datetime(2024, 1, 1, tzinfo=UTC)
KINDS = ("x", "y")
conditions = st.sampled_from(KINDS).map(lambda kind: Test(Field("kind"), Equals(kind)))
spans = st.sampled_from((1_000, 2_000, 3_000))
keys = st.sampled_from((("host",), ("host", "user"), ("user", "host")))
counts = st.builds(
    Having, st.just(Measure(MeasureKind.COUNT)), st.sampled_from((Comparison.GTE, Comparison.GT)), st.integers(1, 3)
)
values = st.builds(
    Having, st.just(Measure(MeasureKind.CARDINALITY, ("file",))), st.just(Comparison.GTE), st.integers(1, 3)
)
off = st.sampled_from((0, 0, 0, 0, 1, -1))
havings = st.one_of(st.tuples(counts), st.tuples(values), st.tuples(counts, values))


def fields(by: tuple[str, ...]) -> tuple[Field, ...]:
    return tuple(map(Field, by))


@st.composite
def measures(draw: st.DrawFn, by: tuple[str, ...] | None = None) -> Correlation:
    names = draw(keys) if by is None else by
    items = (CorrelationItem("base", Match(draw(conditions)), fields(names)),)
    return Correlation(CorrelationKind.MEASURE, items, names, draw(spans), draw(havings))


@st.composite
def temporal(draw: st.DrawFn) -> Correlation:
    by = draw(keys)
    parts: list[Match | Correlation] = draw(
        st.lists(st.one_of(conditions.map(Match), measures(by), measures(by[:1])), min_size=1, max_size=3)
    )
    items = tuple(CorrelationItem(f"item {at}", part, fields(by)) for at, part in enumerate(parts))
    kind = draw(st.sampled_from((CorrelationKind.TEMPORAL, CorrelationKind.TEMPORAL_ORDERED)))
    return Correlation(kind, items, by, draw(spans))


@st.composite
def sequences(draw: st.DrawFn) -> Sequence:
    stages = draw(st.lists(st.builds(Stage, conditions, runs=st.integers(1, 3)), min_size=1, max_size=2))
    return Sequence(tuple(stages), fields(draw(keys)), draw(spans))


samples = st.builds(
    lambda stages, by: Sample(tuple(stages), fields(by)),
    st.lists(conditions.map(Stage), min_size=2, max_size=2),
    keys,
)
aggregates = st.builds(Aggregate, conditions, keys, st.builds(Window, st.just(WindowKind.SLIDING), spans), havings)
detections = st.one_of(temporal(), temporal(), sequences(), aggregates, samples, measures(), conditions.map(Match))


@st.composite
def near(draw: st.DrawFn) -> tuple[Detection, Detection]:
    """A detection, and a temporal correlation or aggregate that asks for much the same."""
    span = draw(spans)
    by = draw(keys)
    match draw(st.integers(0, 2)):
        case 0:
            stages = draw(st.lists(st.builds(Stage, conditions, runs=st.integers(1, 3)), min_size=1, max_size=3))
            counted = [max(1, stage.runs + draw(off)) for stage in stages]
            parts: list[Detection] = [
                counting(stage.where, by, draw(st.just(span) | spans), count) if count > 1 else Match(stage.where)
                for stage, count in zip(stages, counted, strict=True)
            ]
            first: Detection = Sequence(tuple(stages), fields(by), span)
            ordered = draw(st.sampled_from((CorrelationKind.TEMPORAL, CorrelationKind.TEMPORAL_ORDERED)))
        case 1:
            having = (draw(counts), draw(values))
            where = draw(conditions)
            first = Aggregate(where, by, Window(WindowKind.SLIDING, span), having)
            parts = [
                Correlation(
                    CorrelationKind.MEASURE, (CorrelationItem("base", Match(where), fields(by)),), by, span, (h,)
                )
                for h in having
            ]
            ordered, span = CorrelationKind.TEMPORAL, 1_000
        case _:
            return draw(temporal()), draw(temporal())
    items = tuple(CorrelationItem(f"item {at}", part, fields(by)) for at, part in enumerate(parts))
    return first, Correlation(ordered, items, by, span)


def counting(where: Predicate, by: tuple[str, ...], span: int, count: int) -> Correlation:
    having = (Having(Measure(MeasureKind.COUNT), Comparison.GTE, count),)
    return Correlation(CorrelationKind.MEASURE, (CorrelationItem("base", Match(where), fields(by)),), by, span, having)


events = st.fixed_dictionaries(
    {
        "kind": st.sampled_from((*KINDS, *KINDS, list(KINDS))),
        "host": st.sampled_from(("a", "a", "a", ["a", "b"])),
        "user": st.sampled_from(("u", "u", "u", "v")),
        "file": st.sampled_from(("1", "2", ["1", "2", "3"])),
    }
)
streams = st.lists(st.tuples(events, st.sampled_from((0, 1, 500, 999, 1_000, 2_000))), min_size=1, max_size=9)


def alerts(detection: Detection, stream: list[tuple[dict[str, object], int]]) -> bool:
    time = START
    given_events = []
    for event, gap in stream:
        time += timedelta(milliseconds=gap)
        given_events.append({**event, "@timestamp": time.isoformat()})
    return bool(evaluate_detection(detection, given_events))


def relations(first: Detection, second: Detection) -> Relations:
    """Of these conditions only equal ones hold of the same events."""
    sides = [[clause.where for clause in outline(side).clauses] for side in (first, second)]

    def same(ours: int, theirs: int) -> bool:
        return sides[0][ours] == sides[1][theirs]

    return Relations(same, same)


@settings(max_examples=600, deadline=None)
@given(st.one_of(near(), near(), st.tuples(detections, detections)), st.lists(streams, min_size=3, max_size=8))
def test_what_is_included_alerts_too(
    pair: tuple[Detection, Detection], found: list[list[tuple[dict[str, object], int]]]
) -> None:
    first, second = pair
    forward = included(first, second, relations(first, second))
    backward = included(second, first, relations(second, first))
    assume(forward or backward)
    for stream in found:
        answers = alerts(first, stream), alerts(second, stream)
        assert not forward or answers[1] or not answers[0], (first, second)
        assert not backward or answers[0] or not answers[1], (first, second)
