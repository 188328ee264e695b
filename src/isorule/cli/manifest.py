"""What a folder of converted rules was made from: for each file its source, and hashes of both.

Committed beside the files it tells a file that was edited from one whose source has changed since. Without it all that
is known of a file is that it differs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from isorule.source.files import write_file

NAME: Final = ".isorule.json"
_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: its source, as a place below the argument that named it, and SHA-256 of the source and of itself."""

    source: str
    source_sha256: str
    sha256: str


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def read_manifest(folder: Path) -> dict[str, Entry]:
    """The entries of a folder by file; none where there is no manifest, or one that cannot be read."""
    try:
        values = json.loads((folder / NAME).read_bytes())
        files = values["files"] if values["version"] == _VERSION else {}
        return {name: Entry(item["source"], item["source_sha256"], item["sha256"]) for name, item in files.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def write_manifest(folder: Path, made: Mapping[str, Entry], *, gone: Iterable[str] = ()) -> None:
    """Put the entries of a run into the folder's manifest; others stay but for those that are gone.

    Raises OSError where the folder cannot be written to.
    """
    before = read_manifest(folder)
    lost = set(gone)
    entries = {name: entry for name, entry in before.items() if name not in lost} | dict(made)
    if entries == before:
        return
    files = {
        name: {"source": entry.source, "source_sha256": entry.source_sha256, "sha256": entry.sha256}
        for name, entry in sorted(entries.items())
    }
    write_file(folder / NAME, json.dumps({"version": _VERSION, "files": files}, indent=1, ensure_ascii=False) + "\n")
