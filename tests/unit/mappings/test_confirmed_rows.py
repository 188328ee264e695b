"""Every row for a product's own log leads to a field that ECS or Elastic's integration defines, or says why it stands
there all the same."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

from isorule.ir.rule import LogSource
from isorule.mappings import ecs_schema
from isorule.mappings.tables import ecs_taxonomy
from isorule.mappings.taxonomy import FieldRow, Section

ROOT = Path(__file__).parents[3]
SYSTEMS = ("windows", "linux", "macos")


def defined() -> dict[str, str]:
    """The fields of integrations and their types, by the list that the table of types is made of."""
    spec = importlib.util.spec_from_file_location("make_ecs_table", ROOT / "tools" / "make_ecs_table.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return dict(tool.integration_fields())


def sections() -> Iterator[Section]:
    """Those for a product's own log, and the services of Linux."""
    for section in ecs_taxonomy().sections:
        source = section.logsource
        if source.product not in SYSTEMS or (source.product == "linux" and source.service is not None):
            yield section


def told(source: LogSource) -> str:
    return "/".join(part or "-" for part in (source.product, source.category, source.service))


def paths_of(row: FieldRow) -> tuple[str, ...]:
    return (*row.paths, *row.aliases, *row.names, *row.extensions)


@pytest.mark.parametrize("section", [pytest.param(item, id=told(item.logsource)) for item in sections()])
def test_rows_lead_to_fields_that_are_defined_or_say_why_not(section: Section) -> None:
    fields = defined()
    unknown = [
        f"{row.sigma} -> {path}"
        for row in section.rows
        for path in paths_of(row)
        if path not in ecs_schema() and path not in fields and row.unconfirmed is None
    ]
    assert unknown == []


@pytest.mark.parametrize("section", [pytest.param(item, id=told(item.logsource)) for item in sections()])
def test_groups_of_rows_lead_to_flattened_fields(section: Section) -> None:
    flattened = {path for path, name in defined().items() if name == "flattened"}
    assert [to for _, to in section.prefixes if to.removesuffix(".") not in flattened] == []
