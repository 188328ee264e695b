"""Measures of a group of events, kept up to date as events come into a window and leave it.

An event without a value adds nothing. The average and percentile of no values are null; a percentile is interpolated
between the two nearest ranks.
"""

from __future__ import annotations

import operator
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain
from typing import Protocol, assert_never

from isorule.evaluation.events import EventView, FieldReader, Fields
from isorule.evaluation.keys import Key, Keys
from isorule.evaluation.values import Instant, number_of
from isorule.ir.detections import Comparison, Having, Measure, MeasureKind
from isorule.ir.losses import refusal

_HOLDS: dict[Comparison, Callable[[Fraction | int, Fraction], bool]] = {
    Comparison.GT: operator.gt,
    Comparison.GTE: operator.ge,
    Comparison.LT: operator.lt,
    Comparison.LTE: operator.le,
    Comparison.EQ: operator.eq,
    Comparison.NEQ: operator.ne,
}


class Gauge(Protocol):
    """A measure over the events that are in it now."""

    def add(self, view: EventView, /) -> None:
        """Take an event in."""

    def remove(self, view: EventView, /) -> None:
        """Let an event go that was taken in."""

    def value(self) -> Fraction | int | None:
        """The measure; null where there is nothing to measure."""


@dataclass(slots=True)
class _Count:
    size: int = 0

    def add(self, _view: EventView, /) -> None:
        self.size += 1

    def remove(self, _view: EventView, /) -> None:
        self.size -= 1

    def value(self) -> int:
        return self.size


@dataclass(slots=True)
class _Cardinality:
    """Distinct values of a field, or distinct combinations of the values of several."""

    keys: Keys
    seen: Counter[Key] = field(default_factory=Counter)

    def add(self, view: EventView) -> None:
        self.seen.update(self.keys.keys(view))

    def remove(self, view: EventView) -> None:
        for key in self.keys.keys(view):
            self.seen[key] -= 1
            if not self.seen[key]:
                del self.seen[key]

    def value(self) -> int:
        return len(self.seen)


@dataclass(slots=True)
class _Total:
    """Sum or average, exact: what comes in and goes out again leaves nothing behind."""

    readers: tuple[FieldReader, ...]
    average: bool
    total: Fraction = Fraction(0)
    size: int = 0

    def add(self, view: EventView) -> None:
        for number in _numbers(view, self.readers):
            self.total += number
            self.size += 1

    def remove(self, view: EventView) -> None:
        for number in _numbers(view, self.readers):
            self.total -= number
            self.size -= 1

    def value(self) -> Fraction | None:
        if not self.average:
            return self.total
        return self.total / self.size if self.size else None


@dataclass(slots=True)
class _Percentile:
    readers: tuple[FieldReader, ...]
    rank: Fraction
    ordered: list[Fraction] = field(default_factory=list)

    def add(self, view: EventView) -> None:
        for number in _numbers(view, self.readers):
            insort(self.ordered, number)

    def remove(self, view: EventView) -> None:
        for number in _numbers(view, self.readers):
            del self.ordered[bisect_left(self.ordered, number)]

    def value(self) -> Fraction | None:
        if not self.ordered:
            return None
        place = self.rank / 100 * (len(self.ordered) - 1)
        below = int(place)
        above = min(below + 1, len(self.ordered) - 1)
        return self.ordered[below] + (self.ordered[above] - self.ordered[below]) * (place - below)


def _numbers(view: EventView, readers: tuple[FieldReader, ...]) -> list[Fraction]:
    """The numbers of the fields of an event; dates count in milliseconds."""
    values = chain.from_iterable(view.values(reader) for reader in readers)
    numbers = (Fraction(value.nanos, 1_000_000) if isinstance(value, Instant) else number_of(value) for value in values)
    return [Fraction(number) for number in numbers if number is not None]


def gauge(measure: Measure, fields: Fields) -> Gauge:
    """An empty gauge for a measure.

    Raises `UnsupportedError` for a percentile without a rank from 0 to 100, or a measure without a field.
    """
    readers = tuple(fields.reader(path) for path in measure.fields)
    if measure.kind is not MeasureKind.COUNT and not readers:
        raise refusal("measure-without-field", f"{measure.kind.value} needs a field")
    match measure.kind:
        case MeasureKind.COUNT:
            return _Count()
        case MeasureKind.CARDINALITY:
            return _Cardinality(Keys(readers, [False] * len(readers)))
        case MeasureKind.SUM:
            return _Total(readers, average=False)
        case MeasureKind.AVERAGE:
            return _Total(readers, average=True)
        case MeasureKind.PERCENTILE:
            if measure.rank is None or not 0 <= measure.rank <= 100:
                message = "a percentile needs a rank from 0 to 100, and Sigma 2.1 does not say which one it means"
                raise refusal("percentile-rank", message, hint="say it as pySigma reads it: `percentile: 95`")
            return _Percentile(readers, Fraction(measure.rank))
        case MeasureKind.RULES:
            raise refusal("measure-of-rules", "only a temporal correlation counts the rules that occur")
        case _:
            assert_never(measure.kind)


def holds(having: Having, measured: Gauge) -> bool:
    """Whether a condition on a measure is met; null meets none."""
    found = measured.value()
    return found is not None and compared(having.comparison, found, Fraction(having.threshold))


def compared(comparison: Comparison, found: Fraction | int, threshold: Fraction) -> bool:
    """Whether a number stands to a threshold as a comparison asks."""
    return _HOLDS[comparison](found, threshold)
