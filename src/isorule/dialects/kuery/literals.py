"""Literals of kuery: quoted strings, and unquoted ones that may hold blanks, escapes and wildcards."""

from __future__ import annotations

import re
from dataclasses import dataclass

from isorule.dialects.kuery.errors import syntax_error
from isorule.dialects.kuery.lexical import CONSTANT_WORDS, SPACE_CLASS, SPECIAL, TRIMMED
from isorule.ir.matchers import LikePart, Wildcard
from isorule.source import Span

_PLAIN = re.compile(
    rf"(?:[^\\():<>\"*{{}}nN \t\r\n\u00a0]|[nN](?!(?i:ot){SPACE_CLASS})|{SPACE_CLASS}(?!(?i:and|or){SPACE_CLASS}))+"
)
"""Characters of an unquoted literal that stand for themselves: neither special nor the start of a keyword.

`and` and `or` are keywords between two blanks, `not` before a blank, even at the end of a longer word.
"""
_QUOTED_PLAIN = re.compile(r'[^"\\]+')
_UNICODE = re.compile(r"\\u([0-9a-fA-F]{4})")
_WORD = re.compile(r"(?i:and|or|not)")
_WHITE_SPACE = {"t": "\t", "r": "\r", "n": "\n"}


@dataclass(frozen=True, slots=True)
class Literal:
    """A literal: its texts and wildcards in order, whether it is quoted, and where it stands (without outer blanks).

    An unquoted literal has its outer white space taken off.
    """

    parts: tuple[LikePart, ...]
    quoted: bool
    span: Span

    @property
    def text(self) -> str:
        """The text, each wildcard written as `*`."""
        return "".join(part if isinstance(part, str) else "*" for part in self.parts)

    @property
    def has_wildcard(self) -> bool:
        """Whether an unescaped `*` stands in it; never so in quotes."""
        return Wildcard.RUN in self.parts

    @property
    def is_lone_wildcard(self) -> bool:
        """Whether it is just one `*`."""
        return self.parts == (Wildcard.RUN,)

    @property
    def constant(self) -> str | None:
        """`true`, `false` or `null` where it is that word without quotes."""
        return self.text if not self.quoted and self.text in CONSTANT_WORDS else None


def quoted_literal(text: str, start: int) -> tuple[Literal, int]:
    """The quoted string whose opening quote stands at `start`, and the offset behind its closing quote.

    Escapes are a backslash before t, r, n, u with four hexadecimal digits, a backslash or a quote; any other backslash
    stands for itself. Raises `ParseError` where the string is not closed.
    """
    pieces: list[str] = []
    at = start + 1
    while at < len(text):
        if text[at] == '"':
            found = "".join(pieces)
            return Literal((_joined_surrogates(found, start, at + 1),), True, Span(start, at + 1)), at + 1
        if plain := _QUOTED_PLAIN.match(text, at):
            pieces.append(plain[0])
            at = plain.end()
            continue
        piece, at = _quoted_escape(text, at)
        pieces.append(piece)
    hint = 'close it with "; a quote inside is written \\"'
    raise syntax_error("unclosed-quote", "the quoted value is not closed", start, len(text), hint)


def _quoted_escape(text: str, at: int) -> tuple[str, int]:
    following = text[at + 1 : at + 2]
    if following in _WHITE_SPACE:
        return _WHITE_SPACE[following], at + 2
    if code := _UNICODE.match(text, at):
        return chr(int(code[1], 16)), code.end()
    if following in ("\\", '"'):
        return following, at + 2
    return "\\", at + 1


def unquoted_literal(text: str, start: int) -> tuple[Literal, int] | None:
    """The unquoted literal at `start`, and the offset behind it (and its blanks); None where none stands there.

    Raises `ParseError` at a backslash that starts no escape.
    """
    parts: list[LikePart] = []
    at = start
    while at < len(text):
        if plain := _PLAIN.match(text, at):
            parts.append(plain[0])
            at = plain.end()
        elif text[at] == "*":
            parts.append(Wildcard.RUN)
            at += 1
        elif text[at] == "\\":
            piece, at = _escape(text, at)
            parts.append(piece)
        else:
            break
    if at == start:
        return None
    return Literal(_trimmed(parts, start, at), False, _trimmed_span(text, start, at)), at


def _trimmed_span(text: str, start: int, end: int) -> Span:
    """The span without outer blanks; with them where there is nothing else."""
    outer = text[start:end]
    left = start + len(outer) - len(outer.lstrip(TRIMMED))
    right = start + len(outer.rstrip(TRIMMED))
    return Span(left, right) if left < right else Span(start, end)


def _escape(text: str, at: int) -> tuple[str, int]:
    """What the escape at `at` stands for. `\\n` is a line break even in `\\not`, as in Kibana's grammar."""
    following = text[at + 1 : at + 2]
    if following in _WHITE_SPACE:
        return _WHITE_SPACE[following], at + 2
    if following and following in SPECIAL:
        return following, at + 2
    if code := _UNICODE.match(text, at):
        return chr(int(code[1], 16)), code.end()
    if word := _WORD.match(text, at + 1):
        return word[0], word.end()
    shown = f"\\{following}"
    hint = "a backslash is written \\\\; or put the value in quotes"
    raise syntax_error("unknown-escape", f"{shown!r} is not an escape", at, min(at + 2, len(text)), hint)


def _trimmed(parts: list[LikePart], start: int, end: int) -> tuple[LikePart, ...]:
    """Texts joined and outer white space taken off."""
    joined: list[LikePart] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        else:
            joined.append(part)
    if isinstance(first := joined[0], str):
        joined[0] = first.lstrip(TRIMMED)
    if isinstance(last := joined[-1], str):
        joined[-1] = last.rstrip(TRIMMED)
    kept = tuple(_joined_surrogates(part, start, end) if isinstance(part, str) else part for part in joined if part)
    return kept or ("",)


def _joined_surrogates(text: str, start: int, end: int) -> str:
    """Pairs of UTF-16 surrogates, which two `\\u` escapes may spell, as the characters that they stand for."""
    if text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text):
        return text
    try:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError:
        message = "half of a surrogate pair stands alone and is no character"
        raise syntax_error("lone-surrogate", message, start, end, "write both halves, or the character") from None
