"""What two detections are built differently in, in words."""

from __future__ import annotations

from collections.abc import Iterator

from isorule.ir.detections import (
    Aggregate,
    Comparison,
    Correlation,
    Detection,
    Having,
    IndicatorMatch,
    Match,
    NewTerms,
    Pipe,
    Sample,
    Sequence,
)
from isorule.verification.outline import outline

_SIGNS = {
    Comparison.GT: ">",
    Comparison.GTE: ">=",
    Comparison.LT: "<",
    Comparison.LTE: "<=",
    Comparison.EQ: "=",
    Comparison.NEQ: "!=",
}
_KIND = "the kind of detection"
_UNITS = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s"), (1, "ms"))


def aligned(first: Detection, second: Detection) -> bool:
    """Whether the conditions of two detections stand in the same places, so that each has its counterpart."""
    ours, theirs = outline(first), outline(second)
    return (len(ours.clauses), len(ours.slots), ours.stops) == (len(theirs.clauses), len(theirs.slots), theirs.stops)


def built_differently(first: Detection, second: Detection, names: tuple[str, str]) -> str:
    """Which parts beside the conditions differ; of detections that are built alike, that their conditions do."""
    ours, theirs = dict(_parts(first)), dict(_parts(second))
    if ours[_KIND] != theirs[_KIND]:
        ours, theirs = {_KIND: ours[_KIND]}, {_KIND: theirs[_KIND]}
    found = [
        f"{part} is {ours.get(part, 'not there')} in {names[0]} and {theirs.get(part, 'not there')} in {names[1]}"
        for part in {**ours, **theirs}
        if ours.get(part) != theirs.get(part)
    ]
    return ", ".join(found) or "their conditions do not hold of the same events"


def _parts(detection: Detection) -> Iterator[tuple[str, str]]:
    found = outline(detection)
    yield _KIND, _kind(detection)
    match detection:
        case Sequence() | Sample():
            yield "the number of events", str(len(found.slots))
            keys = [sorted(f"{'?' * key.optional}{key.path}" for key in clause.keys) for clause in found.clauses]
            yield "the join key", " then ".join(dict.fromkeys(", ".join(names) or "none" for names in keys))
    match detection:
        case Sequence():
            yield "the span", span_text(detection.maxspan)
            yield "the number of missing events", str(sum(stage.missing for stage in detection.stages))
            yield "`until`", "there" if detection.until is not None else "not there"
        case Aggregate(_, by, window, having):
            yield "the grouping", ", ".join(sorted(by)) or "none"
            yield "the window", f"{window.kind.value} {span_text(window.span)}"
            yield "the threshold", ", ".join(map(_having, having))
        case Correlation():
            yield "the grouping", ", ".join(sorted(detection.by)) or "none"
            yield "the window", f"sliding {span_text(detection.span)}"
            yield "the threshold", ", ".join(map(_having, detection.having)) or "none"
            yield "the number of rules", str(len(detection.items))
        case NewTerms(_, fields, start):
            yield "what is new", ", ".join(sorted(fields))
            yield "the history", f"from {start}"
        case IndicatorMatch():
            groups = (
                " and ".join(f"{'not ' * e.negated}{e.event_field}:{e.indicator_field}" for e in group)
                for group in detection.mapping
            )
            yield "the mapping", " or ".join(sorted(groups))
    if isinstance(detection, Match | Sequence | Sample):
        yield "what pipes keep", ", ".join(map(_pipe, detection.pipes)) or "all"


def _kind(detection: Detection) -> str:
    match detection:
        case Match():
            return "a condition on single events"
        case Correlation():
            return f"a correlation ({detection.kind.value})"
        case Aggregate():
            return "a threshold"
        case NewTerms():
            return "new terms"
        case IndicatorMatch():
            return "an indicator match"
        case _:
            return f"a {type(detection).__name__.lower()}"


def _having(having: Having) -> str:
    fields = f" of {', '.join(having.measure.fields)}" if having.measure.fields else ""
    return f"{having.measure.kind.value}{fields} {_SIGNS[having.comparison]} {having.threshold:g}"


def _pipe(pipe: Pipe) -> str:
    return f"{pipe.kind.value} {pipe.count}"


def span_text(milliseconds: int | None) -> str:
    """A length of time as people write it."""
    if milliseconds is None:
        return "unlimited"
    size, unit = next((size, unit) for size, unit in _UNITS if milliseconds % size == 0)
    return f"{milliseconds // size}{unit}"
