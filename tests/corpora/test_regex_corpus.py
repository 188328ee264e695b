"""Every regular expression of the public corpora: read, translated there and back, matched."""

from __future__ import annotations

import re
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from isorule.diagnostics import UnsupportedError
from isorule.ir.axes import Case, RegexFlavor
from isorule.ir.matchers import Regex
from isorule.ir.regex import compile_regex, language, translate

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus"
pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the rule corpora in ../shared are absent"),
]

_STRING = r'"""(?P<raw>(?:.|\n)*?)"""|"(?P<quoted>(?:\\.|[^"\\])*)"'
_OPERAND = rf"(?:{_STRING.replace('?P<raw>', '?:').replace('?P<quoted>', '?:')})"
_REGEX = re.compile(
    rf"\b(?P<operator>regex~?|rlike)\s*(?P<list>\((?:\s*{_OPERAND}\s*,?)+\s*\)|{_OPERAND})", re.IGNORECASE
)

ELASTIC_REASONS = {"regex-intersection": "the `&` of a shell's `>&` is Lucene's intersection"}
SIGMA_REASONS = {"regex-word-boundary-in-lucene": "`\\b` has no form in Lucene"}


def _elastic() -> Iterator[Regex]:
    """The patterns of EQL's `regex`, `regex~` and of ES|QL's RLIKE, found by a scan of the query texts."""
    for path in sorted((CORPUS / "elastic" / "rules").rglob("*.toml")):
        rule = tomllib.loads(path.read_text("utf-8"))["rule"]
        if rule.get("language") not in ("eql", "esql"):
            continue
        query = re.sub(r"^\s*//.*$", "", rule["query"], flags=re.MULTILINE)
        for found in _REGEX.finditer(query):
            case = Case.INSENSITIVE if found["operator"].endswith("~") else Case.SENSITIVE
            for string in re.finditer(_STRING, found["list"]):
                raw = string["raw"]
                pattern = raw if raw is not None else re.sub(r"\\(.)", r"\1", string["quoted"])
                yield Regex(pattern, RegexFlavor.LUCENE, case, anchored=True, dotall=True)


def _sigma() -> Iterator[Regex]:
    """The values of every `|re` of the Sigma corpus, with their flags."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for path in sorted((CORPUS / "sigma").rglob("*.yml")):
        text = path.read_text("utf-8")
        if "|re" in text:
            for document in yaml.load_all(text, loader):
                yield from _in_detection(document.get("detection") if isinstance(document, dict) else None)


def _in_detection(node: Any) -> Iterator[Regex]:
    match node:
        case dict():
            for key, value in node.items():
                modifiers = str(key).split("|")[1:]
                if "re" in modifiers:
                    yield from _of_values(value if isinstance(value, list) else [value], modifiers)
                else:
                    yield from _in_detection(value)
        case list():
            for item in node:
                yield from _in_detection(item)


def _of_values(values: list[Any], modifiers: list[str]) -> Iterator[Regex]:
    case = Case.INSENSITIVE if "i" in modifiers else Case.SENSITIVE
    for value in values:
        yield Regex(str(value), RegexFlavor.SIGMA, case, dotall="s" in modifiers, multiline="m" in modifiers)


def _round_trip(matchers: list[Regex], target: RegexFlavor, reasons: dict[str, str]) -> tuple[int, Counter[str]]:
    """How many are translated with an equal language, there and back, and why the others are not."""
    exact, refused = 0, Counter[str]()
    for matcher in matchers:
        try:
            there = translate(matcher, target)
        except UnsupportedError as error:
            refused[error.diagnostic.name] += 1
            continue
        assert language(there) == language(matcher), matcher.pattern
        back = translate(there, matcher.flavor)
        assert language(back) == language(matcher), matcher.pattern
        exact += 1
    assert set(refused) <= set(reasons)
    return exact, refused


def test_elastic_patterns() -> None:
    matchers = list(_elastic())
    exact, refused = _round_trip(matchers, RegexFlavor.SIGMA, ELASTIC_REASONS)
    print(f"Elastic: {len(matchers)} patterns, {exact} exact in Sigma and back, refused: {dict(refused)}")
    assert len(matchers) >= 120
    assert exact >= len(matchers) - 1


def test_sigma_patterns() -> None:
    matchers = list(_sigma())
    exact, refused = _round_trip(matchers, RegexFlavor.LUCENE, SIGMA_REASONS)
    print(f"Sigma: {len(matchers)} patterns, {exact} exact in Lucene and back, refused: {dict(refused)}")
    assert len(matchers) >= 170
    assert exact >= len(matchers) - 2


def test_other_flavors() -> None:
    matchers = [*_elastic(), *_sigma()]
    for target in (RegexFlavor.RE2, RegexFlavor.PYTHON):
        exact, _ = _round_trip(matchers, target, ELASTIC_REASONS)
        assert exact >= len(matchers) - 3


def test_reading_is_fast() -> None:
    matchers = [*_elastic(), *_sigma()]
    begin = time.perf_counter()
    for matcher in matchers:
        compile_regex(matcher)
    elapsed = time.perf_counter() - begin
    print(f"{len(matchers)} patterns compiled in {elapsed:.3f} s ({1000 * elapsed / len(matchers):.2f} ms each)")
    assert elapsed < 5


def test_agreement_with_python_on_sigma_patterns() -> None:
    """Each pattern, with and without an engine of ours, on values made from its own text."""
    compared = 0
    for matcher in _sigma():
        if r"\b" in matcher.pattern or "$" in matcher.pattern:
            continue
        flags = re.ASCII | (re.IGNORECASE if matcher.case is Case.INSENSITIVE else 0)
        compiled, test = re.compile(matcher.pattern, flags), compile_regex(matcher)
        plain = re.sub(r"[\\^$?*+(){}\[\]|]", "", matcher.pattern)
        for value in (matcher.pattern, plain, plain.upper(), f"x{plain * 3}\n{plain}", "10.1.2.3 https://1.2.3.4 0777"):
            assert test(value) == (compiled.search(value) is not None), (matcher.pattern, value)
            compared += 1
    assert compared > 600
