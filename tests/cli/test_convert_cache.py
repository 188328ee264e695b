"""What has not changed is not converted again, and a damaged cache does no harm."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from isorule.cli import cache, cache_folder
from isorule.cli.cache import Cache, key_of
from isorule.report.conversions import ConversionRecord, Status

Run = Callable[..., Any]
Write = Callable[..., Path]

COMMAND = ("convert", "in", "--to", "sigma", "-o", "out", "--format", "json")


@pytest.fixture
def converted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The titles of the rules that were converted, and not taken from an earlier run."""
    from isorule import api

    seen: list[str] = []
    convert = api.convert

    def counted(rule: Any, to: str, **options: Any) -> Any:
        seen.append(rule.metadata.title)
        return convert(rule, to, **options)

    monkeypatch.setattr("isorule.api.convert", counted)
    monkeypatch.setattr("isorule.convert", counted, raising=False)
    return seen


@pytest.fixture
def rules(write: Write, texts: Any) -> None:
    """Two rules, and one that is refused."""
    write("in/a.toml", texts.elastic(1))
    write("in/b.toml", texts.elastic(2))
    write("in/c.toml", texts.elastic(3, query='process where concat(process.name, "x") == "bx"'))


def entries() -> list[Path]:
    return [
        path for path in Path(os.environ[cache_folder.VARIABLE]).rglob("*") if path.is_file() and path.name != "pruned"
    ]


@pytest.mark.usefixtures("rules")
def test_a_second_run_gives_the_same_and_converts_nothing(run: Run, converted: list[str]) -> None:
    first = run(*COMMAND)
    assert converted == ["Rule 1", "Rule 2", "Rule 3"]
    second = run(*COMMAND)
    assert len(converted) == 3
    assert second.stdout_bytes == first.stdout_bytes
    assert second.stderr == first.stderr
    assert second.exit_code == first.exit_code == 1


@pytest.mark.usefixtures("rules")
def test_only_what_has_changed_is_converted(run: Run, write: Write, texts: Any, converted: list[str]) -> None:
    run(*COMMAND)
    converted.clear()
    write("in/b.toml", texts.elastic(2).replace("bash", "zsh"))
    run(*COMMAND)
    assert converted == ["Rule 2"]


@pytest.mark.usefixtures("rules")
@pytest.mark.parametrize("more", [("--case", "fold"), ("--max-loss", "any"), ("--no-cache",)])
def test_other_options_convert_again(run: Run, converted: list[str], more: tuple[str, ...]) -> None:
    run(*COMMAND)
    converted.clear()
    run(*COMMAND, *more)
    assert converted == ["Rule 1", "Rule 2", "Rule 3"]


@pytest.mark.usefixtures("rules")
def test_other_code_converts_again(run: Run, converted: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    run(*COMMAND)
    converted.clear()
    monkeypatch.setattr(cache, "code_fingerprint", lambda: b"another")
    run(*COMMAND)
    assert len(converted) == 3


@pytest.mark.usefixtures("rules")
def test_a_moved_file_is_converted_again_since_its_name_is_shown(run: Run, converted: list[str]) -> None:
    run(*COMMAND)
    converted.clear()
    Path("in/a.toml").rename("in/z.toml")
    run(*COMMAND)
    assert converted == ["Rule 1"]


@pytest.mark.usefixtures("rules")
@pytest.mark.parametrize("damage", [b"", b"\0", b"x" * 500])
def test_damaged_entries_are_made_anew(run: Run, converted: list[str], damage: bytes) -> None:
    first = run(*COMMAND)
    for path in entries():
        content = path.read_bytes()
        path.write_bytes(content[: len(content) // 2] + damage)
    converted.clear()
    assert run(*COMMAND).stdout_bytes == first.stdout_bytes
    assert len(converted) == 3
    run(*COMMAND)
    assert len(converted) == 3


@pytest.mark.usefixtures("rules")
def test_without_a_folder_to_write_to_the_run_goes_on(run: Run, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cache_folder.VARIABLE, str(write("a-file", "")))
    assert '"converted": 2' in run(*COMMAND).stdout


@pytest.mark.usefixtures("rules")
def test_several_processes_share_it(run: Run, converted: list[str]) -> None:
    first = run(*COMMAND, "--jobs", "2")
    converted.clear()
    assert run(*COMMAND).stdout_bytes == first.stdout_bytes
    assert converted == []


def test_faults_are_not_kept(run: Run, write: Write, texts: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    write("in/a.toml", texts.elastic(1))
    with monkeypatch.context() as patch:
        patch.setattr("isorule.api.convert", lambda *_, **__: 1 / 0)
        assert run(*COMMAND).exit_code == 3
    assert run(*COMMAND).exit_code == 0


class Trap:
    """What a stranger might leave in the cache: reading it calls a function."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (os.mkdir, ("trapped",))


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("content", [Trap(), [Trap()], ["text"], {"a": 1}, 7])
def test_nothing_but_records_is_read(tmp_path: Path, content: object) -> None:
    import hashlib

    kept = Cache(tmp_path / "kept")
    key = key_of([b"a"])
    kept.write(key, [ConversionRecord("a", 0, Status.PART)])
    assert kept.read(key) == [ConversionRecord("a", 0, Status.PART)]
    (path,) = [path for path in (tmp_path / "kept").rglob("*") if path.is_file()]
    body = pickle.dumps(content)
    path.write_bytes(hashlib.sha256(body).digest() + body)
    assert kept.read(key) is None
    assert not Path("trapped").exists()


def test_old_entries_are_removed_once_a_day(tmp_path: Path) -> None:
    kept = Cache(tmp_path)
    old, new = key_of([b"old"]), key_of([b"new"])
    for key in (old, new):
        kept.write(key, [])
    (path,) = [path for path in tmp_path.rglob("*") if path.name == old[2:]]
    os.utime(path, (1, 1))
    kept.prune()
    assert (kept.read(old), kept.read(new)) == (None, [])
    kept.write(old, [])
    os.utime(path, (1, 1))
    kept.prune()
    assert path.exists()


def test_a_key_tells_parts_apart() -> None:
    assert len({key_of(parts) for parts in ([b"ab"], [b"a", b"b"], [b"a", b"", b"b"], [b"ab", b""])}) == 4
