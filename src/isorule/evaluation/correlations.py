"""Correlations: hits of several detections that share their group keys within a window of time (Sigma correlations).

The specification says what makes a correlation match, and leaves open how often it does; this is the one definition
here (https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-correlation-rules-specification.md).

Window. Events are taken in order of time, then tiebreaker, then as given; without a time they take no part. After each
event that meets an item, the window is the last `span`, that event included; an event exactly `span` old is still in
it. It slides: "the time frame should not be restricted to boundaries" ("Temporal Proximity"). Events are kept apart by
the values of their group keys ("for each group specified by group-by separately"), each by the item's own fields. An
event belongs to a group for every combination of its values, and to none where a key has no value.

Hits. A measure (`event_count`, `value_count` …) over "the events occurring in the given time frame" ("Event Count")
hits at every event at which all conditions hold in the window that ends there. A temporal correlation hits at an event
of an item with which the items that its condition asks for (all, where it has none) have events in the window ("All
events … must occur in the time frame"), in strict order if it is ordered ("in addition … the order provided"). One
event may stand for several items of an unordered correlation, as it matches several rules. The items of the hit are
the newest that do.

Alerts. A measure alerts when its conditions begin to hold, and not again while every further event of the group finds
them holding. A temporal hit is an alert and uses up its events: of each of its items, that event and older ones count
for no further hit of the group. So one burst of events gives one alert, and the next burst another.

Chains. An item that is a correlation takes part "like Sigma rules" by its hits, each at the time of the event that
completed it, so that "many failed logins, followed by a successful login within 1 hour" counts the hour from the last
failed login that still made many; a measure over correlations counts their alerts. The outer correlation "only uses its
own group-by": for a key of the inner correlation it takes the inner group's value, for another field the values of all
events of the hit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import count

from isorule.evaluation.alerts import Alert
from isorule.evaluation.correlation_groups import GroupValues, Hit, MeasureGroup, TemporalGroup
from isorule.evaluation.dates import MILLISECOND
from isorule.evaluation.events import EventView, Fields
from isorule.evaluation.keys import Key, Keys
from isorule.evaluation.measures import gauge
from isorule.evaluation.occurrences import Case, cases
from isorule.evaluation.setting import Setting
from isorule.evaluation.timeline import Moment, timeline
from isorule.ir.detections import UNRESOLVED, Correlation, CorrelationItem, CorrelationKind, Having, Match, Opaque
from isorule.ir.losses import refusal
from isorule.ir.matchers import Scalar
from isorule.ir.predicates import Predicate

MOST_NESTED = 20


def correlation_alerts(correlation: Correlation, views: list[EventView], setting: Setting) -> list[Alert]:
    """The alerts of a correlation over the events that have a time, sorted by the completing event and then by key.

    `Alert.events` are the events of the hit in order of time, for a chain those of the inner hits.

    Raises `UnsupportedError` for an item that is not known, is neither a rule of single events nor a correlation, or
    has pipes; for a correlation without items; and for conditions that cannot be evaluated.
    """
    plan = CorrelationPlan.of(correlation, setting)
    checks = [setting.compiler.check(where) for where in plan.conditions]
    stream = CorrelationStream(plan)
    found: list[Alert] = []
    for moment in timeline(views, setting.clock):
        met = [number for number, check in enumerate(checks) if check(moment.view) is True]
        found += stream.step(moment, met)
    return found


@dataclass(frozen=True, slots=True)
class _Leaf:
    """An item of single events: the number of its condition."""

    condition: int


@dataclass(frozen=True, slots=True)
class _Inner:
    """A correlation, made ready. `wanted` are the fields that a correlation around it reads of its events."""

    kind: CorrelationKind
    parts: tuple[_Leaf | _Inner, ...]
    keys: tuple[Keys, ...]
    by: tuple[str, ...]
    span: int
    having: tuple[Having, ...]
    cases: tuple[Case, ...]
    wanted: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class CorrelationPlan:
    """A correlation made ready: the conditions of its items, in the order of the text, and the tree around them."""

    correlation: Correlation
    conditions: tuple[Predicate, ...]
    root: _Inner
    fields: Fields

    @classmethod
    def of(cls, correlation: Correlation, setting: Setting) -> CorrelationPlan:
        """The plan of a correlation; raises as `correlation_alerts` does."""
        conditions: list[Predicate] = []
        root = _inner(correlation, setting, conditions, 0)
        return cls(correlation, tuple(conditions), root, setting.fields)


def _inner(correlation: Correlation, setting: Setting, conditions: list[Predicate], depth: int) -> _Inner:
    if not correlation.items:
        raise refusal("correlation-without-rules", "a correlation needs a rule to correlate")
    if depth >= MOST_NESTED:
        raise refusal("nested-too-deep", f"correlations of correlations are followed {MOST_NESTED} deep")
    measured = correlation.kind is CorrelationKind.MEASURE
    if measured and not correlation.having:
        raise refusal("correlation-without-condition", "a correlation that counts needs a condition")
    if measured:
        for having in correlation.having:
            gauge(having.measure, setting.fields)
    read = tuple(path for having in correlation.having for path in having.measure.fields)
    return _Inner(
        correlation.kind,
        tuple(_part(item, setting, conditions, depth) for item in correlation.items),
        tuple(setting.join_keys(item.keys) for item in correlation.items),
        correlation.by,
        correlation.span * MILLISECOND,
        correlation.having if measured else (),
        () if measured else cases(correlation),
        tuple((*(key.path for key in item.keys), *read) for item in correlation.items),
    )


def _part(item: CorrelationItem, setting: Setting, conditions: list[Predicate], depth: int) -> _Leaf | _Inner:
    match item.detection:
        case Match(where, ()):
            conditions.append(where)
            return _Leaf(len(conditions) - 1)
        case Correlation():
            return _inner(item.detection, setting, conditions, depth + 1)
        case Opaque(language, _, why) if language == UNRESOLVED:
            raise refusal(UNRESOLVED, why, span=item.span)
        case Opaque(language, _, why):
            raise refusal("opaque-detection", f"a detection in {language} cannot be evaluated: {why}", span=item.span)
        case _:
            kind = type(item.detection).__name__
            raise refusal("correlated-detection", f"{item.name!r} is a {kind}, which gives no hits", span=item.span)


class CorrelationStream:
    """A correlation over one stream of events, which come in order of time.

    What is older than the window is forgotten with the next event of its group, or by `sweep`.
    """

    def __init__(self, plan: CorrelationPlan) -> None:
        self._plan = plan
        self._root = _State(plan.root, plan.fields)
        self._places = count()

    def step(self, moment: Moment, met: Collection[int]) -> Iterator[Alert]:
        """The alerts at an event; `met` are the numbers of the conditions that it meets."""
        place = next(self._places)
        hits = self._root.step(moment, place, frozenset(met))
        return (
            Alert(tuple(view.event for view in hit.views), keys=tuple(value for _, value in hit.group))
            for hit in hits
            if hit.begins
        )

    def sweep(self, time: int) -> None:
        """Forget what is out of every window at a time, in nanoseconds since 1970."""
        self._root.sweep(time)

    def give_up(self, most: int) -> None:
        """Forget the oldest groups until no more than so many hits and groups are kept."""
        self._root.give_up(most)

    @property
    def size(self) -> int:
        """How many hits and groups are kept, those of inner correlations included."""
        return self._root.size()


@dataclass(slots=True)
class _State:
    """A correlation as far as its stream has come."""

    plan: _Inner
    fields: Fields
    groups: dict[Key, MeasureGroup | TemporalGroup] = field(default_factory=dict)
    inner: list[_State | None] = field(init=False)

    def __post_init__(self) -> None:
        self.inner = [_State(part, self.fields) if isinstance(part, _Inner) else None for part in self.plan.parts]

    def step(self, moment: Moment, place: int, met: frozenset[int]) -> list[Hit]:
        """The hits at an event, sorted by key."""
        touched: dict[Key, list[tuple[int, Hit, EventView]]] = {}
        for number, (part, state) in enumerate(zip(self.plan.parts, self.inner, strict=True)):
            if state is not None:
                hits = state.step(moment, place, met)
            elif isinstance(part, _Leaf) and part.condition in met:
                hits = [Hit(moment.time, place, (moment.view,))]
            else:
                continue
            for hit in hits:
                view = hit.views[0] if state is None else _merged(hit, self.plan.wanted[number], self.fields)
                for key in self.plan.keys[number].keys(view):
                    touched.setdefault(key, []).append((number, hit, view))
        before = moment.time - self.plan.span
        found = ((key, self._hit(key, touched[key], before)) for key in sorted(touched))
        return [Hit(moment.time, place, hit[0], self._named(key), hit[1]) for key, hit in found if hit is not None]

    def _named(self, key: Key) -> GroupValues:
        return tuple(zip(self.plan.by, self.plan.keys[0].shown(key), strict=True))

    def _hit(
        self, key: Key, hits: list[tuple[int, Hit, EventView]], before: int
    ) -> tuple[tuple[EventView, ...], bool] | None:
        """The events of the hit that an event makes in a group, and whether it is an alert."""
        group = self.groups.get(key)
        if group is None:
            group = self.groups[key] = self._new_group()
        if isinstance(group, TemporalGroup):
            chain = group.step(((item, hit) for item, hit, _ in hits), before)
            return None if chain is None else (_in_time(chain), True)
        group.forget(before)
        if not group.take((hit, view) for _, hit, view in hits if hit.begins):
            return None
        held, group.holding = group.holding, group.meets(self.plan.having)
        return (group.views(), not held) if group.holding else None

    def _new_group(self) -> MeasureGroup | TemporalGroup:
        if self.plan.kind is CorrelationKind.MEASURE:
            return MeasureGroup([gauge(having.measure, self.fields) for having in self.plan.having])
        return TemporalGroup(self.plan.cases, self.plan.kind is CorrelationKind.TEMPORAL_ORDERED)

    def sweep(self, time: int) -> None:
        """Forget what is out of the window at a time."""
        for key, group in list(self.groups.items()):
            group.forget(time - self.plan.span)
            if group.idle():
                del self.groups[key]
        for state in self.inner:
            if state is not None:
                state.sweep(time)

    def size(self) -> int:
        """How many hits and groups are kept here and inside."""
        own = sum(1 + group.size() for group in self.groups.values())
        return own + sum(state.size() for state in self.inner if state is not None)

    def give_up(self, most: int) -> None:
        """Forget the oldest groups here, and where that is not enough those inside."""
        over = self.size() - most
        for key in list(self.groups):
            if over <= 0:
                return
            over -= 1 + self.groups.pop(key).size()
        for state in self.inner:
            if state is not None and over > 0:
                before = state.size()
                state.give_up(max(0, before - over))
                over -= before - state.size()


def _in_time(chain: tuple[Hit, ...]) -> tuple[EventView, ...]:
    """The events of hits in the order of the hits' times, each once."""
    ordered = sorted(chain, key=lambda hit: hit.place)
    return tuple(dict.fromkeys(view for hit in ordered for view in hit.views))


def _merged(hit: Hit, wanted: tuple[str, ...], fields: Fields) -> EventView:
    """What a correlation sees of an inner one's hit: a group key has the group's value, a field those of all events."""
    group = dict(hit.group)
    event: dict[str, object] = {}
    for path in wanted:
        event[path] = group[path] if path in group else _values(hit, path, fields)
    return EventView(event)


def _values(hit: Hit, path: str, fields: Fields) -> list[Scalar]:
    reader = fields.reader(path)
    return [value for view in hit.views for value in reader.scalars(view.event)]
