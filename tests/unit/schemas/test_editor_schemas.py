"""The schemas for editors are current, say nothing of tables as a whole, and still find wrong values."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from jsonschema import Draft202012Validator

ROOT = Path(__file__).parents[3]
OF_TABLES = {"required", "if", "then", "else", "not", "dependentRequired", "minProperties"}


def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_editor_schemas", ROOT / "tools" / "make_editor_schemas.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


NAMES: tuple[str, ...] = tool().NAMES


def editor_schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "schemas" / "editor" / f"{name}.schema.json").read_text("utf-8"))
    return found


def tables(node: object) -> Iterator[dict[str, Any]]:
    """Every schema inside a schema; the names under `properties` and `$defs` are no keywords."""
    match node:
        case {**entries}:
            yield entries
            for key, value in entries.items():
                inner = value.values() if key in ("properties", "$defs", "patternProperties") else [value]
                for item in inner:
                    yield from tables(item)
        case [*items]:
            for item in items:
                yield from tables(item)


@pytest.mark.parametrize("name", NAMES)
def test_the_editor_schema_is_made_of_the_full_one(name: str) -> None:
    made = (ROOT / "schemas" / "editor" / f"{name}.schema.json").read_text("utf-8")
    assert made == tool().schema_text(name), "run tools/make_editor_schemas.py"


@pytest.mark.parametrize("name", NAMES)
def test_the_editor_schema_asks_nothing_of_a_table_as_a_whole(name: str) -> None:
    schema = editor_schema(name)
    Draft202012Validator.check_schema(schema)
    for node in tables(schema):
        assert not OF_TABLES & set(node), node
        assert node.get("additionalProperties") is not False


@pytest.mark.parametrize(
    ("name", "document", "path"),
    [
        ("elastic-rule", {"rule": {"severity": "hihg"}}, ["rule", "severity"]),
        ("elastic-rule", {"rule": {"risk_score": 101}}, ["rule", "risk_score"]),
        ("elastic-rule", {"rule": {"threat": [{"tactic": {"id": "T7"}}]}}, ["rule", "threat", 0, "tactic", "id"]),
        ("elastic-rule", {"metadata": {"creation_date": "21.11.2026"}}, ["metadata", "creation_date"]),
        ("sigma-rule", {"level": "hihg"}, ["level"]),
        ("sigma-rule", {"correlation": {"type": "event_cuont"}}, ["correlation", "type"]),
        ("sigma-correlation", {"correlation": {"type": "event_cuont"}}, ["correlation", "type"]),
        ("config", {"fail-on": "never"}, ["fail-on"]),
    ],
)
def test_a_wrong_value_is_found_once(name: str, document: dict[str, Any], path: list[str | int]) -> None:
    found = [list(error.absolute_path) for error in Draft202012Validator(editor_schema(name)).iter_errors(document)]
    assert found == [path]
