"""The order of a `version` field: semantic versions by precedence, anything else after them by text.

https://www.elastic.co/guide/en/elasticsearch/reference/current/version.html
"""

from __future__ import annotations

import re

_SEMANTIC = re.compile(r"([0-9]+(?:\.[0-9]+)*)(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?")
_LONGEST_NUMBER = 4000

VersionKey = tuple[int, tuple[int, ...], tuple[tuple[int, int, str], ...], str]


def version_key(text: str) -> VersionKey:
    """A key that sorts versions: `1.9.0` before `1.10.0-beta` before `1.10.0` before `no version`."""
    found = _SEMANTIC.fullmatch(text) if len(text) < _LONGEST_NUMBER else None
    if found is None:
        return (1, (), (), text)
    numbers = tuple(int(part) for part in found[1].split("."))
    return (0, numbers, _prerelease(found[2]), found[3] or "")


def _prerelease(text: str | None) -> tuple[tuple[int, int, str], ...]:
    if text is None:
        return ((2, 0, ""),)
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in text.split("."))
