"""Findings on conditions, as the vectors have them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

import isorule
from isorule.analysis import Part
from isorule.ir.printing import show

VECTORS = Path(__file__).parents[2] / "vectors" / "analysis" / "findings.toml"
CASES: list[dict[str, Any]] = tomllib.loads(VECTORS.read_text("utf-8"))["case"]


@pytest.mark.parametrize("case", CASES, ids=[case["query"] for case in CASES])
def test_findings(case: dict[str, Any]) -> None:
    dialect, _, text = case["query"].partition(": ")
    (condition,) = isorule.analyse(isorule.parse(text, dialect)).conditions
    assert condition.reach.value == case.get("reach", "some"), case["why"]
    found = [
        [finding.kind.value, finding.scope.value, *(_quoted(part, text) for part in (finding.part, *finding.by))]
        for finding in condition.findings
    ]
    assert found == case["findings"], case["why"]


def _quoted(part: Part, text: str) -> str:
    return text[part.span.start : part.span.end] if part.span is not None else show(part.predicate)
