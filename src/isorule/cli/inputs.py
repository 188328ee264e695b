"""The rule files that the arguments of a verb name: files, folders, patterns, and `-` for standard input."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from itertools import takewhile
from pathlib import Path, PurePath, PurePosixPath
from typing import Final, NoReturn

import click

from isorule.source.files import shown_path

STDIN = "-"
STDIN_NAME = "<stdin>"


@dataclass(frozen=True, slots=True)
class Input:
    """A file to work on. `shown` is its name in all output, `relative` its place below the argument that named it.

    `data` is what standard input held; else it is None, and `shown` is a path to read. `named` is true for a file that
    an argument names by itself, not one that was found in a folder or by a pattern.
    """

    shown: str
    relative: PurePosixPath
    data: bytes | None = None
    named: bool = False


BUILT_IN: Final[Mapping[str, tuple[str, ...]]] = {"elastic": (".toml",), "sigma": (".yaml", ".yml")}
"""The suffixes of isorule's own document formats, so that files can be found before any format is imported."""


@cache
def rule_suffixes() -> tuple[str, ...]:
    """What the name of a rule file ends with: the suffixes of all document formats."""
    found = {suffix for suffixes in BUILT_IN.values() for suffix in suffixes}
    for name in {point.name for point in entry_points(group="isorule.documents")} - set(BUILT_IN):
        from isorule.documents import document_format

        found.update(document_format(name).suffixes)
    return tuple(sorted(found))


def rule_files(arguments: Iterable[str]) -> tuple[Input, ...]:
    """The files that the arguments name, sorted by name, each once.

    A folder gives every rule file below it (hidden ones and links to folders left out), a pattern (`**` for any depth)
    what it matches. Raises click.UsageError for an argument that names nothing, and for a folder that cannot be read: a
    run that looked at no rule must not look clean.
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
        return [Input(STDIN_NAME, PurePosixPath("stdin"), read_stdin(), named=True)]
    path = Path(argument)
    if path.is_dir():
        return _nonempty(argument, _walk(path))
    if path.exists():
        return [Input(shown_path(path), PurePosixPath(path.name), named=True)]
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


def _walk(folder: Path) -> Iterator[Input]:
    """The files below a folder; names are put together as texts, because there may be thousands."""
    top = shown_path(folder)
    before = "" if top == "." else top.removesuffix("/") + "/"
    for where, folders, names in os.walk(folder, onerror=_unreadable):
        folders[:] = [name for name in folders if not name.startswith(".")]
        inner = Path(where).relative_to(folder).as_posix()
        inside = "" if inner == "." else f"{inner}/"
        for name in names:
            if _is_rule(name) and not name.startswith(".") and _may_be_read(Path(where, name)):
                yield Input(f"{before}{inside}{name}", PurePosixPath(f"{inside}{name}"))


def _unreadable(error: OSError) -> NoReturn:
    raise click.UsageError(f"the folder {error.filename} cannot be read: {error.strerror}")


def _may_be_read(path: Path) -> bool:
    """Not a pipe or a device, which may never end; a link that leads nowhere is a file that its reader reports."""
    return path.is_file() or path.is_symlink()


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
