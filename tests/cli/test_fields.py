"""`--fields` with names, and `--map-events`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Run = Callable[..., Any]
Write = Callable[..., Path]

SIGMA = r"""title: Curl
id: 0c7a1f3e-5b1d-4a55-9c5e-000000000001
logsource: {product: windows, category: process_creation}
detection:
    selection:
        Image|endswith: '\curl.exe'
    condition: selection
"""

SYSMON = {
    "EventID": 1,
    "Channel": "Microsoft-Windows-Sysmon/Operational",
    "Image": r"C:\Windows\System32\curl.exe",
    "CommandLine": "curl",
}
END = {**SYSMON, "EventID": 5}


def _ndjson(*events: object) -> str:
    return "".join(json.dumps(event) + "\n" for event in events)


def test_names_of_ecs(run: Run, write: Write) -> None:
    write("a.yml", SIGMA)
    result = run("convert", "a.yml", "--to", "eql", "--fields", "ecs")
    assert result.exit_code == 0, result.stderr
    assert 'process.name : "curl.exe"' in result.stdout
    assert result.stdout.startswith("process where ")
    assert "1 identical" in result.stderr


def test_a_rule_with_the_wanted_names_keeps_them(run: Run, write: Write) -> None:
    write("a.yml", SIGMA)
    result = run("convert", "a.yml", "--to", "eql", "--fields", "sigmahq")
    assert 'Image : "*\\\\curl.exe"' in result.stdout


def test_names_and_types_together(run: Run, write: Write) -> None:
    write("a.yml", SIGMA)
    write("types.json", '{"process.name": "keyword", "event.category": "keyword", "event.type": "keyword"}')
    result = run("convert", "a.yml", "--to", "eql", "--fields", "ecs", "--fields", "types.json")
    assert result.exit_code == 0, result.stderr
    assert 'process.name : "curl.exe"' in result.stdout


def test_a_mapping_file_is_checked(run: Run, write: Write) -> None:
    write("a.yml", SIGMA)
    write("mine.yml", "name: mine\nsources:\n    - fields: {}\n")
    result = run("convert", "a.yml", "--to", "eql", "--fields", "mine.yml")
    assert result.exit_code == 1
    assert "mine.yml:3:" in result.stderr
    assert run("convert", "a.yml", "--to", "eql", "--fields", "none.yml").exit_code == 2


def test_sides_with_other_names_are_compared(run: Run, write: Write) -> None:
    write("a.yml", SIGMA)
    converted = run("convert", "a.yml", "--to", "elastic", "--fields", "ecs").stdout
    write("a.toml", converted)
    assert run("verify", "a.yml", "a.toml").exit_code == 1
    result = run("verify", "a.yml", "a.toml", "--fields", "ecs")
    assert result.exit_code == 0, result.stdout
    assert "identical" in result.stdout


def test_events_are_mapped_for_each_rule(run: Run, write: Write) -> None:
    write("r/a.yml", SIGMA)
    write("r/a.toml", run("convert", "r/a.yml", "--to", "elastic", "--fields", "ecs").stdout)
    write("e.ndjson", _ndjson(SYSMON, END))
    result = run("eval", "r", "--events", "e.ndjson", "--map-events")
    assert result.exit_code == 0, result.stderr
    alerts = [json.loads(line) for line in result.stdout.splitlines()]
    assert sorted(Path(alert["path"]).name for alert in alerts) == ["a.toml", "a.yml"]
    named = {Path(alert["path"]).name: alert["events"][0] for alert in alerts}
    assert named["a.yml"]["Image"] == SYSMON["Image"]
    assert named["a.toml"]["process"]["name"] == "curl.exe"


def test_a_fixture_tests_both_sides(run: Run, write: Write) -> None:
    write("sigma/a.yml", SIGMA)
    write("rules/a.toml", run("convert", "sigma/a.yml", "--to", "elastic", "--fields", "ecs").stdout)
    fixture = {
        "rule": "rules/a.toml",
        "matches": [{"name": "curl", "event": SYSMON}],
        "near_misses": [{"name": "end of curl", "of": "curl", "differs": "other value", "event": {"EventID": 5}}],
    }
    write("fixtures/a.yml", json.dumps(fixture))
    result = run("test", "fixtures", "--map-events")
    assert result.exit_code == 0, result.stdout + result.stderr
    assert run("test", "fixtures").exit_code == 1


MINE = r"""name: mine
sources:
    - logsource: {product: windows, category: process_creation}
      requires: {kind: proc}
      native: {Channel: Microsoft-Windows-Sysmon/Operational, EventID: "1"}
      fields:
          Image: {to: proc.path, name: proc.file}
          CommandLine: proc.cmd
