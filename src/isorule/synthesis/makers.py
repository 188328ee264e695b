"""Events for one predicate: those that it matches, and those that fail because of one of its conditions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from isorule.evaluation.events import Event
from isorule.ir.predicates import Predicate, conjunction
from isorule.ir.walk import leaves
from isorule.synthesis.bases import guess
from isorule.synthesis.cases import Kind
from isorule.synthesis.polishing import Polish
from isorule.synthesis.questions import Leaf, Missed, Question
from isorule.synthesis.scene import Scene
from isorule.synthesis.variations import Variation, variations
from isorule.verification.cells import Values
from isorule.verification.formulas import Formula
from isorule.verification.witness import event_of

_DRAWS = 6
"""So many branches of a rule are tried before any of its branches is taken."""

_GUESSED = 2
"""From so many matches a match is guessed that another leaf decides."""

Holds = Callable[[Event], bool]


@dataclass(frozen=True, slots=True)
class Varied:
    """A variation of a match, and whether the predicate still matches."""

    kind: Kind
    values: Values
    matches: bool


class Maker:
    """Makes events for a predicate, all of which also meet the extra terms.

    Raises `UnsupportedError` where the predicate cannot be evaluated.
    """

    def __init__(self, predicate: Predicate, scene: Scene, extra: tuple[Predicate, ...] = ()) -> None:
        self.predicate = predicate
        self.scene = scene
        self.question = Question(conjunction((predicate, *extra)), scene.setting)
        self._own = sum(1 for _ in leaves(predicate))
        self._polish = Polish(self.question, scene)
        self._random = Random(f"{scene.setting.seed}")

    @property
    def conditions(self) -> list[Leaf]:
        """The leaves of the predicate itself, in the order of the text."""
        return self.question.leaves[: self._own]

    def accepts(self, values: Values) -> bool:
        """Whether an event of these values matches."""
        return self.question.matches(event_of(values))

    def match(self, number: int = 0, taken: frozenset[str] = frozenset()) -> Values | Missed:
        """A matching event: another branch of the rule for each number, none of `taken` where there is a choice."""

        def accept(values: Values) -> Values | None:
            dressed = self._dressed(values, number, self.question.matches)
            return None if dressed is None or text_of(dressed) in taken else dressed

        for draw in range(_DRAWS):
            found = self.question.find([self.question.formula(), *self._branch(number, draw)], accept)
            if not isinstance(found, Missed):
                return found
        found = self.question.find([self.question.formula()], accept)
        if isinstance(found, Missed) and taken:
            return self.match(number)
        return found

    def _branch(self, number: int, draw: int) -> list[Formula]:
        """The branch of a number: the first one takes the first option everywhere; other draws change at random."""
        if draw == 0:
            return self.question.branch(lambda count: (number + self.scene.setting.seed) % count)
        return self.question.branch(Random(f"{self.scene.setting.seed} {number} {draw}").randrange)

    def _dressed(self, values: Values, number: int, holds: Holds) -> Values | None:
        """The values made plausible and with what goes with them, as far as the condition goes on holding."""
        if not holds(event_of(values)):
            return None
        current = dict(values)
        for path in sorted(current):
            self._polished(current, path, number, holds)
        for group in self.scene.background(current, number):
            added = {path: found for path, found in group.items() if path not in current}
            if added and holds(event_of(current | added)):
                current.update(added)
        return current

    def _polished(self, values: Values, path: str, number: int, holds: Holds) -> None:
        for place, value in enumerate(values[path]):
            for other in self._polish.suggestions(path, value, values, number):
                changed = [*values[path][:place], other, *values[path][place + 1 :]]
                if other == value or holds(event_of(values | {path: changed})):
                    values[path] = changed
                    break

    def base(self, leaf: Leaf, known: list[Values]) -> Values | Missed:
        """A match that a leaf decides: one of those known, or a new one.

        NONE is the proof that the predicate matches the same events without the leaf.
        """
        for values in known:
            if self.question.decides(leaf, self.question.goods(event_of(values))):
                return values
        for values in known[:_GUESSED]:
            guessed = guess(self.question, leaf, values, self.scene)
            if guessed is not None:
                return guessed

        def decides(event: Event) -> bool:
            return self.question.matches(event) and self.question.decides(leaf, self.question.goods(event))

        return self.question.find(self.question.relying_on(leaf), lambda values: self._dressed(values, 0, decides))

    def varied(self, leaf: Leaf, base: Values) -> Iterator[Varied]:
        """Changes of a match that a leaf decides; those that no longer match fail because of this leaf alone."""
        for variation in variations(self.question, leaf, base, self.scene):
            event = event_of(variation.values)
            if self.question.matches(event):
                if variation.kind in (Kind.SEVERAL, Kind.NUMBER_AS_TEXT):
                    yield Varied(variation.kind, variation.values, True)
            elif self._fails_by(leaf, event):
                yield Varied(variation.kind, variation.values, False)

    def against(self, leaf: Leaf) -> Varied | Missed:
        """An event that fails because of a leaf alone, made from nothing. NONE is the proof that there is none."""

        def accept(values: Values) -> Values | None:
            return self._dressed(values, 0, lambda event: self._fails_by(leaf, event))

        found = self.question.find(self.question.against(leaf), accept)
        if isinstance(found, Missed):
            return found
        return Varied(Kind.OTHER if leaf.wanted else Kind.EXCLUDED, found, False)

    def _fails_by(self, leaf: Leaf, event: Event) -> bool:
        if self.question.matches(event):
            return False
        return self.question.decides(leaf, self.question.goods(event))


def text_of(values: Values) -> str:
    """A text for values, different for different ones."""
    return json.dumps(values, sort_keys=True, default=str)


__all__ = ["Maker", "Variation", "Varied", "text_of"]
