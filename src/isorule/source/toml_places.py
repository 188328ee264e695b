"""Where the keys and values of a TOML text stand. Works on texts that a TOML reader has accepted.

TOML 1.0 grammar: https://toml.io/en/v1.0.0. Nothing is judged here: text that does not fit the grammar ends the scan.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from isorule.source.reading import MAX_DEPTH, SourceError
from isorule.source.text import KeyPath, Located, Span
from isorule.source.toml_strings import unescape

# Before Python 3.11.5 a possessive group may fail where it should match (https://github.com/python/cpython/issues/106052),
# so only single characters are repeated possessively; then groups cannot backtrack into them either.
_SPACE = re.compile(r"(?:[ \t\r\n]++|#[^\n]*+)*")
_BLANKS = re.compile(r"[ \t]*+")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]++")
_BASIC = re.compile(r'"(?:[^"\\\n]++|\\.)*"')
_LITERAL = re.compile(r"'[^'\n]*+'")
_LONG_BASIC = re.compile(r'"""(?:[^"\\]++|\\[\s\S]|"{1,2}+(?!"))*"{3,5}+')
_LONG_LITERAL = re.compile(r"'''[\s\S]*?'''(?:'{1,2}+)?")
_OTHER = re.compile(r"[^,\]}#\n\r]++")
_DATE_OR_TIME = re.compile(r"\d{4}-\d\d-\d\d|\d\d:\d\d")


class _EndOfScanError(Exception):
    """The text does not go on as TOML does."""


class _Entry:
    """The place of one key or item, which grows while its parts are found."""

    __slots__ = ("end", "key", "start")

    def __init__(self, key: Span | None, start: int, end: int) -> None:
        self.key = key
        self.start = start
        self.end = end


@dataclass(frozen=True, slots=True)
class TomlPlaces:
    """The places in a TOML text, by key path; `dates` are the paths of dates and times; `repeated` names the first key
    that is written twice, with the spans of both.

    The place of a table or of an array of tables goes from its first header to the end of its last part, so where the
    parts of a table lie apart in the file, what lies between belongs to its span.
    """

    places: dict[KeyPath, Located]
    dates: tuple[KeyPath, ...] = ()
    repeated: tuple[KeyPath, Span, Span] | None = None


def toml_places(text: str) -> TomlPlaces:
    """The place of every key and value.

    Raises SourceError where values are nested deeper than `MAX_DEPTH`.
    """
    scanner = _Scanner(text)
    scanner.run()
    places = {path: Located(entry.key, Span(entry.start, entry.end)) for path, entry in scanner.entries.items()}
    return TomlPlaces(places, tuple(scanner.dates), scanner.repeated)


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.entries: dict[KeyPath, _Entry] = {(): _Entry(None, 0, len(text))}
        self.dates: list[KeyPath] = []
        self.repeated: tuple[KeyPath, Span, Span] | None = None
        self._counts: dict[KeyPath, int] = {}  # how many tables an array of tables has so far
        self._headers: set[KeyPath] = set()

    def run(self) -> None:
        """Go through the whole text, statement by statement."""
        text, at = self.text, 0
        table: KeyPath = ()
        try:
            while True:
                at = _end(_SPACE, text, at)
                if at >= len(text):
                    return
                if text[at] == "[":
                    table, at = self._header(at)
                else:
                    at = self._statement(table, at, 0)
                    self._grow(table, at)
        except _EndOfScanError:
            return

    def _header(self, at: int) -> tuple[KeyPath, int]:
        """`[table]` or `[[array of tables]]`: the path of the table that begins, and where its header ends."""
        text = self.text
        array = text.startswith("[[", at)
        keys, inside = self._keys(at + (2 if array else 1))
        end = inside + (2 if array else 1)
        path: KeyPath = ()
        for name, span in keys[:-1]:
            path = (*path, name)
            self._enter(path, span, at, end)
            if path in self._counts:
                path = (*path, self._counts[path] - 1)
        name, span = keys[-1]
        path = (*path, name)
        self._check_depth(len(path), span)
        if array:
            self._enter(path, span, at, end)
            index = self._counts.get(path, 0)
            self._counts[path] = index + 1
            path = (*path, index)
            self.entries[path] = _Entry(None, at, end)
        else:
            if path in self._headers:
                self._repeat(path, span)
            self._headers.add(path)
            self._enter(path, span, at, end)
        self._grow(path, end)
        return path, end

    def _enter(self, path: KeyPath, key: Span, start: int, end: int) -> None:
        if path not in self.entries:
            self.entries[path] = _Entry(key, start, end)

    def _grow(self, path: KeyPath, end: int) -> None:
        """A part of a table ends here, so the table and all that it is in go at least as far."""
        while path:
            entry = self.entries[path]
            entry.end = max(entry.end, end)
            path = path[:-1]

    def _statement(self, table: KeyPath, at: int, depth: int) -> int:
        """`key = value`; gives the end of the value."""
        keys, equals = self._keys(at)
        if self.text[equals : equals + 1] != "=":
            raise _EndOfScanError
        begin = _end(_BLANKS, self.text, equals + 1)
        path = table
        dotted: list[KeyPath] = []
        for name, span in keys[:-1]:
            path = (*path, name)
            if path not in self.entries:
                self.entries[path] = _Entry(span, at, begin)
            dotted.append(path)
        name, span = keys[-1]
        path = (*path, name)
        if path in self.entries:
            self._repeat(path, span)
        entry = self.entries[path] = _Entry(span, begin, begin)
        entry.end = self._value(path, begin, depth)
        for part in dotted:
            self.entries[part].end = max(self.entries[part].end, entry.end)
        return entry.end

    def _repeat(self, path: KeyPath, span: Span) -> None:
        first = self.entries[path].key
        if self.repeated is None and first is not None and first != span:
            self.repeated = (path, first, span)

    def _keys(self, at: int) -> tuple[list[tuple[str, Span]], int]:
        """A dotted key: its parts, and where the text goes on behind it."""
        text = self.text
        keys = []
        while True:
            at = _end(_BLANKS, text, at)
            found = _BARE_KEY.match(text, at)
            if found:
                name = found[0]
            else:
                found = _BASIC.match(text, at) or _LITERAL.match(text, at)
                if not found:
                    raise _EndOfScanError
                name = unescape(found[0][1:-1]) if found[0][0] == '"' else found[0][1:-1]
            keys.append((name, Span(at, found.end())))
            at = _end(_BLANKS, text, found.end())
            if text[at : at + 1] != ".":
                self._check_depth(len(keys), keys[-1][1])
                return keys, at
            at += 1

    def _value(self, path: KeyPath, at: int, depth: int) -> int:
        text = self.text
        first = text[at : at + 1]
        if first == '"':
            return _matched(_LONG_BASIC if text.startswith('"""', at) else _BASIC, text, at)
        if first == "'":
            return _matched(_LONG_LITERAL if text.startswith("'''", at) else _LITERAL, text, at)
        if first in ("[", "{"):
            self._check_depth(max(depth + 1, len(path)), Span(at, at + 1))
            return self._array(path, at, depth) if first == "[" else self._inline_table(path, at, depth)
        end = _matched(_OTHER, text, at)
        end = at + len(text[at:end].rstrip())
        if _DATE_OR_TIME.match(text, at):
            self.dates.append(path)
        return end

    def _array(self, path: KeyPath, at: int, depth: int) -> int:
        text, at, index = self.text, at + 1, 0
        while True:
            at = _end(_SPACE, text, at)
            if text[at : at + 1] == "]":
                return at + 1
            item = (*path, index)
            entry = self.entries[item] = _Entry(None, at, at)
            at = entry.end = self._value(item, at, depth + 1)
            index += 1
            at = _end(_SPACE, text, at)
            if text[at : at + 1] == ",":
                at += 1
            elif text[at : at + 1] != "]":
                raise _EndOfScanError

    def _inline_table(self, path: KeyPath, at: int, depth: int) -> int:
        text, at = self.text, at + 1
        while True:
            at = _end(_SPACE, text, at)
            if text[at : at + 1] == "}":
                return at + 1
            at = _end(_SPACE, text, self._statement(path, at, depth + 1))
            if text[at : at + 1] == ",":
                at += 1
            elif text[at : at + 1] != "}":
                raise _EndOfScanError

    def _check_depth(self, depth: int, span: Span) -> None:
        if depth > MAX_DEPTH:
            raise SourceError("nested-too-deep", f"values are nested deeper than {MAX_DEPTH} levels", span)


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Where a pattern that matches everywhere ends."""
    found = pattern.match(text, at)
    return found.end() if found else at


def _matched(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    if not found:
        raise _EndOfScanError
    return found.end()