"""
OWN = {"kind": "proc", "proc": {"path": r"C:\Windows\curl.exe", "file": "curl.exe", "cmd": "curl"}}


def test_events_are_mapped_by_a_file_of_ones_own(run: Run, write: Write) -> None:
    write("r/a.yml", SIGMA)
    write("mine.yml", MINE)
    write("r/a.toml", run("convert", "r/a.yml", "--to", "elastic", "--fields", "mine.yml").stdout)
    write("e.ndjson", _ndjson(SYSMON, END, OWN, {**OWN, "kind": "other"}))
    result = run("eval", "r", "--events", "e.ndjson", "--mapping", "mine.yml")
    assert result.exit_code == 0, result.stderr
    alerts = [json.loads(line) for line in result.stdout.splitlines()]
    found = sorted((Path(alert["path"]).name, json.dumps(alert["events"][0], sort_keys=True)) for alert in alerts)
    assert [name for name, _ in found] == ["a.toml", "a.toml", "a.yml", "a.yml"]
    assert all(("Image" in text) == (name == "a.yml") for name, text in found)
    write("bad.yml", MINE.replace("sources", "source"))
    assert run("eval", "r", "--events", "e.ndjson", "--mapping", "bad.yml").exit_code == 1


def test_a_fixture_is_mapped_by_a_file_of_ones_own(run: Run, write: Write) -> None:
    write("mine.yml", MINE)
    write("sigma/a.yml", SIGMA)
    write("rules/a.toml", run("convert", "sigma/a.yml", "--to", "elastic", "--fields", "mine.yml").stdout)
    fixture = {
        "rule": "rules/a.toml",
        "matches": [{"name": "curl", "event": SYSMON}, {"name": "own", "event": OWN}],
        "near_misses": [{"name": "end of curl", "of": "curl", "differs": "other value", "event": {"EventID": 5}}],
    }
    write("fixtures/a.yml", json.dumps(fixture))
    result = run("test", "fixtures", "--mapping", "mine.yml")
    assert result.exit_code == 0, result.stdout + result.stderr
    assert run("test", "fixtures", "--map-events").exit_code == 1


def test_a_pipeline_comes_before_the_names(run: Run, write: Write) -> None:
    """What a pipeline has renamed to a field of the mapping stays, and what it left is mapped."""
    write("a.yml", SIGMA.replace("condition:", "other: {CommandLine|contains: x, Odd: y}\n    condition: other and "))
    pipeline = {
        "name": "p",
        "priority": 10,
        "transformations": [{"id": "r", "type": "field_name_mapping", "mapping": {"CommandLine": "process.title"}}],
    }
    write("q.yml", json.dumps(pipeline).replace("process.title", "process.command_line"))
    renamed = run("convert", "a.yml", "--to", "eql", "-p", "q.yml", "--fields", "ecs")
    assert 'process.command_line : "*x*"' in renamed.stdout
    assert 'winlog.event_data.Odd : "y"' in renamed.stdout
    assert 'process.name : "curl.exe"' in renamed.stdout
    assert "winlog.event_data.process" not in renamed.stdout
