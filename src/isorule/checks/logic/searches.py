"""What a Sigma rule searches for, as it is written: keys with their modifiers, and values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from isorule.checks.check import CheckedDocument
from isorule.diagnostics import Applicability, Fix, TextEdit
from isorule.source import KeyPath, Span

NO_SEARCH: Final = frozenset({"condition", "timeframe"})
"""Keys of `detection` that are no selections."""

SHAPES: Final = frozenset({"contains", "startswith", "endswith"})


@dataclass(frozen=True, slots=True)
class Item:
    """`Image|endswith: […]`: the path of the key, the field (empty for keywords), the modifiers, and the values."""

    path: KeyPath
    field: str
    modifiers: tuple[str, ...]
    values: tuple[tuple[KeyPath, object], ...]
    listed: bool

    @property
    def shape(self) -> str | None:
        """`contains`, `startswith` or `endswith`."""
        return next((name for name in self.modifiers if name in SHAPES), None)

    def texts(self) -> Iterator[tuple[KeyPath, str]]:
        """The values that are texts."""
        for path, value in self.values:
            if isinstance(value, str):
                yield path, value


def items(document: CheckedDocument) -> tuple[Item, ...]:
    """All items of the detection of a rule, keywords among them. Ask for it with `document.once`."""
    detection = document.get("detection")
    if not isinstance(detection, Mapping):
        return ()
    return tuple(
        item
        for name, search in detection.items()
        if name not in NO_SEARCH
        for item in _items(search, ("detection", name), 0)
    )


def _items(search: object, path: KeyPath, depth: int) -> Iterator[Item]:
    if depth > 20:
        return
    match search:
        case Mapping():
            for key, value in search.items():
                if isinstance(key, str):
                    yield _item(key, value, (*path, key))
        case list() if any(isinstance(inner, Mapping | list) for inner in search):
            for index, inner in enumerate(search):
                yield from _items(inner, (*path, index), depth + 1)
        case list() | str():
            yield _item("", search, path)


def _item(key: str, value: object, path: KeyPath) -> Item:
    field, *modifiers = key.split("|")
    listed = isinstance(value, list)
    values = tuple(((*path, at), one) for at, one in enumerate(value)) if isinstance(value, list) else ((path, value),)
    return Item(path, field, tuple(modifiers), values, listed)


def without_modifier(document: CheckedDocument, item: Item, name: str, safety: Applicability) -> Fix | None:
    """The key of an item without one of its modifiers; None where the key is written with escapes."""
    place = document.places.get(item.path)
    if place is None or place.key is None:
        return None
    start = document.file.text.find(f"|{name}", *place.key)
    if start < 0:
        return None
    key = str(item.path[-1]).replace(f"|{name}", "", 1)
    edit = TextEdit(Span(start, start + 1 + len(name)), "")
    return Fix(f"leave out `{name}`", (edit,), safety, (item.path, (*item.path[:-1], key)))
