"""Hostile events and rules give an answer or a diagnostic, in reasonable time."""

from __future__ import annotations

import math
import time
from datetime import UTC, datetime

import pytest

from isorule.diagnostics import UnsupportedError
from isorule.evaluation import RuleSet, compile_predicate, evaluate_detection, evaluate_operand
from isorule.evaluation.events import EventView
from isorule.ir import predicates
from isorule.ir.axes import Case, TokenMode
from isorule.ir.detections import (
    Aggregate,
    Comparison,
    Detection,
    Having,
    Match,
    Measure,
    MeasureKind,
    Pipe,
    PipeKind,
    Sample,
    Sequence,
    Stage,
    Window,
    WindowKind,
)
from isorule.ir.matchers import Equals, Present, Scalar, Tokens, Wildcard, like
from isorule.ir.predicates import AnyField, Call, Const, EventCategory, Field, Literal, Not, Or, Predicate
from isorule.ir.rule import DataSource, Metadata, Rule
from isorule.ir.schema import schema_from


def equals(value: Scalar, path: str = "f") -> Predicate:
    return predicates.Test(Field(path), Equals(value))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, False),
        (1, True),
        (1.0, True),
        ("1", True),
        (math.nan, False),
        (math.inf, False),
        (10**5000, False),
        ([[[1]]], True),
        ({"g": 1}, False),
        (None, False),
        (b"1", False),
        ((2, 1), True),
    ],
    ids=[str(number) for number in range(12)],
)
def test_equals_a_number(value: object, expected: bool) -> None:
    assert compile_predicate(equals(1))({"f": value}) is expected


AWKWARD: list[object] = [
    math.nan,
    -math.inf,
    10**5000,
    10**30,
    -1e300,
    "9" * 5000,
    "",
    "\ud800",
    True,
    {"x": []},
    [[], [None]],
    0.5,
    "1e999",
]
TYPES = ["long", "double", "date", "date_nanos", "ip", "version", "boolean", "text", "keyword"]


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("value", AWKWARD, ids=[str(number) for number in range(len(AWKWARD))])
def test_no_value_breaks_a_type(kind: str, value: object) -> None:
    schema = schema_from({"f": kind})
    for matcher in (Equals("10.0.0.1"), Equals(4), Equals(True), Present(), Tokens("a b", TokenMode.ANY)):
        test = predicates.Test(Field("f"), matcher)
        assert compile_predicate(test, schema)({"f": value}) in (True, False)


def test_a_deep_event_is_read() -> None:
    event: object = "leaf"
    for _ in range(100_000):
        event = [event]
    deep: dict[str, object] = {"f": event}
    for _ in range(100_000):
        deep = {"o": deep}
    check = compile_predicate(Or((predicates.Test(AnyField(), Equals("leaf")), equals("leaf"))))
    assert check({"f": event}) is True
    assert check(deep) is False
    assert compile_predicate(predicates.Test(Field("o"), Present()))(deep) is False
    while deep:  # taken apart by hand: the interpreter frees so deep a structure by recursion
        inner = deep.pop("o", None) or deep.pop("f", None)
        deep = inner if isinstance(inner, dict) else {}
    while isinstance(event, list) and event:
        event = event.pop()


def test_deep_conditions_are_refused() -> None:
    predicate: Predicate = equals("a")
    for _ in range(5000):
        predicate = Not(predicate)
    with pytest.raises(UnsupportedError) as refusal:
        compile_predicate(predicate)
    assert refusal.value.diagnostic.name == "nested-too-deep"


def test_conditions_as_deep_as_parsers_read_them_run() -> None:
    predicate: Predicate = equals("a")
    for _ in range(99):
        predicate = Not(Or((predicate, Const(False))))
    assert compile_predicate(predicate)({"f": "a"}) is False
    assert compile_predicate(predicate)({"f": "b"}) is True


def test_deep_calls_are_refused() -> None:
    call: predicates.Operand = Field("f")
    for _ in range(5000):
        call = Call("length", (call,))
    with pytest.raises(UnsupportedError) as refusal:
        evaluate_operand(call, {"f": "a"})
    assert refusal.value.diagnostic.name == "nested-too-deep"


def test_a_wildcard_pattern_does_not_backtrack() -> None:
    parts = tuple(part for _ in range(30) for part in (Wildcard.RUN, "a", Wildcard.ONE, "a"))
    check = compile_predicate(predicates.Test(Field("f"), like((*parts, "b"), Case.SENSITIVE)))
    started = time.perf_counter()
    assert check({"f": "a" * 200_000}) is False
    assert time.perf_counter() - started < 2


