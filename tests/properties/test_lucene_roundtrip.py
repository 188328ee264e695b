"""Whatever Lucene can say is read back as it was, and no text gets anything but a detection or a diagnostic.

The law: `parse(emit(p))` is `p` in its one written form (`as_written`), and writing that again gives the same text.
"""

from __future__ import annotations

from typing import assert_never

from hypothesis import given
from hypothesis import strategies as st

from isorule.diagnostics import ParseError, UnsupportedError
from isorule.dialects.lucene import LUCENE
from isorule.dialects.lucene.lexical import EXISTS
from isorule.ir.axes import Case, RegexFlavor, TokenMode
from isorule.ir.detections import Match
from isorule.ir.matchers import Bound, Equals, Like, Matcher, Near, OneOf, Present, Range, Regex, Tokens, Wildcard, like
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
from isorule.ir.regex import normalize, parse_regex
from isorule.ir.words import range_of

AWKWARD = st.sampled_from(
    [*' \t\n\u3000\x00\u200b\\"*?:()[]{}<>=!&|^~/+-aNué😀.@', "AND", "OR", "NOT", "&&", "||", "TO", "\\u0041", EXISTS]
)
TEXTS = st.lists(st.one_of(AWKWARD, st.characters(exclude_categories=["Cs"])), max_size=8).map("".join)
WORDS = TEXTS.filter(lambda text: text and not (len(text) > 1 and text[0] in "<>"))
NAMES = TEXTS.filter(lambda text: text and "*" not in text and text != EXISTS)


@st.composite
def patterns(draw: st.DrawFn) -> Like:
    parts = draw(st.lists(st.one_of(TEXTS, st.sampled_from(Wildcard)), max_size=5))
    at = draw(st.integers(0, len(parts)))
    found = like((*parts[:at], draw(st.sampled_from(Wildcard)), *parts[at:]), Case.MAPPED)
    assert isinstance(found, Like)
    return found


def regex(pattern: str, anchored: bool = True) -> Regex:
    return Regex(pattern, RegexFlavor.LUCENE, Case.MAPPED, anchored=anchored, dotall=True)


EXPRESSIONS = st.lists(
    st.sampled_from(
        ["a", "/", "[/]", "[^/a-b]", "[!-/]", "\\\\", "\\.", '"a b"', "(x|y)", ".*", "c{2}", " ", "AND", "u"]
    )
).map(lambda pieces: regex("".join(pieces)))
VALUES: st.SearchStrategy[Matcher] = st.one_of(
    st.builds(Tokens, WORDS, st.just(TokenMode.ANY)),
    st.builds(Tokens, TEXTS, st.just(TokenMode.PHRASE)),
    st.builds(Near, TEXTS, st.integers(1, 2**31 - 1)),
    st.builds(Equals, TEXTS, st.just(Case.MAPPED)),
    st.builds(Equals, st.one_of(st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False))),
    patterns(),
    EXPRESSIONS,
    st.just(Present()),
)
BOUNDS = st.builds(
    Bound, st.one_of(TEXTS.filter(lambda text: text not in ("", "*")), st.integers(), st.booleans()), st.booleans()
)
RANGES = st.one_of(
    BOUNDS.flatmap(lambda bound: st.sampled_from([range_of(bound, None, None), range_of(None, bound, None)])),
    st.builds(range_of, BOUNDS, BOUNDS, st.none()),
)
LISTS = st.lists(st.one_of(VALUES, RANGES), min_size=2, max_size=4).map(lambda values: OneOf(tuple(values)))
GLOBS = st.lists(TEXTS, min_size=2, max_size=3).map(lambda parts: "*".join(part.replace("*", "x") for part in parts))
SUBJECTS = st.one_of(NAMES.map(Field), GLOBS.filter(lambda glob: "**" not in glob).map(FieldGlob), st.just(AnyField()))
LEAVES = st.one_of(st.builds(Test, SUBJECTS, st.one_of(VALUES, RANGES, LISTS)), st.builds(Const, st.booleans()))


def grown(inner: st.SearchStrategy[Predicate]) -> st.SearchStrategy[Predicate]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(inner.map(Not), several.map(And), several.map(Or))


PREDICATES = st.recursive(LEAVES, grown, max_leaves=6)


