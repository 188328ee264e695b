"""Findings against the evaluator: a condition means the same without what it is told that it could do without."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from isorule.analysis import FindingKind, Scope, analyse, branch_at, examples
from isorule.evaluation import compile_predicate
from isorule.ir.axes import Absent, Case, Quantifier
from isorule.ir.detections import Match
from isorule.ir.matchers import Bound, Complement, Equals, Matcher, OneOf, Present, Range, Wildcard, like
from isorule.ir.predicates import And, Const, Field, Not, Or, Predicate, Test, conjunction, disjunction
from isorule.ir.schema import FieldSchema
from isorule.source import Span

SCHEMA = FieldSchema()
PATHS = ("a", "b")
letters = st.text("aAb1", max_size=2)
values = st.one_of(letters, st.integers(0, 2))
events = st.lists(
    st.fixed_dictionaries({}, optional={path: st.lists(values, max_size=3) for path in PATHS}), min_size=12, max_size=24
)
single_events = st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(PATHS, values)), min_size=12, max_size=24)
cases = st.sampled_from((Case.SENSITIVE, Case.INSENSITIVE))
parts = st.lists(letters | st.sampled_from(Wildcard), min_size=1, max_size=3).map(tuple)
bounds = st.builds(Bound, st.integers(0, 2), st.booleans())
spanned: st.SearchStrategy[Matcher] = st.one_of(
    st.builds(Equals, letters, cases),
    st.builds(Equals, st.integers(0, 2)),
    st.builds(like, parts, cases),
    st.builds(Range, bounds) | st.builds(Range, st.none(), bounds) | st.builds(Range, bounds, bounds),
)
simple = st.just(Present()) | spanned
matchers = st.one_of(
    simple,
    st.lists(spanned, min_size=2, max_size=4).map(tuple).map(OneOf),  # `Present` has no place of its own to point at
    st.builds(Complement, simple),
)
leaves: st.SearchStrategy[Predicate] = st.one_of(
    st.builds(Const, st.sampled_from((True, False))),
    st.builds(
        Test,
        st.builds(Field, st.sampled_from(PATHS)),
        matchers,
        st.sampled_from(Quantifier),
        st.sampled_from(Absent),
    ).map(lambda test: test if not isinstance(test.matcher, Present) else Test(test.subject, Present())),
)


def grow(inner: st.SearchStrategy[Predicate]) -> st.SearchStrategy[Predicate]:
    terms = st.lists(inner, min_size=2, max_size=4).map(tuple)
    return st.one_of(st.builds(Not, inner), st.builds(And, terms), st.builds(Or, terms))


predicates = st.recursive(leaves, grow, max_leaves=9).map(lambda predicate: placed(predicate, count(1)))


def placed(predicate: Predicate, numbers: count[int]) -> Predicate:
    """The predicate with a span of its own at every node and item."""
    at = next(numbers)
    span = Span(at, at + 1)
    match predicate:
        case Not(term):
            return Not(placed(term, numbers), span)
        case And(terms) | Or(terms):
            return replace(predicate, terms=tuple(placed(term, numbers) for term in terms), span=span)
        case Test(matcher=OneOf(options)):
            return replace(predicate, matcher=OneOf(tuple(item(option, numbers) for option in options)), span=span)
        case _:
            return replace(predicate, span=span)


def item(matcher: Matcher, numbers: count[int]) -> Matcher:
    at = next(numbers)
    return replace(matcher, span=Span(at, at + 1))


def without(predicate: Predicate, spans: dict[Span, FindingKind]) -> Predicate:
    """The predicate without the parts at these spans."""
    match predicate:
        case Not(term):
            return Not(without(term, spans))
        case And(terms):
            return conjunction(tuple(kept(term, spans, True) for term in terms))
        case Or(terms):
            return disjunction(tuple(kept(term, spans, False) for term in terms))
        case Test(matcher=OneOf(options)) as test:
            left = [option for option in options if getattr(option, "span", None) not in spans]
            options_left = tuple(replace(test, matcher=option) for option in left)
            return disjunction(options_left) if test.quantifier is Quantifier.ANY else test
        case _:
            return predicate


def kept(term: Predicate, spans: dict[Span, FindingKind], neutral: bool) -> Predicate:
    return Const(neutral) if term.span in spans else without(term, spans)


def needless(predicate: Predicate, scopes: set[Scope]) -> dict[Span, FindingKind]:
    (condition,) = analyse(Match(predicate), SCHEMA).conditions
    return {
        finding.part.span: finding.kind
        for finding in condition.findings
        if finding.scope in scopes and finding.part.span is not None
    }


def reduced(predicate: Predicate, spans: dict[Span, FindingKind]) -> Predicate:
    if predicate.span in spans:
        return Const(spans[predicate.span] is FindingKind.ALWAYS_TRUE)
    return without(predicate, spans)


def answers(predicate: Predicate, found: list[dict[str, object]]) -> list[bool]:
    check = compile_predicate(predicate, SCHEMA)
    return [check(event) is True for event in found]


@settings(max_examples=400, deadline=None)
@given(predicates, events)
def test_what_is_needless_on_all_events_changes_none(predicate: Predicate, found: list[dict[str, object]]) -> None:
    assert answers(predicate, found) == answers(reduced(predicate, needless(predicate, {Scope.ALL_EVENTS})), found)


@settings(max_examples=400, deadline=None)
@given(predicates, single_events)
def test_what_is_needless_on_single_values_changes_no_such_event(
    predicate: Predicate, found: list[dict[str, object]]
) -> None:
    assert answers(predicate, found) == answers(reduced(predicate, needless(predicate, set(Scope))), found)


@settings(max_examples=400, deadline=None)
@given(predicates, events, single_events)
def test_what_is_needless_is_so_by_itself(
    predicate: Predicate, found: list[dict[str, object]], single: list[dict[str, object]]
) -> None:
    """Whoever leaves out one of the terms alone changes nothing either."""
    for scopes, those in (({Scope.ALL_EVENTS}, found), (set(Scope), single)):
        for span, kind in needless(predicate, scopes).items():
            assert answers(predicate, those) == answers(reduced(predicate, {span: kind}), those)


@settings(max_examples=200, deadline=None)
@given(predicates)
def test_an_example_takes_its_branch(predicate: Predicate) -> None:
    detection = Match(predicate)
    check = compile_predicate(predicate, SCHEMA)
    for example in examples(detection, SCHEMA)[0]:
        branch = compile_predicate(branch_at(detection, 0, example.path), SCHEMA)
        assert branch(example.event) is True or (example.kept_out and branch(example.event) is None)
        assert (check(example.event) is True) is not example.kept_out
