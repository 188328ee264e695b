"""The facts of ranges: bounds of numbers, addresses, dates and words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from isorule.evaluation.addresses import address
from isorule.evaluation.date_formats import date_reader
from isorule.evaluation.dates import MILLISECOND, bound
from isorule.evaluation.matching import Kind
from isorule.evaluation.values import text_of
from isorule.ir.analyzers import Analyzer, Runs
from isorule.ir.matchers import (
    Bound,
    Range,
    Scalar,
)
from isorule.ir.precision import limit
from isorule.ir.resolve import as_number
from isorule.ir.schema import FieldType
from isorule.ir.words import first_capital, lowered_bounds
from isorule.verification.facts import NUMBER_TEXT, Domain, Fact, impossible, in_kept_units, kept_moment
from isorule.verification.spans import between

_DAY = 86_400_000


def range_fact(matcher: Range, kind: Kind, bare: Fact) -> Fact:
    """Bounds of a range of numbers, addresses or dates without `now`, which the evaluator reads in the same way.

    Of full text the words are compared, as texts: about the whole text that says nothing here.
    """
    ends = [end for end in (matcher.lower, matcher.upper) if end is not None]
    if any(isinstance(end.value, bool) for end in ends):
        return bare
    if kind.info.type is FieldType.TEXT:
        matcher = lowered_bounds(matcher)
        ends = [end for end in (matcher.lower, matcher.upper) if end is not None]
        if _has_no_word(matcher, _first_word(kind.info.analyzer)):
            return impossible(bare)
        first = _first_word(kind.info.analyzer)
        return replace(bare, hints=tuple(hint for end in ends for hint in _words_around(text_of(end.value), first)))
    axis = bare.domain
    limits: list[int | float | None]
    match bare.domain:
        case Domain.MILLISECOND | Domain.NANOSECOND:
            moments = [_instant(matcher, end is matcher.upper, kind) for end in ends]
            limits = [None if at is None else kept_moment(at, bare) for at in moments]
        case Domain.ADDRESS:
            limits = [_address_number(end.value) for end in ends]
        case Domain.NUMBER | Domain.WHOLE:
            limits = [_bound(end, matcher, kind) for end in ends]
        case Domain.TEXT if _means_numbers(ends, kind):
            axis, limits = Domain.NUMBER, [_number(end.value) for end in ends]
        case _:
            return replace(bare, hints=tuple(end.value for end in ends))
    if any(limit is None for limit in limits):
        return replace(bare, hints=tuple(_around_now(ends, kind)))
    lower = limits.pop(0) if matcher.lower is not None else None
    upper = limits.pop(0) if matcher.upper is not None else None
    spans = between(
        lower,
        upper,
        lower_in=matcher.lower is None or matcher.lower.inclusive,
        upper_in=matcher.upper is None or matcher.upper.inclusive,
    )
    over = NUMBER_TEXT if bare.domain is Domain.TEXT else bare.over
    return replace(bare, axis=axis, spans=in_kept_units(spans, bare), over=over, hints=tuple(end.value for end in ends))


def _first_word(analyzer: Analyzer) -> str:
    """The character before which no word of a text begins."""
    return min(("0", *analyzer.signs)) if isinstance(analyzer, Runs) else "0"


def _has_no_word(matcher: Range, first_word: str) -> bool:
    """Whether no word lies between the bounds."""
    lower, upper = matcher.lower, matcher.upper
    if upper is None:
        return False
    last, first = text_of(upper.value), text_of(lower.value) if lower is not None else first_word
    if lower is None or first < first_word:
        return last < first_word or (last == first_word and not upper.inclusive)
    return last < first or (last == first and not (lower.inclusive and upper.inclusive))


def _words_around(word: str, first_word: str) -> Iterator[str]:
    """A word, the next one after it, the first of all words, and one between a capital and its small letter."""
    yield from (word, f"{word}0", first_word)
    if (at := first_capital(word)) is not None:
        yield f"{word[:at]}_0"


def _around_now(ends: list[Bound], kind: Kind) -> Iterator[Scalar]:
    """Moments a day from bounds that count from now: they may lead to a witness that holds for a while."""
    for end in ends:
        at = bound(end.value, False, kind.now) if isinstance(end.value, str) else None
        if at is not None:
            yield from (at // MILLISECOND + days * _DAY for days in (1, -1))


def _means_numbers(ends: list[Bound], kind: Kind) -> bool:
    """As the evaluator has it for fields that are not numeric: texts that write numbers, where nothing is known."""
    if all(isinstance(end.value, int | float) for end in ends):
        return True
    return not kind.known and all(_number(end.value) is not None for end in ends)


def _instant(matcher: Range, is_upper: bool, kind: Kind) -> int | None:
    end = matcher.upper if is_upper else matcher.lower
    assert end is not None
    if isinstance(end.value, str):
        if end.value.startswith("now"):
            return None
        return bound(end.value, is_upper is end.inclusive, 0, date_reader(kind.info.format))
    return round(end.value * MILLISECOND)


def _address_number(value: Scalar) -> int | None:
    found = address(value) if isinstance(value, str) else None
    return found.number if found is not None else None


def _bound(end: Bound, matcher: Range, kind: Kind) -> int | float | None:
    """A bound as the numbers that the field keeps are compared with it."""
    number = _number(end.value)
    if number is None or kind.info.precision is None:
        return number
    return limit(number, kind.info.precision, (end is matcher.upper) is not end.inclusive)


def _number(value: Scalar) -> int | float | None:
    return as_number(value) if isinstance(value, str) else value
