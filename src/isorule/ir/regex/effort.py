"""How much work a backtracking engine may have with a tree: what is safe to give to one, and what lint warns of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from isorule.ir.regex.casing import closure
from isorule.ir.regex.charset import CharSet, of_text
from isorule.ir.regex.tree import (
    Alternate,
    Assertion,
    Complement,
    Concat,
    Empty,
    Intersection,
    Literal,
    Repeat,
    Tree,
)

_CAP = 10**9


@dataclass(frozen=True, slots=True)
class Effort:
    """An upper bound of the ways to try from one place of a text of length n: `ways * n ** unbounded`.

    `exponential` where there is no such bound.
    """

    ways: int = 1
    unbounded: int = 0
    exponential: bool = False

    def longest(self, budget: int, *, searched: bool) -> int:
        """The greatest text length at which `budget` steps are enough; `searched` tries every place of the text."""
        if self.exponential:
            return 0
        power = self.unbounded + 1 if searched or self.unbounded else 1
        return int((budget / self.ways) ** (1 / power))


_NONE = Effort()
_EXPONENTIAL = Effort(exponential=True)


def effort(tree: Tree) -> Effort:
    """The bound for a tree. It is conservative: a tree may be harmless and be called exponential."""
    match tree:
        case Empty() | Literal() | CharSet() | Assertion():
            return _NONE
        case Concat(parts):
            return _in_sequence([effort(part) for part in parts])
        case Alternate(options):
            return _of_choice(options)
        case Repeat(body, least, most):
            return _of_repetition(body, least, most)
        case Intersection() | Complement():
            return _EXPONENTIAL


def _in_sequence(efforts: Sequence[Effort]) -> Effort:
    ways = 1
    for part in efforts:
        ways = min(ways * part.ways, _CAP)
    return Effort(ways, sum(part.unbounded for part in efforts), any(part.exponential for part in efforts))


def _of_choice(options: Sequence[Tree]) -> Effort:
    efforts = [effort(option) for option in options]
    ways = [part.ways for part in efforts]
    return Effort(
        max(ways) if _first_characters_differ(options) else min(sum(ways), _CAP),
        max(part.unbounded for part in efforts),
        any(part.exponential for part in efforts),
    )


def _of_repetition(body: Tree, least: int, most: int | None) -> Effort:
    inner = effort(body)
    counts = Effort(1, 1) if most is None else Effort(min(most - least + 1, _CAP))
    if inner == _NONE:
        return counts
    if most is None or inner.exponential:
        return _EXPONENTIAL
    return _in_sequence([counts, *[inner] * min(most, 100)]) if most <= 100 else _EXPONENTIAL


def _first_characters_differ(options: Sequence[Tree]) -> bool:
    """Whether at any place at most one of the options can begin."""
    seen = CharSet(())
    for option in options:
        first = _first(option)
        if first is None or (seen & first).ranges:
            return False
        seen |= first
    return True


def _first(tree: Tree) -> CharSet | None:
    """The characters that a tree begins with, None where that is not plain to see."""
    match tree:
        case CharSet():
            return tree
        case Literal(text, folded):
            first = of_text(text[0])
            return closure(first) if folded else first
        case Concat(parts):
            return _first(parts[0])
        case Repeat(body, least, _) if least > 0:
            return _first(body)
        case _:
            return None
