"""The one definition of letter case: simple Unicode case folding, code point by code point.

Elasticsearch compares without case by pairs of code points (Lucene's CaseFolding in recent versions; ASCII letters
only before), so a folded text has as many code points as before, and `İ` and `ß` fold to nothing else. That is the
simple folding of https://www.unicode.org/Public/UCD/latest/ucd/CaseFolding.txt (statuses C and S), which Python's
`lower` and `casefold` are not.
"""

from __future__ import annotations


def fold(text: str) -> str:
    """The text with every code point replaced by its simple case folding; the length does not change."""
    if text.isascii():
        return text.lower()
    folded = text.casefold()  # no code point is folded to none: where the length is the same, each was folded to one
    return folded if len(folded) == len(text) else "".join(map(fold_character, text))


def fold_character(character: str) -> str:
    """The simple case folding of one code point."""
    folded = character.casefold()
    if len(folded) == 1:
        return folded
    lowered = character.lower()
    return lowered if len(lowered) == 1 else character


def lowered(text: str) -> str:
    """Lower case code point by code point, as analyzers have it (Lucene's LowerCaseFilter): `İ` loses its dot."""
    return text.lower() if text.isascii() else "".join(character.lower()[0] for character in text)


def has_case(text: str) -> bool:
    """Whether another text exists that differs from this one in letter case only."""
    return text.upper() != text or text.lower() != text
