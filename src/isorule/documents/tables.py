"""Values in nested tables by their key path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

Names = tuple[str, ...]


class _Missing:
    """Stands for a value that is not there, where None is a value."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()


def get(document: object, path: Names) -> Any:
    """The value at a path, or MISSING."""
    for part in path:
        if not isinstance(document, Mapping) or part not in document:
            return MISSING
        document = document[part]
    return document


def put(document: dict[str, Any], path: Names, value: object) -> None:
    """Set the value at a path; tables on the way are made."""
    for part in path[:-1]:
        document = document.setdefault(part, {})
    document[path[-1]] = value


def take(document: dict[str, Any], path: Names) -> Any:
    """Remove the value at a path and give it back (or MISSING); tables that it leaves empty are removed, too."""
    if not isinstance(document, dict) or path[0] not in document:
        return MISSING
    if len(path) == 1:
        return document.pop(path[0])
    found = take(document[path[0]], path[1:])
    if found is not MISSING and document[path[0]] == {}:
        del document[path[0]]
    return found


def copied(value: Any) -> Any:
    """A deep copy of plain values, with dicts and lists of its own."""
    if isinstance(value, str):  # most values are texts, and asking for a mapping is slow
        return value
    if isinstance(value, Mapping):
        return {key: copied(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [copied(part) for part in value]
    return value


def merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of both, tables merged; where both have a value, that of `other`."""
    out = dict(one)
    for key, value in other.items():
        mine = out.get(key)
        out[key] = merged(mine, value) if isinstance(mine, Mapping) and isinstance(value, Mapping) else value
    return out
