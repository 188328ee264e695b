"""Events in order: by timestamp, then tiebreaker, then as they were given.

An event without a tiebreaker comes after those of the same time that have one, as Elasticsearch sorts missing values.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from isorule.evaluation.events import EventView, FieldReader, Fields
from isorule.evaluation.keys import KeyPart, key_part
from isorule.evaluation.values import Instant, instant
from isorule.ir.schema import FieldInfo, FieldType

_LAST: KeyPart = (99, 0)


@dataclass(frozen=True, slots=True)
class Clock:
    """Reads the time of events: nanoseconds since 1970, and a tiebreaker among events of the same time."""

    timestamp: FieldReader
    tiebreaker: FieldReader | None

    def time(self, view: EventView) -> int | None:
        """The time of an event, the first where there are several; None where it has none.

        A time with a blank between date and time counts, though a date field without a format does not read it: events
        of logs are in order before an index has them.
        """
        for value in view.values(self.timestamp):
            if isinstance(value, Instant):
                return value.nanos
        if self.timestamp.info.format is not None:
            return None
        written = map(instant, self.timestamp.scalars(view.event))
        return next((found.nanos for found in written if found is not None), None)

    def _tie(self, view: EventView) -> KeyPart:
        if self.tiebreaker is None:
            return _LAST
        values = view.values(self.tiebreaker)
        return key_part(values[0]) if values else _LAST

    def order(self, view: EventView) -> tuple[int, int, KeyPart]:
        """A sort key; events without a time come last."""
        at = self.time(view)
        return (1, 0, self._tie(view)) if at is None else (0, at, self._tie(view))


@dataclass(frozen=True, slots=True)
class Moment:
    """An event with its time."""

    view: EventView
    time: int


def clock(fields: Fields, timestamp_field: str, tiebreaker_field: str | None) -> Clock:
    """A clock for the fields of these names; a timestamp that the schema does not type as a date is read as one."""
    reader = fields.reader(timestamp_field)
    if reader.info.type not in (FieldType.DATE, FieldType.DATE_NANOS):
        real = fields.schema.real_path(timestamp_field)
        info: FieldInfo = replace(reader.info, type=FieldType.DATE_NANOS)
        reader = FieldReader(timestamp_field, real, info, reader.known)
    return Clock(reader, fields.reader(tiebreaker_field) if tiebreaker_field is not None else None)


def timeline(views: Iterable[EventView], by: Clock) -> list[Moment]:
    """The events that have a time, in order."""
    ordered = sorted(views, key=by.order)
    times = ((view, by.time(view)) for view in ordered)
    return [Moment(view, time) for view, time in times if time is not None]
