"""The order of a `version` field: semantic versions by precedence, anything else after them by text.

Any count of numbers may stand before `-` and `+`; what has leading zeros or empty parts is no version, and build
metadata counts last (https://www.elastic.co/docs/reference/elasticsearch/mapping-reference/version; `VersionEncoder` of
Elasticsearch's version-field plug-in).
"""

from __future__ import annotations

import re

_NUMBER = "(?:0|[1-9][0-9]{0,126})"
_PART = f"(?:{_NUMBER}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_SEMANTIC = re.compile(
    rf"({_NUMBER}(?:\.{_NUMBER})*)(?:-({_PART}(?:\.{_PART})*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?"
)

VersionKey = tuple[int, tuple[int, ...], tuple[tuple[int, int, str], ...], str]


def version_key(text: str) -> VersionKey:
    """A key that sorts versions: `1.9.0` before `1.10.0-beta` before `1.10.0` before `no version`."""
    found = _SEMANTIC.fullmatch(text)
    if found is None:
        return (1, (), (), text)
    numbers = tuple(int(part) for part in found[1].split("."))
    return (0, numbers, _prerelease(found[2]), found[3] or "")


def _prerelease(text: str | None) -> tuple[tuple[int, int, str], ...]:
    if text is None:
        return ((2, 0, ""),)
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in text.split("."))
