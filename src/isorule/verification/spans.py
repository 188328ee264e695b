"""Sets of numbers as intervals: what numeric, date and address matchers accept.

A cut lies before (`(n, 0)`) or after (`(n, 1)`) a number; an interval reaches from one cut to a later one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

Number = int | float
Cut = tuple[Number, int]
Spans = tuple[tuple[Cut, Cut], ...]
"""Intervals in order that do not touch."""

_FIRST: Cut = (-math.inf, 0)
_LAST: Cut = (math.inf, 1)
ALL: Spans = ((_FIRST, _LAST),)


def between(lower: Number | None, upper: Number | None, *, lower_in: bool = True, upper_in: bool = True) -> Spans:
    """The numbers between two bounds, either of which may be left out."""
    low = _FIRST if lower is None else (lower, 0 if lower_in else 1)
    high = _LAST if upper is None else (upper, 1 if upper_in else 0)
    return ((low, high),) if low < high else ()


def union(first: Spans, second: Spans) -> Spans:
    """The numbers in one or the other."""
    merged: list[tuple[Cut, Cut]] = []
    for low, high in sorted(first + second):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return tuple(merged)


def common(first: Spans, second: Spans) -> Spans:
    """The numbers in both."""
    found = (
        (max(low, other_low), min(high, other_high))
        for low, high in first
        for other_low, other_high in second
        if max(low, other_low) < min(high, other_high)
    )
    return tuple(sorted(found))


def without(first: Spans, second: Spans) -> Spans:
    """The numbers in the first and not in the second."""
    start = _FIRST
    gaps: list[tuple[Cut, Cut]] = []
    for low, high in second:
        if start < low:
            gaps.append((start, low))
        start = high
    if start < _LAST:
        gaps.append((start, _LAST))
    return common(first, tuple(gaps))


def in_units(spans: Spans, unit: int) -> Spans:
    """The multiples of a unit in spans that end at whole numbers, as numbers of units."""
    counted = ((_unit(low, unit), _unit(high, unit)) for low, high in spans)
    return union(tuple((low, high) for low, high in counted if low < high), ())


def _unit(cut: Cut, unit: int) -> Cut:
    number, side = cut
    if not isinstance(number, int):
        return cut
    return (number // unit + 1, 0) if side else (-(-number // unit), 0)


def whole_numbers(spans: Spans) -> Spans:
    """The same whole numbers, with cuts at whole numbers only; an interval without one is left out."""
    rounded = ((_rounded(low), _rounded(high)) for low, high in spans)
    return union(tuple((low, high) for low, high in rounded if low < high), ())


def _rounded(cut: Cut) -> Cut:
    """The first cut at or after this one that lies before a whole number."""
    number, side = cut
    if isinstance(number, float) and not math.isfinite(number):
        return cut
    return (math.floor(number) + 1, 0) if side else (math.ceil(number), 0)


def samples(spans: Spans) -> Iterator[Number]:
    """Some numbers of every interval: a plain one where there is one, both ends, the middle."""
    for low, high in spans:
        inside = (number for number in _near(low, high) if low <= (number, 0) and (number, 1) <= high)
        yield from dict.fromkeys(inside)


def _near(low: Cut, high: Cut) -> Iterator[Number]:
    yield from (1, 0)
    bounds = [number for number, _ in (low, high) if math.isfinite(number)]
    for number in bounds:
        yield number
        yield from (math.floor(number) + 1, math.ceil(number) - 1)
        if isinstance(number, float):
            yield from (math.nextafter(number, math.inf), math.nextafter(number, -math.inf))
    if len(bounds) == 2:
        first, last = bounds
        middle = first + (last - first) / 2 if isinstance(first, float) or isinstance(last, float) else None
        yield (first + last) // 2 if middle is None else middle
        if middle is None and last - first <= 1:
            yield (first + last) / 2
