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
        "  `CMD.EXE` in `process.name` matches the EQL rule, which ignores letter case, "
        'and not `process.name = "cmd.exe"` of the EQL query',
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
