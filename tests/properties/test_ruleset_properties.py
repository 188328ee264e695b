"""A rule set finds what its rules find one by one, with and without the index, the accelerator and counted events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from isorule.evaluation import RuleSet, census, compile_predicate, evaluate_detection, literals
from isorule.evaluation.literals import accelerator_installed, literal_finder
from isorule.ir.axes import Absent, Case, Quantifier, RegexFlavor, Relation, TokenMode
from isorule.ir.detections import Match, Sequence, Stage
from isorule.ir.matchers import (
    Bound,
    Complement,
    Equals,
    FieldRef,
    InNetwork,
    Matcher,
    Near,
    OneOf,
    Present,
    Range,
    Regex,
    Tokens,
    Wildcard,
    like,
)
from isorule.ir.predicates import (
    And,
    AnyField,
    Call,
    Const,
    EventCategory,
    Field,
    FieldGlob,
    Literal,
    Nested,
    Not,
    Or,
    Predicate,
    Subject,
    Test,
)
from isorule.ir.rule import DataSource, Metadata, Rule
from isorule.ir.schema import FieldSchema, schema_from

Test.__test__ = False  # a node of the representation, not a class of tests

Event = dict[str, object]

PATHS = ("a", "a.b", "a.b.c", "a.n", "t", "t.raw", "alias", "ip", "o.p", "o.q", "kind", "d")
TEXTS = st.one_of(
    st.sampled_from(["a", "b", "ab", "aB", "i", "ai", "aİ", "aib", "4", "ſ", "\ud800a", "a b", ""]),
    st.text(alphabet="abiABI4ſKßİ\ud800. ", max_size=4),
)
SCALARS = st.one_of(
    TEXTS,
    st.integers(3, 5),
    st.booleans(),
    st.sampled_from([4.0, 4.5, "4.0", "4", "true", "ab", "AB", "::1", "10.0.0.1", "2024-05-01", 10**400]),
)
VALUES: st.SearchStrategy[object] = st.recursive(
    st.one_of(SCALARS, SCALARS, SCALARS, st.none()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["b", "c", "n", "b.c", "raw", "p", "q", "", "b."]), inner, max_size=3),
    ),
    max_leaves=3,
)
KEYS = st.sampled_from(["a", "a.b", "a.b.c", "a.b.x", "a.n", "t", "t.raw", "ip", "o", "o.p", "kind", "d", ""])
EVENTS = st.dictionaries(KEYS, VALUES, max_size=6)
CASES = st.sampled_from(list(Case))
PARTS = st.lists(st.one_of(TEXTS.filter(bool), st.sampled_from(list(Wildcard))), max_size=4).map(tuple)
MAPPING: Event = {
    "properties": {
        "a": {"properties": {"n": {"type": "long"}, "b": {"properties": {"c": {"type": "keyword"}}}}},
        "t": {"type": "text", "fields": {"raw": {"type": "keyword", "normalizer": "lower", "null_value": "ab"}}},
        "alias": {"type": "alias", "path": "a.b.c"},
        "ip": {"type": "ip"},
        "o": {"type": "nested", "properties": {"p": {"type": "keyword"}, "q": {"type": "double"}}},
        "kind": {"type": "keyword", "null_value": "ab"},
        "d": {"type": "date"},
    }
}
SCHEMAS = st.sampled_from(
    [None, schema_from(MAPPING), schema_from({"a.n": "long", "t": "text", "t.raw": "keyword", "a": "object"})]
)
BASIC: st.SearchStrategy[Matcher] = st.one_of(
    st.just(Present()),
    st.builds(Equals, SCALARS, CASES),
    st.builds(like, PARTS, CASES),
    st.builds(Tokens, TEXTS, st.sampled_from(list(TokenMode))),
    st.builds(Near, TEXTS, st.sampled_from([1, 2, 101])),
    st.builds(
        lambda pattern, case, anchored: Regex(pattern, RegexFlavor.SIGMA, case, anchored),
        st.sampled_from(["ab", "a|b", "(?:a|b)B", "a+b?", "[ab]B", "4", "(?:aİ|i)b"]),
        CASES,
        st.booleans(),
    ),
    st.builds(lambda low, high: Range(Bound(low, True), Bound(high, False)), st.integers(-2, 5), st.integers(-2, 5)),
    st.just(InNetwork(("10.0.0.0/8",))),
    st.builds(FieldRef, st.sampled_from(PATHS), st.sampled_from(list(Relation)), CASES),
)
MATCHERS: st.SearchStrategy[Matcher] = st.one_of(
    BASIC,
    st.builds(lambda options: OneOf(tuple(options)), st.lists(BASIC, min_size=2, max_size=4)),
    st.builds(Complement, BASIC),
)
FIELDS = st.builds(Field, st.sampled_from(PATHS), st.booleans())
CALLS = st.builds(
    lambda name, path, texts, case: Call(name, (Field(path), *map(Literal, texts)), case),
    st.sampled_from(["startsWith", "endsWith", "stringContains", "isNull", "length"]),
    st.sampled_from(PATHS),
    st.lists(TEXTS, min_size=1, max_size=2),
    st.sampled_from([Case.SENSITIVE, Case.INSENSITIVE]),
)
SUBJECTS: st.SearchStrategy[Subject] = st.one_of(
    FIELDS,
    FIELDS,
    st.just(EventCategory()),
    st.builds(FieldGlob, st.sampled_from(["a.*", "a.b.*", "a*", "*c", "o.*", "t.*", "alias.*", "a.b.c", "t.raw*"])),
    st.just(AnyField()),
)


def leaf(subject: Subject, matcher: Matcher, quantifier: Quantifier, absent: Absent) -> Predicate:
    """A test as the representation allows it: one of presence is always two-valued."""
    return Test(subject, matcher, quantifier, Absent.FALSE if isinstance(matcher, Present) else absent)


def called(call: Call, wanted: bool, absent: Absent) -> Predicate:
    """A function with as many arguments as it takes."""
    if call.function in ("isNull", "length"):
        call = Call(call.function, call.arguments[:1])
    return Test(call, Equals(wanted) if call.function != "length" else Equals(2), absent=absent)


TESTS: st.SearchStrategy[Predicate] = st.one_of(
    st.builds(leaf, SUBJECTS, MATCHERS, st.sampled_from(list(Quantifier)), st.sampled_from(list(Absent))),
    st.builds(called, CALLS, st.booleans(), st.sampled_from(list(Absent))),
)
PREDICATES: st.SearchStrategy[Predicate] = st.recursive(
    st.one_of(TESTS, TESTS, st.sampled_from([Const(True), Const(False), Const(None)])),
    lambda inner: st.one_of(
        inner.map(Not),
        inner.map(lambda term: Nested("o", term)),
        st.lists(inner, min_size=2, max_size=3).map(lambda terms: And(tuple(terms))),
        st.lists(inner, min_size=2, max_size=3).map(lambda terms: Or(tuple(terms))),
    ),
    max_leaves=5,
)
CONDITIONS = st.builds(
    lambda tests, whole: [*tests, *map(Not, tests), *whole],
    st.lists(TESTS, min_size=1, max_size=12),
    st.lists(PREDICATES, max_size=4),
)
NEEDS_EXTRA = pytest.mark.skipif(not accelerator_installed(), reason="the extra isorule[fast] is not installed")
SOURCE = DataSource(category_field="kind")
QUICK = settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def compiled(predicates: list[Predicate], schema: FieldSchema | None) -> list[tuple[Predicate, Callable[..., Any]]]:
    """The predicates that can be evaluated, as functions of an event."""
    out = []
    for predicate in predicates:
        try:
            out.append((predicate, compile_predicate(predicate, schema, category_field="kind")))
        except Exception as error:  # whatever is refused is refused by a rule set, too
            with pytest.raises(type(error)):
                RuleSet([Rule(Metadata(""), SOURCE, Match(predicate), "eql")], schema=schema)
    return out


@pytest.mark.parametrize("accelerated", [False, pytest.param(True, marks=NEEDS_EXTRA)])
@pytest.mark.parametrize("counted", [False, True])
@given(CONDITIONS, st.lists(EVENTS, min_size=1, max_size=4), SCHEMAS)
@QUICK
def test_the_index_changes_nothing(
    accelerated: bool,
    counted: bool,
    monkeypatch: pytest.MonkeyPatch,
    conditions: list[Predicate],
    events: list[Event],
    schema: FieldSchema | None,
) -> None:
    checks = compiled(conditions, schema)
    rules = [Rule(Metadata(str(at)), SOURCE, Match(where), "eql") for at, (where, _) in enumerate(checks)]
    with monkeypatch.context() as patch:
        if counted:  # so that gates are chosen by measured frequency from the second event on
            patch.setattr(census, "_FIRST", 0)
            patch.setattr(census, "_LAST", 1)
            patch.setattr(literals, "_MANY", 0)  # so that few texts are found by rows, too
        alerts = RuleSet(rules, schema=schema, accelerated=accelerated).feed(events)
        found = [(id(alert.events[0]), alert.rule) for alert in alerts]
    expected = [
        (id(event), rule) for event in events for rule, (_, check) in zip(rules, checks, strict=True) if check(event)
    ]
    assert found == expected


@NEEDS_EXTRA
@given(st.lists(TEXTS.filter(bool), min_size=8, max_size=30, unique=True), TEXTS, TEXTS)
def test_both_ways_find_the_same_texts(texts: list[str], left: str, right: str) -> None:
    whole = left + texts[0] + right
    expected = {place for place, text in enumerate(texts) if text in whole}
    assert set(literal_finder(texts, True)(whole)) == expected == set(literal_finder(texts, False)(whole))


@pytest.mark.parametrize("most_one_by_one", [0, 150])
@given(st.lists(TEXTS.filter(bool), min_size=8, max_size=30, unique=True), TEXTS, TEXTS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_find_what_is_contained(
    monkeypatch: pytest.MonkeyPatch, most_one_by_one: int, texts: list[str], left: str, right: str
) -> None:
    whole = left + texts[0] + right
    expected = {place for place, text in enumerate(texts) if text in whole}
    with monkeypatch.context() as patch:
        patch.setattr(literals, "_MANY", most_one_by_one)
        assert set(literal_finder(texts, False)(whole)) == expected


STAGES = st.builds(
    lambda kind, runs, missing: Stage(
        Test(Field("kind"), Equals(kind)) if kind else Const(True), runs=1 if missing else runs, missing=missing
    ),
    st.sampled_from(["a", "b", "a", "b", "c", ""]),
    st.sampled_from([1, 1, 1, 1, 2]),
    st.booleans(),
)
STREAM = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 1, 2, 5]),
        st.sampled_from("aabbc"),
        st.one_of(st.sampled_from([1, 1, 1, 2, "1"]), st.sampled_from([[1, 2], None])),
    ),
    max_size=25,
)


@given(
    st.lists(STAGES, min_size=1, max_size=4).filter(lambda stages: not all(stage.missing for stage in stages)),
    st.one_of(st.none(), st.integers(0, 6)),
    st.sampled_from([None, Stage(Test(Field("kind"), Equals("c")))]),
    st.sampled_from([(), (Field("k"),), (Field("k", optional=True),)]),
    STREAM,
)
@settings(max_examples=500, deadline=None)
def test_a_stream_of_events_in_order_gives_what_all_events_give(
    stages: list[Stage],
    maxspan: int | None,
    until: Stage | None,
    by: tuple[Field, ...],
    made: list[tuple[int, str, object]],
) -> None:
    if maxspan is None and any(stage.missing for stage in stages):
        maxspan = 5
    sequence = Sequence(tuple(stages), by, maxspan, until)
    events: list[Event] = []
    time = 1_700_000_000_000
    for step, kind, key in made:
        time += step
        events.append({"@timestamp": time, "kind": kind, "k": key})
    rules = RuleSet([Rule(Metadata("s"), DataSource(), sequence, "eql")])
    found = [(alert.events, alert.keys) for alert in rules.feed(events)]
    assert found == [(alert.events, alert.keys) for alert in evaluate_detection(sequence, events)]
    assert not rules.problems


@given(st.lists(STAGES.filter(lambda stage: not stage.missing), min_size=1, max_size=3), STREAM, st.randoms())
def test_events_out_of_order_are_said_so(stages: list[Stage], made: list[tuple[int, str, object]], chance: Any) -> None:
    events = [{"@timestamp": at, "kind": kind, "k": key} for at, (_, kind, key) in enumerate(made)]
    chance.shuffle(events)
    sequence = Sequence(tuple(stages), maxspan=5)
    rules = RuleSet([Rule(Metadata("s"), DataSource(), sequence, "eql")])
    found = Counter(str(alert.events) for alert in rules.feed(events))
    expected = Counter(str(alert.events) for alert in evaluate_detection(sequence, events))
    assert found == expected or [problem.name for problem in rules.problems] == ["event-out-of-order"]
