"""What a field holds: scalars of the event, read as the type of their field.

The types are those of https://www.elastic.co/guide/en/elasticsearch/reference/current/mapping-types.html. A value that
its type cannot hold is left out, as an index with `ignore_malformed` does; so is a text that is longer than the
`ignore_above` of its field, which the index does not hold either
(https://www.elastic.co/docs/reference/elasticsearch/mapping-reference/ignore-above).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import assert_never

from isorule.evaluation.addresses import Address, address
from isorule.evaluation.date_formats import date_reader
from isorule.evaluation.dates import MILLISECOND, instant_range
from isorule.ir.folding import fold
from isorule.ir.matchers import Scalar
from isorule.ir.precision import LONG, Precision, kept
from isorule.ir.resolve import as_number
from isorule.ir.schema import FieldInfo, FieldType

_GREATEST_LONG = 2**64 - 1
_MANY_BITS = 4096


@dataclass(frozen=True, slots=True)
class Instant:
    """A point in time in nanoseconds since 1970 (UTC), and the text it was written as."""

    nanos: int
    text: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class Version:
    """A value of a `version` field; two versions are the same if they are written the same."""

    text: str


Value = str | int | float | bool | Instant | Address | Version
Coercion = Callable[[Scalar], Value | None]


def text_of(value: Value) -> str:
    """The text of a value: `true`, `4688`, `4.5`, the address or version or date as written."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case Instant() | Version() | Address():
            return value.text
        case _:
            assert_never(value)


def folded_text(value: Value) -> str:
    """The text of a value without letter case."""
    return fold(value if isinstance(value, str) else text_of(value))


def scalar(raw: object) -> Scalar | None:
    """One leaf of an event as a scalar; None where it holds no value.

    Numbers that JSON cannot write (not finite, or of absurd length) are no values; dates that a YAML reader made are
    ISO texts; any other object counts by its text.
    """
    match raw:
        case None:
            return None
        case bool() | str():
            return raw
        case int():
            return raw if raw.bit_length() <= _MANY_BITS else None
        case float():
            return raw if math.isfinite(raw) else None
        case datetime() | date():
            return raw.isoformat()
        case _:
            return str(raw)


def coercion(info: FieldInfo) -> Coercion | None:
    """How scalars become values of a field; None where they are taken as they are."""
    match info.type:
        case FieldType.KEYWORD if info.ignore_above is not None:
            return _no_longer_than(info.ignore_above)
        case FieldType.KEYWORD | FieldType.TEXT | FieldType.NESTED | FieldType.OBJECT:
            return None
        case FieldType.INTEGER:
            return _integer(info.precision or LONG)
        case FieldType.DECIMAL:
            return _decimal if info.precision is None else _narrow(info.precision)
        case FieldType.BOOLEAN:
            return _boolean
        case FieldType.DATE:
            return _date if info.format is None else _formatted(info.format, MILLISECOND)
        case FieldType.DATE_NANOS:
            return _strict_instant if info.format is None else _formatted(info.format, 1)
        case FieldType.IP:
            return _address
        case FieldType.VERSION:
            return _version
        case _:
            assert_never(info.type)


def number_of(value: Value) -> int | float | None:
    """The number that a value is or writes; a Boolean is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    return as_number(value) if isinstance(value, str) else None


_DAY_LENGTH = len("2024-05-01")


def instant(raw: Value) -> Instant | None:
    """A point in time as logs have it: as a date field reads it, or with a blank between date and time."""
    if isinstance(raw, str) and raw[_DAY_LENGTH : _DAY_LENGTH + 1] == " ":
        found = instant_range(f"{raw[:_DAY_LENGTH]}T{raw[_DAY_LENGTH + 1 :]}")
        return Instant(found[0], raw) if found is not None else None
    return _strict_instant(raw)


def _strict_instant(raw: Value) -> Instant | None:
    """A point in time from ISO text, or from milliseconds since 1970 as a number or text."""
    if isinstance(raw, Instant):
        return raw
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int | float):
        return Instant(round(raw * MILLISECOND), repr(raw)) if abs(raw) < _GREATEST_LONG else None
    text = text_of(raw)
    found = instant_range(text)
    return Instant(found[0], text) if found is not None else None


def _date(raw: Scalar) -> Instant | None:
    """A `date` field keeps milliseconds."""
    found = _strict_instant(raw)
    if found is None or found.nanos % MILLISECOND == 0:
        return found
    return Instant(found.nanos // MILLISECOND * MILLISECOND, found.text)


def _formatted(written: str, unit: int) -> Coercion:
    """Dates in the format of the mapping, kept in units of so many nanoseconds; a number is read by its digits."""
    read = date_reader(written)

    def coerce(raw: Scalar) -> Instant | None:
        if isinstance(raw, bool):
            return None
        text = text_of(raw)
        found = read(text)
        return None if found is None else Instant(found[0] // unit * unit, text)

    return coerce


def _no_longer_than(most: int) -> Coercion:
    """Texts of more than so many UTF-16 units (Java's `String.length`) are not indexed: `ignore_above`."""

    def coerce(raw: Scalar) -> Scalar | None:
        if not isinstance(raw, str) or len(raw) <= most // 2:
            return raw
        return raw if len(raw) + sum(character > "\uffff" for character in raw) <= most else None

    return coerce


@cache
def _integer(precision: Precision) -> Coercion:
    """Fractions are cut off (the mapping parameter `coerce`)."""

    def coerce(raw: Scalar) -> float | int | None:
        number = number_of(raw)
        return None if number is None else kept(int(number), precision)

    return coerce


def _decimal(raw: Scalar) -> float | int | None:
    return number_of(raw)


@cache
def _narrow(precision: Precision) -> Coercion:
    def coerce(raw: Scalar) -> float | int | None:
        number = number_of(raw)
        return None if number is None else kept(number, precision)

    return coerce


def _boolean(raw: Scalar) -> bool | None:
    if isinstance(raw, bool):
        return raw
    return {"true": True, "false": False, "": False}.get(raw) if isinstance(raw, str) else None


def _address(raw: Scalar) -> Address | None:
    return address(raw) if isinstance(raw, str) else None


def _version(raw: Scalar) -> Version:
    return Version(text_of(raw))
