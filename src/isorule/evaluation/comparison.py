"""Comparing two computed values: numbers as numbers, dates as instants, addresses as addresses, texts by code point."""

from __future__ import annotations

from isorule.evaluation.addresses import Address, address
from isorule.evaluation.values import Instant, Value, Version, folded_text, instant, number_of, text_of
from isorule.evaluation.versions import version_key


def same(left: Value, right: Value, folded: bool) -> bool:
    """Whether two values are equal; texts without letter case where `folded`."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right or text_of(left) == text_of(right)
    if isinstance(left, int | float) and isinstance(right, int | float):
        return left == right
    if isinstance(left, Instant | Address) or isinstance(right, Instant | Address):
        pair = _alike(left, right)
        return pair is not None and pair[0] == pair[1]
    return folded_text(left) == folded_text(right) if folded else text_of(left) == text_of(right)


def less(left: Value, right: Value) -> bool:
    """Whether the first value comes before the second; values that have no common order do not."""
    pair = _ordered(left, right)
    return pair is not None and pair[0] < pair[1]  # type: ignore[operator]  # both of one type, see `_ordered`


def less_or_same(left: Value, right: Value) -> bool:
    """Whether the first value comes before the second or with it; values that have no common order do not."""
    pair = _ordered(left, right)
    return pair is not None and pair[0] <= pair[1]  # type: ignore[operator]  # both of one type, see `_ordered`


def _ordered(left: Value, right: Value) -> tuple[object, object] | None:
    if isinstance(left, bool) or isinstance(right, bool):
        return None
    if isinstance(left, Instant | Address) or isinstance(right, Instant | Address):
        return _alike(left, right)
    if isinstance(left, Version) or isinstance(right, Version):
        return version_key(text_of(left)), version_key(text_of(right))
    if isinstance(left, str) and isinstance(right, str):
        return left, right
    first, second = number_of(left), number_of(right)
    return None if first is None or second is None else (first, second)


def _alike(left: Value, right: Value) -> tuple[int, int] | None:
    """Two dates, or two addresses, as numbers; None where one of the values is neither."""
    if isinstance(left, Instant) or isinstance(right, Instant):
        first, second = instant(left), instant(right)
        return None if first is None or second is None else (first.nanos, second.nanos)
    one, other = _address(left), _address(right)
    return None if one is None or other is None else (one.number, other.number)


def _address(value: Value) -> Address | None:
    return value if isinstance(value, Address) else address(text_of(value))
