"""How much work a decision may cost; beyond it the verdict is UNDECIDED and says what ran out."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits of one comparison.

    The counted limits come first, and give the same verdict on every machine. `seconds` is wall time and only the outer
    guard, wide enough to be met by no comparison of the corpora; None leaves it out.
    """

    steps: int = 2_000_000
    """Steps of the solver: one for each clause looked at."""
    states: int = 200_000
    """States of automata that are entered."""
    rounds: int = 2_000
    """Candidates that are looked at in each direction."""
    events: int = 40_000
    """Events of the streams that are put to both sides."""
    seconds: float | None = 60.0


class ExhaustedError(Exception):
    """A limit of the budget was reached; the message names it."""


class Meter:
    """Counts what a comparison spends of its budget. `clock` gives seconds."""

    def __init__(self, budget: Budget, clock: Callable[[], float] = time.monotonic) -> None:
        self.budget = budget
        self._clock = clock
        self._end = None if budget.seconds is None else clock() + budget.seconds
        self._steps = 0
        self._states = 0
        self._events = 0

    def step(self, count: int = 1) -> None:
        """Counts work of the solver; raises ExhaustedError where none is left."""
        self._steps += count
        if self._steps > self.budget.steps:
            raise ExhaustedError(f"more than {self.budget.steps} steps of the solver")
        if self._steps % 1024 < count:
            self.look_at_clock()

    def state(self) -> None:
        """Counts a state of an automaton; raises ExhaustedError where none is left."""
        self._states += 1
        if self._states > self.budget.states:
            raise ExhaustedError(f"more than {self.budget.states} states of automata")
        if self._states % 1024 == 0:
            self.look_at_clock()

    def stream(self, events: int) -> None:
        """Counts a stream of so many events; raises ExhaustedError where none is left."""
        self._events += events
        if self._events > self.budget.events:
            raise ExhaustedError(f"more than {self.budget.events} events in streams")
        if self._events % 256 < events:
            self.look_at_clock()

    def look_at_clock(self) -> None:
        """Raises ExhaustedError after the time is over."""
        if self._end is not None and self._clock() > self._end:
            raise ExhaustedError(f"more than {self.budget.seconds:g} seconds")
