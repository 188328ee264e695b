"""Texts with names, spans, lines and columns.

Offsets count code points from the start of the text, spans are half-open, lines and columns count from 1.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, NamedTuple


class Span(NamedTuple):
    """A half-open range of code point offsets in one text."""

    start: int
    end: int


class Position(NamedTuple):
    """A place for people: both numbers count from 1."""

    line: int
    column: int


_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)")


def _line_starts(text: str) -> tuple[int, ...]:
    return tuple(accumulate(map(len, _LINE.findall(text)), initial=0))


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A text with a name, and the index that turns its offsets into lines and columns.

    `path` is what diagnostics show: relative to the working directory, or `<stdin>`, or `<query>`.
    """

    path: str
    text: str
    _starts: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_starts", _line_starts(self.text))

    def position(self, offset: int) -> Position:
        """The line and column of an offset; one past the end of the text is a place, too."""
        offset = max(0, min(offset, len(self.text)))
        line = bisect_right(self._starts, offset)
        return Position(line, offset - self._starts[line - 1] + 1)

    def line(self, number: int) -> str:
        """The text of a line (counted from 1) without its line break."""
        start = self._starts[number - 1]
        end = self._starts[number] - 1 if number < len(self._starts) else len(self.text)
        return self.text[start:end].removesuffix("\r")


class Segment(NamedTuple):
    """From offset `inner` of a value on, its characters stand from offset `outer` of its file on."""

    inner: int
    outer: int


@dataclass(frozen=True, slots=True)
class Embedded:
    """A value that stands inside a file (a query in a TOML string), and where each of its characters stands.

    `segments` is sorted by `inner`; between two segments the offsets run in step, so an escape sequence or a removed
    line break starts a new segment. Offsets beyond the last segment run on from it.
    """

    file: SourceFile
    text: str
    segments: tuple[Segment, ...]

    def outer(self, offset: int) -> int:
        """The offset in the file of an offset in the value."""
        index = bisect_right(self.segments, offset, key=_inner) - 1
        segment = self.segments[max(index, 0)]
        return segment.outer + (offset - segment.inner)

    def span(self, inner: Span) -> Span:
        """The span in the file of a span in the value; its last character keeps its whole escape sequence out."""
        if inner.end <= inner.start:
            at = self.outer(inner.start)
            return Span(at, at)
        return Span(self.outer(inner.start), self.outer(inner.end - 1) + 1)


def _inner(segment: Segment) -> int:
    return segment.inner


KeyPath = tuple[str | int, ...]
"""The way to a value: keys of tables and indexes of lists, from the top of the document."""


class Located(NamedTuple):
    """The spans of one entry of a document: its key (None for a list item) and its value."""

    key: Span | None
    value: Span


def value_at(values: Any, path: KeyPath) -> Any:
    """The value at a path, which is known to lead somewhere."""
    for part in path:
        values = values[part]
    return values


def path_text(path: Sequence[str | int]) -> str:
    """A key path as people write it: `rule.threat[0].tactic.id`."""
    out = ""
    for part in path:
        if isinstance(part, int):
            out += f"[{part}]"
        else:
            out += f".{part}" if out else part
    return out
