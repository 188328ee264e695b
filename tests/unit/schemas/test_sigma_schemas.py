"""The schemas of correlations and filters: made from that of rules, and as strict as the reader."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest
import yaml

from isorule.schemas import violations

ROOT = Path(__file__).parents[3]
VECTORS = ROOT / "tests" / "vectors" / "documents" / "sigma_meta_rules.toml"


@pytest.mark.parametrize("kind", ["correlation", "filter"])
def test_the_schemas_are_those_that_the_tool_makes(kind: str) -> None:
    made = run_path(str(ROOT / "tools" / "make_sigma_schemas.py"))["schema_text"](kind)
    assert (ROOT / "schemas" / f"sigma-{kind}.schema.json").read_text(encoding="utf-8") == made


def cases() -> Iterator[Any]:
    with VECTORS.open("rb") as file:
        for case in tomllib.load(file)["case"]:
            yield pytest.param(case, id=case["name"])


@pytest.mark.parametrize("case", list(cases()))
def test_the_schemas_refuse_what_the_reader_refuses(case: dict[str, Any]) -> None:
    kind = "correlation" if "correlation" in case else "filter"
    table = yaml.safe_load(case[kind])
    document = {"title": "A rule", "logsource": {"product": "windows"}, kind: table}
    if kind == "correlation" and isinstance(table.get("condition"), str) and table["type"] == "temporal":
        return  # no schema parses the text of a condition
    for name in ("sigma-rule", f"sigma-{kind}"):
        assert bool(list(violations(name, document))) == ("error" in case)
