"""The items of a Sigma detection or filter as they are written: a field with its modifiers and values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from isorule.checks.check import CheckedDocument
from isorule.diagnostics import Applicability, Fix, TextEdit
from isorule.source import KeyPath, Span

NO_SEARCH: Final = frozenset({"condition", "timeframe", "rules"})
"""Keys of `detection` and `filter` that hold no search."""


@dataclass(frozen=True, slots=True)
class Item:
    """`Image|endswith: […]`: the path of the key, the field, the modifiers, and the values with their paths."""

    path: KeyPath
    field: str
    modifiers: tuple[str, ...]
    values: tuple[tuple[KeyPath, object], ...]


def items(document: CheckedDocument) -> tuple[Item, ...]:
    """All items with a field, in the order of the file; found once for all checks."""
    return document.once(_found)


def _found(document: CheckedDocument) -> tuple[Item, ...]:
    return tuple(
        item
        for kind in ("detection", "filter")
        if isinstance(table := document.get(kind), Mapping)
        for name, search in table.items()
        if name not in NO_SEARCH
        for item in _items(search, (kind, name))
    )


def _items(search: object, path: KeyPath) -> Iterator[Item]:
    match search:
        case Mapping():
            for key, value in search.items():
                yield from _item(key, value, (*path, key))
        case list():
            for index, inner in enumerate(search):
                yield from _items(inner, (*path, index))


def _item(key: object, value: object, path: KeyPath) -> Iterator[Item]:
    if not isinstance(key, str):
        return
    name, *modifiers = key.split("|")
    if isinstance(value, Mapping):
        yield from _items(value, path)
    elif name:
        listed = value if isinstance(value, list) else None
        values = ((path, value),) if listed is None else tuple(((*path, i), item) for i, item in enumerate(listed))
        yield Item(path, name, tuple(modifiers), values)


def renamed(
    document: CheckedDocument, path: KeyPath, old: str, new: str, title: str, safety: Applicability
) -> Fix | None:
    """Another name in the place of `old` in the key at a path; None where the key is written in another way."""
    place = document.places.get(path)
    if place is None or place.key is None:
        return None
    start = document.file.text.find(old, place.key.start, place.key.end)
    if start < 0:
        return None
    after = (*path[:-1], str(path[-1]).replace(old, new, 1))
    return Fix(title, (TextEdit(Span(start, start + len(old)), new),), safety, (path, after))
