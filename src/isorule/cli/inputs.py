"""The rule files that the arguments of a verb name: files, folders, patterns, and `-` for standard input."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from pathlib import Path, PurePath, PurePosixPath

import click

from isorule.documents import document_format, document_names
from isorule.source.files import shown_path

STDIN = "-"
STDIN_NAME = "<stdin>"


@dataclass(frozen=True, slots=True)
class Input:
    """A file to work on. `shown` is its name in all output, `relative` its place below the argument that named it.

    `data` is what standard input held; else it is None, and `shown` is a path to read.
    """

    shown: str
    relative: PurePosixPath
    data: bytes | None = None


@cache
def rule_suffixes() -> tuple[str, ...]:
    """What the name of a rule file ends with: the suffixes of all document formats."""
    return tuple(sorted(suffix for name in document_names() for suffix in document_format(name).suffixes))


def rule_files(arguments: Iterable[str]) -> tuple[Input, ...]:
    """The files that the arguments name, sorted by name, each once.

    A folder gives every rule file below it (hidden ones and links to folders left out), a pattern (`**` for any depth)
    what it matches. Raises click.UsageError for an argument that names nothing: a run that looked at no rule must not
    look clean.
    """
    found: dict[str, Input] = {}
    for argument in arguments:
        for item in _of_argument(argument):
            found.setdefault(item.shown, item)
    return tuple(sorted(found.values(), key=lambda item: item.shown))


def all_folders(arguments: Iterable[str]) -> bool:
    """Whether every argument is a folder."""
    return all(Path(argument).is_dir() for argument in arguments)


def read_stdin() -> bytes:
    """All of standard input."""
    return sys.stdin.buffer.read()


def _of_argument(argument: str) -> list[Input]:
    if argument == STDIN:
        return [Input(STDIN_NAME, PurePosixPath("stdin"), read_stdin())]
    path = Path(argument)
    if path.is_dir():
        return _nonempty(argument, (_below(path, file) for file in _walk(path)))
    if path.exists():
        return [Input(shown_path(path), PurePosixPath(path.name))]
    if _has_wildcard(argument):
        return _nonempty(argument, _matching(argument))
    raise click.UsageError(f"no such file or folder: {argument}")


def _has_wildcard(text: str) -> bool:
    return any(sign in text for sign in "*?[")


def _nonempty(argument: str, found: Iterable[Input]) -> list[Input]:
    items = list(found)
    if not items:
        raise click.UsageError(f"no rule files ({', '.join(rule_suffixes())}) in {argument}")
    return items


def _walk(folder: Path) -> Iterator[Path]:
    for where, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(where, name) for name in names if _is_rule(name) and not name.startswith("."))


def _is_rule(name: str) -> bool:
    return name.lower().endswith(rule_suffixes())


def _below(folder: Path, file: Path) -> Input:
    return Input(shown_path(file), PurePosixPath(file.relative_to(folder).as_posix()))


def _matching(pattern: str) -> Iterator[Input]:
    """What a pattern matches, placed below the part of the pattern that has no wildcard."""
    fixed = list(takewhile(lambda part: not _has_wildcard(part), Path(pattern).parts))
    folder = Path(*fixed)
    for path in folder.glob(str(PurePath(*Path(pattern).parts[len(fixed) :]))):
        item = _below(folder, path)
        hidden = any(part.startswith(".") for part in item.relative.parts)
        if path.is_file() and _is_rule(path.name) and not hidden:
            yield item
