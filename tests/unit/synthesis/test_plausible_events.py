"""What events have beside what the rule asks for, and the names of what they show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import isorule
from isorule.ir.detections import Match
from isorule.ir.rule import DataSource, LogSource, Metadata, Rule
from isorule.mappings.ecs_values import ecs_values
from isorule.synthesis import Kind

SCHEMA = Path(__file__).resolve().parents[3] / "schemas" / "fixture.schema.json"


def rule_of(query: str, source: DataSource | None = None) -> Rule:
    return Rule(Metadata("A rule"), source or DataSource(), isorule.parse(query, "eql"), "eql", "eql")


def event_of(query: str, **options: Any) -> Any:
    (case,) = isorule.synth(rule_of(query), **options).matching
    (event,) = case.events
    return event


def test_kinds_have_their_names_in_fixture_files() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    names = schema["$defs"]["near-miss"]["properties"]["differs"]["enum"]
    assert {kind.value for kind in Kind} - {Kind.MATCH.value} <= set(names)


def test_a_process_on_windows_has_paths_of_windows_that_go_with_its_name() -> None:
    event = event_of('process where host.os.type == "windows" and process.name == "reg.exe" and process.args == "add"')
    assert event["process"]["executable"] == "C:\\Windows\\System32\\reg.exe"
    assert event["process"]["command_line"] == "reg.exe add"
    assert event["event"] == {"category": "process", "kind": "event", "type": "start"}
    assert event["host"]["os"]["type"] == "windows"
    assert isinstance(event["process"]["pid"], int)


def test_the_free_text_of_a_pattern_reads_like_a_path() -> None:
    event = event_of('file where host.os.type == "linux" and file.path : "/etc/*"')
    assert event["file"]["path"] == f"/etc/{event['file']['name']}"


def test_a_field_that_may_have_any_value_has_one_that_ecs_allows() -> None:
    event = event_of("any where event.outcome != null and source.ip != null and event.category != null")
    assert event["event"]["outcome"] in ecs_values().of_field["event.outcome"]
    assert event["source"]["ip"].count(".") == 3


def test_nothing_is_added_that_the_rule_excludes() -> None:
    event = event_of('process where host.os.type == "linux" and process.parent.name == null and user.name == null')
    assert "name" not in event["process"]["parent"]
    assert "name" not in event.get("user", {})


def test_matches_take_one_branch_after_the_other() -> None:
    found = isorule.synth(rule_of('process where process.name in ("a", "b", "c")'), matching=3)
    names = [case.events[0]["process"]["name"] for case in found.matching]
    assert sorted(names) == ["a", "b", "c"]


def test_events_of_a_sigma_log_source_have_no_ecs_fields() -> None:
    detection = isorule.parse('any where Image : "*\\\\cmd.exe"', "eql")
    assert isinstance(detection, Match)
    source = DataSource((), LogSource("process_creation", "windows"), "sigma")
    (case,) = isorule.synth(Rule(Metadata("A rule"), source, detection, "sigma")).matching
    (event,) = case.events
    assert set(event) == {"@timestamp", "Image"}
    assert str(event["Image"]).startswith("C:\\")
