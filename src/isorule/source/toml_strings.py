"""TOML strings: where their characters stand, for all four forms, and what their escapes mean.

https://toml.io/en/v1.0.0#string
"""

from __future__ import annotations

import re
from typing import Final

from isorule.source.segments import Runs
from isorule.source.text import Segment, Span

_ESCAPE = re.compile(r"\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|x[0-9A-Fa-f]{2}|[ \t]*(?:\r\n|\n)[ \t\r\n]*|[^\r\n])|\r\n")
_SHORT: Final = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b", '"': '"', "\\": "\\"}


def unescape(body: str) -> str:
    """The value of a basic string, given what stands between its quotes."""
    return _ESCAPE.sub(_replaced, body) if "\\" in body else body


def _replaced(found: re.Match[str]) -> str:
    what = found[0]
    if what == "\r\n":
        return "\n"
    if what[1] in "uUx":
        return chr(int(what[2:], 16))
    return _SHORT.get(what[1], "")


def toml_segments(text: str, span: Span, _: str) -> tuple[Segment, ...]:
    """Where the characters of the string stand that is written at `span` of a file's text."""
    raw = text[span.start : span.end]
    long = raw.startswith(('"""', "'''"))
    width = 3 if long else 1
    start, end = span.start + width, span.end - width
    if long:
        start += 2 if text.startswith("\r\n", start) else 1 if text.startswith("\n", start) else 0
    runs = Runs()
    at = start
    for found in _ESCAPE.finditer(text, start, end) if raw[0] == '"' else _LINE_BREAK.finditer(text, start, end):
        runs.add(found.start() - at, at)
        what = found[0]
        if what == "\r\n" or not what.startswith("\\") or what[1] not in " \t\r\n":
            runs.add_one(1, found.start())
        at = found.end()
    runs.add(end - at, at)
    return runs.finish(end)


_LINE_BREAK = re.compile(r"\r\n")
