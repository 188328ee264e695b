"""Whatever Query DSL can say is read back as it was, and no text gets anything but a detection or a diagnostic.

The law: `parse(emit(p))` is `p` in the one form that the reader gives (`as_read`): operators of one kind joined, lists
as alternatives, a mapped text as a phrase, a network as its texts, an expression as one of the whole value; what a
term-level query asks is asked of the terms of the index.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import assert_never

from hypothesis import given
from hypothesis import strategies as st

from isorule.diagnostics import ParseError, UnsupportedError
from isorule.dialects.dsl import DSL
from isorule.ir.axes import Case, RegexFlavor, TokenMode
from isorule.ir.detections import Match
from isorule.ir.matchers import (
    Bound,
    Complement,
    Equals,
    Indexed,
    InNetwork,
    Like,
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
    Const,
    Field,
    FieldGlob,
    Nested,
    Not,
    Or,
    Predicate,
    Test,
    conjunction,
    disjunction,
)

AWKWARD = st.sampled_from([*' \t\n\u3000\x00\\"*?:()[]{}<>=!&|^~/+-aNué😀.@', "AND", "OR", "NOT", "\\u0041"])
TEXTS = st.lists(st.one_of(AWKWARD, st.characters(exclude_categories=["Cs"])), max_size=6).map("".join)
NAMES = st.text('aé.b "\\', min_size=1, max_size=4)
NUMBERS = st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False))
SCALARS = st.one_of(TEXTS, NUMBERS, st.booleans())
CASES = st.sampled_from(Case)
PARTS = st.lists(st.one_of(TEXTS, st.sampled_from(Wildcard)), max_size=4)


def pattern(case: Case) -> st.SearchStrategy[Like]:
    return PARTS.map(lambda parts: like((*parts, Wildcard.RUN), case)).filter(lambda found: isinstance(found, Like))


WORDS: st.SearchStrategy[Matcher] = st.one_of(
    st.builds(Tokens, TEXTS, st.sampled_from(TokenMode)),
    st.builds(Near, TEXTS, st.integers(1, 2**31 - 1)),
    st.builds(Equals, TEXTS, st.just(Case.MAPPED)),
    st.booleans().map(Equals),
    pattern(Case.MAPPED),
    st.just(Present()),
    st.just(Complement(Present())),
)
BOUNDS = st.one_of(st.none(), st.builds(Bound, SCALARS, st.booleans()))
TERMS: st.SearchStrategy[Matcher] = st.one_of(
    st.builds(Equals, TEXTS, CASES),
    NUMBERS.map(Equals),
    CASES.flatmap(pattern),
    st.builds(
        Regex,
        TEXTS.filter(bool),  # without letter case Lucene finds nothing for the empty expression
        st.just(RegexFlavor.LUCENE),
        CASES,
        st.booleans(),
    ),
    st.builds(Indexed, st.one_of(st.builds(Equals, TEXTS, st.sampled_from([Case.SENSITIVE, Case.INSENSITIVE])))),
    st.builds(Indexed, st.one_of(pattern(Case.SENSITIVE), pattern(Case.INSENSITIVE), SCALARS.map(Equals))),
    st.builds(Range, BOUNDS, BOUNDS).filter(lambda found: found != Range()),
    st.sampled_from([InNetwork(("10.0.0.0/8",)), InNetwork(("10.0.0.0/8", "::1/128"))]),
)
LISTS = st.lists(st.one_of(WORDS, TERMS), min_size=2, max_size=4).map(lambda options: OneOf(tuple(options)))
WORD_LISTS = st.lists(WORDS, min_size=2, max_size=3).map(lambda options: OneOf(tuple(options)))
GLOBS = st.sampled_from(["*", "a*", "*.b", "a.*.b"]).map(FieldGlob)
LEAVES: st.SearchStrategy[Predicate] = st.one_of(
    st.builds(Test, NAMES.map(Field), st.one_of(WORDS, TERMS, LISTS)),
    st.builds(Test, st.one_of(GLOBS, st.just(AnyField())), st.one_of(WORDS, WORD_LISTS)),
    st.booleans().map(Const),
)


def grown(inner: st.SearchStrategy[Predicate]) -> st.SearchStrategy[Predicate]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(inner.map(Not), several.map(And), several.map(Or), inner.map(lambda term: Nested("n", term)))


PREDICATES = st.recursive(LEAVES, grown, max_leaves=6)


def as_read(predicate: Predicate) -> Predicate:
    match predicate:
        case Const():
            return predicate
        case Test(subject, OneOf(options)):
            return as_read(Or(tuple(Test(subject, option) for option in options)))
        case Test(subject, InNetwork(blocks)):
            return disjunction(tuple(Test(subject, Indexed(Equals(block))) for block in blocks))
        case Test(subject, matcher):
            return Test(subject, read_matcher(matcher))
        case Not(term):
            return Not(as_read(term))
        case And(terms):
            return conjunction(tuple(inner for term in terms for inner in spread(as_read(term), And)))
        case Or(terms):
            return disjunction(tuple(inner for term in terms for inner in spread(as_read(term), Or)))
        case Nested(path, term):
            return Nested(path, as_read(term))
        case _:
            assert_never(predicate)


def spread(predicate: Predicate, kind: type[And] | type[Or]) -> tuple[Predicate, ...]:
    return predicate.terms if isinstance(predicate, kind) else (predicate,)


def read_matcher(matcher: Matcher) -> Matcher:
    match matcher:
        case Equals(str() as text, Case.MAPPED):
            return Tokens(text, TokenMode.PHRASE)
        case Equals(bool()) | Like(_, Case.MAPPED):
            return matcher
        case Regex(text, flavor, case, anchored):
            whole = Regex(text if anchored else f".*({text}).*", flavor, case, anchored=True, dotall=True)
            return Indexed(whole) if case is Case.INSENSITIVE else replace(whole, case=Case.MAPPED)
        case Indexed(Regex() as inner):
            return read_matcher(inner)
        case Equals("", Case.INSENSITIVE) | Indexed(Equals("", Case.INSENSITIVE)):
            return Indexed(Equals(""))
        case Equals() | Like():
            return Indexed(matcher)
        case _:
            return matcher


@given(PREDICATES)
def test_what_is_written_is_read_back(where: Predicate) -> None:
    text = DSL.emit(Match(where)).text
    assert as_read(DSL.parse(text).where) == as_read(where)
    wrapped = json.dumps({"query": json.loads(text)})
    assert as_read(DSL.parse(wrapped).where) == as_read(where)


COMPOUNDS = ("bool", "must", "should", "must_not", "minimum_should_match", "nested", "path", "query")
LEAF_NAMES = ("term", "terms", "match", "multi_match", "range", "exists", "wildcard", "query_string")
KEYS = st.sampled_from([*COMPOUNDS, *LEAF_NAMES, "gte", "fields", "field", "value", "type", "a"])
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS, st.sampled_from(["a", "a:b", "50%", "phrase", "NOT"])),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=2)),
    max_leaves=8,
)


@given(JSON, st.integers(0, 3), st.integers(0, 40))
def test_any_text_is_read_or_refused_at_a_place_inside(value: object, indent: int, cut: int) -> None:
    whole = json.dumps(value, indent=indent or None)
    for text in (whole, whole[:cut]):
        try:
            DSL.parse(text)
        except (ParseError, UnsupportedError) as error:
            span = error.diagnostic.span
        else:
            continue
        assert span is not None
        assert 0 <= span.start <= span.end <= len(text)
