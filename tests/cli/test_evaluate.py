"""`isorule eval`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
Write = Callable[..., Path]

SHELL = {"@timestamp": "2026-01-02T00:00:00Z", "event": {"category": "process"}, "process": {"name": "bash"}}
OTHER = {"@timestamp": "2026-01-02T00:00:01Z", "event": {"category": "process"}, "process": {"name": "zsh"}}


def _ndjson(*events: object) -> str:
    return "".join(json.dumps(event) + "\n" for event in events)


def _alerts(result: Any) -> list[Any]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_an_alert_names_its_rule_and_holds_its_event(run: Run, write: Write, texts: Any) -> None:
    write("a.toml", texts.elastic(3))
    write("e.ndjson", _ndjson(SHELL, OTHER))
    result = run("eval", "a.toml", "--events", "e.ndjson")
    assert result.exit_code == 0, result.stderr
    assert _alerts(result) == [{"rule": texts.id(3), "title": "Rule 3", "path": "a.toml", "events": [SHELL]}]
    assert result.stderr == "1 rule: 1 alert\n"


def test_many_rules_alert_event_by_event(run: Run, write: Write, texts: Any) -> None:
    write("r/a.toml", texts.elastic(1))
    write("r/b.yml", texts.sigma(2, value="zsh"))
    result = run("eval", "r", "--events", "-", stdin=_ndjson(OTHER, SHELL, OTHER))
    assert [alert["rule"] for alert in _alerts(result)] == [texts.id(2), texts.id(1), texts.id(2)]


def test_a_sequence_takes_all_events_together(run: Run, write: Write, texts: Any) -> None:
    query = 'sequence with maxspan=1m [process where process.name == "bash"] [process where process.name == "zsh"]'
    write("a.toml", texts.elastic(query=query))
    write("e.ndjson", _ndjson(OTHER, SHELL))
    assert [alert["events"] for alert in _alerts(run("eval", "a.toml", "--events", "e.ndjson"))] == [[SHELL, OTHER]]


def test_a_broken_rule_or_event_does_not_stop_the_others(run: Run, write: Write, texts: Any) -> None:
    write("r/a.toml", texts.elastic(1, query="process where"))
    write("r/b.toml", texts.elastic(2))
    write("e.ndjson", "{\n" + _ndjson(SHELL))
    result = run("eval", "r", "--events", "e.ndjson")
    assert result.exit_code == 1
    assert [alert["rule"] for alert in _alerts(result)] == [texts.id(2)]
    assert "e.ndjson:1:2: error[invalid-json]" in result.stderr
    assert "r/a.toml:20:1: error[" in result.stderr


def test_a_rule_that_cannot_be_evaluated_does_not_stop_the_others(run: Run, write: Write, texts: Any) -> None:
    write("r/a.toml", texts.elastic(1, query='process where cidrMatch(source.ip, "10.0.0.0/99")'))
    write("r/b.toml", texts.elastic(2))
    write("e.ndjson", _ndjson(SHELL))
    result = run("eval", "r", "--events", "e.ndjson")
    assert [alert["rule"] for alert in _alerts(result)] == [texts.id(2)]
    assert result.exit_code == 1
    assert "r/a.toml" in result.stderr


def test_roles_of_fields_can_be_named(run: Run, write: Write, texts: Any) -> None:
    write("a.toml", texts.elastic())
    write("e.ndjson", _ndjson({"kind": "process", "process.name": "bash"}))
    assert not _alerts(run("eval", "a.toml", "--events", "e.ndjson"))
    assert len(_alerts(run("eval", "a.toml", "--events", "e.ndjson", "--category-field", "kind"))) == 1


def test_field_types_take_part(run: Run, write: Write, texts: Any) -> None:
    write("a.toml", texts.elastic(query="process where size > 9"))
    write("e.ndjson", _ndjson({**SHELL, "size": "10"}))
    write("fields.json", json.dumps({"size": "long"}))
    command = ("eval", "a.toml", "--events", "e.ndjson")
    assert len(_alerts(run(*command, "--fields", "fields.json"))) == 1


@pytest.mark.parametrize("arguments", [["a.toml"], ["a.toml", "--events", "none"], ["none", "--events", "e.ndjson"]])
def test_without_rules_or_events_it_is_wrong_usage(run: Run, write: Write, texts: Any, arguments: list[str]) -> None:
    write("a.toml", texts.elastic())
    write("e.ndjson", "")
    assert run("eval", *arguments).exit_code == 2


TWO_STEPS = 'sequence with maxspan=1m [process where process.name == "bash"] [process where process.name == "zsh"]'


def test_a_sequence_follows_standard_input_event_by_event(run: Run, write: Write, texts: Any) -> None:
    write("r/a.toml", texts.elastic(1, query=TWO_STEPS))
    write("r/b.toml", texts.elastic(2, query="process where true"))
    third = {**SHELL, "@timestamp": "2026-01-02T00:00:02Z"}
    result = run("eval", "r", "--events", "-", stdin=_ndjson(SHELL, OTHER, third))
    assert [alert["rule"] for alert in _alerts(result)] == [texts.id(number) for number in (2, 2, 1, 2)]
    assert result.exit_code == 0, result.stderr


def test_events_of_standard_input_out_of_order_are_reported(run: Run, write: Write, texts: Any) -> None:
    write("a.toml", texts.elastic(1, query=TWO_STEPS))
    result = run("eval", "a.toml", "--events", "-", stdin=_ndjson(OTHER, SHELL))
    assert _alerts(result) == []
    assert "a.toml: warning[event-out-of-order]" in result.stderr
    assert result.exit_code == 1


def test_one_late_event_in_a_file_changes_no_alert(run: Run, write: Write, texts: Any) -> None:
    write("a.toml", texts.elastic(1, query=TWO_STEPS))
    late = {**OTHER, "@timestamp": "2026-01-01T00:00:00Z"}
    write("e.ndjson", _ndjson(SHELL, OTHER, late))
    result = run("eval", "a.toml", "--events", "e.ndjson")
    assert [alert["events"] for alert in _alerts(result)] == [[SHELL, OTHER]]
    assert (result.exit_code, result.stderr) == (0, "1 rule: 1 alert\n")


def test_types_that_the_user_names_are_those_of_the_engine(run: Run, write: Write, texts: Any) -> None:
    write("r/a.toml", texts.elastic(1))
    write("r/b.toml", texts.elastic(2, query='process where\n  message == "x"'))
    write("r/c.yml", texts.sigma(3))
    write("types.json", json.dumps({"process.name": "keyword", "message": "text"}))
    write("e.ndjson", _ndjson(SHELL))
    result = run("eval", "r", "--events", "e.ndjson", "--fields", "types.json")
    assert [alert["rule"] for alert in _alerts(result)] == [texts.id(1), texts.id(3)]
    assert "r/b.toml:20:3: error[inexact-field]" in result.stderr
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("now", "found"), [("2026-01-02T00:00:00Z", 1), ("2026-01-02T02:00:00+02:00", 1), ("2026-01-03", 0)]
)
def test_now_is_a_moment_in_its_zone(run: Run, write: Write, texts: Any, now: str, found: int) -> None:
    write("a.toml", texts.elastic(query='process where @timestamp >= "now-1h" and @timestamp <= "now"'))
    write("e.ndjson", _ndjson(SHELL, OTHER))
    assert len(_alerts(run("eval", "a.toml", "--events", "e.ndjson", "--now", now))) == found
