"""One runner for tests/vectors/documents/sigma_meta_rules.toml: correlations and filters, and their errors."""

from __future__ import annotations

import re
import textwrap
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from isorule.diagnostics import IsoruleError
from isorule.documents import document_format
from isorule.documents.sigma_filters import filter_of
from isorule.ir.detections import Correlation, Match
from isorule.ir.predicates import Const
from isorule.ir.printing import show
from isorule.ir.rule import Rule
from isorule.source import SourceFile

VECTORS = Path(__file__).parents[2] / "vectors" / "documents" / "sigma_meta_rules.toml"
SIGMA = document_format("sigma")


def cases() -> Iterator[Any]:
    with VECTORS.open("rb") as file:
        for case in tomllib.load(file)["case"]:
            yield pytest.param(case, id=case["name"])


def document(case: Mapping[str, Any]) -> str:
    kind = "correlation" if "correlation" in case else "filter"
    head = "title: A rule\n" + ("logsource: {product: windows}\n" if kind == "filter" else "")
    return f"{head}{kind}:\n{textwrap.indent(case[kind], '    ')}"


def read(text: str) -> Rule:
    (rule,) = SIGMA.read(SourceFile("rule.yml", text))
    return rule


@pytest.mark.parametrize("case", list(cases()))
def test_case(case: Mapping[str, Any]) -> None:
    assert case["source"]
    text = document(case)
    if "error" in case:
        with pytest.raises(IsoruleError) as raised:
            read(text)
        found = raised.value.diagnostic
        assert found.name == case["error"]
        assert found.span is not None
        assert text[found.span.start :].startswith(case["at"]), text[found.span.start :]
        return
    rule = read(text)
    if "filter" in case:
        found_filter = filter_of(rule)
        assert list(found_filter.rules or ()) == case["rules"]
        assert show(found_filter.where) == case["asks"]
        return
    assert isinstance(rule.detection, Correlation)
    assert bare(show(rule.detection)) == case["shows"]


def bare(text: str) -> str:
    """Without the detections of the items, which nobody knows here."""
    return re.sub(r' detection=\(opaque language="unresolved-rule" why="[^"]*"\)', "", text)


@pytest.mark.parametrize("case", [case for case in cases() if "shows" in case.values[0]])
def test_what_is_written_anew_means_the_same(case: Mapping[str, Any]) -> None:
    rule = read(document(case))
    again = read(SIGMA.write(replace(rule, origin=None)))
    assert again.detection == rule.detection


def test_the_vectors_tell_items_apart() -> None:
    """Resolved items keep their detection, so that leaving it out above hides nothing of the reader."""
    text = "title: A\nname: a\nlogsource: {product: x}\ndetection: {s: {X: 1}, condition: s}\n---\n"
    rule = SIGMA.read(
        SourceFile("r.yml", text + document({"correlation": "type: temporal\nrules: [a]\ntimespan: 5m"}))
    )[1]
    assert isinstance(rule.detection, Correlation)
    assert isinstance(rule.detection.items[0].detection, Match)
    assert rule.detection.items[0].detection.where != Const(True)
