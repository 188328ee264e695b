"""`isorule overlap`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Run = Callable[..., Any]
Write = Callable[..., Path]

EQL = 'process where process.name == "bash"'
NARROW = 'process where process.name == "bash" and user.id == "0"'


def test_pairs_are_told_with_both_files_and_an_event(run: Run, write: Write, texts: Any) -> None:
    write("rules/a.toml", texts.elastic(0))
    write("rules/b.toml", texts.elastic(1, NARROW))
    write("rules/c.toml", texts.elastic(2, "network where destination.port == 53"))
    result = run("overlap", "rules")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "subsumed            rules/b.toml  rules/a.toml",
        "  the second alerts on whatever the first alerts on; both read the same sources",
        '  only the second matches: {"event": {"category": "process"}, "process": {"name": "bash"}}',
    ]
    assert result.stderr == "3 rules compared; 1 pair: 1 subsumed\n"


def test_several_processes_give_the_same(run: Run, write: Write, texts: Any) -> None:
    for number in range(6):
        write(f"rules/{number}.toml", texts.elastic(number, NARROW if number % 2 else EQL))
    one, two = run("overlap", "rules"), run("overlap", "rules", "--jobs", "2")
    assert one.stdout == two.stdout
    assert one.stdout.count("\nequivalent") + one.stdout.startswith("equivalent") == 6


def test_json_names_rules_and_what_was_not_compared(run: Run, write: Write, texts: Any) -> None:
    write("a.toml", texts.elastic(0))
    write("b.yml", texts.sigma(1))
    write("c.toml", texts.elastic(2, 'process where process.name == null and process.name == "a"'))
    result = run("overlap", ".", "--format", "json")
    values = json.loads(result.stdout)
    assert [item["path"] for item in values["not_compared"]] == ["c.toml"]
    (pair,) = values["pairs"]
    assert (pair["relation"], pair["sources"]) == ("narrower-condition", "partly")
    assert (pair["first"]["path"], pair["second"]["path"]) == ("a.toml", "b.yml")


def test_rules_that_have_nothing_to_do_with_each_other_are_clean(run: Run, write: Write, texts: Any) -> None:
    write("a.toml", texts.elastic(0))
    write("b.toml", texts.elastic(1, "network where destination.port == 53"))
    result = run("overlap", ".")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "2 rules compared; no pairs\n"


def test_a_broken_file_is_a_finding(run: Run, write: Write, texts: Any) -> None:
    write("a.toml", texts.elastic(0))
    write("b.toml", texts.elastic(1, "process where"))
    result = run("overlap", ".")
    assert result.exit_code == 1
    assert "b.toml:" in result.stderr
