"""Sets of code points: what a regular expression may read as its next character."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

Range = tuple[int, int]
"""Two code points, both of them included."""

LAST = 0x10FFFF
"""The greatest code point."""


@dataclass(frozen=True, slots=True)
class CharSet:
    """One character out of a set.

    `ranges` is sorted, and no two ranges touch or overlap, so that equal sets are equal values (`charset` of this
    module sees to it). There is no negated form: a complement is a set like any other.
    """

    ranges: tuple[Range, ...]

    def __contains__(self, code: int) -> bool:
        index = bisect_right(self.ranges, (code, LAST)) - 1
        return index >= 0 and code <= self.ranges[index][1]

    def __or__(self, other: CharSet) -> CharSet:
        return charset((*self.ranges, *other.ranges))

    def __and__(self, other: CharSet) -> CharSet:
        return (self.complement() | other.complement()).complement()

    def __sub__(self, other: CharSet) -> CharSet:
        return (self.complement() | other).complement()

    def covers(self, other: CharSet) -> bool:
        """Whether every member of the other set is a member."""
        return self | other == self

    def complement(self) -> CharSet:
        """Every code point that is not in the set."""
        gaps: list[Range] = []
        start = 0
        for low, high in self.ranges:
            if low > start:
                gaps.append((start, low - 1))
            start = high + 1
        if start <= LAST:
            gaps.append((start, LAST))
        return CharSet(tuple(gaps))

    def size(self) -> int:
        """How many code points are in the set."""
        return sum(high - low + 1 for low, high in self.ranges)

    def codes(self) -> Iterator[int]:
        """The code points of the set in order; ask `size` first."""
        for low, high in self.ranges:
            yield from range(low, high + 1)


def charset(ranges: Iterable[Range]) -> CharSet:
    """The set of these ranges, which may overlap and come in any order; each must run upwards."""
    merged: list[Range] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return CharSet(tuple(merged))


def of_text(characters: str) -> CharSet:
    """The set of the characters of a text."""
    return charset((ord(character), ord(character)) for character in characters)


ANY = CharSet(((0, LAST),))
NOTHING = CharSet(())
NEWLINE = CharSet(((10, 10),))
NOT_NEWLINE = NEWLINE.complement()
DIGIT = CharSet(((0x30, 0x39),))
WORD = CharSet(((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)))
LUCENE_SPACE = of_text(" \t\n\r")
"""`\\s` of Lucene: https://lucene.apache.org/core/10_0_0/core/org/apache/lucene/util/automaton/RegExp.html"""
RE2_SPACE = of_text(" \t\n\f\r")
"""`\\s` of RE2, without the vertical tab: https://github.com/google/re2/wiki/Syntax"""
PCRE_SPACE = of_text(" \t\n\v\f\r")
"""`\\s` of PCRE2 and of Python with ASCII classes: https://www.pcre.org/current/doc/html/pcre2pattern.html"""
