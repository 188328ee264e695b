"""Escapes of terms, phrases and wildcard patterns, read.

As `discardEscapeChar` of Lucene's `QueryParserBase` and the syntax of its `WildcardQuery`
(github.com/apache/lucene): a backslash takes the next character as it is, and `\\u` with four hexadecimal digits is a
UTF-16 unit; but a pattern with wildcards knows no `\\u`, which is a plain `u` there.
"""

from __future__ import annotations

import re

from isorule.dialects.lucene.errors import syntax_error
from isorule.ir.matchers import LikePart, Wildcard
from isorule.source import Span

_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_PIECE = re.compile(r"\\(?P<escaped>.)|(?P<wildcard>[*?])|(?P<plain>[^\\*?]+)", re.DOTALL)


def unescaped(image: str, start: int) -> str:
    """The text that is written `image`, which starts at offset `start` of the query.

    Raises `ParseError` for a `\\u` without its digits and for half of a surrogate pair.
    """
    check_escapes(image, start)
    text = _ESCAPE.sub(_replaced, image)
    if text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text):
        return text
    try:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError:
        message = "half of a surrogate pair stands alone and is no character"
        span = Span(start, start + len(image))
        raise syntax_error("lone-surrogate", message, span, "write both halves, or the character") from None


def _replaced(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else found[2]


def check_escapes(image: str, start: int) -> None:
    """Raise `ParseError` for a `\\u` without its digits: Lucene does so even where it does not use the escape."""
    for found in _ESCAPE.finditer(image):
        if found[2] == "u":
            at = start + found.start()
            span = Span(at, min(at + 6, start + len(image)))
            hint = "a backslash is written \\\\"
            raise syntax_error("bad-unicode-escape", "four hexadecimal digits should follow \\u", span, hint)


def wildcard_parts(image: str, start: int) -> tuple[LikePart, ...]:
    """The texts and wildcards of a pattern; see `unescaped`."""
    check_escapes(image, start)
    parts: list[LikePart] = []
    for found in _PIECE.finditer(image):
        if found["wildcard"]:
            parts.append(Wildcard(found["wildcard"]))
        else:
            parts.append(found["escaped"] or found["plain"])
    return tuple(parts)
