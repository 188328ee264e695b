"""Writes a correlation as the table of a Sigma correlation rule."""

from __future__ import annotations

from typing import Any, Final

from isorule.documents.sigma_occurrences import write_occurrence
from isorule.ir.detections import Comparison, Correlation, CorrelationKind, Having, Measure, MeasureKind
from isorule.ir.losses import refusal

_TYPES: Final = {
    MeasureKind.COUNT: "event_count",
    MeasureKind.CARDINALITY: "value_count",
    MeasureKind.SUM: "value_sum",
    MeasureKind.AVERAGE: "value_avg",
    MeasureKind.PERCENTILE: "value_percentile",
}
_UNITS: Final = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s"))


def write_correlation(correlation: Correlation) -> dict[str, Any]:
    """The table of a correlation, its items named as in the correlation.

    `group-by` is written where it is empty, too: the official schema has it required, the specification "optionally".

    Raises UnsupportedError for a span that is no whole number of seconds and for conditions on several measures.
    """
    kind, condition = _condition(correlation)
    table: dict[str, Any] = {"type": kind, "rules": [item.name for item in correlation.items]}
    aliases = _aliases(correlation)
    if aliases:
        table["aliases"] = aliases
    table["group-by"] = list(correlation.by)
    table["timespan"] = timespan(correlation.span)
    if condition is not None:
        table["condition"] = condition
    return table


def timespan(milliseconds: int) -> str:
    """A span of time in the largest unit of Sigma that divides it."""
    for size, unit in _UNITS:
        if milliseconds > 0 and milliseconds % size == 0:
            return f"{milliseconds // size}{unit}"
    raise refusal("timespan", f"Sigma counts whole seconds, and the span is {milliseconds} ms")


def _condition(correlation: Correlation) -> tuple[str, dict[str, Any] | str | None]:
    if correlation.kind is not CorrelationKind.MEASURE:
        if correlation.condition is not None:
            return correlation.kind.value, write_occurrence(correlation.condition)
        return correlation.kind.value, _comparisons(correlation.having) or None
    measures = list(dict.fromkeys(having.measure for having in correlation.having))
    if len(measures) != 1:
        raise refusal("measure", "a Sigma correlation measures one thing")
    measure = measures[0]
    return _type(measure), _field(measure) | _comparisons(correlation.having)


def _type(measure: Measure) -> str:
    found = _TYPES.get(measure.kind)
    if found is None:
        raise refusal("measure", f"Sigma has no correlation of the type {measure.kind.value}")
    return found


def _field(measure: Measure) -> dict[str, Any]:
    table: dict[str, Any] = {}
    if measure.fields:
        table["field"] = measure.fields[0] if len(measure.fields) == 1 else list(measure.fields)
    if measure.rank is not None:
        table["percentile"] = _number(measure.rank)
    return table


def _comparisons(conditions: tuple[Having, ...]) -> dict[str, Any]:
    table: dict[Comparison, int | float] = {}
    for having in conditions:
        if having.comparison in table:
            raise refusal("comparison", f"a Sigma condition has `{having.comparison.value}` once")
        table[having.comparison] = _number(having.threshold)
    return {comparison.value: number for comparison, number in table.items()}


def _number(value: float) -> int | float:
    return int(value) if value == int(value) else value


def _aliases(correlation: Correlation) -> dict[str, dict[str, str]]:
    """For each key that is another field in some item, the field of every item."""
    found: dict[str, dict[str, str]] = {}
    for number, name in enumerate(correlation.by):
        fields = {item.name: item.keys[number].path for item in correlation.items}
        if any(path != name for path in fields.values()):
            found[name] = fields
    return found
