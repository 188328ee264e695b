"""Runs the vectors of `tests/vectors/lucene`: what queries mean, how they are written, what is refused and where."""

from __future__ import annotations

import tomllib
from functools import partial
from pathlib import Path

import pytest

from isorule.diagnostics import IsoruleError, ParseError, UnsupportedError
from isorule.dialects.lucene import LUCENE
from isorule.ir import axes, matchers, predicates
from isorule.ir.axes import Case, RegexFlavor, TokenMode
from isorule.ir.detections import Match
from isorule.ir.matchers import LikePart, Matcher, Regex, Tokens, like
from isorule.ir.predicates import AnyField, Field, Predicate, Test

VECTORS = Path(__file__).parents[2] / "vectors" / "lucene"


def cases(file: str) -> list[object]:
    entries = tomllib.loads((VECTORS / file).read_text(encoding="utf-8"))["cases"]
    return [pytest.param(entry, id=entry.get("name") or entry["query"]) for entry in entries]


def mapped(*parts: LikePart) -> Matcher:
    return like(parts, Case.MAPPED)


NAMES = {
    **vars(axes),
    **vars(matchers),
    **vars(predicates),
    "any": partial(Test, AnyField()),
    "f": partial(Test, Field("f")),
    "g": partial(Test, Field("g")),
    "words": partial(Tokens, mode=TokenMode.ANY),
    "phrase": partial(Tokens, mode=TokenMode.PHRASE),
    "regex": partial(Regex, flavor=RegexFlavor.LUCENE, case=Case.MAPPED, anchored=True, dotall=True),
    "mapped": mapped,
}


def predicate(notation: str) -> Predicate:
    """The predicate that a vector writes in the notation of the representation."""
    return eval(notation.replace("\n", " "), NAMES)


@pytest.mark.parametrize("case", cases("parse.toml"))
def test_query_means_and_is_written(case: dict[str, str]) -> None:
    expected = Match(predicate(case["where"]))
    text = case.get("text", case["query"])
    assert LUCENE.parse(case["query"]) == expected
    assert LUCENE.emit(expected).text == text
    assert LUCENE.parse(text) == expected


@pytest.mark.parametrize("case", cases("must_not_parse.toml"))
def test_query_is_refused_at_its_place(case: dict[str, object]) -> None:
    with pytest.raises(IsoruleError) as caught:
        LUCENE.parse(case["query"])
    diagnostic = caught.value.diagnostic
    assert (diagnostic.name, list(diagnostic.span)) == (case["error"], case["span"])
    assert isinstance(caught.value, UnsupportedError if case.get("legal") else ParseError)


@pytest.mark.parametrize("case", cases("emit.toml"))
def test_predicate_is_written(case: dict[str, str]) -> None:
    emission = LUCENE.emit(Match(predicate(case["where"])))
    assert emission.text == case["text"]
    assert emission.losses == ()
    assert LUCENE.emit(LUCENE.parse(emission.text)).text == case.get("again", emission.text)


@pytest.mark.parametrize("case", cases("must_not_emit.toml"))
def test_predicate_is_refused(case: dict[str, str]) -> None:
    with pytest.raises(UnsupportedError) as caught:
        LUCENE.emit(Match(predicate(case["where"])))
    assert caught.value.diagnostic.name == case["error"]
