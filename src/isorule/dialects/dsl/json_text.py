"""JSON text with the place of every key and value (https://www.rfc-editor.org/rfc/rfc8259)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from isorule.dialects.dsl.errors import syntax_error
from isorule.source import Embedded, SourceFile, Span
from isorule.source.segments import Runs


@dataclass(frozen=True, slots=True)
class Value:
    """A text, number, Boolean or null; `span` takes in the quotes of a text."""

    value: bool | int | float | str | None
    span: Span


@dataclass(frozen=True, slots=True)
class Listing:
    """An array."""

    items: tuple[Node, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Member:
    """A key of an object and its value; `span` is that of the key."""

    name: str
    span: Span
    value: Node


@dataclass(frozen=True, slots=True)
class Table:
    """An object; no key stands in it twice."""

    members: tuple[Member, ...]
    span: Span

    @property
    def names(self) -> tuple[str, ...]:
        """The keys, in the order of the text."""
        return tuple(member.name for member in self.members)

    def get(self, name: str) -> Node | None:
        """The value of a key; None where it is not there."""
        return next((member.value for member in self.members if member.name == name), None)


Node = Value | Listing | Table

_BLANKS = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_WORD = re.compile("|".join(_WORDS))
_DECODER = json.JSONDecoder()
"""Reads texts in quotes."""
_MOST_DIGITS = 400
"""More digits than any number has that Elasticsearch can hold."""
_RUN = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[^\\]+")


@dataclass(slots=True)
class _Open:
    """An array or object that is not closed yet, and the key that waits for its value."""

    start: int
    closing: str
    items: list[Node]
    members: dict[str, Member]
    key: tuple[str, Span] | None = None

    def add(self, node: Node) -> None:
        if self.key is None:
            self.items.append(node)
        else:
            self.members[self.key[0]] = Member(*self.key, node)

    def closed(self, end: int) -> Node:
        span = Span(self.start, end)
        return Listing(tuple(self.items), span) if self.closing == "]" else Table(tuple(self.members.values()), span)


def read_json(text: str) -> Node:
    """The value that a text states. Raises `ParseError` for what is no JSON, and for a key that stands twice."""
    return _Scanner(text).document()


class _Scanner:
    """A text and how far it is read; open brackets are on a stack of their own, so their depth has no limit."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.open: list[_Open] = []

    def document(self) -> Node:
        while True:
            found = self._start()
            while found is not None:
                if not self.open:
                    self._blanks()
                    if self.at < len(self.text):
                        self._fail("the end of the text")
                    return found
                self.open[-1].add(found)
                found = self._end()

    def _start(self) -> Node | None:
        """A scalar or an empty bracket; None behind an opening bracket with something in it."""
        self._blanks()
        character = self.text[self.at : self.at + 1]
        if character not in ("{", "["):
            return self._scalar(character)
        frame = _Open(self.at, "}" if character == "{" else "]", [], {})
        self.at += 1
        self._blanks()
        if self.text[self.at : self.at + 1] == frame.closing:
            self.at += 1
            return frame.closed(self.at)
        self.open.append(frame)
        self._key()
        return None

    def _end(self) -> Node | None:
        """What a closing bracket completes; None behind a comma."""
        frame = self.open[-1]
        self._blanks()
        character = self.text[self.at : self.at + 1]
        if character == frame.closing:
            self.at += 1
            return self.open.pop().closed(self.at)
        if character == ",":
            self.at += 1
            self._key()
            return None
        if not character:
            opening = self.text[frame.start]
            message = f"{opening!r} is not closed by {frame.closing!r}"
            raise syntax_error("unclosed-bracket", message, Span(frame.start, frame.start + 1))
        self._fail(f"',' or {frame.closing!r}")
        return None

    def _key(self) -> None:
        """The key of the next member, and its colon, inside an object."""
        frame = self.open[-1]
        if frame.closing == "]":
            return
        self._blanks()
        if self.text[self.at : self.at + 1] != '"':
            self._fail("a key in quotes")
        key = self._string()
        assert isinstance(key.value, str)
        if key.value in frame.members:
            raise syntax_error("duplicate-key", f"the key {key.value!r} stands here twice", key.span)
        frame.key = (key.value, key.span)
        self._blanks()
        if self.text[self.at : self.at + 1] != ":":
            self._fail("':' after a key")
        self.at += 1

    def _scalar(self, character: str) -> Value:
        if character == '"':
            return self._string()
        start = self.at
        if word := _WORD.match(self.text, start):
            self.at = word.end()
            return Value(_WORDS[word[0]], Span(start, self.at))
        if number := _NUMBER.match(self.text, start):
            self.at = number.end()
            return Value(_number(number), Span(start, self.at))
        self._fail("a value")
        raise AssertionError("a failure ends the reading")

    def _string(self) -> Value:
        start = self.at
        try:
            value, self.at = _DECODER.raw_decode(self.text, start)
        except json.JSONDecodeError as error:
            span = Span(start, len(self.text)) if error.pos == start else Span(error.pos, error.pos + 1)
            raise syntax_error("bad-string", f"the text in quotes is malformed: {error.msg.lower()}", span) from error
        span = Span(start, self.at)
        if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
            message = "half of a surrogate pair stands alone and is no character"
            raise syntax_error("lone-surrogate", message, span, "write both halves, or the character")
        return Value(value, span)

    def _blanks(self) -> None:
        found = _BLANKS.match(self.text, self.at)
        assert found is not None  # the pattern matches the empty text
        self.at = found.end()

    def _fail(self, expected: str) -> None:
        if self.at >= len(self.text):
            end = len(self.text)
            raise syntax_error("unexpected-end", f"the text ends where {expected} should stand", Span(end, end))
        found = self.text[self.at]
        span = Span(self.at, self.at + 1)
        raise syntax_error("unexpected-character", f"{found!r} stands where {expected} should", span)


def _number(found: re.Match[str]) -> int | float:
    """A number as Python has it. Raises `ParseError` where it is beyond what a double holds."""
    if found[1] is None and found[2] is None and len(found[0]) <= _MOST_DIGITS:
        return int(found[0])
    value = float(found[0])
    if value - value != 0 or (found[1] is None and found[2] is None):
        raise syntax_error("number-out-of-range", "the number is too great", Span(*found.span()))
    return value


def embedded(node: Value, text: str) -> Embedded:
    """The value of a text node, with the place of each of its characters in the JSON text."""
    assert isinstance(node.value, str)
    runs = Runs()
    for piece in _RUN.finditer(text, node.span.start + 1, node.span.end - 1):
        if piece[0].startswith("\\"):
            runs.add_one(1, piece.start())
        else:
            runs.add(len(piece[0]), piece.start())
    return Embedded(SourceFile("<query>", text), node.value, runs.finish(node.span.end - 1))
