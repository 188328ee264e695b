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


FAILED = """title: Failed login
name: failed
taxonomy: ecs
logsource: {product: windows, service: security}
detection: {s: {event.code: '4625'}, condition: s}
"""
BURST = """title: Burst
id: 0c7a1f3e-5b1d-4a55-9c5e-000000000001
level: high
correlation:
    type: event_count
    rules: [failed]
    group-by: [user.name]
    timespan: 1m
    condition: {gte: 2}
"""
FILTER = """title: Without service accounts
taxonomy: ecs
logsource: {product: windows}
filter:
    rules: [NAME]
    selection: {user.name|startswith: svc_}
    condition: not selection
"""
LOGINS = """rule: rules/burst.yml
twin: {status: never, reason: the rule is a Sigma rule}
defaults: {"@timestamp": "2026-01-02T00:00:00Z", event: {code: "4625"}, user: {name: a}}
matches:
  - name: two failures
    alerts: 1
    events: [{repeat: 2, every: 10s}]
near_misses:
  - name: too far apart
    differs: outside the window
    events: [{repeat: 2, every: 61s}]
  - name: a service account
    differs: excluded value
    events: [{repeat: 2, every: 10s, event: {user: {name: svc_a}}}]
"""


def test_a_correlation_is_asked_with_rules_and_filters_of_other_files(run: Run, write: Write) -> None:
    write("rules/burst.yml", BURST)
    write("rules/base/failed.yml", FAILED)
    write("rules/filter.yml", FILTER.replace("NAME", "failed"))
    write("fixtures/burst.yml", LOGINS)
    result = run("test", "fixtures")
    assert (result.exit_code, result.stderr) == (0, "1 rule, 3 cases, 3 answers: all as wanted\n")


def test_of_a_file_with_a_correlation_it_is_the_correlation_that_is_asked(run: Run, write: Write) -> None:
    write("rules/burst.yml", f"{FAILED}---\n{BURST}---\n{FILTER.replace('NAME', 'failed')}")
    write("fixtures/burst.yml", LOGINS)
    assert run("test", "fixtures").exit_code == 0


def test_a_filter_that_leads_nowhere_is_said(run: Run, write: Write) -> None:
    write("rules/burst.yml", f"{FAILED}---\n{BURST}---\n{FILTER.replace('NAME', 'fialed')}")
    write("fixtures/burst.yml", LOGINS)
    result = run("test", "fixtures")
    assert result.exit_code == 1
    assert "rules/burst.yml:21:13: warning[dangling-reference]" in result.stderr
    assert "matches the near miss 'a service account'" in result.stderr


def test_an_unknown_rule_of_a_correlation_is_said_once_and_where(run: Run, write: Write) -> None:
    write("rules/burst.yml", BURST)
    write("fixtures/burst.yml", LOGINS)
    result = run("test", "fixtures")
    assert result.exit_code == 1
    assert "rules/burst.yml:6:13: error[unresolved-rule]" in result.stderr
    assert result.stderr.count("failed") == 1


def test_a_fixture_asks_one_rule(run: Run, write: Write) -> None:
    write("rules/burst.yml", f"{FAILED}---\n{FAILED.replace('name: failed', 'name: other')}")
    write("fixtures/burst.yml", LOGINS)
    result = run("test", "fixtures")
    assert result.exit_code == 1
    assert "rules/burst.yml: error[which-rule]" in result.stderr


def test_a_fixture_that_cannot_be_read_is_a_failure(run: Run, project: Write) -> None:
    project("fixtures/a.yml", "rule: [")
    result = run("test", "fixtures")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1] == "0 rules, 0 cases, 0 answers: 1 failure"
