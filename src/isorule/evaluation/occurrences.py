"""What a temporal correlation asks of its items, as a list of sets: those that occur, and those that must not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product
from typing import assert_never

from isorule.evaluation.measures import compared
from isorule.ir.detections import (
    AllOccur,
    AnyOccurs,
    Comparison,
    Correlation,
    MeasureKind,
    NotOccurring,
    Occurrence,
    Occurs,
)
from isorule.ir.losses import refusal

MOST_CASES = 1_000


@dataclass(frozen=True, slots=True)
class Case:
    """One way to meet a condition: the items at these places (ascending) occur, and those of `absent` do not."""

    present: tuple[int, ...]
    absent: frozenset[int] = frozenset()


def cases(correlation: Correlation) -> tuple[Case, ...]:
    """The ways in which the items of a temporal correlation may occur; one of them is enough.

    Raises `UnsupportedError` for an unknown item, a measure other than RULES, a condition that asks for no item at
    all, and one with more than 1,000 cases.
    """
    size = len(correlation.items)
    if correlation.condition is not None:
        found = _normal(correlation.condition, _places(correlation))
    elif correlation.having:
        found = list(_counted(correlation, size))
    else:
        found = [Case(tuple(range(size)))]
    if any(not case.present for case in found):
        raise refusal(
            "condition-of-absence", "a correlation fires at an event, so its condition must ask for one of its rules"
        )
    return tuple(dict.fromkeys(found))


def _places(correlation: Correlation) -> dict[str, int]:
    return {item.name: place for place, item in enumerate(correlation.items)}


def _counted(correlation: Correlation, size: int) -> Iterator[Case]:
    for having in correlation.having:
        if having.measure.kind is not MeasureKind.RULES:
            raise refusal("measure", "a temporal correlation counts its rules and measures nothing else")
    least = all(having.comparison in (Comparison.GT, Comparison.GTE) for having in correlation.having)
    if size > MOST_CASES.bit_length():
        raise refusal("too-many-cases", f"the rules of {size} may occur in too many ways")
    for count in range(1, size + 1):
        if not all(compared(having.comparison, count, Fraction(having.threshold)) for having in correlation.having):
            continue
        for present in combinations(range(size), count):
            yield Case(present, frozenset() if least else frozenset(range(size)).difference(present))
        if least:
            return


def _normal(condition: Occurrence, places: dict[str, int]) -> list[Case]:
    """The disjunctive normal form, without the cases that ask for an item and against it."""
    found = [
        Case(tuple(sorted(wanted)), unwanted)
        for wanted, unwanted in _parts(condition, places, holds=True)
        if not wanted & unwanted
    ]
    if not found:
        raise refusal("contradiction", "the condition of the correlation can never hold")
    return found


_Part = tuple[frozenset[int], frozenset[int]]


def _parts(condition: Occurrence, places: dict[str, int], *, holds: bool) -> list[_Part]:
    match condition:
        case Occurs(item):
            if item not in places:
                raise refusal("unknown-item", f"the condition names {item!r}, which is not among the rules")
            place = frozenset({places[item]})
            return [(place, frozenset()) if holds else (frozenset(), place)]
        case NotOccurring(term):
            return _parts(term, places, holds=not holds)
        case AllOccur(terms):
            return _all(terms, places, holds=holds) if holds else _any(terms, places, holds=holds)
        case AnyOccurs(terms):
            return _any(terms, places, holds=holds) if holds else _all(terms, places, holds=holds)
        case _:
            assert_never(condition)


def _any(terms: tuple[Occurrence, ...], places: dict[str, int], *, holds: bool) -> list[_Part]:
    return _bounded([part for term in terms for part in _parts(term, places, holds=holds)])


def _all(terms: tuple[Occurrence, ...], places: dict[str, int], *, holds: bool) -> list[_Part]:
    found: list[_Part] = [(frozenset(), frozenset())]
    for term in terms:
        more = _parts(term, places, holds=holds)
        found = _bounded([(one | two, three | four) for (one, three), (two, four) in product(found, more)])
    return found


def _bounded(parts: list[_Part]) -> list[_Part]:
    unique = list(dict.fromkeys(parts))
    if len(unique) > MOST_CASES:
        raise refusal("too-many-cases", f"the condition can be met in more than {MOST_CASES} ways")
    return unique
