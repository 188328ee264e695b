"""Reading files, and writing them whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from isorule.source import files
from isorule.source.files import read_file, shown_path, write_file


def test_text_without_byte_order_mark_and_with_its_line_breaks(tmp_path: Path) -> None:
    path = tmp_path / "rule.yml"
    path.write_bytes(b"\xef\xbb\xbftitle: x\r\n")
    assert read_file(path).text == "title: x\r\n"


def test_shown_path_is_relative_below_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert shown_path(tmp_path / "a" / "rule.yml") == "a/rule.yml"
    assert shown_path("a/rule.yml") == "a/rule.yml"
    assert shown_path("/elsewhere/rule.yml") == "/elsewhere/rule.yml"


def test_written_text_and_kept_mode(tmp_path: Path) -> None:
    path = tmp_path / "rule.yml"
    path.write_text("old")
    path.chmod(0o640)
    write_file(path, "grün\r\n")
    assert path.read_bytes() == "grün\r\n".encode()
    assert path.stat().st_mode & 0o777 == 0o640
    assert [found.name for found in tmp_path.iterdir()] == ["rule.yml"]


def test_new_file_has_the_usual_mode(tmp_path: Path) -> None:
    (tmp_path / "usual").write_text("")
    write_file(tmp_path / "rule.yml", "x")
    assert (tmp_path / "rule.yml").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_failed_write_leaves_the_old_text_and_no_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "rule.yml"
    path.write_text("old")

    def broken(_: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(files.os, "fsync", broken)
    with pytest.raises(OSError, match="no space left"):
        write_file(path, "new")
    assert path.read_text() == "old"
    assert [found.name for found in tmp_path.iterdir()] == ["rule.yml"]


def test_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "target.yml").write_text("old")
    (tmp_path / "link.yml").symlink_to(tmp_path / "target.yml")
    write_file(tmp_path / "link.yml", "new")
    assert (tmp_path / "link.yml").is_symlink()
    assert (tmp_path / "target.yml").read_text() == "new"
