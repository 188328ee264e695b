"""Proofs about aggregates: groups, windows and thresholds."""

from __future__ import annotations

from isorule.ir.detections import (
    Aggregate,
    Comparison,
    Correlation,
    CorrelationKind,
    Detection,
    Having,
    Match,
    MeasureKind,
    Window,
    WindowKind,
)
from isorule.verification.relations import Relations

_GROWING = (MeasureKind.COUNT, MeasureKind.CARDINALITY)
_AT_LEAST = (Comparison.GT, Comparison.GTE)


def as_aggregate(detection: Detection) -> Detection:
    """A correlation that measures the events of one rule, as the aggregate that it is."""
    match detection:
        case Correlation(CorrelationKind.MEASURE, (item,), span=span, having=having, condition=None) if isinstance(
            item.detection, Match
        ):
            if item.detection.pipes or any(key.optional for key in item.keys):
                return detection
            by = tuple(key.path for key in item.keys)
            return Aggregate(item.detection.where, by, Window(WindowKind.SLIDING, span), having)
        case _:
            return detection


def aggregated(first: Aggregate, second: Aggregate, relations: Relations) -> bool:
    """Fewer groups, longer windows and lower thresholds give no fewer alerts where measures only grow with events.

    For sliding windows that is said of every event: the second holds wherever the first does.
    """
    growing = all(
        having.measure.kind in _GROWING and having.comparison in _AT_LEAST for having in (*first.having, *second.having)
    )
    weaker = all(any(_implies(ours, theirs) for ours in first.having) for theirs in second.having)
    if not growing:
        same_groups = sorted(first.by) == sorted(second.by) and first.window == second.window
        return weaker and same_groups and relations.same(0, 0)
    return weaker and set(second.by) <= set(first.by) and _spanned(first, second) and relations.within(0, 0)


def _implies(first: Having, second: Having) -> bool:
    """Whether the second condition on a measure holds wherever the first one does."""
    if first == second:
        return True
    if first.measure != second.measure:
        return False
    low, high = first.threshold, second.threshold
    match first.comparison, second.comparison:
        case Comparison.GTE, Comparison.GT:
            return low > high
        case ((Comparison.GT | Comparison.GTE | Comparison.EQ), (Comparison.GT | Comparison.GTE)):
            return low >= high if first.comparison is not Comparison.EQ else _beyond(low, second)
        case Comparison.LTE, Comparison.LT:
            return low < high
        case ((Comparison.LT | Comparison.LTE), (Comparison.LT | Comparison.LTE)):
            return low <= high
        case Comparison.EQ, (Comparison.LT | Comparison.LTE | Comparison.NEQ):
            return _beyond(low, second)
        case _:
            return False


def _beyond(value: float, having: Having) -> bool:
    match having.comparison:
        case Comparison.GT:
            return value > having.threshold
        case Comparison.GTE:
            return value >= having.threshold
        case Comparison.LT:
            return value < having.threshold
        case Comparison.LTE:
            return value <= having.threshold
        case Comparison.NEQ:
            return value != having.threshold
        case _:
            return value == having.threshold


def _spanned(first: Aggregate, second: Aggregate) -> bool:
    ours, theirs = first.window, second.window
    if ours == theirs or theirs == Window(WindowKind.LOOKBACK):
        return True
    if ours.span is None or theirs.span is None:
        return False
    if (ours.kind, theirs.kind) == (WindowKind.LOOKBACK, WindowKind.SLIDING):
        return ours.span <= theirs.span  # a window slides to the last event, too, and reaches back at least as far
    if ours.kind is not theirs.kind:
        return False
    if ours.kind is WindowKind.TUMBLING:
        return theirs.span % ours.span == 0
    return ours.span <= theirs.span
