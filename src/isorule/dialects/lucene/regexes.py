"""Regular expressions between slashes: how a pattern is written there, and which pattern is meant.

Lucene takes the text between the slashes as it is, so a slash of the pattern stands there as `\\/`, which its
expressions read as a slash. In quoted text of a pattern (`"…"`) and before the hyphen of a range that would mean
something else, so those are spelled in another way. The syntax of the patterns is that of
https://www.elastic.co/docs/reference/query-languages/query-dsl/regexp-syntax, all operators on.
"""

from __future__ import annotations

import re

from isorule.ir.axes import RegexFlavor
from isorule.ir.losses import refusal
from isorule.ir.regex import escape
from isorule.source import Span

_PIECE = re.compile(
    r"(?P<escape>\\.)"
    r"|(?P<members>\[\^?(?:\\.|[^\\])(?:\\.|[^\\\]])*\])"
    r'|(?P<quoted>"[^"]*")'
    r"|(?P<plain>.)",
    re.DOTALL,
)
_MEMBER = re.compile(r"\\.|(?P<first>[^\\])(?:-(?P<last>\\?.))?", re.DOTALL)
_PAIR = re.compile(r"(?P<slash>\\/(?!-))|\\.", re.DOTALL)


def written(pattern: str, span: Span | None = None) -> str:
    """The pattern between slashes. Raises `UnsupportedError` for a pattern that ends in the midst of an escape."""
    pieces = [_written_piece(found) for found in _PIECE.finditer(pattern)]
    if pieces and pieces[-1] == "\\":
        raise refusal("regex-not-readable", "the regular expression ends in a backslash", span=span)
    if pieces and pieces[-1] == "\\\\":
        pieces[-1] = "[\\\\]"  # a backslash before the closing slash would take it into the expression
    return f"/{''.join(pieces)}/"


def _written_piece(found: re.Match[str]) -> str:
    piece = found[0]
    match found.lastgroup:
        case "members":
            head = piece[: 2 if piece[1] == "^" else 1]
            return f"{head}{_MEMBER.sub(_written_member, piece[len(head) : -1])}]"
        case "quoted" if "/" in piece or "\\" in piece:
            return f"({_without_slashes(escape(piece[1:-1], RegexFlavor.LUCENE))})"
        case "plain" if piece == "/":
            return "\\/"
        case _:
            return piece


def _without_slashes(escaped: str) -> str:
    return re.sub(r"(?P<kept>\\.)|/", lambda found: found["kept"] or "\\/", escaped, flags=re.DOTALL)


def _written_member(found: re.Match[str]) -> str:
    """A character or range of a class; a range from a slash is parted, since an escape before a hyphen is no start."""
    first, last = found["first"], found["last"]
    if first is None or "/" not in found[0]:
        return found[0]
    if first != "/":
        return f"{first}-\\/"
    if last is None or last[-1] == "/":
        return "\\/"
    return f"\\/0-{last}"


def meant(image: str) -> str:
    """The pattern that stands between the slashes of `image`, its slashes without backslashes."""
    return "".join(map(_meant_piece, _PIECE.finditer(image[1:-1])))


def _meant_piece(found: re.Match[str]) -> str:
    return found[0] if found["quoted"] else _PAIR.sub(lambda pair: "/" if pair["slash"] else pair[0], found[0])
