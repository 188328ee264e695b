"""What the command line writes as JSON follows `schemas/report.schema.json`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from isorule.cli.program import isorule
from isorule.schemas import schema

ROOT = Path(__file__).parents[3]


def validator(part: str) -> Draft202012Validator:
    """Of one kind of report: the whole schema would take one report for another with fewer keys."""
    whole = dict(schema("report"))
    diagnostic: Resource[Any] = Resource.from_contents(schema("diagnostic"))
    registry: Registry[Any] = Registry().with_resource("urn:isorule:schema:diagnostic", diagnostic)
    whole["anyOf"] = [{"$ref": f"#/$defs/{part}"}]
    return Draft202012Validator(whole, registry=registry)


@pytest.mark.parametrize(
    ("part", "arguments"),
    [
        ("check", ["check", "--no-cache", "--select", "ALL", "--format", "json", "rules"]),
        ("test", ["test", "--format", "json", "tests/fixtures"]),
        ("verify", ["verify", "--format", "json", "rules", "sigma"]),
        ("overlap", ["overlap", "--format", "json", "rules"]),
        ("convert", ["convert", "--to", "sigma", "--format", "json", "rules"]),
    ],
)
def test_a_report_follows_the_schema(part: str, arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    done = CliRunner().invoke(isorule, arguments)
    report = json.loads(done.stdout)
    assert [error.message for error in validator(part).iter_errors(report)] == []
    assert len(report) > 1


def test_a_wrong_report_is_refused() -> None:
    assert list(validator("check").iter_errors({"version": 1, "diagnostics": [{"code": "X"}], "summary": {}}))
