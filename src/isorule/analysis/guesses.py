"""Events that are put together from the values that terms ask for: most terms that decide are seen to by one of them.

A guess is tried before the decision procedure is asked, and counts only where the leaves themselves say that the event
meets every formula.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import islice
from operator import itemgetter
from typing import Final

from isorule.analysis.theory import No, Scene, Theory
from isorule.ir.core import Atom
from isorule.ir.matchers import Like, Scalar, Wildcard
from isorule.verification.cells import Values
from isorule.verification.formulas import Formula, Joint, Leaf
from isorule.verification.subjects import ANYWHERE, Asks

_MOST_OPTIONS = 4
"""So many alternatives of one formula are tried."""
_MOST_HINTS = 2
"""So many values of one leaf are tried."""
_PLAIN: Final = ("a", 1)
"""Values that do where any value does."""
_MOST_KEPT = 8
"""So many values of earlier answers are kept for a place."""


class Guesses:
    """Guesses at events for the questions about one condition."""

    def __init__(self, theory: Theory) -> None:
        self._theory = theory
        self._kept: dict[str, list[Scalar]] = defaultdict(list)

    def event(self, formulas: Sequence[Formula]) -> Values | None:
        """An event that is seen at once to meet all of the formulas, with single values as `Theory.possible` has it."""
        guess = _Guess(self._theory, self._kept)
        return guess.values if guess.meet(formulas) and guess.met(formulas) else None

    def possible(self, formulas: Sequence[Formula], *, single: bool) -> Scene | No:
        """The answer of the decision procedure, which is asked only where no event is guessed."""
        values = self.event(formulas)
        if values is not None:
            return Scene(values)
        answer = self._theory.possible(formulas, single=single)
        if isinstance(answer, Scene):
            self._learn(answer.values)
        return answer

    def _learn(self, values: Values) -> None:
        """Keep the values of an event that the decision procedure has found: they may do for other questions."""
        for place, some in values.items():
            kept = self._kept[place]
            kept[:0] = [value for value in some if value not in kept]
            del kept[_MOST_KEPT:]


class _Guess:
    """An event in the making: the values so far, and which leaves they have to meet and must not meet."""

    def __init__(self, theory: Theory, kept: dict[str, list[Scalar]]) -> None:
        self._theory = theory
        self._kept = kept
        self.values: Values = {}
        self._assumed: set[int] = set()
        self._wanted: dict[str, list[int]] = defaultdict(list)
        self._barred: dict[str, list[int]] = defaultdict(list)

    def meet(self, formulas: Iterable[Formula]) -> bool:
        """Whether values are found for the formulas, which are then to be looked at again."""
        choices: list[Joint] = []
        pending = list(formulas)
        while pending:
            formula = pending.pop()
            if isinstance(formula, int) and self._theory.placed[abs(formula) - 1] is None:
                self._assumed.add(formula)
            elif isinstance(formula, int):
                (self._wanted if formula > 0 else self._barred)[self._theory.place(abs(formula))].append(abs(formula))
            elif formula.every:
                pending += formula.parts
            else:
                choices.append(formula)
        return all(map(self._fill, list(self._wanted))) and all(self._choose(one) for one in reversed(choices))

    def met(self, formulas: Iterable[Formula]) -> bool:
        """Whether the event meets the formulas."""
        if any(-leaf in self._assumed for leaf in self._assumed):
            return False
        return all(self._theory.holds(one, self.values, self._assumed) is True for one in formulas)

    def _fill(self, place: str) -> bool:
        """Whether values do for all that is asked of a place: one value, or, where there may be several, one each."""
        if place == ANYWHERE:
            return all(map(self._add, self._wanted[place]))
        wanted = list(dict.fromkeys(self._wanted[place]))
        found = [self._value(place, wanted)]
        if found[0] is None and self._theory.has_lists(place):
            found = [self._value(place, [leaf]) for leaf in wanted]
        self.values[place] = [value for value in found if value is not None]
        return None not in found

    def _value(self, place: str, leaves: Sequence[int]) -> Scalar | None:
        """A value of a place that meets some leaves and none of those that are barred there."""
        passes, barred = self._theory.passes, self._barred[place]
        wanted = [leaf for leaf in leaves if self._theory.asks(leaf) is Asks.VALUE]
        for value in self._candidates(place, wanted):
            self._theory.effort.spend(len(wanted) + len(barred))
            if all(passes(leaf, value) for leaf in wanted) and not any(passes(leaf, value) for leaf in barred):
                return value
        return None

    def _add(self, leaf: int) -> bool:
        """Whether a leaf about the values of all fields holds, or does with one more value in some field."""
        if self._theory.holds(leaf, self.values) is True:
            return True
        for path, value in islice(self._theory.somewhere(leaf), _MOST_HINTS):
            if path not in self._wanted and self._theory.passes_at(leaf, path, value) is True:
                self.values.setdefault(path, []).append(value)
                return True
        return False

    def _candidates(self, place: str, wanted: Iterable[int]) -> Iterable[Scalar]:
        """Values of single leaves, the texts of all of them one behind the other, and values of earlier answers."""
        texts: list[tuple[int, str]] = []
        for leaf in wanted:
            hints = self._theory.hints(leaf)[:_MOST_HINTS]
            yield from hints
            if hints and isinstance(hints[0], str):
                texts.append((_rank(self._theory.leaf(leaf)), hints[0]))
        if len(texts) > 1:
            yield "".join(text for _, text in sorted(texts, key=itemgetter(0)))
        yield from self._kept.get(place, ())
        yield from _PLAIN

    def _choose(self, formula: Joint) -> bool:
        """Whether one of some alternatives holds, or can be made to."""
        if self._theory.holds(formula, self.values, self._assumed) is True:
            return True
        return any(self._take(part) for part in formula.parts[:_MOST_OPTIONS])

    def _take(self, formula: Formula) -> bool:
        if not isinstance(formula, int):
            return formula.every and all(map(self._take, formula.parts))
        if self._theory.placed[abs(formula) - 1] is None:
            self._assumed.add(formula)
            return True
        if formula < 0:
            return self._theory.holds(formula, self.values) is True
        place = self._theory.place(formula)
        before = self.values.get(place, [])
        self._wanted[place].append(formula)
        if self._fill(place):
            return True
        self._wanted[place].pop()
        self.values[place] = before
        return False


def _rank(leaf: Leaf) -> int:
    """Where the text of a leaf belongs: 0 at the start of a value, 2 at its end, 1 where that does not matter."""
    if isinstance(leaf, Atom) and isinstance(leaf.matcher, Like):
        parts = leaf.matcher.parts
        return 0 if parts[0] is not Wildcard.RUN else 2 if parts[-1] is not Wildcard.RUN else 1
    return 1
