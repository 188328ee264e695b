"""Runs the vectors of `tests/vectors/kuery`: what queries mean, how they are written, what is refused and where."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from isorule.diagnostics import ParseError, UnsupportedError
from isorule.dialects.kuery import KUERY
from isorule.ir import axes, matchers, predicates
from isorule.ir.detections import Match
from isorule.ir.predicates import Predicate

VECTORS = Path(__file__).parents[2] / "vectors" / "kuery"
NAMES = {**vars(axes), **vars(matchers), **vars(predicates)}


def cases(file: str) -> list[object]:
    entries = tomllib.loads((VECTORS / file).read_text(encoding="utf-8"))["cases"]
    return [pytest.param(entry, id=entry.get("name") or entry["query"]) for entry in entries]


def predicate(notation: str) -> Predicate:
    """The predicate that a vector writes in the notation of the representation."""
    return eval(notation.replace("\n", " "), NAMES)


@pytest.mark.parametrize("case", cases("parse.toml"))
def test_query_means_and_is_written(case: dict[str, str]) -> None:
    expected = Match(predicate(case["where"]))
    text = case.get("text", case["query"])
    assert KUERY.parse(case["query"]) == expected
    assert KUERY.emit(expected).text == text
    assert KUERY.parse(text) == expected


@pytest.mark.parametrize("case", cases("must_not_parse.toml"))
def test_query_is_refused_at_its_place(case: dict[str, object]) -> None:
    with pytest.raises(ParseError) as caught:
        KUERY.parse(case["query"])
    diagnostic = caught.value.diagnostic
    assert (diagnostic.name, list(diagnostic.span)) == (case["error"], case["span"])


@pytest.mark.parametrize("case", cases("emit.toml"))
def test_predicate_is_written(case: dict[str, str]) -> None:
    emission = KUERY.emit(Match(predicate(case["where"])))
    assert emission.text == case["text"]
    assert emission.losses == ()
    assert KUERY.emit(KUERY.parse(emission.text)).text == emission.text


@pytest.mark.parametrize("case", cases("must_not_emit.toml"))
def test_predicate_is_refused(case: dict[str, str]) -> None:
    with pytest.raises(UnsupportedError) as caught:
        KUERY.emit(Match(predicate(case["where"])))
    assert caught.value.diagnostic.name == case["error"]
