"""Hostile patterns and values, the parts that vectors cannot say, and the tables behind letter case."""

from __future__ import annotations

import sys
import time

import pytest

from isorule.diagnostics import ParseError, UnsupportedError
from isorule.ir.axes import Case, RegexFlavor
from isorule.ir.folding import fold, fold_character
from isorule.ir.matchers import Regex
from isorule.ir.regex import (
    Feature,
    compile_regex,
    escape,
    features,
    language,
    normalize,
    parse_regex,
    translate,
    write_regex,
)
from isorule.ir.regex.casing import closure, is_closed, representatives, variants
from isorule.ir.regex.charset import ANY, NOT_NEWLINE, NOTHING, WORD, charset, of_text
from isorule.ir.regex.machine import Machine
from isorule.ir.regex.tree import Literal, Repeat
from isorule.source import Span

FLAVORS = list(RegexFlavor)
PERL_LIKE = [RegexFlavor.SIGMA, RegexFlavor.RE2, RegexFlavor.PYTHON]

RUNAWAYS = [
    ("(a+)+$", "a" * 50_000 + "b"),
    ("^(a|aa)+$", "a" * 50_000 + "b"),
    ("(x+x+)+y", "x" * 50_000),
    ("^(a?){40}a{40}$", "a" * 39),
    ("(.*a){12}b", "a" * 20_000),
    ("foo.*bar.*baz", "foo bar " * 6_000),
    (r"\s+$", " " * 50_000 + "x"),
    ("^((ab)*|(aba)*)*c$", "ab" * 25_000),
]


@pytest.mark.parametrize(("pattern", "value"), RUNAWAYS, ids=[pattern for pattern, _ in RUNAWAYS])
def test_no_pattern_runs_away(pattern: str, value: str) -> None:
    test = compile_regex(Regex(pattern, RegexFlavor.SIGMA))
    begin = time.perf_counter()
    assert test(value) is False
    assert time.perf_counter() - begin < 0.5


def test_the_automaton_forgets_rather_than_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("isorule.ir.regex.machine._MOST_STATES", 8)
    monkeypatch.setattr("isorule.ir.regex.machine._MOST_TERMS", 12)
    machine = Machine(language(Regex(".*a.{9}b", RegexFlavor.LUCENE, anchored=True)))
    assert machine.matches("xxaaxaaxxaa" + "123456789b")
    assert machine.matches("a" * 500 + "b")
    assert not machine.matches("a" * 500 + "bb" + "x")


@pytest.mark.parametrize("flavor", FLAVORS)
def test_deep_nesting_is_refused_at_the_group(flavor: RegexFlavor) -> None:
    assert parse_regex(Regex("(" * 30 + "a" + ")" * 30, flavor)) == Literal("a")
    with pytest.raises(UnsupportedError) as caught:
        parse_regex(Regex("(" * 100_000, flavor))
    assert caught.value.diagnostic.name == "regex-too-deep"
    assert caught.value.diagnostic.span == Span(30, 31)


@pytest.mark.parametrize("flavor", FLAVORS)
def test_the_deepest_tree_goes_through_everything(flavor: RegexFlavor) -> None:
    matcher = Regex("(x|y" * 30 + "z+" + "){2,3}" * 3 + ")+" * 27, flavor)
    assert compile_regex(matcher)("xyxyx") is True
    for other in FLAVORS:
        assert language(translate(matcher, other)) == language(matcher)


def test_the_deepest_lucene_tree_goes_through_everything() -> None:
    matcher = Regex("~(q|[a-z].{3}&x" * 30 + "y" + ")+?" * 30, RegexFlavor.LUCENE)
    assert compile_regex(matcher)("xyxyxy") in (True, False)
    assert write_regex(parse_regex(matcher), RegexFlavor.LUCENE).pattern.count("(") >= 30
    assert Feature.LUCENE_OPERATOR in features(matcher.pattern, RegexFlavor.LUCENE)


def test_stacked_operators_are_bounded() -> None:
    with pytest.raises(UnsupportedError) as caught:
        parse_regex(Regex("a" + "?" * 5_000, RegexFlavor.LUCENE))
    assert caught.value.diagnostic.name == "regex-too-large"
    assert parse_regex(Regex("~" * 5_000 + "a", RegexFlavor.LUCENE)) == Literal("a")


def test_a_long_plain_pattern_is_fine() -> None:
    pattern = "|".join(f"word{number}" for number in range(3_000))
    test = compile_regex(Regex(pattern, RegexFlavor.SIGMA))
    assert test("a word2999 b")
    assert not test("wor")


