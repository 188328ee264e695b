"""Reads TOML: values by `tomli`, places by a scan of our own."""

from __future__ import annotations

import datetime
import re
import sys
from typing import Any, Final

import tomli

from isorule.source.deferred import Deferred
from isorule.source.reading import MAX_DEPTH, Reading, SourceError
from isorule.source.text import KeyPath, SourceFile, Span, path_text, value_at
from isorule.source.toml_places import TomlPlaces, toml_places
from isorule.source.toml_strings import toml_segments

_BOM: Final = "\ufeff"
_AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_MOST_DIGITS: Final = 4300
_HINTS: Final = (
    ("Unescaped '\\'", "in double quotes a backslash starts an escape; use single quotes for texts with backslashes"),
    ("Illegal character", "control characters must be written as escapes; a line break needs three quotes"),
    ("Expected newline or end of document after a statement", "one `key = value` a line; is a quote missing?"),
)


def read_toml(file: SourceFile) -> Reading:
    """The document of a TOML file. Dates and times stay texts, as they are written.

    Raises SourceError where the text is not TOML or values are nested deeper than `reading.MAX_DEPTH`.
    """
    text = file.text
    if text.startswith(_BOM):  # kept out of the reader's sight, and in the count of offsets
        text = " " + text[1:]
    try:
        values: dict[str, Any] = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise _syntax_error(error, file, text) from error
    except RecursionError as error:
        toml_places(text)  # says where, with its own smaller bound
        raise SourceError("nested-too-deep", "values are nested too deep to be read", Span(0, 0)) from error
    except ValueError as error:  # an integer beyond what Python reads (PEP 678 of its limits: 4300 digits)
        raise _too_long(text, error) from error
    if _is_plain(values):
        return Reading(file, values, Deferred(lambda: toml_places(text).places), toml_segments)
    found = toml_places(text)
    for path in found.dates:
        value_at(values, path[:-1])[path[-1]] = _written(text, found, path)
    return Reading(file, values, found.places, toml_segments)


def _is_plain(values: dict[str, Any]) -> bool:
    """Whether values hold no dates and are not nested too deep, so that their places need not be looked for yet."""
    level: list[Any] = [values]
    for _ in range(MAX_DEPTH):
        parts = [part for holder in level for part in (holder.values() if isinstance(holder, dict) else holder)]
        if any(isinstance(part, datetime.date | datetime.time) for part in parts):
            return False
        level = [part for part in parts if isinstance(part, dict | list)]
        if not level:
            return True
    return False


def _written(text: str, found: TomlPlaces, path: KeyPath) -> str:
    span = found.places[path].value
    return text[span.start : span.end]


def _too_long(text: str, error: ValueError) -> SourceError:
    digits = re.compile(rf"\d{{{min(sys.get_int_max_str_digits() or _MOST_DIGITS, _MOST_DIGITS)},}}").search(text)
    span = Span(digits.start(), digits.end()) if digits else Span(0, 0)
    return SourceError("toml-syntax", str(error).partition(";")[0], span)


def _syntax_error(error: tomli.TOMLDecodeError, file: SourceFile, text: str) -> SourceError:
    """tomli's message without its place, the place as a span, and for a repeated key both places."""
    message = str(error)
    place = _AT.search(message)
    at = len(text)
    if place and place[1]:
        at = _offset(file, int(place[1]), int(place[2]))
    message = message[: place.start()] if place else message
    if message.startswith(("Cannot overwrite", "Cannot declare", "Cannot mutate")):
        repeated = _repeated(file, text)
        if repeated is not None:
            return repeated
    hint = next((hint for start, hint in _HINTS if message.startswith(start)), None)
    return SourceError("toml-syntax", message, Span(at, min(at + 1, len(text))), hint)


def _offset(file: SourceFile, line: int, column: int) -> int:
    """The offset of a line and a column, both counted from 1."""
    at = 0
    for _ in range(line - 1):
        at = file.text.find("\n", at) + 1
    return min(at + column - 1, len(file.text))


def _repeated(file: SourceFile, text: str) -> SourceError | None:
    repeated = toml_places(text).repeated
    if repeated is None:
        return None
    path, first, second = repeated
    line = file.position(first.start).line
    return SourceError(
        "duplicate-key",
        f"the key {path_text(path)} stands twice; it is already in line {line}",
        second,
        "rename or remove one of the two",
        related=(("the first one is here", first),),
    )
