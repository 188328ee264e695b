"""Analyzers as mappings name and define them; what words they make is in tests/vectors/evaluation."""

from __future__ import annotations

import pytest

from isorule.diagnostics import UnsupportedError
from isorule.ir.analyzers import STANDARD, Analyzer, Runs, Unknown, has_words, pattern_analyzer, words
from isorule.ir.schema import schema_from


@pytest.mark.parametrize(
    ("pattern", "signs"),
    [
        (r"\W+", "_"),
        (r"[\W&&[^-]]+", "-_"),
        (r"[\W&&[^.-]]+", "-._"),
        (r"[^\w-]+", "-_"),
        (r"[^\w$]+", "$_"),
        (r"[\W&&[^-]]", None),  # parts at each sign, which leaves no other words, but is not read
        (r"[\W&&[^+--]]+", None),
        (r"[\W&&[^]]+", None),
        (r"[\W&&[-]]+", None),
        (r"[^\w\-]+", None),
        (r"[^\wé]+", None),
        (r"\W|_", None),
        (r"\s+", None),
    ],
)
def test_patterns_that_part_words(pattern: str, signs: str | None) -> None:
    expected: Analyzer = Unknown("mine") if signs is None else Runs(signs)
    assert pattern_analyzer("mine", pattern) == expected


def test_the_words_of_an_unknown_analyzer_are_refused_and_may_be_there() -> None:
    assert has_words("...", Unknown("mine"))
    with pytest.raises(UnsupportedError, match="'mine'"):
        words("a", Unknown("mine"))


def test_words_may_be_of_any_length_and_many() -> None:
    assert words("a" * 100_000 + "." * 100_000 + "b", Runs()) == ["a" * 100_000, "b"]
    assert words("a" * 300, STANDARD) == ["a" * 255, "a" * 45]


@pytest.mark.parametrize(
    ("settings", "field", "expected"),
    [
        ({}, {}, STANDARD),
        ({"analysis": {"analyzer": {"default": {"type": "pattern"}}}}, {}, Runs()),
        ({"analysis": {"analyzer": {"default": {"type": "pattern"}}}}, {"analyzer": "standard"}, STANDARD),
        ({"analysis": {"analyzer": {"default_search": {"type": "pattern"}}}}, {}, Unknown("default_search")),
        ({"analysis": {"analyzer": {"default_search": {"type": "pattern"}}}}, {"analyzer": "standard"}, STANDARD),
        (
            {"analysis": {"analyzer": {"a": {"type": "custom", "tokenizer": "standard"}}}},
            {"analyzer": "a"},
            Unknown("a"),
        ),
        (
            {"analysis": {"analyzer": {"a": {"type": "pattern", "stopwords": "_english_"}}}},
            {"analyzer": "a"},
            Unknown("a"),
        ),
        ({"analysis": 1}, {"analyzer": "whitespace"}, Unknown("whitespace")),
        ({}, {"analyzer": "winlogbeat_powershell_script_analyzer"}, Runs("-_")),
        ({}, {"analyzer": "pattern", "search_analyzer": "pattern"}, Runs()),
    ],
)
def test_the_analyzer_of_a_field(settings: object, field: dict[str, str], expected: Analyzer) -> None:
    document = {"settings": settings, "mappings": {"properties": {"t": {"type": "text", **field}}}}
    assert schema_from(document)["t"].analyzer == expected
