"""Which key of a document is which part of a rule: tables of homes, read and written by the same few lines.

A value whose written form cannot be had back from the part alone (a date in another spelling, an empty list) stays in
the rule's extras besides, and is written again as long as it still says what the part says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from isorule.documents.problems import Place
from isorule.documents.tables import MISSING, Names, copied, get, put, take
from isorule.source.equality import same_values


class WrongShapeError(Exception):
    """A value is not of the type that a codec reads; `path` leads to the part that is wrong."""

    def __init__(self, expected: str, found: object, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(expected)
        self.expected = expected
        self.found = found
        self.path = path


@dataclass(frozen=True, slots=True)
class Codec:
    """How the part of a rule is made of a document's value, and back. `read` raises WrongShapeError."""

    read: Callable[[Any], Any]
    write: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Home:
    """The value at `path` of the document is the part `slot` of the rule.

    A part that is `default` is not written. A `copied` value stays in the extras as it is written, since other
    formats say it less exactly.
    """

    path: Names
    slot: str
    codec: Codec
    default: object = None
    copied: bool = False

    def is_empty(self, value: object) -> bool:
        """Whether a part is said by leaving its key out."""
        return value is None or value == () or value == self.default


Parts = dict[str, Any]


def read_parts(
    document: Mapping[str, Any], homes: Iterable[Home], place: Place, *, native: bool
) -> tuple[Parts, dict[str, Any]]:
    """The parts of a document by slot (those that are not there are left out), and all that has no home.

    `native` says that the rule was written in this format; only then values are `copied`, since a rule that was
    converted keeps what its own format says. Raises ParseError where a value has a wrong type.
    """
    parts: Parts = {}
    leftovers = copied(document)
    for home in homes:
        raw = get(document, home.path) if home.path[0] in document else MISSING  # few of the homes are in use
        if raw is MISSING:
            continue
        try:
            value = home.codec.read(raw)
        except WrongShapeError as error:
            raise place.wrong_type((*home.path, *error.path), error.expected, error.found) from error
        parts[home.slot] = value
        exact = not home.is_empty(value) and same_values(home.codec.write(value), raw)
        if exact and not (home.copied and native):
            take(leftovers, home.path)
    return parts, leftovers


def write_parts(parts: Mapping[str, Any], homes: Iterable[Home], leftovers: Mapping[str, Any]) -> dict[str, Any]:
    """The document with the given parts and leftovers; empty parts are left out unless they were written before."""
    document: dict[str, Any] = copied(leftovers)
    for home in homes:
        value = parts.get(home.slot)
        kept = take(document, home.path)
        if kept is not MISSING and _still_says(home.codec, kept, value):
            put(document, home.path, kept)
        elif not home.is_empty(value):
            put(document, home.path, home.codec.write(value))
    return document


def _still_says(codec: Codec, kept: object, value: object) -> bool:
    try:
        return bool(codec.read(kept) == value)
    except WrongShapeError:
        return False
