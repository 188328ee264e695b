"""The evaluator's answer on a case, as `isorule test` asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from isorule.evaluation import evaluate_detection
from isorule.evaluation.dates import moment_of
from isorule.evaluation.events import EventView
from isorule.evaluation.logic import Check
from isorule.evaluation.predicates import PredicateCompiler
from isorule.evaluation.timeline import clock
from isorule.ir.detections import Detection, Match
from isorule.ir.matchers import Scalar
from isorule.synthesis.cases import Event
from isorule.synthesis.moments import after, counts_from_now
from isorule.synthesis.setting import Setting
from isorule.verification.cells import Values
from isorule.verification.witness import event_of


@dataclass(frozen=True, slots=True)
class Timed:
    """The values of an event, and when it happens: milliseconds after the start."""

    values: Values
    at: int = 0


@dataclass(frozen=True, slots=True)
class Stream:
    """What a rule is asked about."""

    events: tuple[Timed, ...]
    history: tuple[Timed, ...] = ()
    indicators: tuple[Values, ...] = ()


@dataclass(frozen=True, slots=True)
class Played:
    """A stream written out, and the number of its alerts."""

    events: tuple[Event, ...]
    history: tuple[Event, ...]
    indicators: tuple[Event, ...]
    alerts: int


class Judge:
    """Asks the evaluator about a detection."""

    def __init__(self, detection: Detection, setting: Setting) -> None:
        self.detection = detection
        self.setting = setting
        self._clock = clock(setting.fields, setting.timestamp_field, setting.tiebreaker_field)

    @cached_property
    def _check(self) -> Check | None:
        """The evaluator's check of single events, made once; None for all other detections, and where `now` counts."""
        detection, setting = self.detection, self.setting
        if not isinstance(detection, Match) or detection.pipes or counts_from_now(detection.where):
            return None
        return PredicateCompiler(setting.fields, setting.category_field, setting.present).check(detection.where)

    def played(self, stream: Stream) -> Played:
        """The stream as events, in order of time, and the answer when the rule runs at the time of the newest.

        Raises `UnsupportedError` as the evaluator does.
        """
        ordered = sorted(stream.events, key=lambda timed: timed.at)
        events = tuple(self._event(timed, number) for number, timed in enumerate(ordered))
        history = tuple(self._event(timed, number) for number, timed in enumerate(stream.history))
        indicators = tuple(map(event_of, stream.indicators))
        return Played(events, history, indicators, self._alerts(events, history, indicators))

    def alerts(self, stream: Stream) -> int:
        """The number of alerts of a stream."""
        return self.played(stream).alerts

    def _event(self, timed: Timed, number: int) -> Event:
        """An event with its time, unless the rule itself asks for one, and its tiebreaker."""
        values = dict(timed.values)
        times: list[Scalar] = [after(self.setting.now, timed.at)]
        values.setdefault(self.setting.timestamp_field, times)
        values.setdefault("@timestamp", times)
        if self.setting.tiebreaker_field is not None:
            values.setdefault(self.setting.tiebreaker_field, [number])
        return event_of(values)

    def _alerts(
        self, events: Sequence[Event], history: Sequence[Event], indicators: Sequence[Mapping[str, object]]
    ) -> int:
        setting = self.setting
        if self._check is not None:
            return sum(self._check(EventView(event)) is True for event in events)
        times = [time for event in events if (time := self._clock.time(EventView(event))) is not None]
        found = evaluate_detection(
            self.detection,
            events,
            schema=setting.schema,
            category_field=setting.category_field,
            timestamp_field=setting.timestamp_field,
            tiebreaker_field=setting.tiebreaker_field,
            now=moment_of(max(times)) if times else setting.now,
            history=history,
            indicators=indicators,
        )
        return len(found)
