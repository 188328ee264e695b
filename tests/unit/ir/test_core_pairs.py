"""Which pairs of detections have one core; the cases are in tests/vectors/core."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import tomli

import isorule

VECTORS = Path(__file__).parents[2] / "vectors" / "core"
PAIRS = [pair for file in sorted(VECTORS.glob("*.toml")) for pair in tomli.loads(file.read_text("utf-8"))["pair"]]


def read(side: str) -> Any:
    dialect, _, text = side.partition(": ")
    return isorule.parse(text, dialect)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair['a']} ~ {pair['b']}")
def test_pair(pair: dict[str, Any]) -> None:
    verdict = isorule.verify(read(pair["a"]), read(pair["b"]), fields=pair.get("fields"))
    assert (verdict.kind is isorule.VerdictKind.IDENTICAL) == pair["same"], pair["why"]


def test_both_kinds_of_pairs_are_there() -> None:
    assert sum(pair["same"] for pair in PAIRS) >= 15
    assert sum(not pair["same"] for pair in PAIRS) >= 10
