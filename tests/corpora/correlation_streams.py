"""Streams of events for rules over several events, made here and not with the code that is judged.

For each clause one event is taken that the decision procedure shows to meet it; keys and times are set by hand. A
stream either meets the rule or breaks one of its conditions: order, key, span, number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import isorule
from isorule.conversion.spans import lookback
from isorule.evaluation import Alert, compile_predicate, evaluate_detection
from isorule.ir.detections import Aggregate, Detection, Match, MeasureKind, Sample, Sequence, Window, WindowKind
from isorule.ir.predicates import Const, Field, Predicate
from isorule.ir.rule import Rule
from isorule.ir.schema import FieldType
from isorule.mappings import ecs_schema
from isorule.verification import compare

Event = Mapping[str, Any]
Stream = list[dict[str, Any]]

START = 1_700_000_000_000
SECOND = 1_000
KEYS: Mapping[FieldType, tuple[Any, ...]] = {
    FieldType.IP: ("10.0.0.1", "10.0.0.2", "81.2.69.142", "81.2.69.143"),
    FieldType.INTEGER: (41, 42),
    FieldType.DECIMAL: (41.5, 42.5),
    FieldType.BOOLEAN: (True, False),
}
OTHERS: tuple[Any, ...] = ("key-1", "key-2")


Stage = tuple[Predicate, tuple[Field, ...], int]
"""A condition with its keys, and how often it repeats."""


class NotMadeError(Exception):
    """No event could be made for a clause with the keys that it must have."""


@dataclass(frozen=True)
class Named:
    """A stream, and what it does or breaks."""

    name: str
    events: Stream


def flat(event: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in event.items():
        if isinstance(value, Mapping):
            out |= flat(value, f"{path}{key}.")
        else:
            out[f"{path}{key}"] = value
    return out


def matching(where: Predicate, rule: Rule) -> dict[str, Any]:
    """An event that meets a condition."""
    category = rule.data_source.category_field
    verdict = compare(
        Match(where), Match(Const(False)), ecs_schema(), first_category=category, second_category=category
    )
    if verdict.witness is None:
        raise NotMadeError(f"{verdict.kind}: {verdict.reason}")
    return flat(verdict.witness[0])


def meets(where: Predicate, event: Event, rule: Rule) -> bool:
    check = compile_predicate(where, ecs_schema(), category_field=rule.data_source.category_field)
    return check(event) is True


def values_of(path: str) -> tuple[Any, ...]:
    return KEYS.get(ecs_schema()[path].type, OTHERS)


@dataclass(frozen=True)
class Clause:
    """A condition with its keys, and an event for each of two different keys; None where only one can be made."""

    where: Predicate
    keys: tuple[Field, ...]
    runs: int
    first: dict[str, Any]
    second: dict[str, Any] | None


def clauses(conditions: list[Stage], rule: Rule) -> list[Clause]:
    """The clauses of a rule with their events, which share their keys."""
    made = [matching(where, rule) for where, _, _ in conditions]
    wanted: list[list[Any]] = []
    for place in range(len(conditions[0][1])):
        own = [
            event[keys[place].path]
            for event, (_, keys, _) in zip(made, conditions, strict=True)
            if keys[place].path in event
        ]
        wanted.append([*own, *values_of(conditions[0][1][place].path)])
    out = []
    for event, (where, keys, runs) in zip(made, conditions, strict=True):
        out.append(Clause(where, keys, runs, *_two(event, where, keys, wanted, rule)))
    shared = [tuple(str(clause.first[key.path]) for key in clause.keys) for clause in out]
    if len(set(shared)) > 1:
        raise NotMadeError("the clauses cannot share their keys")
    return out


def _two(
    event: dict[str, Any], where: Predicate, keys: tuple[Field, ...], wanted: list[list[Any]], rule: Rule
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The event with the first keys that it can have, and with other keys."""
    first = dict(event)
    second: dict[str, Any] | None = None
    for place, (key, values) in enumerate(zip(keys, wanted, strict=True)):
        if any(key.path == other.path for other in keys[:place]):
            continue
        fitting = [
            value for value in dict.fromkeys(map(_hashable, values)) if meets(where, {**first, key.path: value}, rule)
        ]
        if not fitting:
            raise NotMadeError(f"no value for the key {key.path}")
        first[key.path] = fitting[0]
        if second is None:
            others = [value for value in fitting if value != fitting[0]]
            second = {**first, key.path: others[0]} if others else None
        else:
            second[key.path] = fitting[0]
    return first, second if second is not None and meets(where, second, rule) else None


