"""The `format` of a date field: how its mapping says that dates are written.

A format is names and patterns of `java.time`, joined with `||`; the first one that a text follows reads it. Dates of
events and bounds of queries are both read by it
(https://www.elastic.co/docs/reference/elasticsearch/mapping-reference/mapping-date-format). Date math after `||` and
`now` are understood in every format.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache

from isorule.evaluation.dates import (
    DAY,
    HOUR,
    MILLISECOND,
    MINUTE,
    SECOND,
    bound,
    epoch_range,
    instant_range,
    iso_range,
    nanos,
    zone_offset,
)
from isorule.ir.losses import refusal

Reader = Callable[[str], tuple[int, int] | None]
"""Gives the first and the last nanosecond that a date stands for; None for a text in another format."""

_PATTERNS = {
    "date": "yyyy-MM-dd",
    "year_month_day": "yyyy-MM-dd",
    "year_month": "yyyy-MM",
    "year": "yyyy",
    "basic_date": "yyyyMMdd",
    "basic_date_time": "yyyyMMdd'T'HHmmss.SSSX",
    "basic_date_time_no_millis": "yyyyMMdd'T'HHmmssX",
    "date_hour": "yyyy-MM-dd'T'HH",
    "date_hour_minute": "yyyy-MM-dd'T'HH:mm",
    "date_hour_minute_second": "yyyy-MM-dd'T'HH:mm:ss",
    "date_hour_minute_second_millis": "yyyy-MM-dd'T'HH:mm:ss.SSS",
    "date_hour_minute_second_fraction": "yyyy-MM-dd'T'HH:mm:ss.SSS",
    "date_time": "yyyy-MM-dd'T'HH:mm:ss.SSSX",
    "date_time_no_millis": "yyyy-MM-dd'T'HH:mm:ssX",
}
_ZONE = r"(?P<zone>Z|[+-][0-9]{2}(?::?[0-9]{2})?)"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_PART = {"y": "year", "u": "year", "M": "month", "d": "day", "H": "hour", "m": "minute", "s": "second", "S": "fraction"}
_NUMBERS = ("year", "month", "day", "hour", "minute", "second")
_TOKEN = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|.", re.DOTALL)


def date_reader(written: str | None) -> Reader:
    """The reader for a format; None is the default of a date field, `strict_date_optional_time||epoch_millis`.

    Raises `UnsupportedError` for a format that is not understood.
    """
    return instant_range if written is None else _reader(written)


def date_span(text: str, written: str | None, now: int) -> tuple[int, int] | None:
    """The first and the last nanosecond of a date or of date math; None for a text that is neither.

    `now` is in nanoseconds since 1970. Raises `UnsupportedError` as `date_reader` does.
    """
    read = date_reader(written)
    first, last = bound(text, False, now, read), bound(text, True, now, read)
    return None if first is None or last is None else (first, last)


@cache
def _reader(written: str) -> Reader:
    readers = [_one(part.strip()) for part in written.split("||")]
    if len(readers) == 1:
        return readers[0]

    def read(text: str) -> tuple[int, int] | None:
        return next((found for reader in readers if (found := reader(text)) is not None), None)

    return read


def _one(name: str) -> Reader:
    plain = name.removeprefix("strict_")
    if plain in ("date_optional_time", "date_optional_time_nanos") or name == "iso8601":
        return iso_range
    if name == "epoch_millis":
        return lambda text: epoch_range(text, MILLISECOND)
    if name == "epoch_second":
        return lambda text: epoch_range(text, SECOND)
    return _by_pattern(_PATTERNS.get(plain, name))


def _by_pattern(written: str) -> Reader:
    expression = re.compile("".join(_expressions(written)))

    def read(text: str) -> tuple[int, int] | None:
        found = expression.fullmatch(text)
        return None if found is None else _range(found.groupdict())

    return read


def _expressions(written: str) -> list[str]:
    """A pattern of `java.time` as parts of a regular expression."""
    out: list[str] = []
    seen: set[str] = set()
    for match in _TOKEN.finditer(written):
        token, letter = match[0], match[2]
        if letter is None:
            literal = "'" if token == "''" else match[1].replace("''", "'") if match[1] is not None else token
            out.append(re.escape(literal))
            continue
        part = _PART.get(letter, "zone" if letter in "XxZ" else "")
        expression = _expression(letter, len(token), part)
        if expression is None or part in seen:
            raise refusal("date-format", f"the date format {written!r} is not understood: {token!r}")
        seen.add(part)
        out.append(expression)
    return out


def _expression(letter: str, count: int, part: str) -> str | None:
    match letter:
        case "y" | "u" if count in (2, 4):
            return rf"(?P<year>[0-9]{{{count}}})"
        case "M" if count == 3:
            return r"(?P<month>[A-Za-z]{3})"
        case "M" | "d" | "H" | "m" | "s" if count <= 2:
            return rf"(?P<{part}>[0-9]{{{count},2}})"
        case "S":
            return rf"(?P<fraction>[0-9]{{{count}}})"
        case "X" | "x" | "Z":
            return _ZONE
        case _:
            return None


def _range(parts: dict[str, str | None]) -> tuple[int, int] | None:
    """The span of time of a date; a month or day that is left out is the first one, as Elasticsearch has it."""
    numbers = {name: _number(parts[name] or "") for name in _NUMBERS if parts.get(name) is not None}
    hour, minute, second = (numbers.get(name, 0) for name in ("hour", "minute", "second"))
    year = numbers.get("year", 1970) + (2000 if len(parts.get("year") or "") == 2 else 0)
    try:
        day = datetime(year, numbers.get("month", 1), numbers.get("day", 1), hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    base = nanos(day)
    base -= zone_offset(parts.get("zone"))
    fraction = parts.get("fraction")
    if fraction is not None:
        base += int(fraction[:9].ljust(9, "0"))
        return base, base
    units = (("second", SECOND), ("minute", MINUTE), ("hour", HOUR))
    return base, base + next((size for name, size in units if name in numbers), DAY) - 1


def _number(text: str) -> int:
    return int(text) if text.isdigit() else _MONTHS.index(text.lower()) + 1 if text.lower() in _MONTHS else 0
