"""Sequences over a stream: the state machine of `isorule.evaluation.sequences`, one event at a time, bounded.

What can no longer be part of a match is forgotten: a partial match, and the time of an event that must be missing,
once `maxspan` has passed since. What would go over `StreamLimits` is given up, oldest first, and said so.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence as Series
from dataclasses import dataclass, field
from itertools import islice

from isorule.diagnostics import Diagnostic, Severity
from isorule.evaluation.alerts import Alert
from isorule.evaluation.dates import MILLISECOND
from isorule.evaluation.events import Event, EventView
from isorule.evaluation.keys import Key, Keys
from isorule.evaluation.sequences import require_sound
from isorule.evaluation.setting import Setting
from isorule.evaluation.timeline import Clock
from isorule.ir.detections import Sequence
from isorule.ir.predicates import Predicate

OUT_OF_ORDER = "event-out-of-order"
"""The name of the diagnostic for events that do not come in order of time."""

_LEAST_SWEPT = 256
_EVENTS_PER_SWEPT = 4
"""Sweeping looks at no more than one stored item for so many events."""


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """What the sequences of a rule set may keep.

    `partial_matches` is shared out equally among the sequence rules and counts partial matches, matches that wait for
    a missing-event clause at the end, and times of events that must be missing. `waiting_per_key` bounds the waiting
    matches of one join key; of partial matches a key never has more than one for each clause.
    """

    partial_matches: int = 1_000_000
    waiting_per_key: int = 1_000


@dataclass(frozen=True, slots=True)
class SequencePlan:
    """A sequence made ready: its conditions (those of the stages, then that of `until`) and what each is for.

    `keys` belong to the conditions. `clauses` are the places in a match that a condition can fill, none for a
    missing-event stage, which stands in `missing` with the number of places before it.
    """

    sequence: Sequence
    conditions: tuple[Predicate, ...]
    keys: tuple[Keys, ...]
    clauses: tuple[tuple[int, ...], ...]
    missing: dict[int, int]
    length: int
    span: int | None
    clock: Clock

    @classmethod
    def of(cls, sequence: Sequence, setting: Setting) -> SequencePlan:
        """The plan of a sequence; raises `UnsupportedError` as `sequences.require_sound` does."""
        require_sound(sequence, [stage for stage in sequence.stages if not stage.missing])
        clauses: list[tuple[int, ...]] = []
        missing: dict[int, int] = {}
        length = 0
        for number, stage in enumerate(sequence.stages):
            count = 0 if stage.missing else stage.runs
            if stage.missing:
                missing[number] = length
            clauses.append(tuple(range(length, length + count)))
            length += count
        stages = sequence.stages if sequence.until is None else (*sequence.stages, sequence.until)
        return cls(
            sequence,
            tuple(stage.where for stage in stages),
            tuple(setting.join_keys((*sequence.by, *stage.by)) for stage in stages),
            tuple(clauses),
            missing,
            length,
            None if sequence.maxspan is None else sequence.maxspan * MILLISECOND,
            setting.clock,
        )


@dataclass(frozen=True, slots=True)
class _Partial:
    """The events so far, the times of the first and the last of them, and what missing-event clauses say of it.

    `since` is the last event before the first that a leading missing-event clause asks to be missing; `spoiled` means
    that such an event stood between two of the events.
    """

    events: tuple[Event, ...]
    first: int
    last: int
    since: int | None
    spoiled: bool = False


@dataclass(slots=True)
class _Complete:
    """A whole match; it waits while `passes` is None, at the longest until `deadline` has passed."""

    key: Key
    events: tuple[Event, ...]
    last: int
    deadline: int | None
    passes: bool | None


@dataclass(slots=True)
class _Missed:
    """The times of the last events, by key, that must be missing at one place: the last and the last before it."""

    times: dict[Key, tuple[int, int | None]] = field(default_factory=dict)

    def add(self, key: Key, time: int) -> None:
        """Take an event into account."""
        last, before = self.times.pop(key, (time, None))
        if time > last:
            last, before = time, last
        elif time < last and (before is None or time > before):
            before = time
        self.times[key] = (last, before)

    def last_before(self, key: Key, time: int) -> int | None:
        """The time of the last such event before a time."""
        last, before = self.times.get(key, (time, None))
        return last if last < time else before


class SequenceStream:
    """The state of one sequence on one stream.

    On events in order of time it finds what `sequence_alerts` finds, in the same order; events of the same time count
    in the order in which they come. An event that is older than one that the rule has seen is out of order: it does
    not advance a partial match that is newer, does not take its place, and finds forgotten what time has passed by;
    `event-out-of-order` says so once. Events without a time take no part.
    """

    def __init__(
        self, plan: SequencePlan, limits: StreamLimits, title: str, problems: list[Diagnostic], path: str | None = None
    ) -> None:
        """`title` and `path` name the rule and its file in diagnostics; each kind is added to `problems` once."""
        self._plan = plan
        self._limits = limits
        self._title = title
        self._path = path
        self._problems = problems
        self._places: list[dict[Key, _Partial]] = [{} for _ in range(plan.length - 1)]
        self._missed = {before: _Missed() for before in plan.missing.values() if before < plan.length}
        self._complete: deque[_Complete] = deque()
        self._waiting: dict[Key, deque[_Complete]] = {}
        self._newest: int | None = None
        self._sweep_at = min(_LEAST_SWEPT, limits.partial_matches)
        self._passed = 0

    def step(self, view: EventView, met: Series[int]) -> list[Alert]:
        """Take an event that meets the conditions with these numbers, in order; the alerts that are decided by it."""
        time = self._plan.clock.time(view)
        if time is None:
            return []
        self._note_order(time)
        found: list[tuple[Key, _Partial]] = []
        ends = False
        for number in reversed(met):  # later clauses first: no event fills two clauses of one match
            keys = self._plan.keys[number].keys(view)
            if number in self._plan.missing:
                self._miss(self._plan.missing[number], keys, time)
            elif number < len(self._plan.clauses):
                for place in reversed(self._plan.clauses[number]):
                    for key in keys:
                        self._advance(place, key, view.event, time, found)
            else:
                ends = True
        for key, match in sorted(found, key=lambda item: item[0]):
            self._judge(key, match)
        if ends:
            self._end(self._plan.keys[-1].keys(view))
        if self._size() > self._sweep_at:
            self._sweep(time)
        return self._decided(time)

    def pass_time(self, view: EventView, count: int) -> list[Alert]:
        """Take the time of an event, after `count` events of which some may have met none of the conditions."""
        self._passed += count
        size = self._size()
        time = self._plan.clock.time(view) if size else None
        if time is None:
            return []
        if self._passed > _EVENTS_PER_SWEPT * size:
            self._sweep(time)
        return self._decided(time)

    def close(self) -> list[Alert]:
        """The alerts that waited for the end of the stream."""
        for match in self._complete:
            match.passes = match.passes is not False
        return self._decided(0)

    def _advance(self, place: int, key: Key, event: Event, time: int, found: list[tuple[Key, _Partial]]) -> None:
        """Let an event fill a place of the match of a key, where the place before it waits for that."""
        if place == 0:
            leading = self._missed.get(0)
            since = None if leading is None else leading.last_before(key, time)
            partial = _Partial((event,), time, time, since)
        else:
            waiting = self._places[place - 1].get(key)
            if waiting is None or waiting.last > time:
                return
            del self._places[place - 1][key]
            if self._is_past(waiting.first, time):
                return
            missed = self._missed.get(place)
            between = None if missed is None else missed.last_before(key, time)
            spoiled = waiting.spoiled or (between is not None and between > waiting.last)
            partial = _Partial((*waiting.events, event), waiting.first, time, waiting.since, spoiled)
        if place == self._plan.length - 1:
            found.append((key, partial))
            return
        older = self._places[place].pop(key, None)
        self._places[place][key] = partial if older is None or older.last <= time else older

    def _miss(self, before: int, keys: list[Key], time: int) -> None:
        """Take an event that should be missing, with so many ordinary clauses before its clause."""
        if before < self._plan.length:
            for key in keys:
                self._missed[before].add(key, time)
            return
        for key in keys:
            waiting = self._waiting.get(key)
            while waiting and waiting[0].last < time:
                match = waiting.popleft()
                match.passes = match.deadline is None or time > match.deadline

    def _judge(self, key: Key, match: _Partial) -> None:
        """Let missing-event clauses decide a match, now or later."""
        span, leads, trails = self._plan.span, 0 in self._missed, self._plan.length in self._plan.missing.values()
        start = match.since if leads else match.first
        if match.spoiled:
            return
        if span is None or start is None or not (leads or trails):
            self._complete.append(_Complete(key, match.events, match.last, None, True))
        elif not trails:
            self._complete.append(_Complete(key, match.events, match.last, None, match.last - start > span))
        else:
            complete = _Complete(key, match.events, match.last, start + span, None)
            self._complete.append(complete)
            waiting = self._waiting.setdefault(key, deque())
            waiting.append(complete)
            if len(waiting) > self._limits.waiting_per_key:
                waiting.popleft().passes = False
                self._warn(
                    "too-many-waiting-matches",
                    f"{self._title!r}: more than {self._limits.waiting_per_key} matches of one key wait for an event "
                    "that must be missing; the oldest were given up",
                )

    def _decided(self, time: int) -> list[Alert]:
        """The matches at the head of the queue that are decided, so that alerts keep the order of matches."""
        out: list[Alert] = []
        while self._complete:
            match = self._complete[0]
            if match.passes is None:
                if match.deadline is None or time <= match.deadline:
                    break
                match.passes = True
                self._waiting[match.key].popleft()  # waiting matches of a key are decided in their order
            self._complete.popleft()
            if match.passes:
                out.append(self._alert(match))
        return out

    def _alert(self, match: _Complete) -> Alert:
        events = iter(match.events)
        stages = self._plan.sequence.stages
        slots = tuple(None if stage.missing else next(events) for stage in stages for _ in range(stage.runs))
        return Alert(slots, keys=self._plan.keys[0].shown(match.key))

    def _end(self, keys: list[Key]) -> None:
        for key in keys:
            for place in self._places:
                place.pop(key, None)

    def _is_past(self, first: int, time: int) -> bool:
        return self._plan.span is not None and time - first > self._plan.span

    def _size(self) -> int:
        return (
            sum(map(len, self._places))
            + sum(len(missed.times) for missed in self._missed.values())
            + len(self._complete)
        )

    def _sweep(self, time: int) -> None:
        """Forget what is past. The next sweep comes when as much again has been added, so that sweeping stays cheap."""
        full = self._size() > self._limits.partial_matches
        for place in self._places:
            for key in [key for key, partial in place.items() if self._is_past(partial.first, time)]:
                del place[key]
        for missed in self._missed.values():
            for key in [key for key, (last, _) in missed.times.items() if self._is_past(last, time)]:
                del missed.times[key]
        for key in [key for key, waiting in self._waiting.items() if not waiting]:
            del self._waiting[key]
        if full:
            self._give_up()
        self._passed = 0
        self._sweep_at = min(max(_LEAST_SWEPT, 2 * self._size()), self._limits.partial_matches)

    def _give_up(self) -> None:
        """Bring the size well below the limit, a quarter of the greatest store at a time, oldest first."""
        limit = self._limits.partial_matches
        while self._size() > limit - limit // 4:
            self._warn(
                "too-many-partial-matches",
                f"{self._title!r}: more than {limit} partial matches; the oldest were given up",
            )
            stores: list[dict[Key, _Partial] | dict[Key, tuple[int, int | None]]] = [
                *self._places,
                *(missed.times for missed in self._missed.values()),
            ]
            largest = max(stores, key=len, default={})
            if len(largest) >= len(self._complete):
                for key in list(islice(largest, (len(largest) + 3) // 4)):
                    del largest[key]
            else:
                self._drop_waiting()

    def _drop_waiting(self) -> None:
        for _ in range((len(self._complete) + 3) // 4):
            match = self._complete.popleft()
            if match.passes is None:
                self._waiting[match.key].popleft()

    def _note_order(self, time: int) -> None:
        if self._newest is not None and time < self._newest:
            self._warn(OUT_OF_ORDER, f"{self._title!r}: events out of order of time; some matches may be missed")
        else:
            self._newest = time

    def _warn(self, name: str, message: str) -> None:
        found = Diagnostic("EVAL002", name, Severity.WARNING, message, path=self._path)
        if found not in self._problems:
            self._problems.append(found)
