"""`isorule verify`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
Write = Callable[..., Path]


def test_a_rule_and_its_twin_are_the_same(run: Run, write: Write, texts: Any) -> None:
    write("a.toml", texts.elastic())
    assert run("convert", "a.toml", "--to", "sigma", "-o", "out").exit_code == 0
    result = run("verify", "a.toml", "out/a.yml")
    assert result.exit_code == 0
    assert result.stdout == "identical   a.toml  out/a.yml\n"
    assert result.stderr == "1 pair: 1 identical\n"


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        ('eql:any where user.name == "a" and user.id == "b"', 'eql:any where user.id == "b" and user.name == "a"', 0),
        ('eql:any where user.name == "a"', 'kuery:user.name : "a"', 0),
        ('eql:any where user.name == "a"', 'eql:any where user.name == "b"', 1),
        ('eql:any where user.name == "a"', 'eql:any where user.name : "a"', 1),
    ],
)
def test_queries_are_compared_across_languages(run: Run, first: str, second: str, code: int) -> None:
    result = run("verify", first, second)
    assert result.exit_code == code, result.output
    assert (result.stdout.split()[0] in ("identical", "equivalent")) is (code == 0)


def test_folders_pair_by_id_and_a_rule_without_partner_fails(run: Run, write: Write, texts: Any) -> None:
    write("a/one.toml", texts.elastic(1))
    write("a/two.toml", texts.elastic(2))
    write("b/other-name.toml", texts.elastic(1))
    result = run("verify", "a", "b")
    assert result.exit_code == 1
    assert result.stdout == "identical   a/one.toml  b/other-name.toml\nunpaired    a/two.toml  -\n"


def test_json_has_the_verdict_of_each_pair(run: Run) -> None:
    values = json.loads(run("verify", "eql:any where true", "eql:any where true", "--format", "json").stdout)
    assert values["pairs"] == [
        {
            "first": "eql:any where true",
            "second": "eql:any where true",
            "verdict": {"kind": "identical", "reason": None, "witnesses": []},
        }
    ]


def test_what_cannot_be_read_is_said_and_is_no_pass(run: Run, write: Write, texts: Any) -> None:
    write("a.toml", texts.elastic(query="process where ="))
    result = run("verify", "a.toml", "eql:any where true")
    assert result.exit_code == 1
    assert "a.toml:19:15: error[" in result.stderr
    result = run("verify", "eql:any where =", "eql:any where true")
    assert result.exit_code == 1
    assert "<eql query>" in result.stderr


@pytest.mark.parametrize("argument", ["nothing.toml", "klingon:nuqneH"])
def test_a_side_that_is_not_there_is_wrong_usage(run: Run, argument: str) -> None:
    result = run("verify", argument, "eql:any where true")
    assert result.exit_code == 2
    assert argument in result.stderr


def test_field_types_take_part(run: Run, write: Write) -> None:
    write("fields.json", json.dumps({"x": "text"}))
    sides = ('kuery:x : "A"', 'eql:any where x == "A"')
    assert run("verify", *sides).exit_code == run("verify", *sides, "--fields", "fields.json").exit_code - 1 == 0


def test_a_difference_has_its_event_both_answers_and_the_deciding_tests_underlined(
    run: Run, write: Write, texts: Any
) -> None:
    write("a.toml", texts.elastic(query='process where process.name : "cmd.exe"'))
    result = run("verify", "a.toml", 'eql:process where process.name == "cmd.exe"')
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        'narrower    a.toml  eql:process where process.name == "cmd.exe"',
        (
            "  `CMD.EXE` in `process.name` matches the EQL rule, which ignores letter case, "
            'and not `process.name = "cmd.exe"` of the EQL query'
        ),
        '  they differ on: {"event": {"category": "process"}, "process": {"name": "CMD.EXE"}}',
        "    a.toml: matches",
        '    eql:process where process.name == "cmd.exe": does not match',
        "  a.toml:19:15: info[deciding-test] this decides (VERDICT)",
        "      |",
        '   19 | process where process.name : "cmd.exe"',
        "      |               ^^^^^^^^^^^^^^^^^^^^^^^^",
        "  <eql query>:1:15: info[deciding-test] this decides (VERDICT)",
        "     |",
        '   1 | process where process.name == "cmd.exe"',
        "     |               ^^^^^^^^^^^^^^^^^^^^^^^^^",
    ]


def test_a_stream_is_shown_event_by_event(run: Run) -> None:
    result = run(
        "verify",
        "eql:sequence by host.id with maxspan=1m [process where true] [file where true]",
        "eql:sequence by host.id with maxspan=2m [process where true] [file where true]",
    )
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[1].endswith("the span is 1m in the first EQL query and 2m in the second EQL query")
    assert [line.split(":")[0] for line in lines[2:5]] == ["  they differ on", "    1", "    2"]
    assert lines[-2].endswith(": no alert")
    assert lines[-1].endswith(": 1 alert (events 1, 2)")


def test_json_has_the_stream_the_alerts_and_the_places(run: Run) -> None:
    sides = ('eql:any where user.name == "a"', 'kuery:user.name : "b"')
    verdict = json.loads(run("verify", *sides, "--format", "json").stdout)["pairs"][0]["verdict"]
    assert verdict["kind"] == "divergent"
    first, second = verdict["witnesses"]
    assert (first["events"], first["alerts"]) == ([{"user": {"name": "a"}}], {"first": [[0]], "second": []})
    assert (second["events"], second["alerts"]) == ([{"user": {"name": "b"}}], {"first": [], "second": [[0]]})
    assert first["deciding"]["first"]["line"] == 1
    assert first["deciding"]["first"]["span"] == [10, 26]
    assert first["deciding"]["second"]["path"] == "<kuery query>"


CORRELATION = """\
title: First
name: first
logsource: {{category: process_creation}}
detection:
    selection:
        Image|endswith: '\\first.exe'
    condition: selection
