"""Correlations and the detections that they stand for give alerts at the same events for the same keys.

`isorule.ir.streams` rests on this, and with it the verdict on every converted sequence.
"""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from isorule.evaluation import Alert, RuleSet, evaluate_detection
from isorule.ir.axes import Case
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
    Sequence,
    Stage,
    Window,
    WindowKind,
)
from isorule.ir.matchers import Equals, OneOf
from isorule.ir.predicates import Field, Predicate, Test
from isorule.ir.rule import DataSource, Metadata, Rule
from isorule.ir.streams import stream_form

KINDS = "abcd"

events = st.lists(
    st.fixed_dictionaries(
        {
            "gap": st.integers(0, 4),
            "kind": st.sampled_from(KINDS) | st.lists(st.sampled_from(KINDS), min_size=2, max_size=3),
            "user": st.sampled_from(["x", "y", ["x", "y"], None]),
            "target": st.sampled_from(["x", "y", None]),
        }
    ),
    max_size=25,
)


def stream(drawn: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The events with a time: `gap` milliseconds after the event before."""
    out: list[dict[str, Any]] = []
    time = 0
    for number, event in enumerate(drawn):
        time += event["gap"]
        out.append({"@timestamp": time, "n": number, **{k: v for k, v in event.items() if k != "gap"}})
    return out


conditions = st.lists(st.sampled_from(KINDS), min_size=1, max_size=2, unique=True)
spans = st.integers(1, 12)


def condition(kinds: list[str]) -> Predicate:
    options = tuple(Equals(kind, Case.SENSITIVE) for kind in kinds)
    return Test(Field("kind"), options[0] if len(options) == 1 else OneOf(options))


def item(number: int, kinds: list[str], key: str) -> CorrelationItem:
    return CorrelationItem(f"rule_{number}", Match(condition(kinds)), (Field(key),))


def told(alerts: list[Alert], *, whole: bool) -> list[Any]:
    """Each alert as its keys and its last event, or all of its events."""
    return [(alert.keys, [event["n"] for event in alert.events if event][0 if whole else -1 :]) for alert in alerts]


@settings(max_examples=400, deadline=None)
@given(events, st.lists(st.tuples(conditions, st.sampled_from(["user", "target"])), min_size=2, max_size=4), spans)
def test_an_ordered_correlation_alerts_where_the_sequence_does(
    drawn: list[dict[str, Any]], parts: list[tuple[list[str], str]], span: int
) -> None:
    correlation = Correlation(
        CorrelationKind.TEMPORAL_ORDERED,
        tuple(item(number, kinds, key) for number, (kinds, key) in enumerate(parts)),
        ("who",),
        span,
    )
    sequence = Sequence(tuple(Stage(condition(kinds), (Field(key),)) for kinds, key in parts), maxspan=span)
    assert stream_form(correlation) == sequence
    given_events = stream(drawn)
    expected = told(evaluate_detection(sequence, given_events), whole=False)
    assert told(evaluate_detection(correlation, given_events), whole=False) == expected


measures = st.sampled_from(
    [
        Measure(MeasureKind.COUNT),
        Measure(MeasureKind.CARDINALITY, ("target",)),
        Measure(MeasureKind.CARDINALITY, ("target", "kind")),
        Measure(MeasureKind.SUM, ("n",)),
        Measure(MeasureKind.AVERAGE, ("n",)),
        Measure(MeasureKind.PERCENTILE, ("n",), 50),
    ]
)
havings = st.builds(Having, measures, st.sampled_from(list(Comparison)), st.integers(0, 6))


@settings(max_examples=300, deadline=None)
@given(events, conditions, conditions, havings, spans)
def test_a_measuring_correlation_alerts_where_the_aggregate_does(
    drawn: list[dict[str, Any]], first: list[str], second: list[str], having: Having, span: int
) -> None:
    correlation = Correlation(
        CorrelationKind.MEASURE, (item(0, first, "user"), item(1, second, "user")), ("user",), span, (having,)
    )
    form = stream_form(correlation)
    assert isinstance(form, Aggregate)
    assert form.window == Window(WindowKind.SLIDING, span)
    given_events = stream(drawn)
    expected = told(evaluate_detection(form, given_events), whole=True)
    assert told(evaluate_detection(correlation, given_events), whole=True) == expected


@settings(max_examples=200, deadline=None)
@given(events, conditions, st.integers(2, 4), spans)
def test_counting_holds_where_a_repeated_clause_matches(
    drawn: list[dict[str, Any]], kinds: list[str], runs: int, span: int
) -> None:
    """A sequence of one clause `with runs` alerts for a key and stream if and only if the count of its events does."""
    count = Having(Measure(MeasureKind.COUNT), Comparison.GTE, runs)
    correlation = Correlation(CorrelationKind.MEASURE, (item(0, kinds, "user"),), ("user",), span, (count,))
    sequence: Detection = Sequence((Stage(condition(kinds), (Field("user"),), runs),), maxspan=span)
    given_events = stream(drawn)
    counted, matched = evaluate_detection(correlation, given_events), evaluate_detection(sequence, given_events)
    assert {alert.keys for alert in counted} == {alert.keys for alert in matched}
    firsts = {alert.keys: alert.events[-1] for alert in reversed(matched)}
    assert all(firsts[alert.keys] is alert.events[-1] for alert in {a.keys: a for a in reversed(counted)}.values())


def chained(kinds: list[str], runs: int, span: int) -> Correlation:
    """A count of events inside of an ordered correlation."""
    count = Having(Measure(MeasureKind.COUNT), Comparison.GTE, runs)
    inner = Correlation(CorrelationKind.MEASURE, (item(0, kinds, "user"),), ("user",), span, (count,))
    items = (CorrelationItem("many", inner, (Field("user"),)), item(1, ["d"], "user"))
    return Correlation(CorrelationKind.TEMPORAL_ORDERED, items, ("user",), span)


@settings(max_examples=300, deadline=None)
@given(events, conditions, st.integers(2, 3), spans)
def test_a_count_inside_alerts_wherever_a_repeated_clause_among_others_does(
    drawn: list[dict[str, Any]], kinds: list[str], runs: int, span: int
) -> None:
    """The loss `runs-apart`: never fewer alerts, at the same events; more where all together take longer."""
    stages = (Stage(condition(kinds), (Field("user"),), runs), Stage(condition(["d"]), (Field("user"),)))
    given_events = stream(drawn)
    matched = told(evaluate_detection(Sequence(stages, maxspan=span), given_events), whole=False)
    correlated = told(evaluate_detection(chained(kinds, runs, span), given_events), whole=False)
    assert {keys for keys, _ in matched} <= {keys for keys, _ in correlated}


@settings(max_examples=300, deadline=None)
@given(events, conditions, st.integers(1, 3), havings, spans)
def test_a_rule_set_gives_the_alerts_of_a_correlation_event_by_event(
    drawn: list[dict[str, Any]], kinds: list[str], runs: int, having: Having, span: int
) -> None:
    plain = Correlation(CorrelationKind.TEMPORAL, (item(0, kinds, "user"), item(1, ["d"], "target")), ("who",), span)
    measured = Correlation(CorrelationKind.MEASURE, (item(0, kinds, "user"),), ("user",), span, (having,))
    detections = (plain, measured, chained(kinds, runs, span))
    given_events = stream(drawn)
    rules = [
        Rule(Metadata(str(number)), DataSource(), detection, "sigma-correlation")
        for number, detection in enumerate(detections)
    ]
    fed = list(RuleSet(rules).feed(given_events))
    for number, detection in enumerate(detections):
        own = [alert for alert in fed if alert.rule is rules[number]]
        assert told(own, whole=True) == told(evaluate_detection(detection, given_events), whole=True)
