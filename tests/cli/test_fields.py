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
