"""Verdicts against brute force: no pair is told equivalent, wider or narrower that some event contradicts."""

from __future__ import annotations

from itertools import combinations_with_replacement
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isorule.evaluation import compile_predicate
from isorule.ir.analyzers import Runs
from isorule.ir.axes import Absent, Case, Quantifier, RegexFlavor, TokenMode
from isorule.ir.detections import Match
from isorule.ir.matchers import (
    Bound,
    Complement,
    Equals,
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
from isorule.ir.precision import Binary, Scaled
from isorule.ir.predicates import (
    And,
    AnyField,
    Call,
    Const,
    Field,
    Nested,
    Not,
    Or,
    Predicate,
    Test,
    conjunction,
    disjunction,
)
from isorule.ir.schema import FieldInfo, FieldSchema, FieldType
from isorule.verification import Budget, Verdict, VerdictKind, compare

SCHEMA = FieldSchema(
    {
        "number": FieldInfo(FieldType.INTEGER),
        "text": FieldInfo(FieldType.TEXT),
        "script": FieldInfo(FieldType.TEXT, analyzer=Runs("-_")),
        "ip": FieldInfo(FieldType.IP),
        "flag": FieldInfo(FieldType.BOOLEAN),
        "date": FieldInfo(FieldType.DATE),
        "real": FieldInfo(FieldType.DECIMAL),
        "single": FieldInfo(FieldType.DECIMAL, precision=Binary.SINGLE),
        "half": FieldInfo(FieldType.DECIMAL, precision=Binary.HALF),
        "scaled": FieldInfo(FieldType.DECIMAL, precision=Scaled(10.0)),
        "word": FieldInfo(FieldType.KEYWORD),
        "word.folded": FieldInfo(FieldType.KEYWORD, folded=True),
        "o": FieldInfo(FieldType.NESTED),
        "o.x": FieldInfo(FieldType.KEYWORD),
    }
)
BUDGET = Budget(seconds=None, steps=200_000, states=20_000, rounds=300)

NARROW = (-1, 0, 0.1, 0.10000000149011612, 0.0999755859375, 0.5, 1, 1.0, 2)
UNIVERSE: dict[str, tuple[Any, ...]] = {
    "word": ("", "a", "A", "b", "ab", "aB", "ba", "1", 1, 1.0, 2, True, "true", "10.0.0.1", "\u212a", "k", "İ"),
    "x": ("", "a", "A", "aa", "b", "ab", "AB", "ba", "1", 1, 1.0, "1.0", 2, 0, -1, "0", "10.0.0.1", "\U0001f600"),
    "number": (-1, 0, 1, 2, 3, 10, 11),
    "real": (-1, 0, 0.5, 1, 1.5, 2, 3),
    "text": ("a", "a b", "b a", "ab", "A-b", "a b a", "", "1", "İ", "10 9", "9", "3 0", "..."),
    "script": ("a", "a b", "b-a", "b.a", "a-", "-", "A b a", "_", "", "1", "İ", "\u212a", "a\u0130b", "3 0", "..."),
    "ip": ("10.0.0.1", "10.0.0.2", "10.1.0.1", "11.0.0.1", "::1", "::ffff:10.0.0.1"),
    "single": (*NARROW, 16777216, 16777217, 1e39),
    "half": (*NARROW, 2048, 2049, 70000),
    "scaled": (*NARROW, 0.25, 0.26, 0.149),
    "flag": (True, False),
    "o": ({"x": "a"}, {"x": "A"}, {"x": ["a", "b"]}, {"x": "ab"}, {}),
    "date": ("2024-01-01", "2024-01-01T00:00:00Z", "2024-01-02", "2023-12-31T23:59:59.999Z", 1704067200000),
}

letters = st.text("abABk1", min_size=1, max_size=3)
cases = st.sampled_from((Case.SENSITIVE, Case.INSENSITIVE))
parts = st.lists(letters | st.sampled_from(Wildcard), min_size=1, max_size=4).map(tuple)
patterns = st.sampled_from(
    (
        "a",
        "^a",
        "a$",
        "^a.*$",
        "a|b",
        "^(a|A)$",
        "[aA]b?",
        "a{2}",
        "^.{2}$",
        "^$",
        "^[^a]*$",
        "^(ab)+$",
        "a.b",
        r"\ba\b",
    )
)
small = st.integers(-1, 3)
BOOLEANS = st.booleans()
bounds = st.builds(Bound, small | st.just(10), BOOLEANS)
textual: st.SearchStrategy[Matcher] = st.one_of(
    st.just(Present()),
    st.builds(Equals, letters, cases),
    st.builds(like, parts, cases),
    st.builds(Regex, patterns, st.just(RegexFlavor.SIGMA), cases, dotall=st.booleans()),
)
ranges = st.builds(Range, bounds) | st.builds(Range, st.none(), bounds) | st.builds(Range, bounds, bounds)
networks = st.sampled_from(
    (
        InNetwork(("10.0.0.0/8",)),
        InNetwork(("10.0.0.0/31", "10.0.0.2/31")),
        InNetwork(("10.0.0.0/30",)),
        InNetwork(("::/0",)),
        InNetwork(("::ffff:0:0/96",)),
        Equals("10.0.0.1"),
        like(("10.0.", Wildcard.RUN), Case.INSENSITIVE),
        like(("10.", Wildcard.RUN), Case.INSENSITIVE),
    )
)
days = st.sampled_from(("2024-01-01", "2024-01-02", "2023-12-31T23:59:59.999Z", "2024-01-01T00:00:00.000Z"))
phrase_texts = st.sampled_from(("a", "b", "a b", "b a", "a b a", "A", "1", "i", "---"))
phrases = st.one_of(
    st.builds(Tokens, phrase_texts, st.sampled_from(TokenMode)),
    st.builds(Near, phrase_texts, st.sampled_from((1, 2, 3, 100))),
)
script_words = st.one_of(
    st.builds(
        Tokens, st.sampled_from(("b-a", "-", "a.b", "a\u0130b", "\u212a", "...", "_")), st.sampled_from(TokenMode)
    ),
    st.builds(
        like, st.lists(st.sampled_from(("a", "-", "A", ".", *Wildcard)), min_size=1).map(tuple), st.just(Case.MAPPED)
    ),
)
words = st.builds(Range, st.builds(Bound, st.sampled_from(("a", "b", "10")), BOOLEANS))
MATCHERS: dict[str, st.SearchStrategy[Matcher]] = {
    "word": st.one_of(textual, st.builds(Equals, small | st.booleans()), networks, ranges),
    "word.folded": textual,
    "x": st.one_of(textual, st.builds(Equals, small), networks, ranges),
    "number": st.one_of(st.just(Present()), st.builds(Equals, small), ranges, st.builds(like, parts, cases)),
    "real": st.one_of(st.just(Present()), st.builds(Equals, small | st.sampled_from((0.5, 1.5))), ranges),
    "text": textual | phrases | ranges | words,
    "script": textual | phrases | script_words | ranges | words,
    "ip": st.just(Present()) | networks,
    **{
        path: st.just(Present())
        | st.builds(Equals, numbers)
        | st.builds(Range, st.builds(Bound, numbers, BOOLEANS))
        | st.builds(Range, st.none(), st.builds(Bound, numbers, BOOLEANS))
        for path in ("single", "half", "scaled")
        for numbers in (st.sampled_from(UNIVERSE[path]),)
    },
    "flag": st.just(Present()) | st.builds(Equals, st.booleans()),
    "o.x": textual,
    "date": st.one_of(
        st.just(Present()),
        st.builds(Equals, days),
        st.builds(Range, st.builds(Bound, days, st.booleans())),
        st.builds(Range, st.none(), st.builds(Bound, days, st.booleans())),
    ),
}
LENGTHS = st.builds(
    lambda matcher: Test(Call("length", (Field("x"),)), matcher), ranges | st.builds(Equals, st.integers(0, 3))
)
ANYWHERE = st.builds(
    lambda matcher: Test(AnyField(), matcher),
    st.one_of(st.builds(like, parts, st.sampled_from(Case)), st.builds(Equals, letters, st.sampled_from(Case)), ranges),
)

NULLS = st.builds(
    lambda name, wanted, absent: Test(Call(name, (Field("flag"),)), Equals(wanted), absent=absent),
    st.sampled_from(("isNull", "isNotNull")),
    st.booleans(),
    st.sampled_from(Absent),
)
HIDDEN = st.builds(
    lambda matcher, inside: Nested("o", Test(Field("o.x"), matcher)) if inside else Test(Field("o.x"), matcher),
    textual,
    st.booleans(),
)


@st.composite
def leaf(draw: st.DrawFn, paths: tuple[str, ...]) -> Predicate:
    path = draw(st.sampled_from(paths))
    if path == "*":
        return draw(ANYWHERE)
    if path == "length":
        return draw(LENGTHS)
    if path in ("null", "o"):
        return draw(NULLS if path == "null" else HIDDEN)
    inner = MATCHERS[path]
    lists = st.lists(inner, min_size=2, max_size=3).map(tuple).map(OneOf)
    matcher = draw(st.one_of(inner, inner, inner, lists, st.builds(Complement, inner), st.builds(Complement, lists)))
    if isinstance(matcher, Present):
        return Test(Field(path), matcher)
    return Test(Field(path), matcher, draw(st.sampled_from(Quantifier)), draw(st.sampled_from(Absent)))


def grow(inner: st.SearchStrategy[Predicate]) -> st.SearchStrategy[Predicate]:
    terms = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(st.builds(Not, inner), st.builds(And, terms), st.builds(Or, terms))


def predicates_of(*paths: str) -> st.SearchStrategy[Predicate]:
    return st.recursive(leaf(paths) | st.builds(Const, st.booleans()), grow, max_leaves=5)


FAMILIES = [
    ("x",),
    ("word", "word.folded"),
    ("x", "number"),
    ("number", "real"),
    ("text",),
    ("script",),
    ("ip",),
    ("date", "flag"),
    ("x", "length"),
    ("x", "*"),
]

HARDER = [
    *FAMILIES,
    ("number", "*"),
    ("text", "*"),
    ("script", "*"),
    ("word", "word.folded", "*"),
    ("flag", "null"),
    ("o", "o.x"),
    ("single",),
    ("half",),
    ("scaled",),
]
"""With families of which not everything is decided: conditions that more than the values of one field decide."""


@st.composite
def near_pairs(draw: st.DrawFn) -> tuple[Predicate, Predicate]:
    """A predicate, and the same with one part replaced, negated or left out."""
    paths = draw(st.sampled_from(HARDER))
    first = draw(predicates_of(*paths))
    return first, edited(first, paths, draw)


def edited(predicate: Predicate, paths: tuple[str, ...], draw: st.DrawFn) -> Predicate:
    match predicate:
        case And(terms) | Or(terms):
            place = draw(st.integers(0, len(terms) - 1))
            rest = terms[:place] + terms[place + 1 :]
            joined = conjunction if isinstance(predicate, And) else disjunction
            if draw(st.booleans()):
                return joined(rest)
            return joined((*rest, edited(terms[place], paths, draw)))
        case Not(term):
            return Not(edited(term, paths, draw))
        case _:
            return Not(predicate) if draw(st.integers(0, 3)) == 0 else draw(leaf(paths))


pairs = near_pairs() | st.sampled_from(HARDER).flatmap(
    lambda paths: st.tuples(predicates_of(*paths), predicates_of(*paths))
)


def events(predicates: tuple[Predicate, ...]) -> list[dict[str, Any]]:
    """All events of up to two values in the fields that two predicates name."""
    paths = sorted({path.partition(".")[0] for predicate in predicates for path in fields(predicate)})
    found: list[dict[str, Any]] = [{}]
    for path in paths:
        values = UNIVERSE[path]
        most = 2 if len(paths) == 1 else 1
        choices = [list(choice) for size in range(most + 1) for choice in combinations_with_replacement(values, size)]
        if len(found) * len(choices) > 6_000:
            choices = choices[: 6_000 // len(found)]
        found = [event | {path: choice} for event in found for choice in choices]
    return found


def fields(predicate: Predicate) -> set[str]:
    match predicate:
        case Test(Field(path)):
            return {path}
        case Test(Call(_, (Field(path),))):
            return {path}
        case Nested(path):
            return {path}
        case Test(AnyField()):
            return {"x"}
        case Not(term):
            return fields(term)
        case And(terms) | Or(terms):
            return {path for term in terms for path in fields(term)}
        case _:
            return set()


def judged(first: Predicate, second: Predicate) -> Verdict:
    return compare(Match(first), Match(second), SCHEMA, budget=BUDGET)


def matched(predicate: Predicate, event: Any) -> bool:
    return compile_predicate(predicate, SCHEMA)(event) is True


@settings(max_examples=500, deadline=None)
@given(pairs)
def test_no_event_contradicts_a_verdict(pair: tuple[Predicate, Predicate]) -> None:
    first, second = pair
    verdict = judged(first, second)
    one, other = compile_predicate(first, SCHEMA), compile_predicate(second, SCHEMA)
    for event in events(pair):
        ours, theirs = one(event) is True, other(event) is True
        if ours and not theirs:
            assert verdict.kind not in (VerdictKind.IDENTICAL, VerdictKind.EQUIVALENT, VerdictKind.WIDER), event
        if theirs and not ours:
            assert verdict.kind not in (VerdictKind.IDENTICAL, VerdictKind.EQUIVALENT, VerdictKind.NARROWER), event


@st.composite
def signed_leaves(draw: st.DrawFn) -> Predicate:
    """Some leaves of few fields, some of them negated, that must hold together: what a proof is made of."""
    paths = draw(st.sampled_from(HARDER))
    terms = draw(st.lists(leaf(paths), min_size=1, max_size=3))
    return conjunction(tuple(Not(term) if draw(st.booleans()) else term for term in terms))


@settings(max_examples=1_500, deadline=None)
@given(signed_leaves())
def test_what_is_proved_impossible_holds_of_no_event(predicate: Predicate) -> None:
    if judged(predicate, Const(False)).same:
        check = compile_predicate(predicate, SCHEMA)
        assert [event for event in events((predicate,)) if check(event) is True] == []


@settings(max_examples=200, deadline=None)
@given(pairs)
def test_every_witness_is_confirmed(pair: tuple[Predicate, Predicate]) -> None:
    verdict = judged(*pair)
    answers = [(matched(pair[0], event), matched(pair[1], event)) for event in verdict.witness or ()]
    expected = {
        VerdictKind.IDENTICAL: [],
        VerdictKind.EQUIVALENT: [],
        VerdictKind.NARROWER: [(True, False)],
        VerdictKind.WIDER: [(False, True)],
        VerdictKind.DIVERGENT: [(True, False), (False, True)],
    }
    assert answers == expected.get(verdict.kind, answers)
    assert all(one is not other for one, other in answers)
    assert len(verdict.deciding) == len(answers)


@st.composite
def rewritten(draw: st.DrawFn) -> tuple[Predicate, Predicate]:
    """A predicate and another way to write it."""
    paths = draw(st.sampled_from(FAMILIES))
    predicate = draw(predicates_of(*paths))
    return predicate, rewrite(predicate, draw)


def rewrite(predicate: Predicate, draw: st.DrawFn) -> Predicate:
    match predicate:
        case And(terms) | Or(terms):
            inner = [rewrite(term, draw) for term in draw(st.permutations(terms))]
            joined = conjunction if isinstance(predicate, And) else disjunction
            opposite = disjunction if isinstance(predicate, And) else conjunction
            if draw(st.booleans()):
                return Not(opposite(tuple(map(Not, inner))))
            return joined((inner[0], joined(tuple(inner[1:]))))
        case Not(term):
            return Not(Not(Not(rewrite(term, draw)))) if draw(st.booleans()) else Not(rewrite(term, draw))
        case Test(Field() as field, OneOf(options), Quantifier.ANY, Absent.FALSE):
            return disjunction(tuple(Test(field, option) for option in options))
        case Test(Field() as field, Range(Bound() as lower, Bound() as upper), Quantifier.SOLE, Absent.FALSE) if (
            SCHEMA[field.path].type is not FieldType.TEXT  # of which one word may be over a bound, another one below
        ):
            sole = (Test(field, Range(lower), Quantifier.SOLE), Test(field, Range(None, upper), Quantifier.SOLE))
            return conjunction(sole)
        case _:
            return predicate if draw(st.booleans()) else Or((predicate, And((predicate, Const(True)))))


@settings(max_examples=200, deadline=None)
@given(rewritten())
def test_another_way_to_write_it_means_the_same(pair: tuple[Predicate, Predicate]) -> None:
    verdict = judged(*pair)
    assert verdict.same, verdict.reason


@settings(max_examples=150, deadline=None)
@given(parts, cases)
def test_a_wildcard_pattern_and_its_expression_mean_the_same(pieces: Any, case: Case) -> None:
    spelled = {Wildcard.RUN: ".*", Wildcard.ONE: "."}
    pattern = "".join(spelled.get(piece, piece) for piece in pieces)
    regex = Regex(pattern, RegexFlavor.PYTHON, case, anchored=True, dotall=True)
    doubled = Regex(f"(?:{pattern}|{pattern}{pattern})", RegexFlavor.PYTHON, case, anchored=True, dotall=True)
    first = Test(Field("x"), like(pieces, case))
    assert judged(first, Test(Field("x"), regex)).same
    twice = Test(Field("x"), OneOf((like(pieces, case), like(pieces + pieces, case))))
    assert judged(twice, Test(Field("x"), doubled)).same


@settings(max_examples=150, deadline=None)
@given(pairs)
def test_the_other_way_round_is_the_mirror_image(pair: tuple[Predicate, Predicate]) -> None:
    mirrored = {VerdictKind.WIDER: VerdictKind.NARROWER, VerdictKind.NARROWER: VerdictKind.WIDER}
    there, back = judged(*pair).kind, judged(*reversed(pair)).kind
    assert mirrored.get(there, there) is back


@pytest.mark.parametrize("paths", FAMILIES, ids="+".join)
def test_nearly_all_pairs_are_decided(paths: tuple[str, ...]) -> None:
    undecided: list[str | None] = []

    @settings(max_examples=100, deadline=None, database=None, derandomize=True)
    @given(predicates_of(*paths), predicates_of(*paths))
    def count(first: Predicate, second: Predicate) -> None:
        verdict = judged(first, second)
        if verdict.kind is VerdictKind.UNDECIDED:
            undecided.append(verdict.reason)

    count()
    assert len(undecided) <= 5, undecided
