"""Which files the arguments of a verb name."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from isorule.cli.inputs import BUILT_IN, rule_files, rule_suffixes
from isorule.documents import document_format, document_names

Run = Callable[..., Any]
Write = Callable[..., Path]


@pytest.fixture
def tree(write: Callable[..., Path]) -> None:
    for name in ("r/b.toml", "r/a.yml", "r/deep/c.yaml", "r/notes.md", "r/.git/x.yml", "r/.hidden.toml", "d.toml"):
        write(name, "")


def _named(*arguments: str) -> list[tuple[str, str]]:
    return [(item.shown, item.relative.as_posix()) for item in rule_files(arguments)]


@pytest.mark.usefixtures("tree")
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["r"], [("r/a.yml", "a.yml"), ("r/b.toml", "b.toml"), ("r/deep/c.yaml", "deep/c.yaml")]),
        (["r/deep/c.yaml", "d.toml"], [("d.toml", "d.toml"), ("r/deep/c.yaml", "c.yaml")]),
        (["r/*.toml"], [("r/b.toml", "b.toml")]),
        (["r/**/*.y*ml"], [("r/a.yml", "a.yml"), ("r/deep/c.yaml", "deep/c.yaml")]),
        (["d.toml", "./d.toml"], [("d.toml", "d.toml")]),
        (["r/deep", "r"], [("r/a.yml", "a.yml"), ("r/b.toml", "b.toml"), ("r/deep/c.yaml", "c.yaml")]),
    ],
)
def test_arguments_name_files_sorted_and_each_once(arguments: list[str], expected: list[tuple[str, str]]) -> None:
    assert _named(*arguments) == expected


@pytest.mark.usefixtures("tree")
def test_an_absolute_path_is_shown_relative() -> None:
    assert _named(str(Path("r/deep").absolute())) == [("r/deep/c.yaml", "c.yaml")]


@pytest.mark.usefixtures("tree")
@pytest.mark.parametrize("argument", ["nothing", "nothing/*.toml", "r/*.md", "empty"])
def test_an_argument_that_names_no_rule_is_wrong_usage(argument: str) -> None:
    Path("empty").mkdir()
    with pytest.raises(click.UsageError, match=argument.replace("*", r"\*")):
        rule_files([argument])


def test_a_file_whose_name_has_wildcards_is_that_file(write: Callable[..., Path]) -> None:
    write("a[1].toml", "")
    write("a1.toml", "")
    assert _named("a[1].toml") == [("a[1].toml", "a[1].toml")]


def test_links_to_folders_are_not_followed(write: Callable[..., Path]) -> None:
    write("r/a.toml", "")
    Path("r/loop").symlink_to(Path("r").absolute(), target_is_directory=True)
    assert _named("r") == [("r/a.toml", "a.toml")]


def test_the_suffixes_of_our_formats_are_those_of_the_formats() -> None:
    for name, suffixes in BUILT_IN.items():
        assert sorted(document_format(name).suffixes) == sorted(suffixes)
    assert {suffix for name in document_names() for suffix in document_format(name).suffixes} == set(rule_suffixes())


def test_a_link_to_itself_does_not_stop_the_other_rules(run: Run, write: Write, texts: Any) -> None:
    write("r/a.toml", texts.elastic())
    Path("r/self.toml").symlink_to("self.toml")
    result = run("convert", "r", "--to", "sigma", "-o", "out")
    assert result.exit_code == 1
    assert "r/self.toml:1:1: error[unreadable-file]" in result.stderr
    assert Path("out/a.yml").is_file()


def test_an_output_that_is_a_link_to_itself_is_replaced(run: Run, write: Write, texts: Any) -> None:
    write("r/a.toml", texts.elastic())
    Path("out").mkdir()
    Path("out/a.yml").symlink_to("a.yml")
    result = run("convert", "r", "--to", "sigma", "-o", "out")
    assert result.exit_code == 0
    assert Path("out/a.yml").read_text(encoding="utf-8").startswith("title:")


@pytest.mark.usefixtures("tree")
def test_a_pipe_in_a_folder_is_no_rule_and_a_broken_link_is() -> None:
    os.mkfifo("r/pipe.yml")
    Path("r/link.toml").symlink_to("nowhere.toml")
    assert ("r/pipe.yml", "pipe.yml") not in _named("r")
    assert ("r/link.toml", "link.toml") in _named("r")


@pytest.mark.usefixtures("tree")
def test_a_folder_that_cannot_be_read_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("deep"):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return listed(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(click.UsageError, match="the folder r/deep cannot be read: Permission denied"):
        rule_files(["r"])
