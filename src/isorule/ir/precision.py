"""Numbers as fields keep them: `float`, `half_float` and `scaled_float`, and whole numbers of other types than `long`.

A narrow field keeps fewer digits than a JSON number has, and Elasticsearch rounds the numbers of a query likewise:
equality takes them as the field would keep them, ranges to 32 bits, or to the next multiple of a scaled field
(`NumberFieldMapper.NumberType` and `ScaledFloatFieldMapper`, methods `termQuery` and `rangeQuery`;
https://www.elastic.co/docs/reference/elasticsearch/mapping-reference/number).
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, unique

Number = int | float


@unique
class Binary(Enum):
    """IEEE 754 numbers by their sign in Python's `struct`: 32 bits (`float`) and 16 bits (`half_float`)."""

    SINGLE = "f"
    HALF = "e"


@dataclass(frozen=True, slots=True)
class Scaled:
    """Whole numbers of one part in `factor` (`scaled_float`)."""

    factor: float


@dataclass(frozen=True, slots=True)
class Whole:
    """Whole numbers from `least` to `most` (`byte`, `short`, `integer`, `unsigned_long`)."""

    least: int
    most: int

    @classmethod
    def of(cls, bits: int) -> Whole:
        """Those of a signed type of so many bits."""
        return cls(-(1 << bits - 1), (1 << bits - 1) - 1)


Precision = Binary | Scaled | Whole
LONG = Whole.of(64)
"""What an integer field keeps of which no more is known."""


def kept(number: Number, precision: Precision) -> Number | None:
    """The number as the field keeps it; None where the field refuses it: it is too great, or it is not whole."""
    match precision:
        case Binary():
            found = _rounded(number, precision)
            return found if math.isfinite(found) else None
        case Scaled(factor):
            scaled = _finite(number) * factor
            return _shown(math.floor(scaled + 0.5) / factor, number) if math.isfinite(scaled) else None
        case Whole(least, most):
            return number if least <= number <= most and number == int(number) else None


def limit(number: Number, precision: Precision, up: bool) -> Number:
    """A bound of a range as kept numbers are compared with it.

    `up` asks for the next kept number above, not below, where the bound lies between two: for a lower bound that is in
    the range and an upper one that is not.
    """
    match precision:
        case Binary():
            return _rounded(number, Binary.SINGLE)
        case Scaled(factor):
            scaled = _times(number, factor)
            return (math.ceil(scaled) if up else math.floor(scaled)) / factor
        case Whole():
            return number


def _rounded(number: Number, precision: Binary) -> Number:
    try:
        found: float = struct.unpack(precision.value, struct.pack(precision.value, float(number)))[0]
    except OverflowError:
        return math.copysign(math.inf, number)
    return _shown(found, number)


def _finite(number: Number) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.inf


def _times(number: Number, factor: float) -> Decimal:
    return Decimal(repr(number)) * Decimal(repr(factor))


def _shown(found: float, number: Number) -> Number:
    """A number that rounding has left as it was, as it was written (`5`, not `5.0`)."""
    return number if found == number else found
