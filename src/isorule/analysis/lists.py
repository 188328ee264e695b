"""Long lists of values of one field: which of them a value meets, without asking every one.

A leaf that can be looked up is filed under its text (a whole value) or under the longest text in its pattern; the few
that a value leads to are asked, and so are those that cannot be filed. A leaf that would be missed here is one finding
less, never a wrong one: what is missed is asked again before anything is said to be needless.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from isorule.analysis.theory import Theory
from isorule.evaluation.literals import accelerator_installed, literal_finder
from isorule.evaluation.values import text_of
from isorule.ir.core import Atom
from isorule.ir.folding import fold
from isorule.ir.matchers import Equals, Like, Scalar

_HINTS = 4
"""So many values are tried for a leaf before it is left to the decision procedure."""


class ValueIndex:
    """Leaves about the values of one field, found by a value that meets them."""

    def __init__(self, theory: Theory, leaves: Iterable[int]) -> None:
        self._theory = theory
        self._whole: dict[str, list[int]] = defaultdict(list)
        parts: dict[str, list[int]] = defaultdict(list)
        self._others: list[int] = []
        for leaf in dict.fromkeys(leaves):
            match theory.leaf(leaf):
                case Atom(_, Equals(str() as text)):
                    self._whole[fold(text)].append(leaf)
                case Atom(_, Like(pattern)) if texts := [part for part in pattern if isinstance(part, str)]:
                    parts[fold(max(texts, key=len))].append(leaf)
                case _:
                    self._others.append(leaf)
        self._parts = list(parts.values())
        self._find = literal_finder(list(parts), accelerator_installed())

    def met(self, value: Scalar) -> set[int]:
        """The leaves that a value meets."""
        text = fold(text_of(value))
        found = [*self._whole.get(text, ()), *self._others]
        for place in self._find(text):
            found += self._parts[place]
        self._theory.effort.spend(len(found))
        return {leaf for leaf in found if self._theory.passes(leaf, value)}

    def own_value(self, leaf: int) -> Scalar | None:
        """A value that meets this leaf and no other; None where none is seen at once."""
        return next((value for value in self._theory.hints(leaf)[:_HINTS] if self.met(value) == {leaf}), None)
