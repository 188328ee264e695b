"""Aggregates: groups of events whose measures meet conditions (threshold rules, Sigma's event_count and value_count).

An event belongs to a group for every combination of its values of the `by` fields, and to none where one of them has
no value, as in a terms aggregation.

- LOOKBACK: one window. It holds all events given, or those of the last `span` up to `now` where a span is set.
- TUMBLING: windows of `span` that begin at multiples of it since 1970 (UTC).
- SLIDING: after each event, its group's events of the last `span` (an event exactly `span` old still counts). An alert
  is given when the conditions begin to hold, not again while they go on holding.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import assert_never

from isorule.evaluation.alerts import Alert
from isorule.evaluation.dates import MILLISECOND
from isorule.evaluation.events import EventView, Fields
from isorule.evaluation.keys import Key, Keys
from isorule.evaluation.measures import Gauge, gauge, holds
from isorule.evaluation.setting import Setting
from isorule.evaluation.timeline import Clock, Moment, timeline
from isorule.ir.detections import Aggregate, Having, WindowKind
from isorule.ir.losses import refusal


@dataclass(slots=True)
class _Group:
    """The events of a group that are in its window, and their measures."""

    gauges: list[Gauge]
    moments: deque[Moment] = field(default_factory=deque)
    holding: bool = False

    def add(self, moment: Moment) -> None:
        self.moments.append(moment)
        for item in self.gauges:
            item.add(moment.view)

    def drop_before(self, time: int) -> None:
        while self.moments and self.moments[0].time < time:
            gone = self.moments.popleft()
            for item in self.gauges:
                item.remove(gone.view)

    def meets(self, having: tuple[Having, ...]) -> bool:
        return all(holds(condition, item) for condition, item in zip(having, self.gauges, strict=True))


def aggregate_alerts(aggregate: Aggregate, views: list[EventView], setting: Setting, now: int | None) -> list[Alert]:
    """The groups that meet all conditions; `views` are the events that meet `aggregate.where`.

    `now`, in nanoseconds since 1970, is where a LOOKBACK window with a span ends; None for no end.

    Alerts come in order of window and key; those of sliding windows in order of the event that completed them.
    Raises `UnsupportedError` for a sliding or tumbling window without a span.
    """
    window = aggregate.window
    fields, by, keys = setting.fields, setting.clock, setting.keys(aggregate.by)
    for condition in aggregate.having:
        gauge(condition.measure, fields)
    span = None if window.span is None else window.span * MILLISECOND
    match window.kind:
        case WindowKind.LOOKBACK:
            moments = _looked_back(views, by, span, now)
            return _grouped(aggregate, ((0, moment) for moment in moments), keys, fields)
        case WindowKind.TUMBLING:
            size = _required(span)
            ordered = timeline(views, by)
            return _grouped(aggregate, ((moment.time // size, moment) for moment in ordered), keys, fields)
        case WindowKind.SLIDING:
            return _sliding(aggregate, timeline(views, by), _required(span), keys, fields)
        case _:
            assert_never(window.kind)


def _required(span: int | None) -> int:
    if not span:
        raise refusal("window-without-span", "a sliding or tumbling window needs a span")
    return span


def _looked_back(views: list[EventView], by: Clock, span: int | None, now: int | None) -> list[Moment]:
    if span is None or now is None:
        return [Moment(view, by.time(view) or 0) for view in sorted(views, key=by.order)]
    return [moment for moment in timeline(views, by) if now - span <= moment.time <= now]


def _grouped(aggregate: Aggregate, moments: Iterable[tuple[int, Moment]], keys: Keys, fields: Fields) -> list[Alert]:
    groups: dict[tuple[int, Key], _Group] = {}
    for window, moment in moments:
        for key in keys.keys(moment.view):
            group = groups.get((window, key))
            if group is None:
                group = groups[window, key] = _new_group(aggregate, fields)
            group.add(moment)
    return [
        _alert(group, keys, key)
        for (_, key), group in sorted(groups.items(), key=_place)
        if group.meets(aggregate.having)
    ]


def _place(item: tuple[tuple[int, Key], _Group]) -> tuple[int, Key]:
    return item[0]


def _sliding(aggregate: Aggregate, moments: list[Moment], span: int, keys: Keys, fields: Fields) -> list[Alert]:
    groups: dict[Key, _Group] = {}
    out: list[Alert] = []
    for moment in moments:
        for key in sorted(keys.keys(moment.view)):
            group = groups.get(key)
            if group is None:
                group = groups[key] = _new_group(aggregate, fields)
            group.drop_before(moment.time - span)
            if not group.moments:
                group.holding = False
            group.add(moment)
            held, group.holding = group.holding, group.meets(aggregate.having)
            if group.holding and not held:
                out.append(_alert(group, keys, key))
    return out


def _new_group(aggregate: Aggregate, fields: Fields) -> _Group:
    return _Group([gauge(condition.measure, fields) for condition in aggregate.having])


def _alert(group: _Group, keys: Keys, key: Key) -> Alert:
    return Alert(tuple(moment.view.event for moment in group.moments), keys=keys.shown(key))
