"""The errors of rule files: their codes, and how they are made."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from isorule.diagnostics import Diagnostic, ParseError, Related, Severity, UnsupportedError
from isorule.source import KeyPath, Located, SourceFile, Span, path_text
from isorule.source.reading import SourceError

CODES: Final[dict[str, str]] = {
    "unreadable-file": "FILE001",
    "invalid-utf-8": "FILE002",
    "control-character": "FILE003",
    "duplicate-key": "FILE004",
    "nested-too-deep": "FILE005",
    "toml-syntax": "TOML001",
    "yaml-syntax": "YAML001",
    "not-a-mapping": "YAML002",
    "non-text-key": "YAML003",
    "unknown-alias": "YAML004",
    "recursive-alias": "YAML005",
    "too-many-aliases": "YAML006",
    "unknown-tag": "YAML007",
    "wrong-tag": "YAML008",
    "wrong-merge": "YAML009",
    "missing-key": "RULE001",
    "wrong-type": "RULE002",
    "unknown-value": "RULE003",
    "no-rule": "RULE004",
    "legacy-action": "RULE005",
    "not-a-rule": "RULE007",
}
"""Name to code; both are stable."""


def parse_error(error: SourceError, file: SourceFile) -> ParseError:
    """The diagnostic of a file that is not well-formed; `file` is the one that was read."""
    file = error.file or file
    diagnostic = Diagnostic(
        CODES[error.name],
        error.name,
        Severity.ERROR,
        error.message,
        hint=error.hint,
        span=error.span,
        related=tuple(Related(message, span) for message, span in error.related),
    )
    return ParseError(diagnostic.located(file))


@dataclass(frozen=True, slots=True)
class Place:
    """A document of a file, for errors that point into it."""

    file: SourceFile
    places: Mapping[KeyPath, Located]

    def missing(self, path: KeyPath, hint: str | None = None) -> ParseError:
        """The error for a key that is not there; it points at the table that should have it."""
        return ParseError(
            Diagnostic(
                CODES["missing-key"],
                "missing-key",
                Severity.ERROR,
                f"the key {path_text(path)} is missing",
                hint=hint,
                span=self._short(path[:-1]),
            ).located(self.file)
        )

    def wrong_type(self, path: KeyPath, expected: str, found: object) -> ParseError:
        """The error for a value of a wrong type; it points at the key."""
        located = self.places.get(path)
        span = (located.key or located.value) if located is not None else self._short(path)
        return ParseError(
            Diagnostic(
                CODES["wrong-type"],
                "wrong-type",
                Severity.ERROR,
                f"{path_text(path)} is {_shown(expected, found)}, expected is {expected}",
                hint=_type_hint(expected, found),
                span=span,
            ).located(self.file)
        )

    def unknown_value(self, path: KeyPath, message: str, hint: str | None = None) -> ParseError:
        """The error for a value that has no meaning; it points at the value."""
        return ParseError(
            Diagnostic(
                CODES["unknown-value"], "unknown-value", Severity.ERROR, message, hint=hint, span=self._short(path)
            ).located(self.file)
        )

    def refused(self, name: str, path: KeyPath, message: str, hint: str | None = None) -> UnsupportedError:
        """The refusal of what isorule does not read; it points at the value."""
        return UnsupportedError(
            Diagnostic(CODES[name], name, Severity.ERROR, message, hint=hint, span=self._short(path)).located(self.file)
        )

    def _short(self, path: KeyPath) -> Span:
        """The place of a value, as far as it stands on one line."""
        located = self.places.get(path)
        if located is None:
            return Span(0, 0)
        start, end = located.value
        line_break = self.file.text.find("\n", start, end)
        return Span(start, end if line_break < 0 else line_break)


def kind(value: object) -> str:
    """A value's type with its article, for messages."""
    match value:
        case None:
            return "empty (null)"
        case bool():
            return "a Boolean"
        case float() if not math.isfinite(value):
            return str(value)
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list() | tuple():
            return "a list"
        case _:
            return "a table"


def _shown(expected: str, found: object) -> str:
    return repr(found) if expected.startswith("one of") and isinstance(found, str) else kind(found)


def _type_hint(expected: str, found: object) -> str | None:
    if expected == "a list of texts" and isinstance(found, str):
        return "put the text in brackets or give it a dash, even if it is the only one"
    if expected == "a text" and isinstance(found, int | float):
        return "put the value in quotes"
    return None
