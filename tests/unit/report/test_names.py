"""Every name of a loss or refusal in the code is documented, and nothing else is."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from isorule.report.names import name_entries, name_text

SOURCES = sorted((Path(__file__).resolve().parents[3] / "src" / "isorule").rglob("*.py"))
MADE_FROM_LANGUAGES = {"esql", "machine-learning"}
MADE_FROM_AXES = {"quantifier-all", "quantifier-sole"}
TABLE = SOURCES[0].parent / "backends" / "losses.toml"
MADE_FROM_TABLE = {entry["name"] for entry in tomllib.loads(TABLE.read_text(encoding="utf-8"))["loss"]}


def _trees() -> Iterator[ast.AST]:
    for path in SOURCES:
        yield from ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def _raised() -> set[str]:
    """The first argument of every call of `loss` and `refusal` that is a literal."""
    return {
        node.args[0].value
        for node in _trees()
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("loss", "refusal")
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def _literals() -> set[str]:
    return {node.value for node in _trees() if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_every_loss_and_refusal_is_documented() -> None:
    raised = _raised()
    assert "case-folded" in raised
    assert sorted((raised | MADE_FROM_TABLE) - set(name_entries())) == []


def test_nothing_is_documented_that_cannot_occur() -> None:
    assert sorted(set(name_entries()) - _literals() - MADE_FROM_LANGUAGES - MADE_FROM_AXES - MADE_FROM_TABLE) == []


def test_a_name_says_its_kind_its_meaning_and_its_remedy() -> None:
    text = name_text("case-compared")
    assert text is not None
    assert text.startswith("case-compared (loss)\n\nThe source ignores letter case")
    assert "What to do: Convert to EQL" in text
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize("name", ["", "no-such-name", "Case-Folded"])
def test_an_unknown_name_has_no_text(name: str) -> None:
    assert name_text(name) is None