def test_too_many_combinations_are_refused() -> None:
    event = {"f": [f"v{number}" for number in range(1000)]}
    call = Call("concat", (Field("f"), Field("f"), Literal("!")))
    with pytest.raises(UnsupportedError) as refusal:
        evaluate_operand(call, event)
    assert refusal.value.diagnostic.name == "too-many-combinations"
    assert len(evaluate_operand(Call("length", (Field("f"),)), event)) == 3


def test_too_many_keys_are_refused() -> None:
    event = {"@timestamp": 1, "a": list(range(200)), "b": list(range(200))}
    stages = (Stage(Const(True)), Stage(Const(True)))
    with pytest.raises(UnsupportedError) as refusal:
        evaluate_detection(Sequence(stages, by=(Field("a"), Field("b"))), [event, event])
    assert refusal.value.diagnostic.name == "too-many-keys"


def test_a_long_window_is_not_quadratic() -> None:
    events = [{"@timestamp": number, "u": number % 7, "n": number} for number in range(20_000)]
    measures = (
        Measure(MeasureKind.COUNT),
        Measure(MeasureKind.CARDINALITY, ("u",)),
        Measure(MeasureKind.SUM, ("n",)),
        Measure(MeasureKind.PERCENTILE, ("n",), 99.0),
    )
    having = tuple(Having(measure, Comparison.GT, 1e9) for measure in measures)
    window = Window(WindowKind.SLIDING, 10_000_000)
    started = time.perf_counter()
    assert evaluate_detection(Aggregate(Const(True), (), window, having), events) == []
    assert time.perf_counter() - started < 10


def test_alerts_hold_the_very_events() -> None:
    events = [{"f": "a"}, {"f": "b"}]
    (alert,) = evaluate_detection(Match(equals("b")), events)
    assert alert.events[0] is events[1]
    assert alert.rule is None


def test_dates_of_a_yaml_reader_are_texts() -> None:
    event = {"@timestamp": datetime(2024, 5, 1, 1, tzinfo=UTC)}
    check = compile_predicate(
        predicates.Test(Field("@timestamp"), Tokens("2024-05-01", TokenMode.ANY)), schema_from({"@timestamp": "date"})
    )
    assert check(event) is True


def test_a_missing_clause_needs_maxspan() -> None:
    stages = (Stage(Const(True)), Stage(Const(True), missing=True))
    with pytest.raises(UnsupportedError) as refusal:
        evaluate_detection(Sequence(stages), [])
    assert refusal.value.diagnostic.name == "missing-needs-maxspan"


def test_only_missing_clauses_are_refused() -> None:
    with pytest.raises(UnsupportedError) as refusal:
        evaluate_detection(Sequence((Stage(Const(True), missing=True),), maxspan=1), [])
    assert refusal.value.diagnostic.name == "only-missing-clauses"


def rule(detection: Detection, title: str = "r") -> Rule:
    return Rule(Metadata(title), DataSource(category_field="kind"), detection, "eql")


def test_a_rule_set_names_its_rules() -> None:
    first, second = (
        rule(Match(equals("a")), "first"),
        rule(Match(predicates.Test(EventCategory(), Equals("k"))), "second"),
    )
    events: list[dict[str, object]] = [{"f": "a", "kind": "k"}, {"f": "b", "kind": ["x", "k"]}, {"f": "c"}]
    alerts = list(RuleSet([first, second]).feed(events))
    assert [(alert.rule, alert.events[0]) for alert in alerts] == [
        (first, events[0]),
        (second, events[0]),
        (second, events[1]),
    ]


def test_a_rule_set_takes_no_samples_and_no_pipes() -> None:
    head = Match(Const(True), (Pipe(PipeKind.HEAD, 1),))
    for detection in (head, Sample((Stage(Const(True)), Stage(Const(True))))):
        with pytest.raises(UnsupportedError):
            RuleSet([rule(detection)])


def test_an_event_touches_only_rules_that_it_may_match() -> None:
    rules = [rule(Match(equals(f"value {number}"))) for number in range(500)]
    contains = [
        rule(Match(predicates.Test(Field("f"), like((Wildcard.RUN, f"lue {number}", Wildcard.RUN), Case.INSENSITIVE))))
        for number in range(500)
    ]
    compiled = RuleSet([*rules, *contains])
    assert compiled.candidates(EventView({"f": "VALUE 499"})) == [499, 504, 549, 999]
    assert compiled.candidates(EventView({"g": "value 499"})) == []


def test_keys_that_are_no_text_are_no_fields() -> None:
    event: dict[object, object] = {1: {"f": "a"}, None: "a", "f": "a"}
    (alert,) = RuleSet([rule(Match(equals("a")))]).feed([event])
    assert alert.events[0] is event
    assert compile_predicate(predicates.Test(Field("x"), Present()))(event) is False
