"""The standard tokenizer and the lower case of Elasticsearch's analyzers; `isorule.ir.analyzers` says where it holds.

Words are those of Unicode's word boundaries (UAX #29, https://www.unicode.org/reports/tr29/), cut the way Lucene's
StandardTokenizer does: ideographs and hiragana stand alone, katakana and South-East Asian scripts run together, an
emoji is a token, and tokens are split after 255 characters. The classes come from general categories and code blocks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from enum import Enum, auto, unique
from functools import lru_cache

from isorule.ir.folding import lowered

_LONGEST = 255
_ASCII_WORD = re.compile(
    r"[A-Za-z0-9_]+(?:(?<=[A-Za-z])[:.'](?=[A-Za-z])[A-Za-z0-9_]+|(?<=[0-9])[,;.'](?=[0-9])[A-Za-z0-9_]+)*"
)


@unique
class _Class(Enum):
    """Word-break classes, those that behave alike taken together."""

    LETTER = auto()
    NUMBER = auto()
    KATAKANA = auto()
    CONNECTOR = auto()
    ALONE = auto()
    ASIAN = auto()
    EXTEND = auto()
    MID_LETTER = auto()
    MID_NUMBER = auto()
    MID_BOTH = auto()
    OTHER = auto()


_MID_LETTER = frozenset(":\u00b7\u0387\u055f\u05f4\u2027\ufe13\ufe55\uff1a")
_MID_NUMBER = frozenset(",;\u037e\u0589\u060c\u060d\u066c\u07f8\u2044\ufe10\ufe14\ufe50\ufe54\uff0c\uff1b")
_MID_BOTH = frozenset(".'\u2018\u2019\u2024\ufe52\uff07\uff0e")
_KATAKANA = ((0x3031, 0x3035), (0x309B, 0x309C), (0x30A0, 0x30FF), (0x31F0, 0x31FF), (0x32D0, 0x3357), (0xFF66, 0xFF9D))
_ALONE = (
    (0x2E80, 0x2FDF),
    (0x3005, 0x3007),
    (0x3021, 0x3029),
    (0x3038, 0x303B),
    (0x3041, 0x309F),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x1F000, 0x1FAFF),
    (0x20000, 0x3FFFD),
)
_ASIAN = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x1950, 0x19DF), (0xA9E0, 0xA9FF), (0xAA60, 0xAA7F))
_WORD = frozenset({_Class.LETTER, _Class.NUMBER, _Class.KATAKANA, _Class.CONNECTOR})
_MID_OF = {
    _Class.LETTER: frozenset({_Class.MID_LETTER, _Class.MID_BOTH}),
    _Class.NUMBER: frozenset({_Class.MID_NUMBER, _Class.MID_BOTH}),
}


def standard_words(text: str) -> list[str]:
    """The tokens of a text in order, lower-cased, as the analyzer `standard` makes them."""
    found = _ascii_words(text) if text.isascii() else _words(text)
    out: list[str] = []
    for word in found:
        token = lowered(word)
        out.extend(token[start : start + _LONGEST] for start in range(0, len(token), _LONGEST))
    return out


def _ascii_words(text: str) -> Iterator[str]:
    return (found[0] for found in _ASCII_WORD.finditer(text) if found[0].strip("_"))


def _words(text: str) -> Iterator[str]:
    """The words of any text."""
    classes = [_class_of(character) for character in text]
    at, size = 0, len(text)
    while at < size:
        kind = classes[at]
        if kind in _WORD:
            end = _word_end(classes, at)
            if any(item in _WORD and item is not _Class.CONNECTOR for item in classes[at:end]):
                yield text[at:end]
        elif kind in (_Class.ALONE, _Class.ASIAN):
            end = _past_extend(classes, at + 1)
            while kind is _Class.ASIAN and end < size and classes[end] is _Class.ASIAN:
                end = _past_extend(classes, end + 1)
            yield text[at:end]
        else:
            end = at + 1
        at = end


def _past_extend(classes: list[_Class], at: int) -> int:
    while at < len(classes) and classes[at] is _Class.EXTEND:
        at += 1
    return at


def _word_end(classes: list[_Class], start: int) -> int:
    last = classes[start]
    end = _past_extend(classes, start + 1)
    while end < len(classes):
        kind = classes[end]
        if _joins(last, kind):
            last = kind
            end = _past_extend(classes, end + 1)
            continue
        after = _past_extend(classes, end + 1)
        if kind not in _MID_OF.get(last, ()) or after >= len(classes) or classes[after] is not last:
            break
        end = _past_extend(classes, after + 1)
    return end


def _joins(left: _Class, right: _Class) -> bool:
    if right not in _WORD:
        return False
    if _Class.CONNECTOR in (left, right):
        return True
    return (left is _Class.KATAKANA) == (right is _Class.KATAKANA)


@lru_cache(maxsize=4096)
def _class_of(character: str) -> _Class:
    for kind, members in (
        (_Class.MID_LETTER, _MID_LETTER),
        (_Class.MID_NUMBER, _MID_NUMBER),
        (_Class.MID_BOTH, _MID_BOTH),
    ):
        if character in members:
            return kind
    category = unicodedata.category(character)
    if category in ("Mn", "Mc", "Me", "Cf"):
        return _Class.ASIAN if _within(character, _ASIAN) else _Class.EXTEND
    for kind, blocks in ((_Class.KATAKANA, _KATAKANA), (_Class.ALONE, _ALONE), (_Class.ASIAN, _ASIAN)):
        if category[0] in "LNS" and _within(character, blocks):
            return _Class.NUMBER if category == "Nd" else kind
    if category[0] == "L" or category == "Nl":
        return _Class.LETTER
    return {"Nd": _Class.NUMBER, "Pc": _Class.CONNECTOR}.get(category, _Class.OTHER)


def _within(character: str, blocks: tuple[tuple[int, int], ...]) -> bool:
    code = ord(character)
    return any(first <= code <= last for first, last in blocks)
