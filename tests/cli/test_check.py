"""`isorule check`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
Write = Callable[..., Path]


WARNED = "  # isorule: ignore[risk-score-band] nothing to ignore\n"


def warned(texts: Any, number: int = 0) -> str:
    """A rule with one warning: a comment that silences nothing."""
    return str(texts.sigma(number)).replace("level: low\n", f"level: low{WARNED}")


def test_a_rule_without_errors_is_clean(run: Run, write: Write, texts: Any) -> None:
    write("a.toml", texts.elastic())
    write("b.yml", texts.sigma())
    result = run("check", ".")
    assert result.exit_code == 0, result.stdout
    assert "2 files checked" in result.stderr


def test_a_syntax_error_in_the_query_is_underlined_in_its_file(run: Run, write: Write, texts: Any) -> None:
    write("r/a.toml", texts.elastic(query="process where process.name = 1"))
    result = run("check", "r")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    place = next(index for index, line in enumerate(lines) if line.startswith("r/a.toml:19:28: error["))
    assert lines[place + 2] == " 19 | process where process.name = 1"
    assert lines[place + 3] == "    |                            ^"


@pytest.mark.parametrize(("limit", "code"), [("error", 0), ("warning", 1), ("info", 1)])
def test_fail_on_sets_what_is_a_failure(run: Run, write: Write, texts: Any, limit: str, code: int) -> None:
    write("a.yml", warned(texts))
    assert run("check", "--fail-on", limit, "a.yml").exit_code == code


def test_findings_come_in_the_order_of_files(run: Run, write: Write, texts: Any) -> None:
    for number, name in enumerate(("c.yml", "a.yml", "b/x.yaml")):
        write(name, warned(texts, number))
    lines = run("check", ".", "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line)["path"] for line in lines] == ["a.yml", "b/x.yaml", "c.yml"]


def test_several_processes_give_the_same_bytes(run: Run, write: Write, texts: Any) -> None:
    for number in range(9):
        write(f"r/{number}.toml", texts.elastic(number, query="process where"))
    one, two = run("check", "r", "--format", "json"), run("check", "r", "--format", "json", "--jobs", "2")
    assert one.stdout_bytes == two.stdout_bytes
    assert json.loads(one.stdout)["summary"]["files"] == 9
    assert json.loads(one.stdout)["summary"]["error"] >= 9


def test_json_has_places(run: Run, write: Write, texts: Any) -> None:
    write("a.toml", texts.elastic(query="process where process.name = 1"))
    found = json.loads(run("check", "a.toml", "--format", "json").stdout)["diagnostics"]
    assert ("a.toml", 19, 28) in [(item["path"], item.get("line"), item.get("column")) for item in found]


@pytest.mark.parametrize("kind", ["elastic", "sigma"])
def test_stdin_is_read_in_either_format(run: Run, texts: Any, kind: str) -> None:
    assert run("check", "-", stdin=getattr(texts, kind)()).exit_code == 0


def test_what_stdin_lacks_is_underlined_too(run: Run, texts: Any) -> None:
    result = run("check", "-", stdin=texts.elastic(query="process where process.name = 1"))
    assert result.exit_code == 1
    assert "<stdin>:19:28: error[" in result.stdout
    assert " 19 | process where process.name = 1" in result.stdout
