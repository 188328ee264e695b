"""Names of findings that stay the same while lines move: for baselines, and for services that follow findings."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence

from isorule.diagnostics import Diagnostic
from isorule.source import SourceFile


def fingerprints(diagnostics: Sequence[Diagnostic], files: Mapping[str, SourceFile]) -> list[str]:
    """For each diagnostic 32 hexadecimal digits, from its file, its code and the text of its line.

    Equal findings on equal lines of one file are told apart by their order, so the diagnostics must be sorted.
    """
    seen: Counter[tuple[str, str, str]] = Counter()
    found: list[str] = []
    for item in diagnostics:
        key = (item.path or "", item.code, _line(item, files))
        found.append(_digest((*key, str(seen[key]))))
        seen[key] += 1
    return found


def _line(item: Diagnostic, files: Mapping[str, SourceFile]) -> str:
    if item.path is None or item.line is None:
        return item.message
    try:
        return files[item.path].line(item.line).strip()
    except (KeyError, IndexError):
        return item.message


def _digest(parts: tuple[str, ...]) -> str:
    made = hashlib.blake2b(digest_size=16)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        made.update(len(data).to_bytes(8, "big") + data)
    return made.hexdigest()
