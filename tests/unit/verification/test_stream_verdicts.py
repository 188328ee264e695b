"""Verdicts on thresholds, new terms, indicator matches and correlations, which have no query of their own."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from isorule.evaluation import evaluate_detection
from isorule.ir.detections import (
    UNRESOLVED,
    Aggregate,
    Comparison,
    Correlation,
    CorrelationItem,
    CorrelationKind,
    Detection,
    Having,
    IndicatorEntry,
    IndicatorMatch,
    Match,
    Measure,
    MeasureKind,
    NewTerms,
    Opaque,
    Sequence,
    Stage,
    Window,
    WindowKind,
)
from isorule.ir.matchers import Equals
from isorule.ir.predicates import Field, Predicate, Test
from isorule.ir.schema import FieldInfo, FieldSchema, FieldType
from isorule.verification import Budget, VerdictKind, compare

SCHEMA = FieldSchema({"@timestamp": FieldInfo(FieldType.DATE), "ip": FieldInfo(FieldType.IP)})
IDENTICAL, EQUIVALENT, WIDER, NARROWER, DIVERGENT, UNDECIDED = VerdictKind
MINUTE = 60_000
ORDERED, TEMPORAL, MEASURE = CorrelationKind.TEMPORAL_ORDERED, CorrelationKind.TEMPORAL, CorrelationKind.MEASURE


def is_(path: str, value: str) -> Predicate:
    return Test(Field(path), Equals(value))


def at_least(count: float, *fields: str) -> Having:
    kind = MeasureKind.CARDINALITY if fields else MeasureKind.COUNT
    return Having(Measure(kind, fields), Comparison.GTE, count)


def threshold(count: float, *by: str, where: Predicate | None = None, window: Window | None = None) -> Aggregate:
    return Aggregate(where or is_("a", "x"), by, window or Window(WindowKind.LOOKBACK), (at_least(count),))


def sliding(span: int) -> Window:
    return Window(WindowKind.SLIDING, span)


def correlation(kind: CorrelationKind, *conditions: Predicate, span: int = MINUTE, count: float = 0) -> Correlation:
    items = tuple(
        CorrelationItem(f"rule {number}", Match(where), (Field("host"),)) for number, where in enumerate(conditions)
    )
    return Correlation(kind, items, ("host",), span, (at_least(count),) if count else ())


def sequence(*conditions: Predicate, span: int | None = MINUTE) -> Sequence:
    return Sequence(tuple(map(Stage, conditions)), (Field("host"),), span)


def counting(where: Predicate, *having: Having, span: int = MINUTE) -> Correlation:
    """A correlation that measures the events of one rule."""
    return Correlation(MEASURE, (CorrelationItem("base", Match(where), (Field("host"),)),), ("host",), span, having)


def chained(kind: CorrelationKind, *inner: Predicate | Correlation, span: int = MINUTE) -> Correlation:
    """A temporal correlation of rules and of correlations."""
    parts = [part if isinstance(part, Correlation) else Match(part) for part in inner]
    items = tuple(CorrelationItem(f"part {at}", part, (Field("host"),)) for at, part in enumerate(parts))
    return Correlation(kind, items, ("host",), span)


def repeated(*clauses: tuple[Predicate, int], span: int = MINUTE) -> Sequence:
    return Sequence(tuple(Stage(where, runs=runs) for where, runs in clauses), (Field("host"),), span)


def looking_back(span: int) -> Window:
    return Window(WindowKind.LOOKBACK, span)


X, Y = is_("a", "x"), is_("a", "y")
CARDINALITY = replace(threshold(3), having=(at_least(1), at_least(3, "user")))
BOTH = replace(threshold(3, "host", window=sliding(MINUTE)), having=(at_least(3), at_least(2, "user")))
NEW = NewTerms(X, ("user",), "now-7d")
ENTRY = IndicatorEntry("ip", "bad.ip")
INDICATORS = IndicatorMatch(X, is_("kind", "ip"), (), ((ENTRY,),))

CASES: dict[str, tuple[Detection, Detection, VerdictKind]] = {
    "a higher threshold": (threshold(5), threshold(6), NARROWER),
    "a lower threshold": (threshold(5), threshold(4), WIDER),
    "another order of groups": (threshold(2, "b", "c"), threshold(2, "c", "b"), EQUIVALENT),
    "fewer groups": (threshold(3, "b", "c"), threshold(3, "b"), WIDER),
    "another group": (threshold(3, "b"), threshold(3, "c"), DIVERGENT),
    "another condition": (threshold(2), threshold(2, where=Y), DIVERGENT),
    "fewer different values": (CARDINALITY, replace(CARDINALITY, having=(at_least(1), at_least(2, "user"))), WIDER),
    "no different values": (CARDINALITY, replace(CARDINALITY, having=(at_least(1),)), WIDER),
    "a longer sliding window": (threshold(3, window=sliding(MINUTE)), threshold(3, window=sliding(90_000)), WIDER),
    "one run for a sliding window": (threshold(3, window=sliding(MINUTE)), threshold(3), WIDER),
    "a sliding window for one run": (
        threshold(3, window=looking_back(MINUTE)),
        threshold(3, window=sliding(MINUTE)),
        WIDER,
    ),
    "a shorter sliding window for one run": (
        threshold(3, window=looking_back(2 * MINUTE)),
        threshold(3, window=sliding(MINUTE)),
        UNDECIDED,
    ),
    "tumbling and sliding": (
        threshold(2, window=Window(WindowKind.TUMBLING, MINUTE)),
        threshold(3, window=sliding(MINUTE)),
        UNDECIDED,
    ),
    "new terms of another field": (NEW, replace(NEW, fields=("host",)), DIVERGENT),
    "new terms of one field more": (NEW, replace(NEW, fields=("user", "host")), DIVERGENT),
    "new terms of a narrower condition": (replace(NEW, where=Y), NEW, DIVERGENT),
    "new terms in another order": (
        replace(NEW, fields=("user", "host")),
        replace(NEW, fields=("host", "user")),
        EQUIVALENT,
    ),
    "another condition beside indicators": (INDICATORS, replace(INDICATORS, where=Y), DIVERGENT),
    "another condition of indicators": (INDICATORS, replace(INDICATORS, indicators=is_("kind", "url")), DIVERGENT),
    "one entry more": (
        INDICATORS,
        replace(INDICATORS, mapping=((ENTRY, IndicatorEntry("port", "bad.port")),)),
        NARROWER,
    ),
    "one group of entries more": (
        INDICATORS,
        replace(INDICATORS, mapping=((ENTRY,), (IndicatorEntry("port", "bad.port"),))),
        WIDER,
    ),
    "a sequence and an ordered correlation": (sequence(X, Y), correlation(ORDERED, X, Y), EQUIVALENT),
    "order that does not count": (sequence(X, Y), correlation(TEMPORAL, X, Y), WIDER),
    "a longer window of a correlation": (
        correlation(TEMPORAL, X, Y),
        correlation(TEMPORAL, X, Y, span=2 * MINUTE),
        WIDER,
    ),
    "one rule less": (correlation(TEMPORAL, X, Y, is_("b", "z")), correlation(TEMPORAL, X, Y), WIDER),
    "other names of rules in another order": (correlation(TEMPORAL, X, Y), correlation(TEMPORAL, Y, X), EQUIVALENT),
    "event_count and a sliding threshold": (
        correlation(MEASURE, X, count=3),
        threshold(3, "host", window=sliding(MINUTE)),
        EQUIVALENT,
    ),
    "a repeated clause that is counted by itself": (
        repeated((X, 3), (Y, 1)),
        chained(ORDERED, counting(X, at_least(3)), Y),
        WIDER,
    ),
    "a repeated clause at the end": (repeated((X, 1), (Y, 2)), chained(ORDERED, X, counting(Y, at_least(2))), WIDER),
    "two repeated clauses": (
        repeated((X, 2), (Y, 3)),
        chained(ORDERED, counting(X, at_least(2)), counting(Y, at_least(3))),
        WIDER,
    ),
    "a clause repeated less often than is counted": (
        repeated((X, 2), (Y, 1)),
        chained(ORDERED, counting(X, at_least(3)), Y),
        DIVERGENT,
    ),
    "a count over less than the sequence takes": (
        repeated((X, 2), (Y, 1)),
        chained(ORDERED, counting(X, at_least(2), span=MINUTE // 2), Y),
        DIVERGENT,
    ),
    "a higher count inside": (
        chained(ORDERED, counting(X, at_least(2)), Y),
        chained(ORDERED, counting(X, at_least(3)), Y),
        NARROWER,
    ),
    "order beside counts": (
        chained(ORDERED, counting(X, at_least(2)), Y),
        chained(TEMPORAL, counting(X, at_least(2)), Y),
        WIDER,
    ),
    "two measures, each by itself": (
        BOTH,
        chained(TEMPORAL, counting(X, at_least(3)), counting(X, at_least(2, "user")), span=1_000),
        WIDER,
    ),
    "two measures of which one holds with the other": (
        replace(BOTH, having=(at_least(2), at_least(2, "user"))),
        chained(TEMPORAL, counting(X, at_least(2)), counting(X, at_least(2, "user")), span=1_000),
        EQUIVALENT,
    ),
    "two measures over different windows": (
        BOTH,
        chained(TEMPORAL, counting(X, at_least(3)), counting(X, at_least(2, "user"), span=1_000), span=1_000),
        DIVERGENT,
    ),
    "one of two measures lower": (BOTH, replace(BOTH, having=(at_least(2), at_least(2, "user"))), WIDER),
    "a count of one beside many values": (
        replace(BOTH, having=(at_least(2), at_least(3, "user"))),
        replace(BOTH, having=(at_least(1), at_least(3, "user"))),
        WIDER,
    ),
    "a longer look back": (
        threshold(3, window=looking_back(MINUTE)),
        threshold(3, window=looking_back(2 * MINUTE)),
        WIDER,
    ),
    "a shorter history of new terms": (NEW, replace(NEW, history_start="now-5d"), WIDER),
    "new terms or all": (NEW, Match(X), WIDER),
    "indicators or all": (INDICATORS, Match(X), WIDER),
    "many or any": (threshold(3), Match(X), WIDER),
    "a higher event_count": (correlation(MEASURE, X, count=3), correlation(MEASURE, X, count=4), NARROWER),
}


def budget_for(kind: VerdictKind) -> Budget:
    """Counted limits only, so that the verdict is the same on a slow machine; few where nothing is to be found."""
    return Budget(seconds=None, events=2_000 if kind is UNDECIDED else 20_000)


@pytest.mark.parametrize(("first", "second", "kind"), CASES.values(), ids=CASES.keys())
def test_verdict(first: Detection, second: Detection, kind: VerdictKind) -> None:
    verdict = compare(first, second, SCHEMA, budget=budget_for(kind))
    assert verdict.kind is kind, verdict.reason
    mirrored = {WIDER: NARROWER, NARROWER: WIDER}.get(kind, kind)
    back = compare(second, first, SCHEMA, budget=budget_for(kind))
    assert back.kind is mirrored, back.reason
    answers = [(bool(witness.first), bool(witness.second)) for witness in verdict.witnesses]
    if kind in (WIDER, NARROWER, DIVERGENT):
        assert answers == {WIDER: [(False, True)], NARROWER: [(True, False)]}.get(kind, [(True, False), (False, True)])


@pytest.mark.parametrize(("first", "second", "kind"), CASES.values(), ids=CASES.keys())
def test_the_evaluator_gives_the_answers_of_every_witness(
    first: Detection, second: Detection, kind: VerdictKind
) -> None:
    for witness in compare(first, second, SCHEMA, budget=budget_for(kind)).witnesses:
        places = {id(event): place for place, event in enumerate(witness.events)}
        for side, said in ((first, witness.first), (second, witness.second)):
            alerts = evaluate_detection(
                side,
                witness.events,
                schema=SCHEMA,
                history=witness.history,
                indicators=witness.indicators,
                now=witness.now,
            )
            assert tuple(tuple(places[id(event)] for event in alert.events) for alert in alerts) == said
        assert Counter(witness.first) != Counter(witness.second)


def test_a_verdict_without_the_clock_is_the_same_every_time() -> None:
    sides = correlation(TEMPORAL, X, Y), sequence(Y, X)
    found = [compare(*sides, SCHEMA, budget=Budget(seconds=None, events=5_000)) for _ in range(2)]
    assert found[0] == found[1]


def test_what_was_tried_is_said() -> None:
    first, second, _ = CASES["tumbling and sliding"]
    reason = compare(first, second, SCHEMA, budget=Budget(seconds=None, events=200)).reason
    assert reason is not None
    assert "streams of events, until more than 200 events in streams" in reason


@pytest.mark.parametrize("kind", CorrelationKind)
def test_a_correlation_of_a_rule_that_nobody_knows_is_undecided(kind: CorrelationKind) -> None:
    unknown = Opaque(UNRESOLVED, None, "no rule is called `base`")
    item = CorrelationItem("base", unknown, (Field("host"),))
    inner = Correlation(kind, (item,), ("host",), MINUTE, (at_least(2),))
    outer = Correlation(kind, (CorrelationItem("inner", inner, (Field("host"),)),), ("host",), MINUTE, (at_least(2),))
    for found in (inner, outer):
        for other in (Match(is_("a", "x")), found):
            for pair in ((found, other), (other, found)):
                verdict = compare(*pair, SCHEMA)
                assert verdict.kind is UNDECIDED
                assert verdict.reason == "no rule is called `base`"
