"""What a Sigma detection or filter searches for, as it is written: fields with their modifiers and values, keywords."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from isorule.checks.check import CheckedDocument
from isorule.diagnostics import Applicability, Fix, TextEdit
from isorule.source import KeyPath, Span

NO_SEARCH: Final = frozenset({"condition", "timeframe", "rules"})
"""Keys of `detection` and `filter` that hold no search."""

_SHAPES: Final = frozenset({"contains", "startswith", "endswith"})


@dataclass(frozen=True, slots=True)
class Item:
    """`Image|endswith: […]`: the path of the key, the field (empty for keywords), the modifiers, and the values with
    their paths."""

    path: KeyPath
    field: str
    modifiers: tuple[str, ...]
    values: tuple[tuple[KeyPath, object], ...]

    @property
    def shape(self) -> str | None:
        """`contains`, `startswith` or `endswith`."""
        return next((name for name in self.modifiers if name in _SHAPES), None)

    @property
    def listed(self) -> bool:
        """Whether the values stand in a list."""
        return any(path != self.path for path, _ in self.values)

    def texts(self) -> Iterator[tuple[KeyPath, str]]:
        """The values that are texts."""
        for path, value in self.values:
            if isinstance(value, str):
                yield path, value


def items(document: CheckedDocument) -> tuple[Item, ...]:
    """All items with a field, in the order of the file."""
    return tuple(item for item in searches(document) if item.field)


def searches(document: CheckedDocument) -> tuple[Item, ...]:
    """All items, keywords among them, in the order of the file; found once for all checks."""
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
        case list() if any(isinstance(inner, Mapping | list) for inner in search):
            for index, inner in enumerate(search):
                yield from _items(inner, (*path, index))
        case list() | str():
            yield from _item("", search, path)


def _item(key: object, value: object, path: KeyPath) -> Iterator[Item]:
    if not isinstance(key, str):
        return
    name, *modifiers = key.split("|")
    if isinstance(value, Mapping):
        yield from _items(value, path)
    else:
        listed = value if isinstance(value, list) else None
        values = ((path, value),) if listed is None else tuple(((*path, i), item) for i, item in enumerate(listed))
        yield Item(path, name, tuple(modifiers), values)


def renamed(
    document: CheckedDocument, path: KeyPath, old: str, new: str, title: str, safety: Applicability
) -> Fix | None:
    """Another text (also none) in the place of `old` in the key at a path; None where the key is written in another
    way."""
    place = document.places.get(path)
    if place is None or place.key is None:
        return None
    start = document.file.text.find(old, place.key.start, place.key.end)
    if start < 0:
        return None
    after = (*path[:-1], str(path[-1]).replace(old, new, 1))
    return Fix(title, (TextEdit(Span(start, start + len(old)), new),), safety, (path, after))


def without_modifier(document: CheckedDocument, item: Item, name: str, safety: Applicability) -> Fix | None:
    """The key of an item without one of its modifiers; None where the key is written with escapes."""
    return renamed(document, item.path, f"|{name}", "", f"leave out `{name}`", safety)
