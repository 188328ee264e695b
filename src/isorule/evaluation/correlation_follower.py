"""Correlations over a stream whose length nobody knows: `CorrelationStream`, one event at a time, bounded.

What is out of every window is forgotten. What would go over the limit is given up, oldest group first, and said so.
"""

from __future__ import annotations

from collections.abc import Collection

from isorule.diagnostics import Diagnostic, Severity
from isorule.evaluation.alerts import Alert
from isorule.evaluation.correlations import CorrelationPlan, CorrelationStream
from isorule.evaluation.events import EventView
from isorule.evaluation.sequence_stream import OUT_OF_ORDER
from isorule.evaluation.timeline import Clock, Moment

_SWEEP_AFTER = 1_024
"""Events after which what is out of the window is looked for."""


class CorrelationFollower:
    """A correlation rule over one stream; an event without a time takes no part.

    An event that comes late is taken as one of the newest time seen, and `OUT_OF_ORDER` is said once. `most` is how
    many hits and groups are kept.
    """

    def __init__(
        self, plan: CorrelationPlan, by: Clock, most: int, title: str, problems: list[Diagnostic], path: str | None
    ) -> None:
        self._stream = CorrelationStream(plan)
        self._clock = by
        self._most = most
        self._title = title
        self._problems = problems
        self._path = path
        self._newest: int | None = None
        self._passed = 0

    def step(self, view: EventView, met: Collection[int]) -> list[Alert]:
        """The alerts at an event that meets the conditions of these numbers."""
        time = self._clock.time(view)
        if time is None:
            return []
        if self._newest is not None and time < self._newest:
            self._warn(OUT_OF_ORDER, f"{self._title!r}: events out of order of time; some matches may be missed")
            time = self._newest
        self._newest = time
        return list(self._stream.step(Moment(view, time), met))

    def pass_time(self, view: EventView, count: int) -> list[Alert]:
        """Take the time of an event, after `count` events of which some may have met none of the conditions."""
        self._passed += count
        if self._passed < _SWEEP_AFTER:
            return []
        self._passed = 0
        time = self._clock.time(view)
        if time is not None and (self._newest is None or time >= self._newest):
            self._stream.sweep(time)
        if self._stream.size > self._most:
            self._stream.give_up(self._most - self._most // 4)
            self._warn(
                "too-many-partial-matches",
                f"{self._title!r}: more than {self._most} hits in the window; the oldest groups were given up",
            )
        return []

    def close(self) -> list[Alert]:
        """Nothing waits for the end of the stream."""
        return []

    def _warn(self, name: str, message: str) -> None:
        if not any(problem.name == name and problem.message == message for problem in self._problems):
            self._problems.append(Diagnostic("EVAL002", name, Severity.WARNING, message, path=self._path))
