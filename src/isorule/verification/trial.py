"""Streams of events put to both sides.

While streams are searched, a condition is a field that says whether it holds: what holds of an event is known from when
it was made. A stream that is shown has been put to the detections themselves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum, unique
from itertools import count

from isorule.diagnostics import IsoruleError
from isorule.evaluation import Alert, evaluate_detection
from isorule.evaluation.dates import MILLISECOND, bound, nanos
from isorule.ir.detections import Aggregate, Correlation, Detection, NewTerms, Sample, Window, WindowKind
from isorule.ir.matchers import Present
from isorule.ir.predicates import Field, Predicate, Test
from isorule.ir.schema import FieldInfo, FieldSchema
from isorule.ir.streams import stream_form
from isorule.ir.walk import map_predicates
from isorule.verification.drafts import Draft
from isorule.verification.outline import outline
from isorule.verification.verdict import Alerts, Event

_START = datetime(2024, 1, 1, tzinfo=UTC)
_PREFIX = "\x00"

Made = Callable[[Draft], dict[str, object]]


@unique
class Evidence(Enum):
    """What a stream shows: which side alone gives an alert, or, where both do, which gives more; OTHER for neither."""

    FIRST_ONLY = "first only"
    SECOND_ONLY = "second only"
    MORE_FIRST = "more of the first"
    MORE_SECOND = "more of the second"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Stream:
    """Events with their times in milliseconds from the start of the stream, and what the rules know beside them.

    The events of the history have the time from which on the new-terms rule of the side `since` looks at them; none,
    where that is None.
    """

    events: tuple[tuple[Draft, int], ...]
    history: tuple[Draft, ...] = ()
    indicators: tuple[Draft, ...] = ()
    since: int | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A stream as events, and the alerts of both sides on it, at a present time where they depend on that."""

    events: tuple[Event, ...]
    history: tuple[Event, ...]
    indicators: tuple[Event, ...]
    first: Alerts
    second: Alerts
    evidence: Evidence | None
    now: datetime | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """A detection, and the fields in which its events have their category and time.

    `form` is the detection in the one form for all that alert alike, a correlation that is a sequence as a sequence.
    """

    detection: Detection
    category: str
    timestamp: str
    form: Detection = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "form", stream_form(self.detection))


