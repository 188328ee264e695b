"""The checks of query logic say nothing where nothing is wrong."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from isorule.checks import Choice, plan
from isorule.checks.documentation import Example
from isorule.checks.examples import diagnostics_of_examples, example_file
from isorule.checks.file import report_file
from isorule.checks.logic import CHECKS
from isorule.checks.registry import find_check

VECTORS = Path(__file__).parents[2] / "vectors" / "checks" / "silent_logic.toml"
SILENT = tomllib.loads(VECTORS.read_text("utf-8"))


@pytest.mark.parametrize("case", SILENT["case"], ids=[f"{case['check']}: {case['why']}" for case in SILENT["case"]])
def test_a_check_is_silent(case: dict[str, str]) -> None:
    check = find_check(case["check"])
    assert check is not None
    assert diagnostics_of_examples(check, [Example(case["language"], case["text"])]) == []


@pytest.mark.parametrize("rule", SILENT["rule"], ids=[rule["text"].strip() for rule in SILENT["rule"]])
def test_all_checks_of_logic_are_silent(rule: dict[str, str]) -> None:
    chosen = plan(Choice(), checks=tuple(check() for check in CHECKS))
    file, kind = example_file(Example(rule["language"], rule["text"]))
    found = report_file(file, kind, chosen).diagnostics
    assert [(item.name, item.line, item.message) for item in found] == []
