"""Arithmetic of EQL: whole numbers stay whole, division drops the fraction, division by zero is null.

A value that is no number, and a result that no field could hold (not finite, or of absurd length), are null.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import TypeGuard

from isorule.evaluation.values import Value

Number = int | float
_MANY_BITS = 4096


def add(left: Value, right: Value) -> Number | None:
    """The sum of two numbers."""
    return _computed(operator.add, left, right)


def subtract(left: Value, right: Value) -> Number | None:
    """The first number without the second."""
    return _computed(operator.sub, left, right)


def multiply(left: Value, right: Value) -> Number | None:
    """The product of two numbers."""
    return _computed(operator.mul, left, right)


def divide(left: Value, right: Value) -> Number | None:
    """The quotient; that of two whole numbers is cut off towards zero."""
    return None if right == 0 else _computed(_quotient, left, right)


def modulo(left: Value, right: Value) -> Number | None:
    """What a division leaves over, with the sign of the first number."""
    return None if right == 0 else _computed(_rest, left, right)


def negate(value: Value) -> Number | None:
    """The number with the other sign."""
    return -value if _is_number(value) else None


def _computed(operation: Callable[[Number, Number], Number], left: Value, right: Value) -> Number | None:
    if not (_is_number(left) and _is_number(right)):
        return None
    try:
        found = operation(left, right)
    except OverflowError:
        return None
    if isinstance(found, int):
        return found if found.bit_length() <= _MANY_BITS else None
    return found if math.isfinite(found) else None


def _quotient(left: Number, right: Number) -> Number:
    if isinstance(left, float) or isinstance(right, float):
        return left / right
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


def _rest(left: Number, right: Number) -> Number:
    if isinstance(left, float) or isinstance(right, float):
        return math.fmod(left, right)
    rest = abs(left) % abs(right)
    return -rest if left < 0 else rest


def _is_number(value: Value) -> TypeGuard[Number]:
    return isinstance(value, int | float) and not isinstance(value, bool)
