"""What a correlation keeps of one group: the hits in its window, and how far its items have come.

See `isorule.evaluation.correlations` for what is an alert.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from isorule.evaluation.events import EventView
from isorule.evaluation.measures import Gauge, holds
from isorule.evaluation.occurrences import Case
from isorule.ir.detections import Having
from isorule.ir.matchers import Scalar

GroupValues = tuple[tuple[str, Scalar | None], ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """An event that meets an item, or the moment at which an inner correlation holds.

    `time` and `place` are those of the event that completed it: nanoseconds since 1970, and how many events of the
    stream came before. `views` are all of its events. `group` are the values of an inner correlation's keys. `begins`
    is false while an inner correlation merely goes on holding.
    """

    time: int
    place: int
    views: tuple[EventView, ...]
    group: GroupValues = ()
    begins: bool = True


@dataclass(slots=True)
class MeasureGroup:
    """The hits of a group that are in the window, with their measures."""

    gauges: list[Gauge]
    hits: deque[tuple[Hit, EventView]] = field(default_factory=deque)
    holding: bool = False

    def forget(self, before: int) -> None:
        """Let the hits go whose time is before a time."""
        while self.hits and self.hits[0][0].time < before:
            _, view = self.hits.popleft()
            for item in self.gauges:
                item.remove(view)
        if not self.hits:
            self.holding = False

    def take(self, hits: Iterable[tuple[Hit, EventView]]) -> bool:
        """Take hits in, each with what measures see of it, an event that meets several items once; whether any was."""
        seen: set[EventView] = set()
        for hit, view in hits:
            if view not in seen:
                seen.add(view)
                self.hits.append((hit, view))
                for item in self.gauges:
                    item.add(view)
        return bool(seen)

    def meets(self, having: tuple[Having, ...]) -> bool:
        """Whether all conditions hold now."""
        return all(holds(condition, item) for condition, item in zip(having, self.gauges, strict=True))

    def views(self) -> tuple[EventView, ...]:
        """All events in the window, in order."""
        return tuple(dict.fromkeys(view for hit, _ in self.hits for view in hit.views))

    def idle(self) -> bool:
        """Whether nothing is kept."""
        return not self.hits

    def size(self) -> int:
        """How many hits are kept."""
        return len(self.hits)


Chain = tuple[Hit, ...]
"""Hits of the first items of a case, one each."""


@dataclass(slots=True)
class TemporalGroup:
    """For each case the newest hits of its items: in order, of every prefix of the items, else of each item."""

    cases: tuple[Case, ...]
    ordered: bool
    chains: list[list[Chain | None]] = field(init=False)
    last: dict[int, int] = field(default_factory=dict)
    """The time of the last hit of each item."""

    def __post_init__(self) -> None:
        self.chains = [[None] * len(case.present) for case in self.cases]

    def forget(self, before: int) -> None:
        """Let go what has begun before a time."""
        for chains in self.chains:
            for index, chain in enumerate(chains):
                if chain is not None and chain[0].time < before:
                    chains[index] = None
        for item in [item for item, time in self.last.items() if time < before]:
            del self.last[item]

    def step(self, hits: Iterable[tuple[int, Hit]], before: int) -> Chain | None:
        """The hits that one event gives, by item: the chain that they complete, which is used up, or None."""
        self.forget(before)
        found = list(hits)
        for item, hit in found:
            self.last[item] = hit.time
        complete: Chain | None = None
        for number, case in enumerate(self.cases):
            chain = self._in_order(number, case, found) if self.ordered else self._in_any_order(number, case, found)
            if chain is not None and complete is None and not any(item in self.last for item in case.absent):
                complete = chain
                used = dict(zip(case.present, chain, strict=True))
        if complete is not None:
            self._use_up(used)
        return complete

    def _in_order(self, number: int, case: Case, hits: list[tuple[int, Hit]]) -> Chain | None:
        """Later items first, so that no event stands for two items of one chain."""
        chains = self.chains[number]
        complete = False
        by_item = dict(hits)
        for place in range(len(case.present) - 1, -1, -1):
            hit = by_item.get(case.present[place])
            if hit is None:
                continue
            if place == 0:
                chains[0] = (hit,)
            elif (begun := chains[place - 1]) is not None:
                chains[place] = (*begun, hit)
            else:
                continue
            complete = complete or place == len(case.present) - 1
        return chains[-1] if complete else None

    def _in_any_order(self, number: int, case: Case, hits: list[tuple[int, Hit]]) -> Chain | None:
        chains = self.chains[number]
        touched = False
        for item, hit in hits:
            if item in case.present:
                chains[case.present.index(item)] = (hit,)
                touched = True
        newest = [chain[0] for chain in chains if chain is not None]
        return tuple(newest) if touched and len(newest) == len(chains) else None

    def _use_up(self, used: dict[int, Hit]) -> None:
        """Forget every chain with a hit that is not newer than the one that its item had in the alert."""
        for case, chains in zip(self.cases, self.chains, strict=True):
            for place, chain in enumerate(chains):
                items = case.present if self.ordered else case.present[place:]
                if chain is not None and any(
                    item in used and hit.place <= used[item].place for item, hit in zip(items, chain, strict=False)
                ):
                    chains[place] = None

    def idle(self) -> bool:
        """Whether nothing is kept."""
        return not self.last and not any(chain is not None for chains in self.chains for chain in chains)

    def size(self) -> int:
        """How many hits are kept."""
        return sum(len(chain) for chains in self.chains for chain in chains if chain is not None)
