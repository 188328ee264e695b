"""Random trees: writing and reading them back, and the engines against each other and against Python's `re`."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isorule.diagnostics import IsoruleError, UnsupportedError
from isorule.ir.axes import Case, RegexFlavor
from isorule.ir.folding import fold
from isorule.ir.matchers import Regex
from isorule.ir.regex import (
    as_like,
    compile_regex,
    features,
    language,
    literals,
    normalize,
    parse_regex,
    translate,
    write_regex,
)
from isorule.ir.regex.anchors import whole_value
from isorule.ir.regex.charset import ANY, DIGIT, LUCENE_SPACE, NOT_NEWLINE, PCRE_SPACE, WORD, charset, of_text
from isorule.ir.regex.machine import Machine
from isorule.ir.regex.match import compile_tree
from isorule.ir.regex.tree import (
    ANY_RUN,
    EMPTY,
    Assertion,
    Complement,
    Intersection,
    Literal,
    Place,
    Repeat,
    Tree,
    alternate,
    concat,
    has_assertions,
)

LETTERS = "abAkK1 .^$-\\\n&"
PERL_LIKE = [RegexFlavor.SIGMA, RegexFlavor.RE2, RegexFlavor.PYTHON]

texts = st.text(LETTERS, max_size=6)
sets = st.one_of(
    st.sampled_from(
        [ANY, NOT_NEWLINE, DIGIT, WORD, WORD.complement(), LUCENE_SPACE, PCRE_SPACE, PCRE_SPACE.complement()]
    ),
    st.text(LETTERS, min_size=1, max_size=3).map(of_text),
    st.text(LETTERS, min_size=1, max_size=3).map(lambda text: of_text(text).complement()),
    st.tuples(st.integers(33, 126), st.integers(0, 40)).map(lambda pair: charset(((pair[0], pair[0] + pair[1]),))),
)
atoms: st.SearchStrategy[Tree] = st.one_of(
    st.builds(Literal, st.text(LETTERS, min_size=1, max_size=3), st.booleans()), sets, st.just(EMPTY), st.just(ANY_RUN)
)
assertions: st.SearchStrategy[Tree] = st.builds(Assertion, st.sampled_from(Place))
counts = st.tuples(st.integers(0, 3), st.one_of(st.none(), st.integers(0, 2)))


def _repeat(body: Tree, bounds: tuple[int, int | None]) -> Tree:
    least, more = bounds
    return Repeat(body, least, None if more is None else least + more)


def _larger(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    return st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(concat),
        st.lists(inner, min_size=2, max_size=3).map(alternate),
        st.builds(_repeat, inner, counts),
    )


def _with_operators(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    both = st.lists(inner, min_size=2, max_size=2).map(lambda options: Intersection(tuple(options)))
    return st.one_of(_larger(inner), both, st.builds(Complement, inner))


plain_trees = st.recursive(atoms, _larger, max_leaves=8)
asserting_trees = st.recursive(st.one_of(atoms, assertions), _larger, max_leaves=8)
lucene_trees = st.recursive(atoms, _with_operators, max_leaves=6)


@given(plain_trees, st.sampled_from(RegexFlavor), st.booleans())
def test_written_and_read_back(tree: Tree, flavor: RegexFlavor, prefer_insensitive: bool) -> None:
    written = write_regex(tree, flavor, prefer_insensitive=prefer_insensitive)
    assert language(written) == normalize(tree)


@given(asserting_trees, st.sampled_from(PERL_LIKE), st.booleans())
def test_assertions_written_and_read_back(tree: Tree, flavor: RegexFlavor, anchored: bool) -> None:
    written = write_regex(tree, flavor, anchored=anchored)
    assert language(written) == normalize(whole_value(tree, anchored=anchored))


@given(lucene_trees, st.lists(texts, min_size=1, max_size=5))
def test_lucene_operators_written_and_read_back(tree: Tree, values: list[str]) -> None:
    written = write_regex(tree, RegexFlavor.LUCENE)
    assert language(written) == normalize(tree)
    before, after = Machine(tree), compile_regex(written)
    for value in values:
        assert before.matches(value) == after(value)


@given(asserting_trees, st.sampled_from(PERL_LIKE), st.sampled_from(RegexFlavor), texts)
def test_translation_keeps_the_language(tree: Tree, flavor: RegexFlavor, target: RegexFlavor, value: str) -> None:
    matcher = write_regex(tree, flavor, anchored=False)
    try:
        translated = translate(matcher, target)
    except UnsupportedError:
        assert target is RegexFlavor.LUCENE
        assert has_assertions(whole_value(tree, anchored=False))
        return
    assert language(translated) == language(matcher)
    assert compile_regex(translated)(value) == compile_regex(matcher)(value)


@given(asserting_trees)
def test_the_canonical_form_is_a_fixed_point(tree: Tree) -> None:
    assert normalize(normalize(tree)) == normalize(tree)


@given(lucene_trees)
def test_the_canonical_form_with_operators_is_a_fixed_point(tree: Tree) -> None:
    assert normalize(normalize(tree)) == normalize(tree)


@settings(max_examples=300)
@given(asserting_trees, st.lists(texts, min_size=1, max_size=5))
def test_engines_agree(tree: Tree, values: list[str]) -> None:
    """The automaton on the tree as it is, on its canonical form, and whatever `compile_tree` chooses."""
    raw, canonical, chosen = Machine(tree), Machine(normalize(tree)), compile_tree(normalize(tree))
    for value in values:
        assert raw.matches(value) == canonical.matches(value) == chosen(value)


@settings(max_examples=300)
@given(asserting_trees, st.lists(texts, min_size=1, max_size=5))
def test_anchors_are_resolved_exactly(tree: Tree, values: list[str]) -> None:
    found, whole = Machine(concat((ANY_RUN, tree, ANY_RUN))), Machine(whole_value(tree, anchored=False))
    kept, settled = Machine(tree), Machine(whole_value(tree, anchored=True))
    for value in values:
        assert found.matches(value) == whole.matches(value)
        assert kept.matches(value) == settled.matches(value)


@settings(max_examples=400)
@given(
    st.lists(
        st.sampled_from(
            [
                *"ab|()*+?.^$-1 ",
                "[^",
                "[",
                "]",
                "(?:",
                r"\d",
                r"\w",
                r"\s",
                r"\b",
                "{2}",
                "{1,2}",
                "*?",
                r"\.",
                "(?i)",
                "(?s:",
            ]
        ),
        max_size=9,
    ).map("".join),
    st.booleans(),
    st.lists(st.text("abAB1 .-\n", max_size=6), min_size=1, max_size=5),
)
@pytest.mark.filterwarnings("ignore:Possible nested set")  # the patterns are random
def test_agreement_with_python(pattern: str, dotall: bool, values: list[str]) -> None:
    """Python's own reading of a pattern, `$` being the very end, is that of the flavor PYTHON."""
    flags = re.ASCII | (re.DOTALL if dotall else 0)
    try:
        compiled = re.compile(re.sub(r"(?<!\[)\$(?![^\[]*\])", r"\\Z", pattern), flags)
    except re.error:
        compiled = None
    try:
        test = compile_regex(Regex(pattern, RegexFlavor.PYTHON, dotall=dotall))
    except IsoruleError:
        return
    if "[" in pattern and "$" in pattern:
        return
    assert compiled is not None
    for value in values:
        assert test(value) == (compiled.search(value) is not None)


