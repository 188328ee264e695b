"""Results of earlier runs, so that what has not changed is not converted again.

An entry is found by a hash of all that decides it: isorule's code, the options, the name and the bytes of the input,
and the bytes of files that its rules refer to. Entries are written whole or not at all; one that is damaged, or that
somebody put there, is not read: it has to give the hash of its own content, and to hold nothing but isorule's records.
"""

from __future__ import annotations

import hashlib
import importlib
import io
import os
import pickle
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from enum import Enum
from functools import cache
from importlib.metadata import entry_points, version
from pathlib import Path
from typing import Final

import isorule
from isorule.report.conversions import ConversionRecord

_LAYOUT: Final = "conversions-1"
_DIGEST: Final = hashlib.sha256().digest_size
_KEPT_DAYS: Final = 30
_DAY: Final = 86_400
_GROUPS: Final = ("isorule.dialects", "isorule.documents")
_CODE: Final = (".py", ".toml", ".json")


@dataclass(frozen=True, slots=True)
class Cache:
    """The entries below a folder. No method raises: a cache that cannot be read or written is an empty one."""

    folder: Path

    def read(self, key: str) -> list[ConversionRecord] | None:
        """The records that were stored under a key; None where there are none, or none that are whole."""
        path = self._path(key)
        try:
            content = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        digest, body = content[:_DIGEST], content[_DIGEST:]
        if hashlib.sha256(body).digest() != digest:
            return None
        try:
            found = _Records(io.BytesIO(body)).load()
        except Exception:  # an entry of another hand may raise any (https://docs.python.org/3/library/pickle.html#pickle.UnpicklingError)
            return None
        if isinstance(found, list) and all(isinstance(record, ConversionRecord) for record in found):
            return found
        return None

    def write(self, key: str, records: Sequence[ConversionRecord]) -> None:
        """Store records under a key; of several processes that do so at once, any one has its way."""
        path = self._path(key)
        try:
            body = pickle.dumps(list(records), protocol=5)
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
            with os.fdopen(handle, "wb") as out:
                out.write(hashlib.sha256(body).digest() + body)
            Path(temporary).replace(path)
        except (OSError, pickle.PicklingError):
            return

    def prune(self) -> None:
        """Remove what was not asked for in a month, and what an interrupted run left behind; once a day at most."""
        now = time.time()
        mark = self.folder / _LAYOUT / "pruned"
        try:
            if mark.exists() and mark.stat().st_mtime > now - _DAY:
                return
            mark.touch()
        except OSError:
            return
        for path in self.folder.glob(f"{_LAYOUT}/??/*"):
            try:
                if path.stat().st_mtime < now - _KEPT_DAYS * _DAY:
                    path.unlink()
            except OSError:
                continue

    def _path(self, key: str) -> Path:
        return self.folder / _LAYOUT / key[:2] / key[2:]


class _Records(pickle.Unpickler):
    """Reads nothing but isorule's own records: no function can be called by what stands in a file."""

    def find_class(self, module: str, name: str) -> type:
        """A dataclass, enumeration or named tuple of isorule; anything else is refused."""
        if module.partition(".")[0] == "isorule":
            found = getattr(importlib.import_module(module), name, None)
            if isinstance(found, type) and (is_dataclass(found) or issubclass(found, Enum | tuple)):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no record")


def key_of(parts: Iterable[bytes]) -> str:
    """The name of an entry: a hash of the parts, each with its length, after that of isorule itself."""
    digest = hashlib.sha256(code_fingerprint())
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


@cache
def code_fingerprint() -> bytes:
    """What tells this isorule from any other: its version and files, Python, the readers of files, and plug-ins.

    Files are told by size and time, so that a copy that is being worked on never gives results of older code.
    """
    told = [version("isorule"), sys.version, version("pyyaml"), version("pysigma"), version("tomli")]
    for group in _GROUPS:
        told += [f"{point.name}={point.value}={_origin(point.dist)}" for point in entry_points(group=group)]
    digest = hashlib.sha256("\n".join(sorted(told)).encode())
    for path, size, changed in sorted(_files(Path(isorule.__file__).parent)):
        digest.update(f"{path}:{size}:{changed}\n".encode())
    return digest.digest()


def _origin(distribution: object) -> str:
    name, number = getattr(distribution, "name", ""), getattr(distribution, "version", "")
    return f"{name} {number}"


def _files(root: Path) -> Iterable[tuple[str, int, int]]:
    for folder, _, names in os.walk(root):
        for name in names:
            if name.endswith(_CODE):
                found = Path(folder, name).stat()
                yield Path(folder, name).relative_to(root).as_posix(), found.st_size, found.st_mtime_ns


def options_key(options: Mapping[str, object]) -> bytes:
    """Options as bytes, the same for the same options."""
    return repr(sorted(options.items(), key=lambda item: item[0])).encode()
