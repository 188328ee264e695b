"""What is written in Sigma and read again is true of the same events."""

from __future__ import annotations

import random

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from isorule.diagnostics import ParseError, UnsupportedError
from isorule.dialects.sigma import SIGMA, read_detection, write_detection
from isorule.dialects.sigma.patterns import read_text, write_text
from isorule.ir.axes import Case, RegexFlavor, Relation
from isorule.ir.detections import Match
from isorule.ir.folding import fold, has_case
from isorule.ir.matchers import (
    Bound,
    Equals,
    FieldRef,
    InNetwork,
    Like,
    Matcher,
    OneOf,
    Placeholder,
    Present,
    Range,
    Regex,
    Wildcard,
    like,
)
from isorule.ir.predicates import And, AnyField, Call, Const, Field, Not, Or, Predicate, Test

CASES = st.sampled_from((Case.SENSITIVE, Case.INSENSITIVE))
WORDS = st.sampled_from(
    ("cmd", "A", "1", "\\", "\\\\", "*", "?", "%", "-a", " /b", "–c", "it's", "ä", "a\\", "\n", "#")
)
TEXTS = st.one_of(WORDS, st.text(st.characters(exclude_categories=("Cs",)), max_size=6), st.just(""))
PARTS = st.lists(
    st.one_of(WORDS, st.sampled_from((Wildcard.RUN, Wildcard.ONE, Wildcard.RUN)), st.just(Placeholder("name"))),
    max_size=5,
).map(tuple)
NUMBERS = st.one_of(st.integers(-5, 70000), st.floats(-10, 10))


def field_matchers() -> st.SearchStrategy[Matcher]:
    one = st.one_of(
        st.just(Present()),
        st.builds(Equals, TEXTS, CASES),
        st.builds(Equals, st.one_of(NUMBERS, st.booleans())),
        st.builds(like, PARTS, CASES),
        st.builds(
            Regex,
            st.sampled_from(("a+", "^b$", "\\\\c", "[*?%]")),
            st.just(RegexFlavor.SIGMA),
            CASES,
            st.just(False),
            st.booleans(),
            st.booleans(),
        ),
        st.builds(Range, lower=st.builds(Bound, NUMBERS, st.booleans())),
        st.builds(Range, upper=st.builds(Bound, NUMBERS, st.booleans())),
        st.sampled_from((InNetwork(("10.0.0.0/8",)), InNetwork(("::1/128", "192.168.0.0/16")))),
        st.builds(FieldRef, st.sampled_from(("g", "a.b", "*")), st.sampled_from(Relation), CASES),
    )
    dashes = st.sampled_from("-/–—―").map(lambda dash: like((Wildcard.RUN, f" {dash}x"), Case.INSENSITIVE))
    lists = st.lists(st.one_of(one, dashes), min_size=2, max_size=7).map(lambda options: OneOf(tuple(options)))
    return st.one_of(one, lists)


KEYWORDS = st.one_of(
    st.builds(lambda parts, case: like((Wildcard.RUN, *parts, Wildcard.RUN), case), PARTS, CASES),
    st.just(Regex("k+", RegexFlavor.SIGMA)),
)
LEAVES = st.one_of(
    st.builds(Test, st.sampled_from([Field(name) for name in ("a", "b", "Image", "process.name")]), field_matchers()),
    st.builds(Test, st.just(AnyField()), KEYWORDS),
    st.builds(Test, st.just(Call("hour", (Field("t"),))), st.builds(Equals, st.integers(0, 23))),
    st.builds(Const, st.booleans()),
)


def extended(inner: st.SearchStrategy[Predicate]) -> st.SearchStrategy[Predicate]:
    several = st.lists(inner, min_size=2, max_size=4).map(tuple)
    return st.one_of(st.builds(And, several), st.builds(Or, several), st.builds(Not, inner))


PREDICATES = st.recursive(LEAVES, extended, max_leaves=12)


