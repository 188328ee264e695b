"""The packaged values of ECS fields."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from isorule.mappings import ecs_schema
from isorule.mappings.ecs_values import ecs_values

ROOT = Path(__file__).resolve().parents[3]
REFERENCE = ROOT / ".." / "shared" / "reference"


def test_values_are_those_of_ecs() -> None:
    found = ecs_values()
    assert found.of_field["event.outcome"] == ("failure", "success", "unknown")
    assert "windows" in found.of_field["host.os.type"]
    assert found.types_of_category["registry"] == ("access", "change", "creation", "deletion")
    assert set(found.types_of_category) == set(found.of_field["event.category"])
    assert {kind for kinds in found.types_of_category.values() for kind in kinds} <= set(found.of_field["event.type"])
    assert set(found.of_field) <= set(ecs_schema().fields)


@pytest.mark.corpus
@pytest.mark.skipif(not REFERENCE.is_dir(), reason=f"the reference data is not at {REFERENCE}")
def test_the_table_is_what_its_tool_makes() -> None:
    spec = importlib.util.spec_from_file_location("make_ecs_values", ROOT / "tools" / "make_ecs_values.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    table = ROOT / "src" / "isorule" / "mappings" / "ecs_values.json"
    assert table.read_text(encoding="utf-8") == module.table_text(REFERENCE)
