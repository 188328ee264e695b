r"""Modifiers that write a value in other ways: dashes of command lines, UTF-16 and Base64.

https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-appendix-modifiers.md, sections
"String Modifiers" and "Encoding".
"""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from itertools import product
from typing import Final

from isorule.ir.matchers import LikePart, Wildcard

DASHES: Final = "-/\u2013\u2014\u2015"
"""Hyphen, slash, en dash, em dash and horizontal bar: Windows programs take each of them before a flag."""

MAX_VARIANTS: Final = 1000
"""More spellings of one value than this would be a mistake: four dashes have 625."""

_FLAG_DASH = re.compile(rf"\B[{DASHES}]\b")
"""A dash that starts a flag: `-a-b` has one. The specification speaks of command line flags, pySigma reads it so."""


class EncodingError(ValueError):
    """A value cannot be encoded; `reason` is a key of `problems.CODES`."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def flag_dashes(parts: tuple[LikePart, ...]) -> int:
    """How many dashes of a value start a flag."""
    return sum(len(_FLAG_DASH.findall(part)) for part in parts if isinstance(part, str))


def dash_variants(parts: tuple[LikePart, ...]) -> list[tuple[LikePart, ...]]:
    """The value with each dash that starts a flag written in all ways, the way it is written first.

    Raises EncodingError where there are too many of them.
    """
    if len(DASHES) ** flag_dashes(parts) > MAX_VARIANTS:
        raise EncodingError("too-many-variants", f"more than {MAX_VARIANTS} ways to write the dashes of one value")
    alternatives = [_dash_spellings(part) if isinstance(part, str) else [part] for part in parts]
    return list(product(*alternatives))


def _dash_spellings(text: str) -> list[LikePart]:
    pieces: list[str] = []
    at = 0
    for found in _FLAG_DASH.finditer(text):
        pieces += [text[at : found.start()], found[0]]
        at = found.end()
    pieces.append(text[at:])
    choices = [[piece] if index % 2 == 0 else _own_dash_first(piece) for index, piece in enumerate(pieces)]
    return ["".join(chosen) for chosen in product(*choices)]


def _own_dash_first(dash: str) -> list[str]:
    return [dash, *DASHES.replace(dash, "")]


def with_hyphens(parts: tuple[LikePart, ...]) -> tuple[LikePart, ...]:
    """The value with a hyphen for every dash that starts a flag: equal for the variants of one value only."""
    return tuple(_FLAG_DASH.sub("-", part) if isinstance(part, str) else part for part in parts)


@dataclass(frozen=True, slots=True)
class Encoded:
    """A value as bytes, with its wildcards between them."""

    parts: tuple[bytes | Wildcard, ...]

    def text(self) -> tuple[LikePart, ...]:
        """The value as a program sees it that takes each byte for a character; a byte order mark is U+FEFF.

        Raises EncodingError where a byte is not ASCII: what it would look like is not defined.
        """
        return tuple(part if isinstance(part, Wildcard) else _ascii(part) for part in self.parts)


def _ascii(data: bytes) -> str:
    mark, rest = ("\ufeff", data[2:]) if data.startswith(b"\xff\xfe") else ("", data)
    try:
        return mark + rest.decode("ascii")
    except UnicodeDecodeError:
        raise EncodingError(
            "not-encodable", "only ASCII characters have a known form in UTF-16 without base64 or base64offset"
        ) from None


def utf16(parts: tuple[LikePart, ...], modifier: str) -> Encoded:
    """The value in UTF-16: `utf16le` and `wide` little-endian, `utf16be` big-endian, `utf16` with a byte order mark."""
    codec = "utf-16-be" if modifier == "utf16be" else "utf-16-le"
    encoded = [_bytes(part, codec) for part in parts]
    mark: list[bytes | Wildcard] = [b"\xff\xfe"] if modifier == "utf16" else []
    return Encoded(_joined([*mark, *encoded]))


def _bytes(part: LikePart, codec: str) -> bytes | Wildcard:
    match part:
        case str():
            try:
                return part.encode(codec)
            except UnicodeEncodeError:
                raise EncodingError("not-encodable", "the value holds half of a character (a lone surrogate)") from None
        case Wildcard():
            return part
        case _:
            raise EncodingError("wildcard-in-encoded-value", f"the placeholder %{part.name}% cannot be encoded")


def _joined(parts: list[bytes | Wildcard]) -> tuple[bytes | Wildcard, ...]:
    out: list[bytes | Wildcard] = []
    for part in parts:
        if isinstance(part, bytes) and out and isinstance(out[-1], bytes):
            out[-1] += part
        else:
            out.append(part)
    return tuple(out)


def plain_bytes(value: tuple[LikePart, ...] | Encoded) -> bytes:
    """The bytes of a value without wildcards; a value that was not encoded yet stands in UTF-8."""
    parts = value.parts if isinstance(value, Encoded) else [_bytes(part, "utf-8") for part in value]
    if any(isinstance(part, Wildcard) for part in parts):
        raise EncodingError("wildcard-in-encoded-value", "a value with wildcards cannot be written in Base64")
    return b"".join(part for part in parts if isinstance(part, bytes))


def base64_text(data: bytes) -> str:
    """The bytes in Base64."""
    return b64encode(data).decode("ascii")


def base64_anywhere(data: bytes) -> list[str]:
    """What of the Base64 text is the same wherever the bytes stand in a longer text: one form for each shift.

    A character that also carries bits of a neighbour is left out: two or three at the start for a shift by one or two
    bytes, and at the end all that follows the last whole group of six bits.

    Raises EncodingError where nothing would be left.
    """
    if len(data) < 2:
        raise EncodingError("not-encodable", "base64offset needs at least two bytes, or it would match everything")
    forms = []
    for shift in range(3):
        text = b64encode(bytes(shift) + data).decode("ascii")
        first = (0, 2, 3)[shift]
        last = (len(data) + shift) * 8 // 6
        forms.append(text[first:last])
    return forms
