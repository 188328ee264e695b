"""`isorule check`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from isorule.diagnostics import Diagnostic, Severity

Run = Callable[..., Any]
Write = Callable[..., Path]


@pytest.fixture
def warn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file has one warning, whatever the checks of the day say of it."""

    def check(path: object) -> list[Diagnostic]:
        return [Diagnostic("X001", "some-warning", Severity.WARNING, "it is so", path=str(path), line=1, column=1)]

    monkeypatch.setattr("isorule.api.check", check)


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


@pytest.mark.usefixtures("warn")
@pytest.mark.parametrize(("limit", "code"), [("error", 0), ("warning", 1), ("info", 1)])
def test_fail_on_sets_what_is_a_failure(run: Run, write: Write, limit: str, code: int) -> None:
    write("a.toml", "")
    assert run("check", "--fail-on", limit, "a.toml").exit_code == code


@pytest.mark.usefixtures("warn")
def test_findings_come_in_the_order_of_files_whatever_the_number_of_processes(run: Run, write: Write) -> None:
    for name in ("c.yml", "a.toml", "b/x.yaml"):
        write(name, "")
    result = run("check", ".")
    assert [line.split(":")[0] for line in result.stdout.splitlines()] == ["a.toml", "b/x.yaml", "c.yml"]


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
