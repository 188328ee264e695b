"""Laws of the evaluator on generated events and predicates."""

from __future__ import annotations

import re
from itertools import combinations, product

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from isorule.evaluation import RuleSet, compile_predicate, evaluate_detection, evaluate_operand
from isorule.ir.axes import Absent, Case, Quantifier, RegexFlavor, TokenMode
from isorule.ir.core import Atom, Core, Every, Language, Single, Some, Truth, core
from isorule.ir.detections import Match, Sample, Sequence, Stage
from isorule.ir.folding import fold
from isorule.ir.matchers import (
    Bound,
    Complement,
    Equals,
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
from isorule.ir.predicates import And, Const, Field, Not, Or, Predicate, Test
from isorule.ir.resolve import resolve
from isorule.ir.rule import DataSource, Metadata, Rule
from isorule.ir.schema import FieldSchema, schema_from

Test.__test__ = False  # a node of the representation, not a class of tests

Event = dict[str, object]

FIELDS = ("a", "b.c", "n")
TEXTS = st.text(alphabet="abAB*4ſKß", max_size=5)
SCALARS = st.one_of(TEXTS, st.integers(-2, 5), st.booleans(), st.sampled_from([4.0, 4.5, 4.1, "4.0", "4", "true"]))
VALUES = st.one_of(SCALARS, st.none(), st.lists(SCALARS, max_size=3))
EVENTS = st.dictionaries(st.sampled_from(FIELDS), VALUES)
CASES = st.sampled_from([Case.SENSITIVE, Case.INSENSITIVE, Case.MAPPED])
PARTS = st.lists(st.one_of(TEXTS.filter(bool), st.sampled_from(list(Wildcard))), max_size=5).map(tuple)
NARROW = schema_from({"n": "half_float", "a": {"type": "scaled_float", "scaling_factor": 2}, "b.c": "float"})
SCHEMAS = st.sampled_from(
    [None, schema_from({"n": "long", "a": "keyword"}), schema_from({"n": "double", "b.c": "text"}), NARROW]
)

BASIC: st.SearchStrategy[Matcher] = st.one_of(
    st.just(Present()),
    st.builds(Equals, SCALARS, CASES),
    st.builds(like, PARTS, CASES),
    st.builds(Tokens, TEXTS, st.sampled_from(list(TokenMode))),
    st.builds(Near, TEXTS, st.sampled_from([1, 2, 101])),
    st.builds(
        lambda pattern, case, anchored: Regex(pattern, RegexFlavor.SIGMA, case, anchored),
        st.sampled_from(["ab", "a|b", "(?:a|b)B", "a+b?", "a.b", "[ab]B", "4"]),
        CASES,
        st.booleans(),
    ),
    st.builds(lambda low, high: Range(Bound(low, True), Bound(high, False)), st.integers(-2, 5), st.integers(-2, 5)),
)
MATCHERS: st.SearchStrategy[Matcher] = st.one_of(
    BASIC,
    st.builds(lambda options: OneOf(tuple(options)), st.lists(BASIC, min_size=2, max_size=5)),
    st.builds(Complement, BASIC),
)


def leaf(path: str, matcher: Matcher, quantifier: Quantifier, absent: Absent) -> Predicate:
    """A test as the representation allows it: one of presence is always two-valued."""
    return Test(Field(path), matcher, quantifier, Absent.FALSE if isinstance(matcher, Present) else absent)


TESTS: st.SearchStrategy[Predicate] = st.builds(
    leaf, st.sampled_from(FIELDS), MATCHERS, st.sampled_from(list(Quantifier)), st.sampled_from(list(Absent))
)
PREDICATES: st.SearchStrategy[Predicate] = st.recursive(
    st.one_of(TESTS, st.sampled_from([Const(True), Const(False), Const(None)])),
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=3).map(lambda terms: And(tuple(terms))),
        st.lists(inner, min_size=2, max_size=3).map(lambda terms: Or(tuple(terms))),
    ),
    max_leaves=6,
)


@given(PREDICATES, PREDICATES, EVENTS, SCHEMAS)
def test_de_morgan_and_double_negation(
    left: Predicate, right: Predicate, event: Event, schema: FieldSchema | None
) -> None:
    def value(predicate: Predicate) -> bool | None:
        return compile_predicate(predicate, schema)(event)

    assert value(Not(And((left, right)))) is value(Or((Not(left), Not(right))))
    assert value(Not(Not(left))) is value(left)


@given(MATCHERS, EVENTS, SCHEMAS)
def test_all_and_any_are_dual(matcher: Matcher, event: Event, schema: FieldSchema | None) -> None:
    def value(predicate: Predicate) -> bool | None:
        return compile_predicate(predicate, schema)(event)

    field = Field("a")
    present = Test(field, Present())
    every = value(Test(field, matcher, Quantifier.ALL))
    assert every is (value(present) and not value(Test(field, Complement(matcher))))