@given(plain_trees, st.lists(texts, min_size=1, max_size=5))
def test_required_texts_are_required(tree: Tree, values: list[str]) -> None:
    canonical = normalize(tree)
    test, clauses = compile_tree(canonical), literals(canonical)
    for value in values:
        if test(value):
            assert all(any(text in fold(value) for text in clause) for clause in clauses)


@given(st.lists(st.sampled_from(["ab", "K", "1", ".*", ".", "(?i:k)"]), max_size=5).map("".join), texts)
def test_wildcard_patterns_accept_the_same(pattern: str, value: str) -> None:
    matcher = Regex(pattern, RegexFlavor.SIGMA, anchored=True, dotall=True)
    wildcard = as_like(language(matcher))
    if wildcard is None:
        assert "k" in pattern
        assert "ab" in pattern or "K" in pattern
        return
    parts = wildcard.parts if hasattr(wildcard, "parts") else (wildcard.value,)
    spelled = "".join(re.escape(p) if isinstance(p, str) else {"*": ".*", "?": "."}[p.value] for p in parts)
    flags = re.DOTALL | (re.IGNORECASE if wildcard.case is Case.INSENSITIVE else 0)
    assert (re.fullmatch(spelled, value, flags) is not None) == compile_regex(matcher)(value)


@given(st.text(st.sampled_from(r"ab(|)[]{}*+?\^$.-&~@#<>\"12,=!:iP"), max_size=15), st.sampled_from(RegexFlavor))
def test_any_text_is_read_or_refused_with_a_place(pattern: str, flavor: RegexFlavor) -> None:
    assert isinstance(features(pattern, flavor), frozenset)
    try:
        parse_regex(Regex(pattern, flavor))
    except IsoruleError as error:
        span = error.diagnostic.span
        assert span is not None
        assert 0 <= span.start <= span.end <= len(pattern)
