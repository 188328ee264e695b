"""Comments that silence findings: `# isorule: ignore[name, CODE] reason` and `# isorule: ignore-file[name] reason`.

A comment at the end of a line silences what begins on that line, one on a line of its own what begins on the next.
At the first or last line of a value of several lines it silences all that begins within the value, so that findings in
a query can be silenced where the query language has no comments; in EQL and ES|QL `// isorule: ignore[name]` stands in
the query itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from isorule.checks.check import ELASTIC, CheckedFile
from isorule.checks.reports import WHOLE_FILE, Ignore
from isorule.source import KeyPath, SourceFile, Span
from isorule.source.changes import line_start

MARK: Final = "isorule:"
_COMMENT = re.compile(r"isorule:[ \t]*(?P<verb>[\w-]+)?(?P<names>[ \t]*\[[^\]\n]*\])?[ \t]*(?P<reason>[^\n]*)")
_NAME = re.compile(r"[\w*?-]+")
_SLASHED: Final = frozenset({"eql", "esql"})
"""The query languages with comments."""


@dataclass(frozen=True, slots=True)
class Malformed:
    """A comment that begins like one that silences findings and is none."""

    span: Span
    message: str


def ignores_of(file: CheckedFile) -> Iterator[Ignore | Malformed]:
    """The comments of a file that speak to isorule, in their order."""
    text = file.file.text
    if MARK not in text:
        return
    layout = _Layout(file)
    for found in _COMMENT.finditer(text):
        comment = layout.comment(found.start())
        if comment is None:
            continue
        start, key = comment
        end = found.start() + len(found[0].rstrip())
        span = Span(start, end)
        if found["verb"] not in ("ignore", "ignore-file"):
            yield Malformed(span, "a comment to isorule says `ignore[name]` or `ignore-file[name]`")
            continue
        selectors = tuple(_NAME.findall(found["names"] or ""))
        if not selectors:
            yield Malformed(span, "an ignore names what it ignores: `isorule: ignore[name] reason`")
            continue
        whole = found["verb"] == "ignore-file"
        first, last = (1, WHOLE_FILE) if whole else layout.lines(start, key)
        position = file.file.position(start)
        yield Ignore(
            selectors,
            found["reason"].removesuffix("*/").strip(),
            first,
            last,
            span,
            position.line,
            position.column,
            layout.removal(span),
            key,
        )


class _Layout:
    """Where the texts, values and comments of a file stand."""

    def __init__(self, file: CheckedFile) -> None:
        self._file: SourceFile = file.file
        self._text = file.file.text
        self._documents = file.documents

    def comment(self, at: int) -> tuple[int, KeyPath | None] | None:
        """Where the comment around an offset begins, with the key of the query that it stands in, if any."""
        begin = line_start(self._text, at)
        before = self._text[begin:at]
        inside = self._text_around(at)
        if inside is None:
            sign = before.rfind("#")
            return None if sign < 0 or before[sign:].strip("# \t") else (begin + sign, None)
        key, language = inside
        sign = before.rfind("//")
        if language not in _SLASHED or sign < 0 or before[sign:].strip("/ \t"):
            return None
        return begin + sign, key

    def _text_around(self, at: int) -> tuple[KeyPath, str | None] | None:
        """The key of the text value around an offset, and its query language if it is a query."""
        for document in self._documents:
            for path, place in document.places.items():
                if place.value.start <= at < place.value.end and isinstance(document.get(*path), str):
                    rule = document.values.get("rule")
                    is_query = document.format == ELASTIC and path == ("rule", "query") and isinstance(rule, dict)
                    return path, rule.get("language") if is_query and isinstance(rule, dict) else None
        return None

    def lines(self, start: int, key: KeyPath | None) -> tuple[int, int]:
        """The lines for which a comment speaks."""
        position = self._file.position(start)
        line = position.line
        if not self._file.line(line)[: position.column - 1].strip():
            line = self._next_line(line, "//" if key is not None else "#")
        return (line, line) if key is not None else self._value_lines(line)

    def _next_line(self, line: int, sign: str) -> int:
        last = self._file.position(len(self._text)).line
        line += 1
        while line < last and (not self._file.line(line).strip() or self._file.line(line).lstrip().startswith(sign)):
            line += 1
        return line

    def _value_lines(self, line: int) -> tuple[int, int]:
        """The lines of the outermost text or list that begins or ends on a line; else the line itself."""
        best = (line, line)
        for document in self._documents:
            for path, place in document.places.items():
                if not path or not isinstance(document.get(*path), str | list) or self._is_tables(document.get(*path)):
                    continue
                start = self._file.position((place.key or place.value).start).line
                end = self._file.position(self._end(place.value)).line
                if line in (start, end) and end - start > best[1] - best[0]:
                    best = (start, end)
        return best

    def _is_tables(self, value: object) -> bool:
        return isinstance(value, list) and any(isinstance(item, dict) for item in value)

    def _end(self, span: Span) -> int:
        return max(span.start, span.start + len(self._text[span.start : span.end].rstrip()) - 1)

    def removal(self, span: Span) -> Span:
        """The comment with the blanks before it, or its whole line if nothing else stands there."""
        begin = line_start(self._text, span.start)
        before = self._text[begin : span.start]
        end = self._text.find("\n", span.end)
        end = len(self._text) if end < 0 else end
        if before.strip():
            return Span(begin + len(before.rstrip()), end)
        return Span(begin, min(end + 1, len(self._text)))