class Trial:
    """Puts streams to two sides."""

    def __init__(self, first: Side, second: Side, schema: FieldSchema) -> None:
        self._sides = (first, second)
        self._looks_back = any(_looks_back(side.form) for side in self._sides)
        self._schema = schema
        self._sketched_schema = _around(schema, (*_read(first), *_read(second)))
        number = count()
        self._sketched = tuple(
            Side(map_predicates(side.form, lambda _: _flag(next(number))), side.category, side.timestamp)
            for side in (first, second)
        )
        self._samples = all(isinstance(side.form, Sample) for side in (first, second))

    def evidence(self, stream: Stream) -> Evidence | None:
        """What the stream shows, by what is known of its events; None where the sides answer alike."""
        found = self._shown(stream, self._sketched, _sketch, self._sketched_schema)
        return found.evidence if found is not None else None

    def shown(self, stream: Stream) -> Shown | None:
        """The stream put to the detections themselves; None where the evaluator refuses it."""
        return self._shown(stream, self._sides, Draft.event, self._schema)

    def _shown(self, stream: Stream, sides: tuple[Side, ...], made: Made, schema: FieldSchema) -> Shown | None:
        stamps = dict.fromkeys(side.timestamp for side in sides)
        events = tuple(_at(made(draft), offset, stamps) for draft, offset in stream.events)
        now = _moment(stream.events[-1][1]) if self._looks_back and stream.events else None
        history, indicators = self._history(stream, made, now), tuple(map(made, stream.indicators))
        try:
            first, second = (
                evaluate_detection(
                    side.detection,
                    events,
                    schema=schema,
                    category_field=side.category,
                    timestamp_field=side.timestamp,
                    now=now,
                    history=history,
                    indicators=indicators,
                )
                for side in sides
            )
        except IsoruleError:
            return None
        places = {id(event): place for place, event in enumerate(events)}
        alerts = _placed(first, places), _placed(second, places)
        return Shown(events, history, indicators, *alerts, self._compared(*alerts), now)

    def _history(self, stream: Stream, made: Made, now: datetime | None) -> tuple[Event, ...]:
        """The events of the history, with a time where the stream gives them one."""
        rule = None if stream.since is None else self._sides[stream.since].form
        start = None
        if isinstance(rule, NewTerms) and now is not None:
            start = bound(rule.history_start, False, nanos(now))
        if start is None:
            return tuple(map(made, stream.history))
        stamps = dict.fromkeys(side.timestamp for side in self._sides)
        offset = -((nanos(_START) - start) // MILLISECOND)
        return tuple(_at(made(draft), offset, stamps) for draft in stream.history)

    def _compared(self, first: Alerts, second: Alerts) -> Evidence | None:
        ours, theirs = self._counted(first), self._counted(second)
        if ours == theirs:
            return None
        if not theirs:
            return Evidence.FIRST_ONLY
        if not ours:
            return Evidence.SECOND_ONLY
        if ours > theirs:
            return Evidence.MORE_FIRST
        return Evidence.MORE_SECOND if ours < theirs else Evidence.OTHER

    def _counted(self, alerts: Alerts) -> Counter[object]:
        """The alerts as what counts: of samples how many, since each stands for keys and shows any events."""
        return Counter({"samples": len(alerts)} if self._samples and alerts else map(_events, alerts))


def _looks_back(detection: Detection) -> bool:
    """Whether what a detection finds depends on the present beside its conditions."""
    match detection:
        case NewTerms():
            return True
        case Aggregate(window=Window(WindowKind.LOOKBACK, span)):
            return span is not None
        case _:
            return False


def _read(side: Side) -> Iterator[str]:
    """The fields that a detection reads beside its conditions."""
    found = outline(side.form)
    yield side.timestamp
    yield from (key.path for clause in found.clauses for key in clause.keys)
    yield from (path for pair in found.equal for path in pair)
    if isinstance(side.form, Aggregate | Correlation):
        yield from (path for having in side.form.having for path in having.measure.fields)


def _around(schema: FieldSchema, paths: Iterable[str]) -> FieldSchema:
    """What a schema says of some fields and of those that they stand on: one that is read quickly."""
    fields: dict[str, FieldInfo] = {}
    for path in paths:
        for name in (path, schema.real_path(path)):
            while name:
                if name in schema:
                    fields[name] = schema[name]
                name = name.rpartition(".")[0]
    return FieldSchema(fields, schema.closed)


def _flag(number: int) -> Predicate:
    return Test(Field(f"{_PREFIX}{number}"), Present())


def _sketch(draft: Draft) -> dict[str, object]:
    """The event with a field for each condition that holds of it; its other fields stand flat."""
    event: dict[str, object] = {path: list(values) for path, values in draft.values.items()}
    event.update((f"{_PREFIX}{number}", True) for number, holds in enumerate(draft.truths) if holds)
    return event


def _at(event: dict[str, object], offset: int, stamps: Iterable[str]) -> dict[str, object]:
    """The event with its time."""
    moment = _moment(offset).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {**event, **dict.fromkeys(stamps, moment)}


def _moment(offset: int) -> datetime:
    return _START + timedelta(milliseconds=offset)


def _placed(alerts: Iterable[Alert], places: Mapping[int, int]) -> Alerts:
    return tuple(tuple(None if event is None else places.get(id(event)) for event in alert.events) for alert in alerts)


def _events(alert: tuple[int | None, ...]) -> tuple[int, ...]:
    return tuple(sorted(place for place in alert if place is not None))
