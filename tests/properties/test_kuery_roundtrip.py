"""Whatever kuery can say is read back as it was, and no text gets anything but a detection or a diagnostic."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from isorule.diagnostics import ParseError
from isorule.dialects.kuery import KUERY
from isorule.dialects.kuery.lexical import CONSTANT_WORDS, TRIMMED
from isorule.ir.axes import Case, TokenMode
from isorule.ir.detections import Match
from isorule.ir.matchers import Bound, Complement, Equals, Like, Matcher, OneOf, Present, Range, Tokens, Wildcard, like
from isorule.ir.predicates import And, AnyField, Const, Field, FieldGlob, Nested, Not, Or, Predicate, Test

AWKWARD = st.sampled_from(
    [
        *' \t\n\r\xa0\u3000\x00\u200b\\"*?:(){}<>aNé😀.@',
        "and",
        "or",
        "not",
        "NOT",
        "<=",
        "\\n",
        "\\u0041",
        "null",
        "true",
    ]
)
TEXTS = st.lists(st.one_of(AWKWARD, st.characters(exclude_categories=["Cs"])), max_size=8).map("".join)
TRIMMED_TEXTS = TEXTS.map(lambda text: text.strip(TRIMMED))
WORDS = TRIMMED_TEXTS.filter(lambda text: text not in CONSTANT_WORDS)
NAMES = TEXTS


@st.composite
def patterns(draw: st.DrawFn) -> Like:
    parts = draw(st.lists(st.one_of(TEXTS, st.just(Wildcard.RUN)), max_size=5))
    at = draw(st.integers(0, len(parts)))
    found = like((*parts[:at], Wildcard.RUN, *parts[at:]), Case.MAPPED)
    assert isinstance(found, Like)
    first, last = found.parts[0], found.parts[-1]
    trimmed = (
        first.lstrip(TRIMMED) if isinstance(first, str) else first,
        *found.parts[1:-1],
        last.rstrip(TRIMMED) if isinstance(last, str) else last,
    )
    whole = like(trimmed if len(found.parts) > 1 else found.parts, Case.MAPPED)
    assert isinstance(whole, Like)
    return whole


VALUES: st.SearchStrategy[Matcher] = st.one_of(
    st.builds(Tokens, WORDS, st.just(TokenMode.ANY)),
    st.builds(Tokens, TEXTS, st.just(TokenMode.PHRASE)),
    patterns(),
    st.booleans().map(Equals),
    st.just(Present()),
    st.just(Complement(Present())),
)
BOUNDS = st.builds(Bound, st.one_of(TEXTS, st.booleans()), st.booleans())
RANGES = BOUNDS.flatmap(lambda bound: st.sampled_from([Range(lower=bound), Range(upper=bound)]))
LISTS = st.lists(VALUES, min_size=2, max_size=4).map(lambda values: OneOf(tuple(values)))
GLOBS = st.lists(TRIMMED_TEXTS, min_size=2, max_size=3).map(
    lambda parts: "*".join(part.replace("*", "x") for part in parts)
)


def subjects(path: str) -> st.SearchStrategy[Field | FieldGlob]:
    prefix = f"{path}." if path else ""
    names = NAMES.map(lambda name: Field(prefix + name))
    whole = GLOBS.map(lambda glob: glob.strip(TRIMMED)).filter(lambda glob: "**" not in glob)
    return st.one_of(names, whole.map(lambda glob: FieldGlob(prefix + glob)))


def leaf_tests(path: str) -> st.SearchStrategy[Predicate]:
    """Tests as they stand inside the nested object at `path`, where free text cannot."""
    of_fields = st.builds(Test, subjects(path), st.one_of(VALUES, RANGES, LISTS))
    anywhere = st.just(Const(True)) if path else st.builds(Test, st.just(AnyField()), VALUES)
    return st.one_of(of_fields, anywhere)


def joined(terms: list[Predicate], kind: type[And] | type[Or]) -> Predicate:
    """A chain as the parser gives it: flat."""
    flat = tuple(inner for term in terms for inner in (term.terms if isinstance(term, kind) else (term,)))
    return kind(flat)


def predicates(path: str = "", depth: int = 3) -> st.SearchStrategy[Predicate]:
    if depth == 0:
        return leaf_tests(path)
    inner = predicates(path, depth - 1)
    several = st.lists(inner, min_size=2, max_size=3)
    options = [
        leaf_tests(path),
        inner.map(Not),
        several.map(lambda terms: joined(terms, And)),
        several.map(lambda terms: joined(terms, Or)),
    ]
    if not path:
        options.append(predicates("x.y", depth - 1).map(lambda term: Nested("x.y", term)))
    return st.one_of(options)


@given(predicates())
def test_what_is_written_is_read_back(where: Predicate) -> None:
    detection = Match(where)
    text = KUERY.emit(detection).text
    again = KUERY.parse(text)
    assert again == detection
    assert KUERY.emit(again).text == text


@given(
    st.lists(st.one_of(AWKWARD, st.sampled_from([" and ", " or ", "not ", "a:", "a:(", "a:{", '"x"', "\\", "b "]))).map(
        "".join
    )
)
def test_any_text_is_read_or_refused_at_a_place_inside(text: str) -> None:
    try:
        detection = KUERY.parse(text)
    except ParseError as error:
        span = error.diagnostic.span
        assert span is not None
        assert 0 <= span.start <= span.end <= len(text)
        assert span.start < span.end
    else:
        assert KUERY.parse(KUERY.emit(detection).text) == detection
