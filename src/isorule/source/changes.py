"""What has to be changed in a document's values so that they become another document's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, unique

from isorule.source.equality import same_values
from isorule.source.text import KeyPath


@unique
class ChangeKind(Enum):
    """SET gives an entry another value, ADD and REMOVE change the keys of a table."""

    SET = "set"
    ADD = "add"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Change:
    """One step; `value` is the new value (None for REMOVE)."""

    kind: ChangeKind
    path: KeyPath
    value: object = None


class NoRewriteError(Exception):
    """A change that cannot be made by editing the text; the document must be written anew."""


def changes(old: object, new: object, path: KeyPath = ()) -> Iterator[Change]:
    """The steps from one value to another, as deep in the values as possible.

    Lists of equal length are compared item by item; other lists, and tables or lists that are empty on one side, are
    set as a whole.
    """
    if same_values(old, new):
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping) and old and new:
        for key, value in old.items():
            if key not in new:
                yield Change(ChangeKind.REMOVE, (*path, key))
            else:
                yield from changes(value, new[key], (*path, key))
        for key, value in new.items():
            if key not in old:
                yield Change(ChangeKind.ADD, (*path, key), value)
    elif isinstance(old, list | tuple) and isinstance(new, list | tuple) and len(old) == len(new):
        for index, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from changes(one, other, (*path, index))
    else:
        yield Change(ChangeKind.SET, path, new)


class Edits:
    """Replacements in a text, made all at once; at one place they stand in the order in which they were asked for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._edits: list[tuple[int, int, str]] = []

    def replace(self, start: int, end: int, text: str) -> None:
        """Put `text` in the place of what stands from `start` to `end`."""
        self._edits.append((start, end, text))

    def asked(self) -> tuple[tuple[int, int, str], ...]:
        """Every replacement: where it starts and ends, and the text that is put there."""
        return tuple(self._edits)

    def applied(self) -> str:
        """The text with all replacements made.

        Raises NoRewriteError where two of them overlap.
        """
        out: list[str] = []
        at = 0
        for start, end, text in sorted(self._edits, key=lambda edit: (edit[0], edit[1])):
            if start < at:
                raise NoRewriteError
            out += (self._text[at:start], text)
            at = end
        return "".join((*out, self._text[at:]))


def line_start(text: str, at: int) -> int:
    """Where the line of an offset begins."""
    return text.rfind("\n", 0, at) + 1


def line_end(text: str, at: int) -> int:
    """Where the line after the one of an offset begins."""
    found = text.find("\n", at)
    return len(text) if found < 0 else found + 1
