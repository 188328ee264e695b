"""Where the characters of a YAML string stand: unquoted, in quotes, or in a `|` or `>` block.

The rules are those of YAML 1.2, chapters 7.3 (flow scalars, line folding) and 8.1 (block scalars), with the line
breaks that YAML 1.1 knows besides (next line, line and paragraph separator), since the reader underneath folds those.
"""

from __future__ import annotations

import re

from isorule.source.segments import Runs
from isorule.source.text import Segment, Span

_BREAK = re.compile(r"\r\n|[\r\n\x85\u2028\u2029]")
_FOLD = re.compile(r"[ \t]*(?:\r\n|[\r\n\x85\u2028\u2029])(?:[ \t]|\r\n|[\r\n\x85\u2028\u2029])*")
_DOUBLE = re.compile(
    r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8})"
    r"|\\(?:\r\n|[\r\n\x85\u2028\u2029])(?:[ \t]|\r\n|[\r\n\x85\u2028\u2029])*"
    r"|\\."
    r"|[ \t]*(?:\r\n|[\r\n\x85\u2028\u2029])(?:[ \t]|\r\n|[\r\n\x85\u2028\u2029])*"
)
_SINGLE = re.compile(r"''|" + _FOLD.pattern)
_HEADER = re.compile(r"[|>]([-+0-9]*)[^\r\n\x85\u2028\u2029]*")
_BLANK_LEAD = (" ", "\t")


def yaml_segments(text: str, span: Span, value: str) -> tuple[Segment, ...]:
    """Where the characters of the string `value` stand that is written at `span` of a file's text."""
    runs = Runs()
    match text[span.start : span.start + 1]:
        case "'":
            _flow(text, Span(span.start + 1, span.end - 1), _SINGLE, runs)
            return runs.finish(span.end - 1)
        case '"':
            _flow(text, Span(span.start + 1, span.end - 1), _DOUBLE, runs)
            return runs.finish(span.end - 1)
        case "|":
            _block(text, span, value, runs, folded=False)
        case ">":
            _block(text, span, value, runs, folded=True)
        case _:
            _flow(text, span, _FOLD, runs)
    return runs.finish(span.end)


def _flow(text: str, span: Span, special: re.Pattern[str], runs: Runs) -> None:
    """Characters as they are, but for escapes and folded line breaks, which `special` finds."""
    at = span.start
    for found in special.finditer(text, span.start, span.end):
        runs.add(found.start() - at, at)
        what = found[0]
        if what == "''":
            runs.add_one(1, found.start())
        elif what.startswith("\\"):
            runs.add_one(0 if _BREAK.match(what, 1) else 1, found.start())
            if _BREAK.match(what, 1):
                _kept_breaks(text, found, runs, folding=False)
        else:
            _kept_breaks(text, found, runs, folding=True)
        at = found.end()
    runs.add(span.end - at, at)


def _kept_breaks(text: str, found: re.Match[str], runs: Runs, *, folding: bool) -> None:
    """Of a run of line breaks the first folds to a blank (or, escaped, to nothing), the others stay.

    The line and paragraph separators are never folded to a blank.
    """
    breaks = list(_BREAK.finditer(text, found.start(), found.end()))
    first, rest = breaks[0], breaks[1:]
    if folding and (not rest or first[0] in "\u2028\u2029"):
        runs.add_one(1, first.start())
    for line_break in rest:
        runs.add_one(1, line_break.start())


def _lines(text: str, start: int, end: int) -> list[tuple[int, int, int]]:
    """The start, the end without line break, and the end with it, of every line of a stretch of text."""
    lines = []
    at = start
    for found in _BREAK.finditer(text, start, end):
        lines.append((at, found.start(), found.end()))
        at = found.end()
    if at < end:
        lines.append((at, end, end))
    return lines


def _block(text: str, span: Span, value: str, runs: Runs, *, folded: bool) -> None:
    header = _HEADER.match(text, span.start)
    if header is None:  # the caller saw `|` or `>`, and the pattern asks for no more
        return
    first = _BREAK.match(text, header.end())
    lines = _lines(text, first.end() if first else header.end(), span.end)
    indent = _indent(text, lines, value)
    left = len(value)
    previous_text = False  # whether the line before has text and may be folded with this one
    pending: list[int] = []  # line breaks that are not yet in the value
    for start, end, _ in lines:
        if end - start <= indent and not text[start:end].strip(" "):
            pending.append(end)
            continue
        begin = start + indent
        foldable = folded and not text[begin:end].startswith(_BLANK_LEAD)
        if foldable and previous_text and pending:
            kept = pending[1:] or pending[:1]
            if pending[1:] and text[pending[0]] in "\u2028\u2029":
                kept = pending
        else:
            kept = pending
        for line_break in kept:
            runs.add_one(1, line_break)
            left -= 1
        runs.add(end - begin, begin)
        left -= end - begin
        previous_text = foldable
        pending = [end]
    for line_break in pending[:left]:
        runs.add_one(1, line_break)


def _indent(text: str, lines: list[tuple[int, int, int]], value: str) -> int:
    """How many blanks stand before the text of a block: those of its first line, less the ones that are its value's."""
    for start, end, _ in lines:
        line = text[start:end]
        if line.strip(" "):
            body = value.lstrip("\n\x85\u2028\u2029")
            return (len(line) - len(line.lstrip(" "))) - (len(body) - len(body.lstrip(" ")))
    return max((end - start for start, end, _ in lines), default=0)
