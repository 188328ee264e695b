"""The packaged table of field types."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from isorule.ir.analyzers import Runs
from isorule.ir.schema import FieldInfo, FieldType
from isorule.mappings import ecs_schema

ROOT = Path(__file__).parents[3]
REFERENCE = ROOT / ".." / "shared" / "reference"


@pytest.mark.parametrize(
    ("path", "info"),
    [
        ("process.name", FieldInfo(FieldType.KEYWORD)),
        ("process.args", FieldInfo(FieldType.KEYWORD, many=True)),
        ("process.pid", FieldInfo(FieldType.INTEGER)),
        ("process.command_line", FieldInfo(FieldType.KEYWORD)),  # a wildcard field compares as a keyword
        ("process.interactive", FieldInfo(FieldType.BOOLEAN)),
        ("@timestamp", FieldInfo(FieldType.DATE)),
        ("source.ip", FieldInfo(FieldType.IP)),
        ("host.ip", FieldInfo(FieldType.IP, many=True)),
        ("event.type", FieldInfo(FieldType.KEYWORD, many=True)),
    ],
)
def test_fields_of_ecs_have_their_types_and_list_marks(path: str, info: FieldInfo) -> None:
    assert ecs_schema()[path] == info


def test_a_multi_field_has_a_path_and_a_type_of_its_own() -> None:
    assert ecs_schema()["process.name.text"].type is FieldType.TEXT


def test_fields_inside_a_list_of_objects_have_many_values() -> None:
    assert ecs_schema()["dns.answers.name"].many


def test_fields_outside_ecs_are_known() -> None:
    schema = ecs_schema()
    assert schema["powershell.file.script_block_text"] == FieldInfo(FieldType.TEXT, analyzer=Runs("-_"))
    assert schema["powershell.command.value"] == FieldInfo(FieldType.TEXT)
    assert "winlog.event_data.AccessMask" in schema


def test_a_nested_field_outside_ecs_is_nested() -> None:
    assert "gcp.audit.service_data.policy_delta.binding_deltas" in ecs_schema().nested_paths()


def test_a_caseless_path_is_a_folded_keyword_even_where_nothing_else_is_known_of_it() -> None:
    schema = ecs_schema()
    assert schema["process.name.caseless"] == FieldInfo(FieldType.KEYWORD, folded=True)
    assert schema["process.args.caseless"].many
    assert schema["vendor.thing.caseless"].folded
    assert "vendor.thing.caseless" in schema


def test_an_unknown_field_is_a_keyword_and_not_listed() -> None:
    schema = ecs_schema()
    assert schema["vendor.thing"] == FieldInfo()
    assert "vendor.thing" not in schema
    assert not schema.closed


@pytest.mark.corpus
def test_the_table_is_what_its_generator_makes() -> None:
    if not REFERENCE.is_dir():
        pytest.skip("the reference data in ../shared is absent")
    spec = importlib.util.spec_from_file_location("make_ecs_table", ROOT / "tools" / "make_ecs_table.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert tool.TABLE.read_text(encoding="utf-8") == tool.table_text(REFERENCE)
