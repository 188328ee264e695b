"""`isorule convert --check`, `--diff` and one file for all: what is compared with what is kept, and why it differs."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import isorule

Run = Callable[..., Any]
Write = Callable[..., Path]

COMMAND = ("convert", "in", "--to", "sigma", "-o", "out")
ROOT = Path(__file__).resolve().parents[2]


def findings(run: Run, *more: str) -> dict[str, tuple[str, str]]:
    """Name and message of what `--check` finds, by path."""
    result = run(*COMMAND, "--check", "--format", "json", *more)
    found = json.loads(result.stdout)["files"]
    assert result.exit_code == (1 if found else 0)
    return {item["path"]: (item["name"], item["message"]) for item in found}


@pytest.fixture
def twins(run: Run, write: Write, texts: Any) -> Write:
    """Two converted rules in `out`."""
    write("in/a.toml", texts.elastic(1))
    write("in/b.toml", texts.elastic(2))
    assert run(*COMMAND).exit_code == 0
    return write


def test_nothing_has_changed(run: Run, twins: Write) -> None:
    assert findings(run) == {}


def test_a_changed_rule_is_told_from_an_edited_twin(run: Run, twins: Write, texts: Any) -> None:
    twins("in/a.toml", texts.elastic(1).replace("bash", "zsh"))
    Path("out/b.yml").write_text(Path("out/b.yml").read_text().replace("bash", "dash"))
    assert findings(run) == {
        "out/a.yml": ("stale-output", "in/a.toml has changed since this was made from it"),
        "out/b.yml": ("edited-output", "was edited since it was made from in/b.toml"),
    }


def test_a_twin_that_was_edited_of_a_rule_that_has_changed(run: Run, twins: Write, texts: Any) -> None:
    twins("in/a.toml", texts.elastic(1).replace("bash", "zsh"))
    Path("out/a.yml").write_text("title: another\n")
    assert findings(run) == {
        "out/a.yml": ("edited-output", "was edited since it was made from in/a.toml, and in/a.toml has changed, too")
    }


def test_an_edit_that_gives_what_the_rule_gives_is_none(run: Run, twins: Write, texts: Any) -> None:
    twins("in/a.toml", texts.elastic(1).replace("bash", "zsh"))
    Path("out/a.yml").write_text(Path("out/a.yml").read_text().replace("bash", "zsh"))
    assert findings(run) == {}


def test_other_options_are_neither_an_edit_nor_a_change_of_the_rule(run: Run, twins: Write) -> None:
    assert findings(run, "--case", "fold") == {
        f"out/{name}.yml": (
            "stale-output",
            f"isorule or its options have changed since this was made from in/{name}.toml",
        )
        for name in ("a", "b")
    }


def test_without_the_manifest_a_twin_only_differs(run: Run, twins: Write) -> None:
    Path("out/.isorule.json").unlink()
    Path("out/a.yml").write_text("title: another\n")
    assert findings(run) == {"out/a.yml": ("stale-output", "differs from what in/a.toml gives")}


@pytest.mark.parametrize("content", ["", "[]", '{"version": 1}', '{"version": 1, "files": {"a.yml": 1}}', "\x00"])
def test_a_damaged_manifest_is_none(run: Run, twins: Write, content: str) -> None:
    Path("out/.isorule.json").write_text(content)
    assert findings(run) == {}
    assert run(*COMMAND).exit_code == 0
    assert set(json.loads(Path("out/.isorule.json").read_text())["files"]) == {"a.yml", "b.yml"}


def test_orphans_say_where_they_came_from(run: Run, twins: Write, texts: Any) -> None:
    Path("in/a.toml").unlink()
    twins("in/b.toml", texts.elastic(2, query='process where concat(process.name, "x") == "bx"'))
    twins("out/c.yml", "title: by hand")
    twins("out/.hidden/d.yml", "title: hidden")
    found = findings(run, "--skip-refused")
    assert found == {
        "out/a.yml": ("orphan-output", "a.toml, which gave this file, is not among the rules any more"),
        "out/b.yml": ("orphan-output", "in/b.toml gave this file and does so no more"),
        "out/c.yml": ("orphan-output", "no rule gives this file"),
    }


def test_the_manifest_forgets_what_is_gone(run: Run, twins: Write) -> None:
    Path("in/a.toml").unlink()
    Path("out/a.yml").unlink()
    assert run(*COMMAND).exit_code == 0
    assert set(json.loads(Path("out/.isorule.json").read_text())["files"]) == {"b.yml"}


def test_one_rule_of_a_folder_keeps_what_is_known_of_the_others(run: Run, twins: Write) -> None:
    assert run("convert", "in/a.toml", "--to", "sigma", "-o", "out").exit_code == 0
    assert set(json.loads(Path("out/.isorule.json").read_text())["files"]) == {"a.yml", "b.yml"}


def test_what_is_current_is_not_written_again(run: Run, twins: Write) -> None:
    os.utime("out/a.yml", (1, 1))
    os.utime("out/.isorule.json", (1, 1))
    assert run(*COMMAND).exit_code == 0
    assert Path("out/a.yml").stat().st_mtime == 1
    assert Path("out/.isorule.json").stat().st_mtime == 1


def test_the_diff_shows_what_would_change_and_writes_nothing(run: Run, twins: Write, texts: Any) -> None:
    before = Path("out/a.yml").read_bytes()
    twins("in/a.toml", texts.elastic(1).replace("bash", "zsh"))
    twins("in/c.toml", texts.elastic(3))
    result = run(*COMMAND, "--diff")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[:2] == ["--- out/a.yml", "+++ out/a.yml"]
    assert [line for line in lines if line.startswith(("-  ", "+  "))][:2] == [
        "-        process.name|cased: 'bash'",
        "+        process.name|cased: 'zsh'",
    ]
    assert "--- /dev/null\n+++ out/c.yml\n" in result.stdout
    assert Path("out/a.yml").read_bytes() == before
    assert not Path("out/c.yml").exists()


def test_the_diff_is_empty_where_nothing_changes(run: Run, twins: Write) -> None:
    result = run(*COMMAND, "--diff")
    assert (result.exit_code, result.stdout) == (0, "")


def test_the_diff_is_in_the_json_report(run: Run, twins: Write) -> None:
    Path("out/a.yml").write_text("title: another\n")
    values = json.loads(run(*COMMAND, "--diff", "--format", "json").stdout)
    assert values["diff"].startswith("--- out/a.yml\n+++ out/a.yml\n")
    assert [item["name"] for item in values["files"]] == ["edited-output"]


def test_a_file_takes_all_rules(run: Run, twins: Write) -> None:
    command = ("convert", "in", "--to", "sigma", "-o", "all.yml")
    assert run(*command, "--check").exit_code == 1
    assert run(*command).exit_code == 0
    assert [rule.metadata.title for rule in isorule.load("all.yml")] == ["Rule 1", "Rule 2"]
    assert run(*command, "--check").exit_code == 0
    Path("all.yml").write_text("title: another\n")
    changed = run(*command, "--check")
    assert changed.exit_code == 1
    assert "stale-output" in changed.stderr


def test_a_file_that_exists_is_no_folder_whatever_its_name(run: Run, twins: Write) -> None:
    twins("all", "")
    assert run("convert", "in", "--to", "sigma", "-o", "all").exit_code == 0
    assert Path("all").read_text().count("\n---\n") == 1


@pytest.mark.parametrize(
    ("out", "tree"),
    [("a.yaml", False), ("a.txt", False), ("a.txt/", True), ("a", True), ("v1.2", True), (".a", True)],
)
def test_a_name_with_an_ending_is_a_file(run: Run, twins: Write, out: str, tree: bool) -> None:
    assert run("convert", "in", "--to", "sigma", "-o", out).exit_code == 0
    assert Path(out).is_dir() is tree


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["in", "--to", "elastic", "-o", "all.toml"], "several rules cannot stand in one"),
        (["in", "--to", "sigma", "--diff"], "compare with files"),
        (["in/a.toml", "--to", "elastic", "-o", "in/a.toml"], "is a source of this conversion"),
    ],
)
def test_what_cannot_be_one_file_is_wrong_usage(run: Run, twins: Write, arguments: list[str], message: str) -> None:
    result = run("convert", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_the_twins_of_our_rules_are_current(run: Run) -> None:
    result = run(
        "convert", str(ROOT / "rules"), "--to", "sigma", "-o", str(ROOT / "sigma"), "--skip-refused", "--check"
    )
    assert result.exit_code == 0, result.stderr
