"""Correlations in plain language."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import assert_never

from isorule.ir.detections import (
    AllOccur,
    AnyOccurs,
    Correlation,
    CorrelationItem,
    CorrelationKind,
    Detection,
    NotOccurring,
    Occurrence,
    Occurs,
)

Line = tuple[int, str]
Lines = Callable[[Detection], Iterator[Line]]

_HEADS = {
    CorrelationKind.MEASURE: "hits counted together",
    CorrelationKind.TEMPORAL: "hits in any order",
    CorrelationKind.TEMPORAL_ORDERED: "hits in order of time",
}


def correlation_lines(correlation: Correlation, having: list[str], span: str, lines: Lines) -> Iterator[Line]:
    """A correlation as lines; `having` are its conditions as text, `lines` those of an item's detection."""
    by = f", all with the same {', '.join(correlation.by)}" if correlation.by else ""
    yield 0, f"{_HEADS[correlation.kind]} within any {span}{by}{', where' if having or correlation.condition else ''}"
    yield from ((1, condition) for condition in having)
    if correlation.condition is not None:
        yield 1, occurrence(correlation.condition)
    yield 0, "of"
    for number, item in enumerate(correlation.items, start=1):
        yield 1, f"{number}. {item.name}{_own_keys(item, correlation.by)}:"
        for depth, text in lines(item.detection):
            yield depth + 2, text


def measure_of_rules() -> str:
    """How many of the items occur, as the subject of a sentence."""
    return "the number of these that occur"


def occurrence(condition: Occurrence) -> str:
    """An expression over items as text."""
    match condition:
        case Occurs(item):
            return f"{item} occurs"
        case AllOccur(terms):
            return f"({' and '.join(map(occurrence, terms))})"
        case AnyOccurs(terms):
            return f"({' or '.join(map(occurrence, terms))})"
        case NotOccurring(term):
            return f"not {occurrence(term)}"
        case _:
            assert_never(condition)


def _own_keys(item: CorrelationItem, by: tuple[str, ...]) -> str:
    pairs = zip(by, item.keys, strict=True) if len(by) == len(item.keys) else ()
    renamed = [f"{name} is its {key.path}" for name, key in pairs if name != key.path]
    return f" ({', '.join(renamed)})" if renamed else ""
