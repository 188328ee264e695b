"""Where a diagnostic begins and ends, as the formats of other programs want it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote

from isorule.diagnostics import Diagnostic
from isorule.source import Position, SourceFile, Span


class Region(NamedTuple):
    """A first place and the place behind the last character."""

    start: Position
    end: Position


def region(item: Diagnostic, files: Mapping[str, SourceFile]) -> Region | None:
    """The lines and columns of a diagnostic; an end that cannot be told is its start. None where it has no place.

    A line break at its end is left out, so that it does not reach into a line of which it has nothing.
    """
    if item.line is None:
        return None
    start = Position(item.line, item.column or 1)
    if item.span is None or item.path is None:
        return Region(start, start)
    span = item.span
    file = files.get(item.path)
    if file is not None:
        span = Span(span.start, max(span.start, span.start + len(file.text[span.start : span.end].rstrip("\r\n"))))
    found = region_of(span, item.path, files)
    return Region(start, start) if found is None else Region(start, max(start, found.end))


def region_of(span: Span, path: str, files: Mapping[str, SourceFile]) -> Region | None:
    """The lines and columns of a span of a file; None for a file that is not at hand."""
    try:
        file = files[path]
    except KeyError:
        return None
    return Region(file.position(span.start), file.position(max(span.start, span.end)))


def uri(path: str) -> str:
    """A path as a reference by URI."""
    return quote(path, safe="/-._~+@!$&'()*,;=")
