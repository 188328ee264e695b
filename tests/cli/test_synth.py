"""`isorule synth`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
Write = Callable[..., Path]

QUERY = 'process where event.type == "start" and process.name == "bash" and not process.args : "-*c"'
THRESHOLD = '[rule.threshold]\nfield = ["host.id"]\nvalue = 3\n'
NEW_TERMS = (
    '[rule.new_terms]\nfield = "new_terms_fields"\nvalue = ["user.name"]\n'
    '[[rule.new_terms.history_window_start]]\nfield = "history_window_start"\nvalue = "now-7d"\n'
)
INDICATORS = (
    'threat_query = \'@timestamp >= "now-30d/d" and threat.indicator.ip:*\'\nthreat_index = ["logs-ti_*"]\n'
    '[[rule.threat_mapping]]\n[[rule.threat_mapping.entries]]\nfield = "source.ip"\ntype = "mapping"\n'
    'value = "threat.indicator.ip"\n'
)
SIGMA_CHAIN = """title: Failed
name: failed
logsource: {product: windows, service: security}
detection:
    selection: {EventID: 4625}
    condition: selection
---
title: Many
correlation:
    type: event_count
    rules: [failed]
    group-by: [TargetUserName]
    timespan: 5m
    condition: {gte: 5}
"""


def lines(result: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_line_is_a_case_with_its_condition(run: Run, write: Write, texts: Any) -> None:
    write("a.toml", texts.elastic(query=QUERY))
    result = run("synth", "a.toml", "--matching", "2", "--near-miss")
    assert result.exit_code == 0, result.stderr
    cases = lines(result)
    assert [case["alerts"] for case in cases[:2]] == [1, 1]
    assert all(case["condition"] is None for case in cases[:2])
    misses = [case for case in cases if case["alerts"] == 0]
    assert {case["condition"]["text"] for case in misses} == {
        "process",
        'event.type == "start"',
        'process.name == "bash"',
        'process.args : "-*c"',
    }
    name = next(case for case in misses if case["differs"] == "letter case" and "bash" in case["condition"]["text"])
    assert name["condition"]["words"] == 'process.name is "bash" (letter case counts)'
    assert name["condition"]["line"] == 19
    assert name["events"][0]["process"]["name"] == "BASH"
    assert result.stderr.startswith("1 rule: 2 matches, ")


def test_the_same_seed_gives_the_same_bytes(run: Run, write: Write, texts: Any) -> None:
    write("a.toml", texts.elastic(query='process where process.name in ("a", "b", "c")'))
    first, again, other = (run("synth", "a.toml", "--seed", seed).stdout for seed in ("1", "1", "2"))
    assert first == again != other


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("single", ("eql", "eql", QUERY, "")),
        ("pipe", ("eql", "eql", "process where true | head 2", "")),
        ("sequence", ("eql", "eql", "sequence by host.id with maxspan=1m [process where true] [file where true]", "")),
        ("sample", ("eql", "eql", "sample by host.id [process where true] [file where true]", "")),
        ("threshold", ("threshold", "kuery", "event.category:process", THRESHOLD)),
        ("terms", ("new_terms", "kuery", "event.category:process and user.name:*", NEW_TERMS)),
        ("indicators", ("threat_match", "kuery", "event.category:network", INDICATORS)),
        ("lucene", ("query", "lucene", "process.name:(bash OR zsh) AND NOT user.id:0", "")),
    ],
)
def test_a_fixture_passes(run: Run, write: Write, texts: Any, name: str, text: tuple[str, str, str, str]) -> None:
    kind, language, query, more = text
    rule = texts.elastic(query=query).replace('type = "eql"', f'type = "{kind}"')
    write(f"rules/{name}.toml", rule.replace('language = "eql"', f'language = "{language}"') + more)
    result = run("synth", "rules", "--format", "fixture", "-o", "fixtures")
    assert result.exit_code == 0, result.stderr
    assert run("test", f"fixtures/{name}.yml").exit_code == 0
    written = Path(f"fixtures/{name}.yml").read_text()
    assert f"rule: rules/{name}.toml" in written
    assert "status: notyet" in written


def test_a_fixture_asks_the_twin_where_there_is_one(run: Run, write: Write, texts: Any) -> None:
    write("rules/a.toml", texts.elastic(query=QUERY))
    assert run("convert", "rules", "--to", "sigma", "-o", "sigma").exit_code == 0
    write("a.yml", run("synth", "rules/a.toml", "--format", "fixture").stdout)
    assert run("test", "a.yml").exit_code == 0
    assert "twin" not in Path("a.yml").read_text()


def test_a_fixture_of_a_sigma_rule_passes(run: Run, write: Write, texts: Any) -> None:
    write("sigma/a.yml", texts.sigma(value="[bash, zsh]"))
    write("a.yml", run("synth", "sigma/a.yml", "--format", "fixture").stdout)
    result = run("test", "a.yml")
    assert result.exit_code == 0, result.stderr


def test_a_correlation_has_streams(run: Run, write: Write) -> None:
    write("a.yml", SIGMA_CHAIN)
    cases = [case for case in lines(run("synth", "a.yml", "--near-miss")) if case["title"] == "Many"]
    assert [(len(case["events"]), case["alerts"]) for case in cases[:1]] == [(5, 1)]
    assert {case["differs"] for case in cases[1:]} >= {"one event less", "other key", "outside the window"}


def test_what_cannot_be_made_is_said(run: Run, write: Write, texts: Any) -> None:
    write("a.toml", texts.elastic(query='process where process.name == "a" and process.name == null'))
    result = run("synth", "a.toml", "--near-miss")
    assert result.exit_code == 1
    assert "matches-nothing" in result.stderr
    assert result.stdout == ""


def test_a_condition_without_a_near_miss_has_its_reason_and_place(run: Run, write: Write, texts: Any) -> None:
    write("a.toml", texts.elastic(query='any where process.name == "a.exe" and process.name : "a*"'))
    result = run("synth", "a.toml", "--near-miss")
    assert result.exit_code == 0
    assert 'a.toml:19:39: info[implied-condition] no near miss for `process.name : "a*"`' in result.stderr


def test_a_correlation_finds_its_rules_in_other_files(run: Run, write: Write) -> None:
    first, second = SIGMA_CHAIN.split("---\n")
    write("rules/failed.yml", first)
    write("rules/many.yml", second)
    result = run("synth", "rules", "--jobs", "2")
    assert result.exit_code == 0, result.stderr
    assert [case["title"] for case in lines(result)] == ["Many"]
