"""`isorule test`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
Write = Callable[..., Path]

FIXTURE = """rule: rules/a.toml
defaults:
  "@timestamp": "2026-01-02T00:00:00Z"
  event: {category: [process]}
matches:
  - name: bash
    event: {process: {name: bash}}
near_misses:
  - name: another shell
    of: bash
    differs: other value
    event: {process: {name: OTHER}}
"""


@pytest.fixture
def project(run: Run, write: Write, texts: Any) -> Write:
    """A rule in rules/ and its twin in sigma/."""
    write("rules/a.toml", texts.elastic())
    assert run("convert", "rules", "--to", "sigma", "-o", "sigma").exit_code == 0
    return write


def test_both_sides_answer_every_case(run: Run, project: Write) -> None:
    project("fixtures/a.yml", FIXTURE.replace("OTHER", "zsh"))
    result = run("test", "fixtures")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.splitlines() == [
        "rules/a.toml, sigma/a.yml",
        "    wanted    rule      twin      case",
        "--  --------  --------  --------  -------------",
        "ok  alerts    1 alert   1 alert   bash",
        "ok  0 alerts  0 alerts  0 alerts  another shell",
    ]
    assert result.stderr == "1 rule, 2 cases, 4 answers: all as wanted\n"


def test_a_wrong_answer_fails_at_the_place_of_its_case(run: Run, project: Write) -> None:
    project("fixtures/a.yml", FIXTURE.replace("OTHER", "bash"))
    result = run("test", "fixtures")
    assert result.exit_code == 1
    assert "WRONG  0 alerts  1 alert  1 alert  another shell" in result.stdout
    assert "fixtures/a.yml:9:11: error[wrong-answer]" in result.stderr


def test_a_missing_twin_fails(run: Run, project: Write) -> None:
    project("fixtures/a.yml", FIXTURE.replace("OTHER", "zsh"))
    result = run("test", "fixtures", "--twins", "elsewhere")
    assert result.exit_code == 1
    assert "missing-twin" in result.stderr


def test_folders_may_stand_elsewhere(run: Run, project: Write) -> None:
    project("fixtures/a.yml", FIXTURE.replace("OTHER", "zsh"))
    Path("rules").rename("ours")
    Path("sigma").rename("theirs")
    assert run("test", "fixtures", "--rules", "ours", "--twins", "theirs").exit_code == 0


def test_json_has_every_answer(run: Run, project: Write) -> None:
    project("fixtures/a.yml", FIXTURE.replace("OTHER", "zsh"))
    (fixture,) = json.loads(run("test", "fixtures", "--format", "json").stdout)["fixtures"]
    assert fixture["passed"] is True
    assert [(case["name"], case["rule"]["alerts"], case["twin"]["alerts"]) for case in fixture["cases"]] == [
        ("bash", 1, 1),
        ("another shell", 0, 0),
    ]


def test_a_broken_fixture_or_rule_is_said_at_its_place(run: Run, project: Write, texts: Any) -> None:
    project("fixtures/a.yml", "rule: [")
    result = run("test", "fixtures")
    assert result.exit_code == 1
    assert "fixtures/a.yml:1:" in result.stderr
    project("fixtures/a.yml", FIXTURE.replace("OTHER", "zsh"))
    project("rules/a.toml", texts.elastic(query="process where"))
    result = run("test", "fixtures")
    assert result.exit_code == 1
    assert "rules/a.toml:" in result.stderr
