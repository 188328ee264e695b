"""Missing-event clauses of a sequence: what must not have happened next to a match.

Times alone count here, not tiebreakers: an event at the time of its neighbour is neither before nor after it. Between
two ordinary clauses no such event may stand. At the start the last one before the match counts, at the end the first
one after it: a match fails if from there to its far end (or, with both, from one to the other) is at most `maxspan`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from isorule.evaluation.keys import Key, Keys
from isorule.evaluation.logic import Check
from isorule.evaluation.timeline import Moment


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The times of a match, one for each ordinary clause, in order."""

    times: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MissingClause:
    """A clause that no event may meet; `before` ordinary clauses stand before it. `times` are sorted."""

    before: int
    times: dict[Key, list[int]]

    @classmethod
    def of(cls, before: int, check: Check, keys: Keys, moments: list[Moment]) -> MissingClause:
        """The clause with the times of all events that meet it, by key."""
        times: dict[Key, list[int]] = {}
        for moment in moments:
            if check(moment.view) is True:
                for key in keys.keys(moment.view):
                    times.setdefault(key, []).append(moment.time)
        return cls(before, times)

    def last_before(self, key: Key, time: int) -> int | None:
        """The time of the last such event before a time."""
        times = self.times.get(key, [])
        at = bisect_left(times, time)
        return times[at - 1] if at else None

    def first_after(self, key: Key, time: int) -> int | None:
        """The time of the first such event after a time."""
        times = self.times.get(key, [])
        at = bisect_right(times, time)
        return times[at] if at < len(times) else None


def passes(key: Key, match: Neighbours, clauses: list[MissingClause], span: int) -> bool:
    """Whether nothing that must be missing happened. `span` is `maxspan` in nanoseconds."""
    first, last = match.times[0], match.times[-1]
    leading: list[int | None] = []
    trailing: list[int | None] = []
    for clause in clauses:
        if clause.before == 0:
            leading.append(clause.last_before(key, first))
        elif clause.before == len(match.times):
            trailing.append(clause.first_after(key, last))
        else:
            left, right = match.times[clause.before - 1], match.times[clause.before]
            after = clause.first_after(key, left)
            if after is not None and after < right:
                return False
    start = max((time for time in leading if time is not None), default=None) if leading else first
    end = min((time for time in trailing if time is not None), default=None) if trailing else last
    if not leading and not trailing:
        return True
    return start is None or end is None or end - start > span
