"""Wildcard patterns over texts, matched from left to right without backtracking.

`*` is any run of characters, `?` exactly one code point. After each run the earliest place of the next piece is as
good as any later one, so one pass over the text decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, unique

from isorule.ir.axes import Case
from isorule.ir.folding import fold
from isorule.ir.losses import refusal
from isorule.ir.matchers import Equals, LikePart, Placeholder, Wildcard, like
from isorule.source import Span

TextCheck = Callable[[str], bool]


@unique
class Shape(Enum):
    """Patterns that a string method decides, and all others."""

    EXACT = "exact"
    PREFIX = "prefix"
    SUFFIX = "suffix"
    CONTAINS = "contains"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern of a shape: `text` is its one piece, `check` decides a text."""

    shape: Shape
    text: str
    check: TextCheck


def pattern(parts: tuple[LikePart, ...], folded: bool, span: Span | None = None) -> Pattern:
    """A pattern for texts, which the caller has folded where `folded`.

    Raises `UnsupportedError` for a placeholder: what it stands for is not known, and to take it as "matches nothing"
    would match everything under a negation.
    """
    for part in parts:
        if isinstance(part, Placeholder):
            raise refusal(
                "unresolved-placeholder",
                f"the placeholder %{part.name}% has no values",
                span=span,
                hint="give its values before the rule is evaluated",
            )
    normal = like(parts, Case.SENSITIVE)
    pieces: tuple[LikePart, ...] = (str(normal.value),) if isinstance(normal, Equals) else normal.parts
    ready = tuple(fold(piece) if folded and isinstance(piece, str) else piece for piece in pieces)
    match ready:
        case (str() as text,):
            return Pattern(Shape.EXACT, text, text.__eq__)
        case (str() as text, Wildcard.RUN):
            return Pattern(Shape.PREFIX, text, lambda value: value.startswith(text))
        case (Wildcard.RUN, str() as text):
            return Pattern(Shape.SUFFIX, text, lambda value: value.endswith(text))
        case (Wildcard.RUN, str() as text, Wildcard.RUN):
            return Pattern(Shape.CONTAINS, text, lambda value: text in value)
        case (Wildcard.RUN,):
            return Pattern(Shape.OTHER, "", lambda _: True)
        case _:
            return Pattern(Shape.OTHER, "", _greedy(ready))


def text_parts(text: str) -> tuple[LikePart, ...]:
    """A wildcard pattern written with `*` and `?` and no escape sign (EQL, a `Call` of `like`)."""
    pieces = re.split(r"([*?])", text)
    return tuple(Wildcard(piece) if piece in ("*", "?") else piece for piece in pieces if piece)


@dataclass(frozen=True, slots=True)
class _Piece:
    """What stands between two runs: of a fixed length, found as plain text or with `?` as any character."""

    length: int
    text: str | None
    expression: re.Pattern[str] | None

    def find(self, value: str, start: int) -> int:
        """The first place from `start` on; -1 where there is none."""
        if self.expression is None:
            return value.find(self.text or "", start)
        found = self.expression.search(value, start)
        return -1 if found is None else found.start()

    def stands_at(self, value: str, start: int) -> bool:
        if self.expression is None:
            return value.startswith(self.text or "", start)
        return self.expression.match(value, start) is not None


def _piece(parts: list[LikePart]) -> _Piece:
    length = sum(len(part) if isinstance(part, str) else 1 for part in parts)
    if all(isinstance(part, str) for part in parts):
        return _Piece(length, "".join(part for part in parts if isinstance(part, str)), None)
    written = "".join(re.escape(part) if isinstance(part, str) else "." for part in parts)
    return _Piece(length, None, re.compile(written, re.DOTALL))


def _pieces(parts: tuple[LikePart, ...]) -> list[_Piece]:
    runs: list[list[LikePart]] = [[]]
    for part in parts:
        if part is Wildcard.RUN:
            runs.append([])
        else:
            runs[-1].append(part)
    return [_piece(run) for run in runs]


def _greedy(parts: tuple[LikePart, ...]) -> TextCheck:
    pieces = _pieces(parts)
    if len(pieces) == 1:
        whole = pieces[0]
        return lambda value: len(value) == whole.length and whole.stands_at(value, 0)
    first, *middle, last = pieces

    def check(value: str) -> bool:
        end = len(value) - last.length
        if end < first.length or not first.stands_at(value, 0) or not last.stands_at(value, end):
            return False
        at = first.length
        for piece in middle:
            at = piece.find(value, at)
            if at < 0:
                return False
            at += piece.length
        return at <= end

    return check
