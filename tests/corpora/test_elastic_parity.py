"""Every test of rules that Elastic has is in the rows of parity."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

FACTS = Path(__file__).parents[2] / ".." / "shared" / "reference" / "corpus-facts.md"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not FACTS.is_file(), reason="the facts in ../shared are absent"),
]


def test_every_test_of_elastics_repository_has_a_row() -> None:
    part = FACTS.read_text("utf-8").split("### 5a.")[1].split("### 5b.")[0]
    files = {"test_all_rules", "test_specific_rules"}
    asked = set(re.findall(r"test_[a-z0-9_]+", part)) - files
    rows = [row for name in ("elastic", "logic") for row in _rows(name)]
    known = {name for row in rows for name in re.findall(r"test_[a-z0-9_]+", row["check"])}
    assert len(asked) > 60
    assert asked - known == set()


def _rows(name: str) -> list[dict[str, str]]:
    rows = tomllib.loads((Path(__file__).parent / "parity" / f"{name}.toml").read_text("utf-8"))["row"]
    return [row for row in rows if row["source"] == "elastic-tests"]
