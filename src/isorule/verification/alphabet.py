"""Kinds of characters: what some automata treat alike is one kind, with one readable character to stand for it."""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass

from isorule.ir.regex.charset import LAST, CharSet

READABLE = string.ascii_lowercase + string.digits + string.ascii_uppercase + "-_./\\: " + string.punctuation
"""Characters from the most to the least welcome in an example."""

_SURROGATES = range(0xD800, 0xE000)


@dataclass(frozen=True, slots=True)
class Kind:
    """A character, and which of the sets it belongs to (bit i for set i)."""

    character: str
    members: int


def kinds(sets: Sequence[CharSet]) -> list[Kind]:
    """All kinds of characters that the sets tell apart, the most readable ones first."""
    changes: dict[int, int] = {0: 0}
    for index, members in enumerate(sets):
        for low, high in members.ranges:
            changes[low] = changes.get(low, 0) ^ (1 << index)
            changes[high + 1] = changes.get(high + 1, 0) ^ (1 << index)
    starts = sorted(start for start in changes if start <= LAST)
    best: dict[int, tuple[int, int]] = {}
    active = 0
    for place, start in enumerate(starts):
        active ^= changes[start]
        end = starts[place + 1] if place + 1 < len(starts) else LAST + 1
        found = _best(start, end)
        if active not in best or found < best[active]:
            best[active] = found
    ranked = sorted((found, active) for active, found in best.items())
    return [Kind(chr(code), active) for (_, code), active in ranked]


def _best(start: int, end: int) -> tuple[int, int]:
    """The rank and code of the most readable character from `start` up to `end`."""
    if start < 128:
        ranked = min((_RANKS.get(code, len(READABLE)), code) for code in range(start, min(end, 128)))
        if ranked[0] < len(READABLE) or end <= 128:
            return ranked
        start = 128
    for code in range(start, min(end, start + 256)):
        if chr(code).isprintable():
            return len(READABLE) + 1, code
    plain = start if start not in _SURROGATES or end <= _SURROGATES.stop else _SURROGATES.stop
    return len(READABLE) + (3 if plain in _SURROGATES else 2), plain


_RANKS = {ord(character): rank for rank, character in enumerate(READABLE)}
