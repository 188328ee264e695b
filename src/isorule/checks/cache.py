"""Results of earlier runs by what they were made from, so that only changed files are checked again.

The store is one SQLite file with JSON values. Whatever is wrong with it (a full disk, another writer, a damaged file),
a run goes on without it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from functools import cache
from importlib.metadata import entry_points, version
from pathlib import Path
from typing import Any, Final

from isorule.checks.choice import Choice

_FILE: Final = "checks.sqlite3"
_MOST_ENTRIES: Final = 200_000
_AT_ONCE: Final = 500


def digest(*parts: bytes | str) -> str:
    """One name for several texts; none of them can run into the next."""
    made = hashlib.blake2b(digest_size=20)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        made.update(len(data).to_bytes(8, "big"))
        made.update(data)
    return made.hexdigest()


def surroundings(choice: Choice) -> str:
    """A name for all but the rules that findings depend on: the code of isorule and of plug-ins, and the choice with
    the contents of the files that its options name.

    The code counts by the sizes and times of its files, so that an installation that is worked on is never stale.
    """
    return digest(_code(), json.dumps(asdict(choice), sort_keys=True, default=str), *_named_files(choice))


def _named_files(choice: Choice) -> Iterator[bytes]:
    for options in choice.options.values():
        for value in options.values():
            for name in value if isinstance(value, list) else (value,):
                if isinstance(name, str):
                    with contextlib.suppress(OSError, ValueError):
                        yield Path(name).read_bytes()


@cache
def _code() -> str:
    root = Path(__file__).parents[1]
    found: list[str] = [version("isorule")]
    for folder in (root, root.parents[1] / "schemas"):
        for where, folders, names in os.walk(folder):
            folders[:] = sorted(name for name in folders if name != "__pycache__")
            for name in sorted(names):
                if not name.endswith(".pyc"):
                    state = Path(where, name).stat()
                    found.append(f"{where}/{name}:{state.st_size}:{state.st_mtime_ns}")
    plugins = {
        point.dist.name: point.dist.version for point in entry_points(group="isorule.checks") if point.dist is not None
    }
    return digest(*found, *(f"{name} {number}" for name, number in sorted(plugins.items())))


class Store:
    """Values by key. Without a folder, or with one that cannot be written, it holds nothing."""

    def __init__(self, folder: Path | None) -> None:
        self._connection: sqlite3.Connection | None = None
        if folder is not None:
            with contextlib.suppress(OSError, sqlite3.Error):
                self._connection = _open(folder)

    def get(self, keys: Iterable[str]) -> Mapping[str, Any]:
        """The values that are there for the keys."""
        found: dict[str, Any] = {}
        for part in _parts(list(keys)):
            marks = ",".join("?" * len(part))
            rows = self._execute(f"SELECT key, value FROM results WHERE key IN ({marks})", part)
            for key, value in rows:
                with contextlib.suppress(ValueError):
                    found[key] = json.loads(value)
        return found

    def put(self, values: Mapping[str, Any]) -> None:
        """Keep values for later runs."""
        if self._connection is None or not values:
            return
        rows = [(key, json.dumps(value, ensure_ascii=False, separators=(",", ":"))) for key, value in values.items()]
        with contextlib.suppress(sqlite3.Error, UnicodeError), self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO results (key, value) VALUES (?, ?)", rows)
            self._connection.execute(
                "DELETE FROM results WHERE rowid <= (SELECT max(rowid) FROM results) - ?", (_MOST_ENTRIES,)
            )

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _execute(self, statement: str, values: list[str]) -> list[tuple[str, str]]:
        if self._connection is None:
            return []
        try:
            return list(self._connection.execute(statement, values))
        except sqlite3.Error:
            return []


def _parts(keys: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(keys), _AT_ONCE):
        yield keys[start : start + _AT_ONCE]


def _open(folder: Path) -> sqlite3.Connection:
    folder.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(folder / _FILE, timeout=2)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("CREATE TABLE IF NOT EXISTS results (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
    except sqlite3.Error:
        connection.close()
        raise
    return connection
