"""How often events meet needs, counted on some of the first events of a stream."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from isorule.evaluation.events import EventView, Fields
from isorule.evaluation.gates import Chance, Need
from isorule.evaluation.index import NeedIndex

_FIRST = 200
_LAST = 700


class Census:
    """Counts for each need how many events meet it; the very first events are let pass, for short streams."""

    def __init__(self, needs: Iterable[Need]) -> None:
        self._places = {need: place for place, need in enumerate(needs)}
        self._seen = 0
        self._index: NeedIndex | None = None
        self._met: Counter[int] = Counter()

    def count(self, view: EventView, fields: Fields, accelerated: bool) -> bool:
        """Take an event into account; true when enough have been."""
        self._seen += 1
        if self._seen <= _FIRST:
            return False
        if self._index is None:
            self._index = NeedIndex(fields, self._places.items(), accelerated)
        self._met.update(self._index.met(view))
        return self._seen >= _LAST

    def chance(self, guess: Chance) -> Chance:
        """The measured chance of every need, with a guess as one more event; a guess alone for one not counted."""
        total = self._seen - _FIRST + 1

        def measured(need: Need) -> float:
            place = self._places.get(need)
            return guess(need) if place is None else (self._met[place] + guess(need)) / total

        return measured
