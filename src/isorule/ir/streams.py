"""Correlations in the form of the other detections, where both give alerts at the same events for the same keys.

A sequence over plain items is a state machine that the newest partial match overwrites, a temporal correlation a
sliding window whose hits are used up. They alert alike: at an event of the last item, the newest chain of hits that
ends there begins no earlier than any other, so it is within the span if any is, and what an alert uses up is what the
state machine has thrown away (`tests/properties/test_correlation_streams.py` holds both to that).
"""

from __future__ import annotations

from dataclasses import replace

from isorule.ir.detections import (
    Aggregate,
    Correlation,
    CorrelationKind,
    Detection,
    Match,
    Sample,
    Sequence,
    Stage,
    Window,
    WindowKind,
)
from isorule.ir.predicates import Field, Predicate, disjunction


def stream_form(detection: Detection) -> Detection:
    """A detection over several events in one form, with the same alerts.

    A correlation becomes a sequence or an aggregate over a sliding window where it is one; a sequence or sample has all
    of its keys at its stages.
    """
    match detection:
        case Correlation():
            return _correlation_form(detection)
        case Sequence(stages, by):
            until = detection.until
            until = None if until is None else replace(until, by=(*by, *until.by))
            return replace(detection, stages=_keyed(stages, by), by=(), until=until)
        case Sample(stages, by):
            return replace(detection, stages=_keyed(stages, by), by=())
        case _:
            return detection


def _keyed(stages: tuple[Stage, ...], by: tuple[Field, ...]) -> tuple[Stage, ...]:
    return tuple(replace(stage, by=(*by, *stage.by)) for stage in stages)


def _correlation_form(detection: Correlation) -> Detection:
    conditions = _conditions(detection)
    if conditions is None:
        return detection
    match detection.kind:
        case CorrelationKind.TEMPORAL_ORDERED if not detection.having and detection.condition is None:
            if len(conditions) < 2:
                return detection
            stages = tuple(
                Stage(where, item.keys, span=item.span) for where, item in zip(conditions, detection.items, strict=True)
            )
            return Sequence(stages, maxspan=detection.span)
        case CorrelationKind.MEASURE:
            keys = {tuple((key.path, key.optional) for key in item.keys) for item in detection.items}
            if len(keys) != 1 or any(optional for _, optional in next(iter(keys))):
                return detection
            by = tuple(path for path, _ in next(iter(keys)))
            window = Window(WindowKind.SLIDING, detection.span)
            return Aggregate(disjunction(conditions), by, window, detection.having)
        case _:
            return detection


def _conditions(correlation: Correlation) -> tuple[Predicate, ...] | None:
    """The conditions of the items; None where one of them is not a rule of single events."""
    found = tuple(
        item.detection.where
        for item in correlation.items
        if isinstance(item.detection, Match) and not item.detection.pipes
    )
    return found if len(found) == len(correlation.items) else None