def test_unresolved_case_is_refused_but_translated() -> None:
    matcher = Regex("abc.*", RegexFlavor.LUCENE, Case.MAPPED, anchored=True)
    with pytest.raises(UnsupportedError) as caught:
        parse_regex(matcher)
    assert caught.value.diagnostic.name == "regex-case-unresolved"
    translated = translate(matcher, RegexFlavor.SIGMA)
    assert translated == Regex("^abc.*$", RegexFlavor.SIGMA, Case.MAPPED, dotall=True)


def test_own_case_in_a_pattern_of_unresolved_case_is_refused() -> None:
    with pytest.raises(UnsupportedError) as caught:
        translate(Regex("(?i)abc", RegexFlavor.SIGMA, Case.MAPPED), RegexFlavor.LUCENE)
    assert caught.value.diagnostic.name == "regex-case-unresolved"


def test_translation_keeps_the_span() -> None:
    matcher = Regex("abc", RegexFlavor.SIGMA, span=Span(7, 12))
    assert translate(matcher, RegexFlavor.LUCENE).span == Span(7, 12)


@pytest.mark.parametrize("flavor", FLAVORS)
def test_escape_stands_for_exactly_the_text(flavor: RegexFlavor) -> None:
    text = "".join(map(chr, range(32, 127))) + "\t\n\r\x00\x0b\x1b\x7f\x85\u200b\U0001f600é"
    for character in text:
        assert parse_regex(Regex(escape(character, flavor), flavor)) == Literal(character)
    matcher = Regex(escape(text, flavor), flavor, anchored=True)
    assert compile_regex(matcher)(text)
    assert language(matcher) == Literal(text)


@pytest.mark.parametrize("flavor", FLAVORS)
@pytest.mark.parametrize("case", [Case.SENSITIVE, Case.INSENSITIVE])
def test_every_ascii_set_survives_writing(flavor: RegexFlavor, case: Case) -> None:
    folded = case is Case.INSENSITIVE
    for low in range(33, 127, 3):
        for width in (0, 1, 2, 5, 30, 90):
            members = charset(((low, min(low + width, 127)),))
            for tree in (members, members.complement(), members | of_text("é\n-"), members - WORD):
                if tree == NOTHING:
                    continue
                whole = closure(tree) if folded and flavor is not RegexFlavor.LUCENE else tree
                written = write_regex(whole, flavor, prefer_insensitive=folded)
                assert language(written) == normalize(whole), written.pattern


def test_every_code_point_with_case_is_in_the_table() -> None:
    cased = [code for code in range(sys.maxunicode + 1) if fold_character(chr(code)) != chr(code)]
    for code in cased:
        family = variants(chr(code))
        assert {code, ord(fold_character(chr(code)))} <= set(family)
        assert len({fold(chr(other)) for other in family}) == 1


def test_sets_under_letter_case() -> None:
    assert variants("k") == (ord("K"), ord("k"), 0x212A)
    assert variants("s") == (ord("S"), ord("s"), 0x17F)
    assert variants("1") == (ord("1"),)
    assert variants("İ") == (ord("İ"),)
    assert closure(of_text("aβ")) == of_text("aAβΒϐ")
    assert is_closed(ANY)
    assert is_closed(NOT_NEWLINE)
    assert not is_closed(WORD)
    for members in (WORD, of_text("abc"), of_text("ſ"), WORD.complement()):
        closed = closure(members)
        assert closure(representatives(closed)) == closed


def test_set_algebra() -> None:
    letters = charset(((97, 99), (100, 105), (104, 122)))
    assert letters.ranges == ((97, 122),)
    assert letters.complement().complement() == letters
    assert ANY.complement() == NOTHING
    assert letters & of_text("aZ-") == of_text("a")
    assert letters - of_text("az") == charset(((98, 121),))
    assert letters.covers(of_text("xyz"))
    assert not letters.covers(of_text("xyZ"))
    assert 97 in letters
    assert 96 not in letters
    assert 123 not in letters
    assert 0 not in NOTHING


def test_a_repetition_count_beyond_python_integers_is_a_diagnostic() -> None:
    for flavor in FLAVORS:
        with pytest.raises((ParseError, UnsupportedError)):
            parse_regex(Regex("a{" + "9" * 5_000 + "}", flavor))


def test_the_tree_of_a_pattern_keeps_its_order() -> None:
    tree = parse_regex(Regex("(zsh|bash){1}", RegexFlavor.SIGMA))
    assert isinstance(tree, Repeat)
    assert repr(tree).index("zsh") < repr(tree).index("bash")