def _hashable(value: Any) -> Any:
    return value[0] if isinstance(value, list) else value


def at(events: list[dict[str, Any]], times: list[int]) -> Stream:
    return [
        {**event, "@timestamp": START + time}
        for event, time in sorted(zip(events, times, strict=True), key=lambda pair: pair[1])
    ]


def in_order(made: list[Clause], span: int) -> Iterator[Named]:
    """Streams for clauses that must occur in order within a span."""
    events = [clause.first for clause in made for _ in range(clause.runs)]
    count = len(events)
    gap = max(1, span // (count + 1))
    times = [number * gap for number in range(count)]
    yield Named("match", at(events, times))
    yield Named("exactly the span", at(events, [*times[:-1], span]))
    yield Named("twice", at([*events, *events], [*times, *(time + 2 * span + SECOND for time in times)]))
    yield Named("twice at once", at([*events, *events], [*times, *(time + times[-1] + 1 for time in times)]))
    yield Named(
        "every event doubled", at([event for event in events for _ in (0, 1)], [time for time in times for _ in (0, 1)])
    )
    yield Named("span broken", at(events, [*times[:-1], span + SECOND * 10 + (times[-2] if count > 1 else 0)]))
    yield Named("span just broken", at(events, [*times[:-1], span + SECOND]))
    yield Named("first event too early", at(events, [0, *(span + SECOND + time for time in times[1:])]))
    yield Named("order broken", at(list(reversed(events)), times))
    for number, order in enumerate(permutations(range(len(made)))):
        if 0 < number < 12 and all(clause.runs == 1 for clause in made):
            yield Named(f"order {order}", at([made[place].first for place in order], times))
    for place in range(count):
        yield Named(f"without {place}", at(events[:place] + events[place + 1 :], times[:-1]))
        owner = [clause for clause in made for _ in range(clause.runs)][place]
        if owner.second is not None and place in (0, count // 2, count - 1):
            yield Named(f"key {place} broken", at([*events[:place], owner.second, *events[place + 1 :]], times))


def explicit(rule: Rule) -> tuple[Detection, int]:
    """What the rule asks with its schedule written out, and the span in milliseconds."""
    detection = rule.detection
    if isinstance(detection, Sequence) and detection.maxspan is None:
        return replace(detection, maxspan=lookback(rule)), lookback(rule)
    if isinstance(detection, Sequence):
        assert detection.maxspan is not None
        return detection, detection.maxspan
    return detection, lookback(rule)


def streams(rule: Rule) -> list[Named]:
    """The streams for a rule. Raises NotMadeError."""
    detection, span = explicit(rule)
    match detection:
        case Sequence(stages, by) | Sample(stages, by):
            made = clauses([(stage.where, (*by, *stage.by), stage.runs) for stage in stages], rule)
            return list(in_order(made, span))
        case Aggregate():
            return list(counted(detection, span, rule))
        case _:
            raise NotMadeError(type(detection).__name__)


def counted(aggregate: Aggregate, span: int, rule: Rule) -> Iterator[Named]:
    """Streams for a threshold rule: enough events and values, one too few, one of another key, one too old."""
    keys = tuple(Field(path) for path in aggregate.by)
    (clause,) = clauses([(aggregate.where, keys, 1)], rule)
    number = max(int(having.threshold) for having in aggregate.having)
    fields = [
        path
        for having in aggregate.having
        if having.measure.kind is MeasureKind.CARDINALITY
        for path in having.measure.fields
    ]

    def event(place: int, base: dict[str, Any]) -> dict[str, Any]:
        found = {**base, **{path: distinct(path, place) for path in fields}}
        if not meets(aggregate.where, found, rule):
            raise NotMadeError("the counted field cannot be set freely")
        return found

    events = [event(place, clause.first) for place in range(number)]
    gap = max(1, span // (number + 1))
    times = [place * gap for place in range(number)]
    yield Named("match", at(events, times))
    yield Named("one too few", at(events[:-1], times[:-1]))
    yield Named("one value too few", at([*events[:-1], events[0]], times))
    yield Named("one too old", at(events, [0, *(span + SECOND + time for time in times[1:])]))
    yield Named("more", at([*events, *events[:2]], [*times, times[-1] + 1, times[-1] + 2]))
    if clause.second is not None:
        yield Named("one of another key", at([*events[:-1], event(number, clause.second)], times))


def distinct(path: str, place: int) -> Any:
    kind = ecs_schema()[path].type
    if kind is FieldType.IP:
        return f"10.1.{place // 250}.{place % 250 + 1}"
    return 1000 + place if kind in (FieldType.INTEGER, FieldType.DECIMAL) else f"value-{place}"


def alerts(detection: Detection, events: Stream, rule: Rule, *, now: datetime | None = None) -> list[Alert]:
    return evaluate_detection(
        detection, events, schema=ecs_schema(), category_field=rule.data_source.category_field, now=now
    )


def agreement(rule: Rule, back: Rule, stream: Named) -> bool:
    """Whether the source, as its engine runs it, and the correlation give the same alerts.

    For sequences these are the same keys at the same completing events; where a clause is repeated and alone, the first
    of them for each key. A threshold rule and a sample are run at the last event, over what they look back on.
    """
    detection, span = explicit(rule)
    events = stream.events
    theirs = alerts(back.detection, events, back)
    match detection:
        case Sequence(stages) if len(stages) > 1:
            ours = alerts(detection, events, rule)
            return told(ours) == told(theirs)
        case Sequence():
            return firsts(alerts(detection, events, rule)) == firsts(theirs)
        case Aggregate():
            now = datetime.fromtimestamp(events[-1]["@timestamp"] / 1000, UTC)
            ours = alerts(replace(detection, window=Window(WindowKind.LOOKBACK, span)), events, rule, now=now)
            return {alert.keys for alert in ours} == {alert.keys for alert in theirs}
        case _:
            seen = [event for event in events if event["@timestamp"] >= events[-1]["@timestamp"] - span]
            ours = alerts(detection, seen, rule)
            return {alert.keys for alert in ours} <= {alert.keys for alert in theirs} and bool(ours) == bool(theirs)


def told(found: list[Alert]) -> list[Any]:
    return [(alert.keys, id(alert.events[-1])) for alert in found]


def firsts(found: list[Alert]) -> dict[Any, int]:
    return {alert.keys: id(alert.events[-1]) for alert in reversed(found)}


def disagreements(rule: Rule) -> list[str]:
    """The names of the streams on which a rule and its correlation differ; raises NotMadeError."""
    back = isorule.convert(rule, "sigma").rule
    return [stream.name for stream in streams(rule) if not agreement(rule, back, stream)]


@dataclass
class Agreement:
    """How many rules of one kind become correlations, and agree with them on how many streams."""

    rules: int = 0
    refused: int = 0
    not_made: int = 0
    agreeing: int = 0
    streams: int = 0
    differing: list[str] = field(default_factory=list)


def stream_rules(path: Path) -> Iterator[Rule]:
    """The rules of a file that ask for several events and are converted to correlations."""
    for rule in isorule.load(path):
        if isinstance(rule.detection, Sequence | Sample | Aggregate):
            yield rule


def kind_of(rule: Rule) -> str:
    return {Sequence: "sequence", Sample: "sample", Aggregate: "threshold"}[type(rule.detection)]


def measured(paths: Iterable[Path]) -> dict[str, Agreement]:
    """The agreement of the rules of files with their correlations, by kind."""
    found: dict[str, Agreement] = {}
    for path in paths:
        for rule in stream_rules(path):
            row = found.setdefault(kind_of(rule), Agreement())
            row.rules += 1
            try:
                made = streams(rule)
                differing = disagreements(rule)
            except isorule.UnsupportedError:
                row.refused += 1
            except NotMadeError:
                row.not_made += 1
            else:
                row.streams += len(made)
                row.agreeing += not differing
                row.differing += [f"{path.name}: {', '.join(differing)}"] if differing else []
    return found


def section(found: Mapping[str, Agreement]) -> list[str]:
    """The lines for docs/coverage.md."""
    lines = [
        "## Active rules over several events to Sigma correlations, compared on generated streams",
        "",
        "| kind | rules | refused | no stream made | agree on every stream | streams | differ |",
        "| --- | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    for kind, row in sorted(found.items()):
        cells = (kind, row.rules, row.refused, row.not_made, row.agreeing, row.streams, "; ".join(row.differing) or "-")
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return [*lines, ""]
