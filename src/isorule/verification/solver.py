"""Propositional satisfiability: clause learning with two watched literals.

J. P. Marques-Silva, K. A. Sakallah, "GRASP: a search algorithm for propositional satisfiability" (1999),
https://doi.org/10.1109/12.769433; M. W. Moskewicz et al., "Chaff: engineering an efficient SAT solver" (2001),
https://doi.org/10.1145/378239.379017. Variables are 1, 2, …; a literal is a variable or its negative.
"""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heappop, heappush
from itertools import chain

from isorule.verification.budget import Meter

_DECAY = 1.05


class Solver:
    """Clauses that are added one by one, and models of them; decisions set variables false first."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._value: list[bool | None] = [None]
        self._level: list[int] = [0]
        self._reason: list[list[int] | None] = [None]
        self._activity: list[float] = [0.0]
        self._watchers: dict[int, list[list[int]]] = {}
        self._trail: list[int] = []
        self._marks: list[int] = []
        self._started: dict[int, int] = {}
        self._next = 0
        self._bump = 1.0
        self._order: list[tuple[float, int]] = []
        self._contradiction = False

    def add(self, literals: Iterable[int]) -> None:
        """Adds a clause: one of the literals holds."""
        self._undo(0)
        members = dict.fromkeys(literals)
        clause = list(members)
        for literal in clause:
            self._introduce(abs(literal))
        if any(-literal in members or self._holds(literal) is True for literal in clause):
            return
        clause = [literal for literal in clause if self._holds(literal) is None]
        if not clause:
            self._contradiction = True
        elif len(clause) == 1:
            self._set(clause[0], None)
        else:
            self._watch(clause)

    def model(self) -> list[bool] | None:
        """Values for all variables (by number; the first is unused) under which every clause holds; None if none do.

        Raises ExhaustedError where the meter says so.
        """
        self._undo(0)
        while not self._contradiction:
            conflict = self._propagate()
            if conflict is not None:
                if not self._marks:
                    self._contradiction = True
                    return None
                self._learn(conflict)
                continue
            variable = self._undecided()
            if variable is None:
                return [value is True for value in self._value]
            self._marks.append(len(self._trail))
            self._set(-variable, None)
        return None

    def _introduce(self, variable: int) -> None:
        while len(self._value) <= variable:
            heappush(self._order, (0.0, len(self._value)))
            self._value.append(None)
            self._level.append(0)
            self._reason.append(None)
            self._activity.append(0.0)

    def _holds(self, literal: int) -> bool | None:
        value = self._value[abs(literal)]
        return value if value is None or literal > 0 else not value

    def _set(self, literal: int, reason: list[int] | None) -> None:
        variable = abs(literal)
        self._value[variable] = literal > 0
        self._level[variable] = len(self._marks)
        self._reason[variable] = reason
        self._trail.append(literal)

    def _watch(self, clause: list[int]) -> None:
        for literal in clause[:2]:
            self._watchers.setdefault(literal, []).append(clause)

    def _propagate(self) -> list[int] | None:
        """Sets what clauses force; the clause of which no literal can hold any more, if there is one."""
        while self._next < len(self._trail):
            false = -self._trail[self._next]
            self._next += 1
            watching = self._watchers.get(false, [])
            kept: list[list[int]] = []
            for index, clause in enumerate(watching):
                self._meter.step()
                if clause[0] == false:
                    clause[0], clause[1] = clause[1], false
                if self._holds(clause[0]) is True or not self._moved(clause):
                    kept.append(clause)
                    if self._holds(clause[0]) is False:
                        self._watchers[false] = kept + watching[index + 1 :]
                        return clause
                    if self._holds(clause[0]) is None:
                        self._set(clause[0], clause)
            self._watchers[false] = kept
        return None

    def _moved(self, clause: list[int]) -> bool:
        """Whether the second watch of a clause could go to a literal that may still hold.

        The search goes on where the last one ended, so that a long clause is not gone through for every assignment
        (I. Gent, "Optimal implementation of watched literals and more general techniques" (2013)).
        """
        start = self._started.get(id(clause), 2)
        for place in chain(range(start, len(clause)), range(2, start)):
            if self._holds(clause[place]) is not False:
                clause[1], clause[place] = clause[place], clause[1]
                self._started[id(clause)] = place
                self._watchers.setdefault(clause[1], []).append(clause)
                return True
        return False

    def _learn(self, conflict: list[int]) -> None:
        """Adds the clause that cuts at the first unique implication point, and goes back to where it forces."""
        now = len(self._marks)
        seen: set[int] = set()
        learned: list[int] = []
        pending, place = 0, len(self._trail)
        reason: list[int] = conflict
        while True:
            for literal in reason:
                variable = abs(literal)
                if variable in seen or self._level[variable] == 0:
                    continue
                seen.add(variable)
                self._raise(variable)
                if self._level[variable] == now:
                    pending += 1
                else:
                    learned.append(literal)
            place -= 1
            while abs(self._trail[place]) not in seen:
                place -= 1
            pivot = self._trail[place]
            pending -= 1
            if pending == 0:
                break
            found = self._reason[abs(pivot)]
            assert found is not None
            reason = [literal for literal in found if literal != pivot]
        self._bump *= _DECAY
        learned.sort(key=lambda literal: -self._level[abs(literal)])
        clause = [-pivot, *learned]
        self._undo(self._level[abs(learned[0])] if learned else 0)
        if len(clause) > 1:
            self._watch(clause)
        self._set(-pivot, clause if len(clause) > 1 else None)

    def _raise(self, variable: int) -> None:
        self._activity[variable] += self._bump
        heappush(self._order, (-self._activity[variable], variable))

    def _undecided(self) -> int | None:
        """The most active variable without a value."""
        while self._order:
            _, variable = self._order[0]
            if self._value[variable] is None:
                return variable
            heappop(self._order)
        return None

    def _undo(self, level: int) -> None:
        if len(self._marks) <= level:
            return
        start = self._marks[level]
        for literal in self._trail[start:]:
            variable = abs(literal)
            self._value[variable] = None
            heappush(self._order, (-self._activity[variable], variable))
        del self._trail[start:], self._marks[level:]
        self._next = min(self._next, start)