def atoms(matcher: Matcher) -> list[object]:
    """The matchers that a list stands for, equal where they mean the same."""
    match matcher:
        case OneOf(options):
            return [atom for option in options for atom in atoms(option)]
        case InNetwork(blocks):
            return [InNetwork((block,)) for block in blocks]
        case Equals(str() as text, case):
            return atoms(Like((text,), case))
        case Equals(value):
            return [(type(value), value)]
        case Like(parts, case):
            counts = any(isinstance(part, Placeholder) or (isinstance(part, str) and has_case(part)) for part in parts)
            if case is Case.SENSITIVE and counts:
                return [matcher]
            return [("folded", *(fold(part) if isinstance(part, str) else part for part in parts))]
        case _:
            return [matcher]


def truth(predicate: Predicate, world: random.Random, known: dict[object, bool]) -> bool:
    """The truth of a predicate in a world where each atom is true or false by chance, the same at every place."""
    match predicate:
        case Const(value):
            return value is True
        case Not(term):
            return not truth(term, world, known)
        case And(terms):
            return all(truth(term, world, known) for term in terms)
        case Or(terms):
            return any(truth(term, world, known) for term in terms)
        case Test(subject, matcher):
            keys = [(subject, atom) for atom in atoms(matcher)]
            return any(known.setdefault(key, world.random() < 0.5) for key in keys)
        case _:
            raise AssertionError(predicate)


def written(predicate: Predicate) -> dict[str, object] | None:
    """The mapping of a predicate; None where it is constant, which Sigma cannot say."""
    try:
        return write_detection(Match(predicate)).mapping
    except UnsupportedError as error:
        if error.diagnostic.name == "constant-condition":
            return None
        raise


@settings(max_examples=400, deadline=None)
@given(PREDICATES, st.integers())
def test_written_and_read_again_holds_in_the_same_worlds(predicate: Predicate, seed: int) -> None:
    mapping = written(predicate)
    worlds = [(random.Random(seed + number), {}) for number in range(24)]
    truths = [truth(predicate, world, known) for world, known in worlds]
    if mapping is None:
        assert len(set(truths)) == 1
        return
    again = read_detection(mapping)
    assert [truth(again.where, world, known) for world, known in worlds] == truths, mapping


@settings(max_examples=150, deadline=None)
@given(PREDICATES)
def test_text_and_mapping_say_the_same(predicate: Predicate) -> None:
    mapping = written(predicate)
    if mapping is None:
        return
    text = SIGMA.emit(Match(predicate)).text
    assert repr(yaml.safe_load(text)) == repr(mapping)
    assert SIGMA.parse(text) == read_detection(mapping)


@given(PARTS)
def test_text_values_are_written_and_read(parts: tuple[object, ...]) -> None:
    normal = like(parts, Case.SENSITIVE)
    parts = normal.parts if isinstance(normal, Like) else (normal.value,) if normal.value else ()
    expand = any(isinstance(part, Placeholder) for part in parts)
    assert read_text(write_text(parts), expand=expand) == parts


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(("f", "f|re", "f|contains|all", "|all", "g|lt", "h|cidr", "x|wide|base64offset")), inner
        ),
    ),
    max_leaves=8,
)
CONDITIONS = st.lists(
    st.sampled_from(("a", "b", "1", "all", "of", "them", "and", "or", "not", "(", ")", "*", "a*", "|", "AND")),
    max_size=8,
).map(" ".join)


@settings(max_examples=400, deadline=None)
@given(VALUES, VALUES, st.one_of(CONDITIONS, st.just("a or b")))
def test_any_values_are_read_or_refused_with_a_diagnostic(first: object, second: object, condition: str) -> None:
    """Nothing but a ParseError is raised, and what can be read can be written."""
    try:
        match = read_detection({"a": first, "b": second, "condition": condition})
    except ParseError:
        return
    assert written(match.where) is not None