def as_written(predicate: Predicate) -> Predicate:
    """The form in which a predicate is written: nested operators of one kind joined, a required `*:*` left out,
    alternatives on any field as tests of their own, values as the mapping finds them."""
    match predicate:
        case Const(False):
            return Not(Const(True))
        case Const():
            return predicate
        case Test(AnyField(), OneOf(options)):
            return as_written(Or(tuple(Test(AnyField(), option) for option in options)))
        case Test(subject, matcher):
            return Test(subject, written_matcher(matcher))
        case Not(term):
            return Not(as_written(term))
        case And(terms):
            flat = [inner for term in terms for inner in spread(as_written(term), And)]
            needed = [term for term in flat if not isinstance(term, Const)]
            return conjunction(tuple(needed or flat[:1]))
        case Or(terms):
            return disjunction(tuple(inner for term in terms for inner in spread(as_written(term), Or)))
        case Nested():
            raise AssertionError("Lucene has no nested objects")
        case _:
            assert_never(predicate)


def spread(predicate: Predicate, kind: type[And] | type[Or]) -> tuple[Predicate, ...]:
    return predicate.terms if isinstance(predicate, kind) else (predicate,)


def written_matcher(matcher: Matcher) -> Matcher:
    match matcher:
        case OneOf(options):
            return OneOf(tuple(written_matcher(option) for option in options))
        case Equals(str() as text):
            return Tokens(text, TokenMode.PHRASE)
        case Equals(bool() as value):
            return Tokens("true" if value else "false", TokenMode.ANY)
        case Equals(value):
            return Tokens(str(value), TokenMode.ANY)
        case Range(lower, upper):
            return range_of(written_bound(lower), written_bound(upper), None)
        case Regex(pattern) if pattern.endswith("\\\\"):
            return regex(f"{pattern[:-2]}[\\\\]")
        case _:
            return matcher


def written_bound(bound: Bound | None) -> Bound | None:
    if bound is None or isinstance(bound.value, str):
        return bound
    text = str(bound.value).lower() if isinstance(bound.value, bool) else str(bound.value)
    return Bound(text, bound.inclusive)


@given(PREDICATES)
def test_what_is_written_is_read_back(where: Predicate) -> None:
    text = LUCENE.emit(Match(where)).text
    again = LUCENE.parse(text)
    assert again == Match(as_written(where))
    assert LUCENE.parse(LUCENE.emit(again).text) == again


@given(EXPRESSIONS, st.booleans())
def test_an_expression_between_slashes_accepts_the_same(expression: Regex, anchored: bool) -> None:
    given_pattern = expression.pattern if anchored else f".*({expression.pattern}).*"
    text = LUCENE.emit(Match(Test(Field("f"), regex(expression.pattern, anchored)))).text
    back = LUCENE.parse(f"{text} AND g:/x/").where.terms[0].matcher
    if not expression.pattern:
        return  # Lucene reads no empty alternative
    trees = [
        parse_regex(Regex(pattern, RegexFlavor.LUCENE, anchored=True)) for pattern in (given_pattern, back.pattern)
    ]
    assert normalize(trees[0]) == normalize(trees[1])


FRAGMENTS = st.sampled_from(
    [*'ab-+!()/"\\*?[]}\t ', " AND ", " OR ", "NOT ", "f:", "f:(", '"x"', "/x/", "~2", "^2", "{1 TO ", "[1 TO 5]"]
)


@given(st.lists(st.one_of(FRAGMENTS, AWKWARD), max_size=12).map("".join))
def test_any_text_is_read_or_refused_at_a_place_inside(text: str) -> None:
    try:
        detection = LUCENE.parse(text)
    except (ParseError, UnsupportedError) as error:
        found = error.diagnostic
    else:
        assert written_again(detection) in (None, Match(as_written(detection.where)))
        return
    assert found.span is not None
    assert 0 <= found.span.start <= found.span.end <= len(text)
    assert found.name == "unexpected-end" or found.span.start < found.span.end


def written_again(detection: Match) -> Match | None:
    """What is read from what is written; None for an expression that ends in the midst of an escape."""
    try:
        return LUCENE.parse(LUCENE.emit(detection).text)
    except UnsupportedError as error:
        if error.diagnostic.name == "regex-not-readable":
            return None
        raise