@given(PARTS, st.text(alphabet="abAB*4ſKß", max_size=12), st.booleans())
def test_wildcards_agree_with_a_regular_expression(parts: tuple[object, ...], text: str, folded: bool) -> None:
    written = {Wildcard.RUN: ".*", Wildcard.ONE: "."}
    ready = [fold(part) if folded and isinstance(part, str) else part for part in parts]
    expression = "".join(re.escape(part) if isinstance(part, str) else written[part] for part in ready)
    expected = re.fullmatch(expression, fold(text) if folded else text, re.DOTALL) is not None
    case = Case.INSENSITIVE if folded else Case.SENSITIVE
    test = Test(Field("f"), like(parts, case))
    assert compile_predicate(test)({"f": text}) is expected


@given(st.lists(PREDICATES, min_size=1, max_size=8), st.lists(EVENTS, min_size=1, max_size=4), SCHEMAS)
@settings(max_examples=300)
def test_a_rule_set_finds_what_each_rule_finds(
    conditions: list[Predicate], events: list[Event], schema: FieldSchema | None
) -> None:
    rules = [Rule(Metadata(str(index)), DataSource(), Match(where), "query") for index, where in enumerate(conditions)]
    found = [(id(alert.events[0]), alert.rule) for alert in RuleSet(rules, schema=schema).feed(events)]
    checks = [compile_predicate(where, schema) for where in conditions]
    expected = [
        (id(event), rule) for event in events for rule, check in zip(rules, checks, strict=True) if check(event) is True
    ]
    assert found == expected


@given(st.lists(st.sampled_from("abc"), max_size=8), st.integers(0, 6))
def test_sequence_matches_are_ordered_and_within_maxspan(kinds: list[str], span: int) -> None:
    events = [{"@timestamp": at, "kind": kind} for at, kind in enumerate(kinds)]
    stages = tuple(Stage(Test(Field("kind"), Equals(kind))) for kind in "ab")
    alerts = evaluate_detection(Sequence(stages, maxspan=span), events)
    pairs = [tuple(event["@timestamp"] for event in alert.events if event is not None) for alert in alerts]
    possible = {
        (first, second)
        for first, second in combinations(range(len(kinds)), 2)
        if (kinds[first], kinds[second]) == ("a", "b") and second - first <= span
    }
    assert set(pairs) <= possible
    assert len({second for _, second in pairs}) == len(pairs) == len({first for first, _ in pairs})
    nearest = {
        (first, second) for first, second in possible if not any(kind in "ab" for kind in kinds[first + 1 : second])
    }
    assert set(pairs) == nearest


@given(st.lists(st.tuples(st.sampled_from("xy"), st.booleans()), max_size=6))
def test_samples_take_different_events(made: list[tuple[str, bool]]) -> None:
    events = [{"host": host, "flag": flag} for host, flag in made]
    stages = (Stage(Const(True)), Stage(Test(Field("flag"), Equals(True))))
    alerts = evaluate_detection(Sample(stages, by=(Field("host"),)), events)
    expected = {
        host
        for host in "xy"
        if any(
            first != second and made[first][0] == made[second][0] == host and made[second][1]
            for first, second in product(range(len(made)), repeat=2)
        )
    }
    assert {alert.keys[0] for alert in alerts} == expected
    assert all(alert.events[0] is not alert.events[1] for alert in alerts)


@given(PREDICATES, EVENTS, SCHEMAS)
@settings(max_examples=500)
def test_true_is_where_the_core_holds(predicate: Predicate, event: Event, schema: FieldSchema | None) -> None:
    """The two-valued core, which decisions are stated on, and the evaluator agree on what is a match."""
    found = core(resolve(predicate, schema or FieldSchema()))
    assume(not has_language(found))
    assert (compile_predicate(predicate, schema)(event) is True) is core_holds(found, event, schema)


def has_language(term: Core) -> bool:
    match term:
        case Atom(matcher=matcher):
            return isinstance(matcher, Language) or (
                isinstance(matcher, OneOf | Complement) and "Regex" in repr(matcher)
            )
        case Every(terms) | Some(terms):
            return any(map(has_language, terms))
        case _:
            return False


def core_holds(term: Core, event: Event, schema: FieldSchema | None) -> bool:
    match term:
        case Truth(value):
            return value
        case Every(terms):
            return all(core_holds(inner, event, schema) for inner in terms)
        case Some(terms):
            return any(core_holds(inner, event, schema) for inner in terms)
        case Atom(Field() as subject, Single(), wanted):
            values = [value for value in evaluate_operand(subject, event, schema) if value is not None]
            return (len(values) == 1) is wanted
        case Atom(subject, matcher, wanted) if not isinstance(matcher, Language | Single):
            return (compile_predicate(Test(subject, matcher), schema)(event) is True) is wanted
        case _:
            raise AssertionError(term)