---
title: Second
name: second
logsource: {{category: process_creation}}
detection:
    selection:
        Image|endswith: '\\{second}'
    condition: selection
---
title: Both
id: 2c3c29a4-f170-42f8-a3d8-2ceebc18eb6a
correlation:
    type: temporal_ordered
    rules: [first, second]
    group-by: [Computer]
    timespan: 5m
"""


def test_the_deciding_test_of_a_correlation_is_underlined_in_the_rule_that_has_it(run: Run, write: Write) -> None:
    write("a.yml", CORRELATION.format(second="second.exe"))
    write("b.yml", CORRELATION.format(second="other.exe"))
    lines = run("verify", "a.yml", "b.yml").stdout.splitlines()
    assert lines[0].startswith("divergent")
    places = [line.split(":")[0:2] for line in lines if "deciding-test" in line]
    assert ["  a.yml", "14"] in places
    assert ["  b.yml", "14"] in places
    assert sum("Image|endswith: '\\second.exe'" in line for line in lines) >= 1


INDICATORS = """\
[rule]
author = []
description = "d"
index = ["logs-*"]
language = "kuery"
license = "x"
name = "Indicators"
risk_score = 21
rule_id = "2c3c29a4-f170-42f8-a3d8-2ceebc18eb6a"
severity = "low"
type = "threat_match"
threat_index = ["filebeat-*"]
query = "url.full:*"
threat_query = "threat.feed.name:{feed}"

[[rule.threat_mapping]]

[[rule.threat_mapping.entries]]
field = "url.full"
type = "mapping"
value = "threat.indicator.url.full"
"""


def test_the_deciding_test_of_indicators_is_underlined_in_their_query(run: Run, write: Write) -> None:
    write("a.toml", INDICATORS.format(feed="one"))
    write("b.toml", INDICATORS.format(feed="two"))
    lines = run("verify", "a.toml", "b.toml").stdout.splitlines()
    assert lines[0].startswith("divergent")
    assert any("a.toml:14:17: info[deciding-test]" in line for line in lines), lines
    assert any("b.toml:14:17: info[deciding-test]" in line for line in lines), lines


SYSMON = """\
title: Whoami
logsource:
    product: windows
    category: process_creation
detection:
    selection:
        Image|endswith: '\\whoami.exe'
    condition: selection
"""


@pytest.mark.parametrize(("names", "event"), [("sigmahq", '{"Image": "'), ("ecs", '"process": {"name": "')])
def test_field_names_map_the_side_that_has_others(run: Run, write: Write, texts: Any, names: str, event: str) -> None:
    query = 'process where host.os.type == "windows" and event.type == "start" and process.name == "whoami.exe"'
    write("a.toml", texts.elastic(query=query))
    write("b.yml", SYSMON)
    assert run("verify", "a.toml", "b.yml").stdout.startswith("divergent")
    result = run("verify", "a.toml", "b.yml", "--fields", names)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["wider", "a.toml", "b.yml"]
    assert "matches the Sigma rule, which ignores letter case, and not" in lines[1]
    assert "of the EQL rule" in lines[1]
    assert event in lines[2]
    assert "WHOAMI.EXE" in lines[2]
    assert [line.rpartition(": ")[2] for line in lines[3:5]] == ["does not match", "matches"]


@pytest.mark.parametrize("names", ["sigmahq", "ecs"])
def test_field_names_show_that_two_sides_are_the_same(run: Run, write: Write, texts: Any, names: str) -> None:
    query = 'process where host.os.type == "windows" and event.type == "start" and process.name : "whoami.exe"'
    write("a.toml", texts.elastic(query=query))
    write("b.yml", SYSMON)
    result = run("verify", "a.toml", "b.yml", "--fields", names)
    assert result.stdout.split()[0] in ("identical", "equivalent"), result.stdout


def test_the_deciding_test_of_a_sigma_rule_is_underlined(run: Run, write: Write) -> None:
    write("b.yml", SYSMON)
    lines = run("verify", "b.yml", 'eql:process where Image == "whoami.exe"').stdout.splitlines()
    assert any("b.yml:7:" in line for line in lines if "deciding-test" in line), lines


def test_an_error_in_a_query_has_its_place(run: Run) -> None:
    result = run("verify", "eql:any where a = = 1", 'eql:any where a == "x')
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "<eql query>:1:13: error[single-equals]" in result.stderr
    assert " 1 | any where a = = 1\n   |             ^" in result.stderr
    assert "<second eql query>:1:16: error[unterminated-string]" in result.stderr


NEW_TERMS = """\
type = "new_terms"
query = "user.name:a"

[rule.new_terms]
field = "new_terms_fields"
value = ["user.id"]

[[rule.new_terms.history_window_start]]
field = "history_window_start"
value = "{start}"
"""


def test_new_terms_are_shown_with_their_history_and_the_present_time(run: Run, write: Write) -> None:
    rule = INDICATORS.partition("type =")[0] + NEW_TERMS
    write("a.toml", rule.format(start="now-14d"))
    write("b.toml", rule.format(start="now-7d"))
    result = run("verify", "a.toml", "b.toml")
    lines = result.stdout.splitlines()
    assert lines[0].split()[0] == "wider", result.output
    assert any(line.startswith("    at the present time: 2024-01-01T00:00:00") for line in lines)
    assert any(line.startswith("    seen before: ") and "2023-12-18T00:00:00.000Z" in line for line in lines)
