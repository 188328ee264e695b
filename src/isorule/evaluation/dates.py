"""Dates as Elasticsearch reads them: `strict_date_optional_time`, epoch milliseconds, and date math.

Everything is UTC, in nanoseconds since 1970. A date with parts left out stands for a span of time; which end of it
counts depends on the bound (https://www.elastic.co/guide/en/elasticsearch/reference/current/query-dsl-range-query.html,
"Missing date components" and "Date math and rounding"). A month or day that is left out is the first one at both ends:
`2024` ends with the first of January (see also https://github.com/elastic/elasticsearch/pull/90458).
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

MILLISECOND = 1_000_000
SECOND = 1000 * MILLISECOND
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ISO = re.compile(
    r"(?P<year>[0-9]{4})"
    r"(?:-(?P<month>[0-9]{2})"
    r"(?:-(?P<day>[0-9]{2})"
    r"(?:T"
    r"(?:(?P<hour>[0-9]{2})"
    r"(?::(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2})"
    r"(?:[.,](?P<fraction>[0-9]{1,12}))?"
    r")?)?)?"
    r"(?P<zone>Z|[+-][0-9]{2}(?::?[0-9]{2})?)?"
    r")?)?)?"
)
_NUMBER = re.compile(r"(-?[0-9]{1,18})(?:\.([0-9]{1,9}))?")
_MATH = re.compile(r"([+-])([0-9]{0,9})([yMwdhHms])|/([yMwdhHms])")
_FIXED = {"w": 7 * DAY, "d": DAY, "h": HOUR, "H": HOUR, "m": MINUTE, "s": SECOND}
_MONDAY = 4 * DAY  # 1970-01-01 was a Thursday; weeks begin on Monday


def nanos(moment: datetime) -> int:
    """Nanoseconds since 1970 of a moment; one without a time zone is UTC."""
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return (aware - _EPOCH) // timedelta(microseconds=1) * 1000


def moment_of(at: int) -> datetime:
    """The UTC moment (to the microsecond) of nanoseconds since 1970.

    Raises OverflowError outside of the years 1 to 9999.
    """
    return _EPOCH + timedelta(microseconds=at // 1000)


def instant_range(text: str) -> tuple[int, int] | None:
    """The first and the last nanosecond that a date stands for; None where the text is no date.

    Text of four digits is a year, any other whole number is milliseconds since 1970.
    """
    if _ISO.fullmatch(text) is not None:
        return iso_range(text)
    return epoch_range(text, MILLISECOND)


def iso_range(text: str) -> tuple[int, int] | None:
    """The first and the last nanosecond of a date in `strict_date_optional_time`; None for any other text."""
    found = _ISO.fullmatch(text)
    return None if found is None else _iso_range(found)


def epoch_range(text: str, unit: int) -> tuple[int, int] | None:
    """The nanosecond that a number of units (in nanoseconds) since 1970 stands for, twice; None for any other text."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    places = found[2] or ""
    fraction = int(places or 0) * unit // 10 ** len(places)
    at = int(found[1]) * unit + (-fraction if text.startswith("-") else fraction)
    return at, at


def bound(
    text: str, round_up: bool, now: int, read: Callable[[str], tuple[int, int] | None] = instant_range
) -> int | None:
    """The nanosecond that a bound of a range stands for; None where it is neither a date nor date math.

    `round_up` takes the last nanosecond of a rounded or incomplete date: so for `<=` and `>`. `read` reads dates.
    """
    if text.startswith("now"):
        return _computed(now, text[3:], round_up)
    base, math, operations = text.partition("||")
    found = read(base)
    if found is None:
        return None
    return _computed(found[0], operations, round_up) if math and operations else found[1 if round_up else 0]


def _iso_range(found: re.Match[str]) -> tuple[int, int] | None:
    parts = [found[name] for name in ("year", "month", "day", "hour", "minute", "second")]
    numbers = [int(part) if part is not None else None for part in parts]
    year, month, day, hour, minute, second = numbers
    try:
        base = nanos(datetime(year or 0, month or 1, day or 1, hour or 0, minute or 0, second or 0, tzinfo=UTC))
    except ValueError:
        return None
    base -= zone_offset(found["zone"])
    if found["fraction"] is not None:
        base += int(found["fraction"][:9].ljust(9, "0"))
        return base, base
    return base, base + _length(numbers) - 1


def _length(numbers: list[int | None]) -> int:
    """The span of time of a date with its last parts left out."""
    *_, hour, minute, second = numbers
    if hour is None:
        return DAY
    if minute is None:
        return HOUR
    return MINUTE if second is None else SECOND


def zone_offset(zone: str | None) -> int:
    """Nanoseconds that a time zone (`Z`, `+02:00`, `-0530`; none is UTC) is ahead of UTC."""
    if zone is None or zone == "Z":
        return 0
    digits = zone[1:].replace(":", "")
    size = int(digits[:2]) * HOUR + int(digits[2:] or 0) * MINUTE
    return -size if zone[0] == "-" else size


def _computed(at: int, operations: str, round_up: bool) -> int | None:
    position = 0
    while position < len(operations):
        found = _MATH.match(operations, position)
        if found is None:
            return None
        try:
            if found[4] is not None:
                at = _rounded(at, found[4], round_up)
            else:
                at = _moved(at, int(found[2] or 1) * (1 if found[1] == "+" else -1), found[3])
        except (OverflowError, ValueError):
            return None
        position = found.end()
    return at


def _moved(at: int, count: int, unit: str) -> int:
    if unit in _FIXED:
        return at + count * _FIXED[unit]
    moment = moment_of(at)
    months = moment.year * 12 + moment.month - 1 + count * (12 if unit == "y" else 1)
    year, month = divmod(months, 12)
    day = min(moment.day, monthrange(year, month + 1)[1])
    return nanos(moment.replace(year=year, month=month + 1, day=day)) + at % 1000


def _rounded(at: int, unit: str, round_up: bool) -> int:
    if unit in _FIXED:
        shift = _MONDAY if unit == "w" else 0
        start = (at - shift) // _FIXED[unit] * _FIXED[unit] + shift
        return start + _FIXED[unit] - 1 if round_up else start
    moment = moment_of(at).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    start = nanos(moment if unit == "M" else moment.replace(month=1))
    return _moved(start, 1, unit) - 1 if round_up else start
