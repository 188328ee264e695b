"""What isorule reads from pySigma's objects is what isorule reads from the text itself."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from isorule.backends import transform
from isorule.backends.catalogue import pysigma_version
from isorule.diagnostics import UnsupportedError
from isorule.dialects.sigma import read_detection
from isorule.ir.detections import Match
from isorule.mappings import ecs_schema
from isorule.verification import compare

VECTORS = Path(__file__).resolve().parents[2] / "vectors"
CASES: list[dict[str, Any]] = tomllib.loads((VECTORS / "sigma" / "values.toml").read_text(encoding="utf-8"))["cases"]
DIFFERS = {
    entry["name"]: entry["pysigma"]
    for entry in tomllib.loads((VECTORS / "backends" / "readings.toml").read_text(encoding="utf-8"))["differs"]
    if pysigma_version().partition(".")[0] in entry["versions"]
}


def reading(selection: object, condition: str = "selection") -> str:
    """How pySigma's reading stands to ours."""
    detection = {"selection": selection, "condition": condition}
    document = {"title": "Test", "logsource": {"category": "test"}, "detection": detection}
    ours = read_detection(detection)
    try:
        theirs = Match(transform(document, ()).where)
    except UnsupportedError as error:
        return {"pysigma-rejects-rule": "rejected"}[error.diagnostic.name]
    verdict = compare(ours, theirs, ecs_schema())
    return "same" if verdict.same else verdict.kind.value


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
@pytest.mark.parametrize("condition", ["selection", "not selection"])
def test_the_two_readings_of_a_value_are_the_same(case: dict[str, Any], condition: str) -> None:
    found = reading(yaml.safe_load(case["detection"]), condition)
    assert found == DIFFERS.get(case["name"], "same")


def test_alternatives_of_one_field_are_one_test() -> None:
    detection = {"selection": {"f|contains": ["a", "b"]}, "other": {"f": 1}, "condition": "selection or other"}
    document = {"title": "Test", "logsource": {"category": "test"}, "detection": detection}
    assert transform(document, ()).where == read_detection({"s": {"f": ["*a*", "*b*", 1]}, "condition": "s"}).where
