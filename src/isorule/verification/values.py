"""One value that passes some facts and fails others: found, proved not to exist, or neither."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, unique
from itertools import islice

from isorule.evaluation.dates import MILLISECOND
from isorule.ir.matchers import Scalar
from isorule.ir.regex.charset import NOTHING
from isorule.ir.regex.tree import ANY_RUN, EMPTY, Literal, Tree
from isorule.verification.analyzed import surely_holds
from isorule.verification.automaton import TooComplexError
from isorule.verification.budget import Meter
from isorule.verification.facts import Domain, Fact
from isorule.verification.hints import address_texts, instant_texts
from isorule.verification.spans import ALL, Spans, between, common, samples, whole_numbers, without
from isorule.verification.texts import MOST_STATES, shortest_text
from isorule.verification.wildcards import surely_covers

_ATTEMPTS = 12
"""Texts that are tried where a bound is not exact."""

_MOST_SAMPLES = 200
_LONGEST = 100_000
_WHOLE: dict[Domain, Spans] = {
    Domain.WHOLE: ALL,
    Domain.ADDRESS: between(0, 2**128 - 1),
    Domain.MILLISECOND: ALL,
    Domain.NANOSECOND: ALL,
    Domain.LENGTH: between(0, None),
}
"""The axes on which only whole numbers lie, and how far they reach."""
_PLAIN: dict[Domain, tuple[Scalar, ...]] = {
    Domain.TEXT: ("a",),
    Domain.BOOLEAN: (True, False),
    Domain.WHOLE: (1, 0),
    Domain.NUMBER: (1, 0),
    Domain.ADDRESS: ("10.0.0.1",),
    Domain.MILLISECOND: ("2024-01-01T00:00:00.000Z",),
    Domain.NANOSECOND: ("2024-01-01T00:00:00.000Z",),
    Domain.LENGTH: (),
}


@dataclass(frozen=True, slots=True)
class Found:
    """A value, as an event has it."""

    value: Scalar


@unique
class NotFound(Enum):
    """NONE: proved that there is no such value. UNKNOWN: none was found."""

    NONE = "none"
    UNKNOWN = "unknown"


def find_value(
    domain: Domain,
    wanted: Sequence[Fact],
    unwanted: Sequence[Fact],
    meter: Meter,
    most_states: int = MOST_STATES,
) -> Found | NotFound:
    """A value of the domain that passes all of the wanted facts and none of the unwanted ones.

    All facts are of this domain; a search through more than so many states finds nothing. Raises ExhaustedError
    where the meter says so.
    """
    few = _fewest_points(wanted)
    candidates = few if few is not None else (*(hint for item in wanted for hint in item.hints), *_PLAIN[domain])
    for candidate in candidates:
        if _fits(candidate, wanted, unwanted):
            return Found(candidate)
    return NotFound.NONE if few is not None else _Question(domain, wanted, unwanted, most_states).answer(meter)


def _fewest_points(wanted: Sequence[Fact]) -> tuple[Scalar, ...] | None:
    """All values that can pass, where a fact knows them; facts of numbers know more than those of their texts."""
    known = [item.points for item in wanted if item.points is not None]
    numeric = [points for points in known if points and not isinstance(points[0], str)]
    return min(numeric or known, key=len, default=None)


def _fits(value: Scalar, wanted: Sequence[Fact], unwanted: Sequence[Fact]) -> bool:
    return all(item.check(value) for item in wanted) and all(
        item.reads(value) and not item.check(value) for item in unwanted
    )


class _Question:
    """A question to which no value at hand is an answer."""

    def __init__(self, domain: Domain, wanted: Sequence[Fact], unwanted: Sequence[Fact], most_states: int) -> None:
        self._most_states = most_states
        self._domain = domain
        self._wanted = wanted
        self._unwanted = unwanted

    def answer(self, meter: Meter) -> Found | NotFound:
        if self._domain is Domain.BOOLEAN or self._implied():
            return NotFound.NONE  # both Booleans have been tried
        for axis in self._axes():
            spans = self._remaining(axis)
            if not spans:
                return NotFound.NONE
            for candidate in islice(_written(axis, spans), _MOST_SAMPLES):
                if self._fits(candidate):
                    return Found(candidate)
        if self._domain is not Domain.TEXT and not any(map(_is_textual, (*self._wanted, *self._unwanted))):
            return NotFound.UNKNOWN
        return self._by_text(meter)

    def _fits(self, value: Scalar) -> bool:
        return _fits(value, self._wanted, self._unwanted)

    def _implied(self) -> bool:
        """Whether an unwanted phrase or pattern follows from a wanted one."""
        have = [item.tokens for item in self._wanted if item.tokens is not None]
        need = [item.tokens for item in self._unwanted if item.tokens is not None]
        if any(not one.words for one in have) or any(surely_holds(one, other) for one in have for other in need):
            return True
        return any(surely_covers(other.under, one.over) for other in self._unwanted for one in self._wanted)

    def _axes(self) -> list[Domain]:
        if self._domain is not Domain.TEXT:
            return [self._domain]
        return sorted({item.axis for item in self._wanted if item.axis is not None}, key=lambda axis: axis.value)

    def _remaining(self, axis: Domain) -> Spans:
        """The numbers of the axis that no exact fact rules out."""
        spans = _WHOLE.get(axis, ALL)
        for item in (*self._wanted, *self._unwanted):
            if item.domain is axis:
                spans = common(spans, item.held)
        for item in self._wanted:
            if item.axis is axis:
                spans = common(spans, item.spans)
        for item in self._unwanted:
            if item.axis is axis:
                spans = without(spans, item.spans)
        return whole_numbers(spans) if axis in _WHOLE else spans

    def _by_text(self, meter: Meter) -> Found | NotFound:
        inside = [item.over for item in self._wanted]
        inside += dict.fromkeys(item.written for item in (*self._wanted, *self._unwanted))
        outside = [item.under for item in self._unwanted if item.under != NOTHING]
        tried: list[Tree] = []
        for _ in range(_ATTEMPTS):
            try:
                text = shortest_text(inside, outside + tried, meter, self._most_states)
            except TooComplexError:
                return self._roughly(meter) if not tried else NotFound.UNKNOWN
            if text is None:
                return NotFound.UNKNOWN if tried else NotFound.NONE
            if self._fits(text):
                return Found(text)
            tried.append(Literal(text) if text else EMPTY)
        return NotFound.UNKNOWN

    def _roughly(self, meter: Meter) -> NotFound:
        """The proof from single facts, where some tree is too complex for an automaton."""
        for wanted in [item.over for item in self._wanted] or [ANY_RUN]:
            for unwanted in [item.under for item in self._unwanted]:
                if wanted == unwanted:
                    return NotFound.NONE
                try:
                    if shortest_text([wanted], [unwanted], meter, self._most_states) is None:
                        return NotFound.NONE
                except TooComplexError:
                    continue
        return NotFound.UNKNOWN


def _is_textual(item: Fact) -> bool:
    return item.axis is None


def _written(axis: Domain, spans: Spans) -> Iterator[Scalar]:
    for number in samples(spans):
        match axis:
            case Domain.NUMBER | Domain.WHOLE:
                yield number
                yield str(number)
                if abs(number) < _LONGEST:
                    yield float(number)
            case Domain.ADDRESS:
                yield from address_texts(int(number))
            case Domain.MILLISECOND:
                yield from instant_texts(int(number) * MILLISECOND)
            case Domain.NANOSECOND:
                yield from instant_texts(int(number))
            case Domain.LENGTH if number < _LONGEST:
                yield "a" * int(number)
            case Domain.LENGTH | Domain.TEXT | Domain.BOOLEAN:
                return
