"""What is proved of the conditions of two sides, and how parts of one side may stand for parts of the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import permutations

from isorule.ir.predicates import Field

Relation = Callable[[int, int], bool]

Columns = tuple[int, ...]
"""For each join key of the second side the one of the first that it stands for."""

_MOST_COLUMNS = 5
"""Of more join keys only the order in which they stand is tried."""


@dataclass(frozen=True, slots=True)
class Relations:
    """What is proved of the conditions of two sides, by their places.

    `within(i, j)` says whether the i-th condition of the first side is proved to hold only where the j-th of the second
    does, `without(i, j)` the other way round.
    """

    within: Relation
    without: Relation

    def same(self, first: int, second: int) -> bool:
        """Whether the two conditions hold of the same events."""
        return self.within(first, second) and self.without(first, second)

    def turned(self) -> Relations:
        """The same with the sides exchanged."""
        return Relations(lambda i, j: self.without(j, i), lambda i, j: self.within(j, i))

    def at(self, first: int, second: int) -> Relations:
        """The relations of two conditions alone, which then have the place 0."""
        return Relations(lambda _i, _j: self.within(first, second), lambda _i, _j: self.without(first, second))


def key_columns(
    first: tuple[tuple[Field, ...], ...], second: tuple[tuple[Field, ...], ...], *, whole: bool
) -> list[Columns]:
    """The ways in which the keys of the second side may be keys of the first; all of those, where `whole`.

    Both sides are given as the keys of each of their parts, which must be equally many in all parts of a side.
    """
    ours, theirs = len(first[0]), len(second[0])
    if any(len(keys) != ours for keys in first) or any(len(keys) != theirs for keys in second):
        return []
    if theirs > ours or (whole and theirs != ours):
        return []
    if ours > _MOST_COLUMNS:
        return [tuple(range(theirs))]
    return list(permutations(range(ours), theirs))


def keyed(first: tuple[Field, ...], second: tuple[Field, ...], columns: Columns, *, exact: bool = False) -> bool:
    """Whether an event with its keys on the first side has the ones of the columns on the second side, too."""
    return all(
        first[ours].path == theirs.path and (first[ours].optional == theirs.optional or (theirs.optional and not exact))
        for ours, theirs in zip(columns, second, strict=True)
    )


def in_order(wanting: int, offered: int, fits: Relation) -> bool:
    """Whether the wanting can be had from the offered, each from a later one; `fits(offered, wanting)`."""
    place = 0
    for one in range(offered):
        if place < wanting and fits(one, place):
            place += 1
    return place == wanting


def matching(wanting: int, offered: int, fits: Relation) -> bool:
    """Whether each of some can have one of the offered for itself (bipartite matching along augmenting paths)."""
    holder: dict[int, int] = {}

    def place(one: int, tried: set[int]) -> bool:
        for other in range(offered):
            if other in tried or not fits(other, one):
                continue
            tried.add(other)
            if other not in holder or place(holder[other], tried):
                holder[other] = one
                return True
        return False

    return all(place(one, set()) for one in range(wanting))
