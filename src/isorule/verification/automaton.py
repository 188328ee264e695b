"""Trees as automata without empty moves, whose sets of states are the bits of one number.

The construction is that of V. M. Glushkov, "The abstract theory of automata" (1961); sets are moved all at once as in
G. Navarro, M. Raffinot, "New techniques for regular expression searching" (2005),
https://doi.org/10.1007/s00453-004-1120-3.
"""

from __future__ import annotations

from typing import NamedTuple

from isorule.ir.regex.casing import variants
from isorule.ir.regex.charset import ANY, CharSet, charset
from isorule.ir.regex.tree import Alternate, Concat, Empty, Literal, Repeat, Tree
from isorule.verification.alphabet import Kind

_MOST_POSITIONS = 20_000
START = 1
"""The set of states before the first character."""


class TooComplexError(Exception):
    """The tree has a part that is no plain regular expression, or is too large."""


class _Part(NamedTuple):
    nullable: bool
    first: int
    last: int


class Automaton:
    """A tree as positions that read one character each; position 0 is the start and reads nothing."""

    def __init__(self, tree: Tree) -> None:
        """Raises TooComplexError for assertions, intersections and complements inside, and for very large trees."""
        self.sets: dict[CharSet, int] = {}
        """Which characters are read, and the positions that read them."""
        self._follow = [0]
        whole = self._part(tree)
        self._join(START, whole.first)
        self._final = whole.last | (START if whole.nullable else 0)
        self._chain = 0
        self._branching = 0
        for position, follow in enumerate(self._follow):
            if follow == 1 << position + 1:
                self._chain |= 1 << position
            elif follow:
                self._branching |= 1 << position
        loops = self.sets.get(ANY, 0) & self._final
        self._endless = sum(1 << place for place in places(loops) if self._follow[place] >> place & 1)

    def accepts(self, states: int) -> bool:
        """Whether a text that leads to these states is described."""
        return bool(states & self._final)

    def accepts_all(self, states: int) -> bool:
        """Whether every text that goes on from these states is described; False where that is not seen."""
        return bool(states & self._endless)

    def reading(self, alphabet: list[Kind], numbers: dict[CharSet, int]) -> list[int]:
        """For each kind of character the positions that read it; `numbers` are those of the sets."""
        pairs = [(1 << numbers[members], positions) for members, positions in self.sets.items()]
        found = []
        for kind in alphabet:
            positions = 0
            for bit, mask in pairs:
                if kind.members & bit:
                    positions |= mask
            found.append(positions)
        return found

    def after(self, states: int) -> int:
        """All positions that may come next; those that read the next character are the next states."""
        moved = (states & self._chain) << 1
        branching = states & self._branching
        while branching:
            lowest = branching & -branching
            moved |= self._follow[lowest.bit_length() - 1]
            branching ^= lowest
        return moved

    def _part(self, tree: Tree) -> _Part:
        match tree:
            case Empty():
                return _Part(True, 0, 0)
            case Literal(text, folded):
                return self._sequence([self._position(_character(one, folded)) for one in text])
            case CharSet():
                return self._position(tree) if tree.ranges else _Part(False, 0, 0)
            case Concat(parts):
                return self._sequence([self._part(part) for part in parts])
            case Alternate(options):
                found = [self._part(option) for option in options]
                return _Part(
                    any(part.nullable for part in found),
                    _union([part.first for part in found]),
                    _union([part.last for part in found]),
                )
            case Repeat(body, least, most):
                return self._repeat(body, least, most)
            case _:
                raise TooComplexError

    def _position(self, members: CharSet) -> _Part:
        bit = 1 << len(self._follow)
        self._follow.append(0)
        if len(self._follow) > _MOST_POSITIONS:
            raise TooComplexError
        self.sets[members] = self.sets.get(members, 0) | bit
        return _Part(False, bit, bit)

    def _repeat(self, body: Tree, least: int, most: int | None) -> _Part:
        parts = [self._part(body) for _ in range(least)]
        if most is None:
            looped = self._part(body) if not parts else parts[-1]
            self._join(looped.last, looped.first)
            if not parts:
                return _Part(True, looped.first, looped.last)
        else:
            rest = _Part(True, 0, 0)
            for _ in range(most - least):
                inner = self._sequence([self._part(body), rest])
                rest = _Part(True, inner.first, inner.last)
            parts.append(rest)
        return self._sequence(parts)

    def _sequence(self, parts: list[_Part]) -> _Part:
        nullable, first, last = True, 0, 0
        for part in parts:
            self._join(last, part.first)
            if nullable:
                first |= part.first
            last = part.last | last if part.nullable else part.last
            nullable = nullable and part.nullable
        return _Part(nullable, first, last)

    def _join(self, froms: int, to: int) -> None:
        for position in places(froms):
            self._follow[position] |= to


def places(bits: int) -> list[int]:
    """The numbers of the bits that are set."""
    found = []
    while bits:
        lowest = bits & -bits
        found.append(lowest.bit_length() - 1)
        bits ^= lowest
    return found


def _union(masks: list[int]) -> int:
    union = 0
    for mask in masks:
        union |= mask
    return union


def _character(character: str, folded: bool) -> CharSet:
    return charset((code, code) for code in (variants(character) if folded else (ord(character),)))
