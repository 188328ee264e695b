"""Runs the vectors of tests/vectors/regex: what patterns match, say, become, and which are refused."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from isorule.diagnostics import IsoruleError, ParseError, UnsupportedError
from isorule.ir.axes import Case, RegexFlavor
from isorule.ir.matchers import Equals, Like, Regex, Wildcard
from isorule.ir.regex import (
    Feature,
    as_like,
    compile_regex,
    features,
    language,
    literals,
    parse_regex,
    translate,
)
from isorule.ir.regex.machine import Machine
from isorule.source import Span

VECTORS = Path(__file__).parents[2] / "vectors" / "regex"
PERL_LIKE = ["sigma", "re2", "python"]


def _cases(file: str, table: str = "case") -> list[Any]:
    entries: list[dict[str, Any]] = tomllib.loads((VECTORS / file).read_text("utf-8"))[table]
    return [pytest.param(entry, id=str(entry.get("pattern", entry.get("from", entry["source"])))) for entry in entries]


def _matcher(spec: str) -> Regex:
    """A matcher written `flavor:flags:pattern`; `a` is anchored, and Lucene's are unless `u` (unanchored) is said."""
    flavor, flags, pattern = spec.split(":", 2)
    return Regex(
        pattern,
        RegexFlavor(flavor),
        Case.INSENSITIVE if "i" in flags else Case.SENSITIVE,
        anchored="a" in flags or (flavor == "lucene" and "u" not in flags),
        dotall="s" in flags or flavor == "lucene",
        multiline="m" in flags,
    )


def _flagged(entry: dict[str, Any], flavor: str) -> Regex:
    return Regex(
        entry["pattern"],
        RegexFlavor(flavor),
        Case(entry.get("case", "sensitive")),
        anchored=entry.get("anchored", flavor == "lucene"),
        dotall=entry.get("dotall", False),
        multiline=entry.get("multiline", False),
    )


def _check_matching(entry: dict[str, Any], flavor: str) -> None:
    matcher = _flagged(entry, flavor)
    test, machine = compile_regex(matcher), Machine(language(matcher))
    for value in entry["yes"]:
        assert test(value), (flavor, value)
        assert machine.matches(value), (flavor, value)
    for value in entry["no"]:
        assert not test(value), (flavor, value)
        assert not machine.matches(value), (flavor, value)


@pytest.mark.parametrize("entry", _cases("matching_lucene.toml"))
def test_lucene_matching(entry: dict[str, Any]) -> None:
    _check_matching(entry, "lucene")


@pytest.mark.parametrize("entry", _cases("matching_pcre.toml"))
def test_perl_like_matching(entry: dict[str, Any]) -> None:
    for flavor in entry.get("flavors", PERL_LIKE):
        _check_matching(entry, flavor)


@pytest.mark.parametrize("entry", _cases("same.toml", "group"))
def test_equal_languages(entry: dict[str, Any]) -> None:
    expected = language(_matcher(entry["same"][0]))
    for spec in entry["same"]:
        assert language(_matcher(spec)) == expected, spec
    for spec in entry["differs"]:
        assert language(_matcher(spec)) != expected, spec


@pytest.mark.parametrize("entry", _cases("translation.toml"))
def test_translation(entry: dict[str, Any]) -> None:
    source, expected = _matcher(entry["from"]), _matcher(entry["to"])
    written = translate(source, expected.flavor)
    assert written == expected
    assert language(written) == language(source)


@pytest.mark.parametrize("entry", _cases("translation.toml", "refused"))
def test_translation_refused(entry: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedError) as caught:
        translate(_matcher(entry["from"]), RegexFlavor(entry["to"]))
    assert caught.value.diagnostic.name == entry["name"]


@pytest.mark.parametrize("entry", _cases("refusal.toml"))
def test_refusal(entry: dict[str, Any]) -> None:
    kind: type[IsoruleError] = ParseError if entry["error"] == "syntax" else UnsupportedError
    for flavor in entry["flavors"]:
        with pytest.raises(kind) as caught:
            parse_regex(_flagged(entry, flavor))
        diagnostic = caught.value.diagnostic
        assert (flavor, diagnostic.name, diagnostic.span) == (flavor, entry["name"], Span(*entry["at"]))
        assert diagnostic.message


@pytest.mark.parametrize("entry", _cases("shape.toml"))
def test_shape(entry: dict[str, Any]) -> None:
    tree = language(_matcher(entry["of"]))
    assert literals(tree) == tuple(frozenset(clause) for clause in entry["texts"])
    wildcard = as_like(tree)
    if "like" not in entry:
        assert wildcard is None
        return
    assert wildcard is not None
    assert _as_text(wildcard) == entry["like"]
    assert wildcard.case is (Case.INSENSITIVE if entry.get("insensitive") else Case.SENSITIVE)


def _as_text(wildcard: Like | Equals) -> str:
    parts = wildcard.parts if isinstance(wildcard, Like) else (str(wildcard.value),)
    return "".join(part.value if isinstance(part, Wildcard) else str(part) for part in parts)


@pytest.mark.parametrize("entry", _cases("features.toml"))
def test_features(entry: dict[str, Any]) -> None:
    found = features(entry["pattern"], RegexFlavor(entry["flavor"]))
    assert found == {Feature[name] for name in entry["features"]}
