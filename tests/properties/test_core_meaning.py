"""The core of a predicate is true of the same events as the predicate: no step of it changes the meaning."""

from __future__ import annotations

from typing import assert_never

from hypothesis import given, settings
from hypothesis import strategies as st

from isorule.evaluation import compile_predicate
from isorule.ir.axes import Absent, Case, Quantifier, RegexFlavor, Relation
from isorule.ir.core import Atom, Core, Every, Inside, Language, Single, Some, Truth, core
from isorule.ir.matchers import (
    Bound,
    Complement,
    Equals,
    FieldRef,
    InNetwork,
    Matcher,
    OneOf,
    Placeholder,
    Present,
    Range,
    Regex,
    Wildcard,
    like,
)
from isorule.ir.predicates import And, Const, Field, Not, Or, Predicate, Test, conjunction, disjunction
from isorule.ir.regex import write_regex
from isorule.ir.schema import FieldSchema

SCHEMA = FieldSchema()
PATHS = ("a", "b")
letters = st.text("aAbİkK\u212a.1", max_size=3)
values = st.one_of(
    letters, st.integers(-1, 2), st.booleans(), st.just(1.0), st.sampled_from(("10.0.0.1", "true", "1", "1.0"))
)
events = st.fixed_dictionaries({}, optional={path: st.lists(values, max_size=3) for path in PATHS})
cases = st.sampled_from((Case.SENSITIVE, Case.INSENSITIVE))
parts = st.lists(letters | st.sampled_from(Wildcard), min_size=1, max_size=4).map(tuple)
patterns = st.sampled_from(("a", "^a", "a$", "^a.*$", "a|b", "^(a|A)$", "[aA]b?", "a{2}", ".", "^.{2}$", "^$"))
bounds = st.builds(Bound, st.integers(-1, 2), st.booleans())
simple: st.SearchStrategy[Matcher] = st.one_of(
    st.just(Present()),
    st.builds(Equals, letters, cases),
    st.builds(Equals, st.integers(-1, 2) | st.booleans() | st.sampled_from((0.0, 1.0))),
    st.builds(like, parts, cases),
    st.builds(Regex, patterns, st.just(RegexFlavor.SIGMA), cases, dotall=st.booleans()),
    st.builds(Range, bounds) | st.builds(Range, st.none(), bounds) | st.builds(Range, bounds, bounds),
    st.just(InNetwork(("10.0.0.0/8", "10.0.0.1/31"))),
    st.builds(FieldRef, st.sampled_from(PATHS), st.sampled_from(Relation), cases),
)
matchers = st.one_of(
    simple, st.lists(simple, min_size=2, max_size=3).map(tuple).map(OneOf), st.builds(Complement, simple)
)
fields = st.builds(Field, st.sampled_from(PATHS))
leaves: st.SearchStrategy[Predicate] = st.one_of(
    st.builds(Const, st.sampled_from((True, False, None))),
    st.builds(Test, fields, matchers, st.sampled_from(Quantifier), st.sampled_from(Absent)).map(
        lambda test: test if not isinstance(test.matcher, Present) else Test(test.subject, Present())
    ),
)


def grow(inner: st.SearchStrategy[Predicate]) -> st.SearchStrategy[Predicate]:
    terms = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(st.builds(Not, inner), st.builds(And, terms), st.builds(Or, terms))


def holds(term: Core, event: dict[str, list[object]]) -> bool:
    """Whether a core is true of an event, atom by atom through the evaluator."""
    match term:
        case Truth(value):
            return value
        case Every(terms):
            return all(holds(inner, event) for inner in terms)
        case Some(terms):
            return any(holds(inner, event) for inner in terms)
        case Atom(Field(path), Single(), expected):
            return (len(event.get(path, ())) == 1) is expected
        case Atom(subject, Language(tree), expected):
            return matched(Test(subject, write_regex(tree, RegexFlavor.SIGMA)), event) is expected
        case Atom(subject, matcher, expected):
            assert not isinstance(matcher, Language | Single)
            return matched(Test(subject, matcher), event) is expected
        case Inside():
            raise AssertionError("no nested terms are generated here")
        case _:
            assert_never(term)


def matched(predicate: Predicate, event: dict[str, list[object]]) -> bool:
    return compile_predicate(predicate, SCHEMA)(event) is True


@settings(max_examples=600)
@given(st.recursive(leaves, grow, max_leaves=5), events)
def test_core_means_the_same(predicate: Predicate, event: dict[str, list[object]]) -> None:
    assert holds(core(predicate), event) is matched(predicate, event)


@given(st.lists(leaves, min_size=2, max_size=4), st.randoms())
def test_order_repetition_and_nesting_do_not_count(terms: list[Predicate], random: object) -> None:
    shuffled = sorted(terms, key=lambda _: random.random())
    nested = And((shuffled[0], conjunction(tuple(shuffled[1:]))))
    assert core(nested) == core(And((*terms, terms[0])))
    assert core(Not(disjunction(tuple(terms)))) == core(conjunction(tuple(Not(term) for term in shuffled)))


def test_a_placeholder_is_an_atom_of_its_own() -> None:
    one, other = (Test(Field("a"), like((Placeholder(name),), Case.INSENSITIVE)) for name in ("x", "y"))
    assert core(one) != core(other)
    assert core(one) == core(Not(Not(one)))
