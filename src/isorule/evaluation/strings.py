"""String functions of EQL. Positions count UTF-16 code units, as in Elasticsearch.

Where nothing is found, `between` and `indexOf` give null.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from isorule.evaluation.values import Value, folded_text, text_of
from isorule.ir.resolve import as_number

_LAST_BMP = "\uffff"
_DIGITS = re.compile(r"[+-]?[0-9A-Za-z]{1,64}")
_LEAST_PLAIN, _GREATEST_PLAIN = 1e-3, 1e7
_LEAST_LONG, _GREATEST_LONG = -(2**63), 2**63 - 1


def _units(text: str) -> str:
    """The text with each code point beyond the BMP as its two surrogates."""
    if not text or max(text) <= _LAST_BMP:
        return text
    data = text.encode("utf-16-le", "surrogatepass")
    return "".join(map(chr, memoryview(data).cast("H")))


def _joined(units: str) -> str:
    """The text that a row of UTF-16 code units writes."""
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def _contains(whole: str, part: str) -> bool:
    """Elasticsearch finds an empty text nowhere."""
    return part != "" and part in whole


RELATIONS: dict[str, Callable[[str, str], bool]] = {
    "startsWith": str.startswith,
    "endsWith": str.endswith,
    "stringContains": _contains,
}


def length(value: Value) -> int:
    """How long a text is."""
    return len(_units(text_of(value)))


def substring(value: Value, start: Value | None, end: Value | None = None) -> str | None:
    """The part from `start` up to `end`; negative positions count from the end, null is the start or the end."""
    units = _units(text_of(value))
    first, last = _position(start, 0), _position(end, len(units))
    if first is None or last is None:
        return None
    return _joined(units[first:last])


def index_of(value: Value, part: Value, start: Value | None = None, *, folded: bool) -> int | None:
    """The first place of a part from `start` on, null where there is none."""
    first = _position(start, 0)
    if first is None:
        return None
    text = folded_text if folded else text_of
    found = _units(text(value)).find(_units(text(part)), max(first, 0))
    return None if found < 0 else found


def between(value: Value, left: Value, right: Value, greedy: Value | None = None, *, folded: bool) -> str | None:
    """What stands between the first `left` and the next `right`, or the last one where `greedy`."""
    whole = text_of(value)
    text = folded_text if folded else text_of
    searched, before, after = text(value), text(left), text(right)
    start = searched.find(before)
    if start < 0:
        return None
    start += len(before)
    end = searched.rfind(after, start) if greedy is True else searched.find(after, start)
    return None if end < 0 else whole[start:end]


def number(value: Value, base: Value | None = None) -> int | float | None:
    """The number that a text writes; base 16 is meant where it begins with `0x` and no base is given."""
    if not isinstance(value, str):
        return None
    hexadecimal = value.startswith("0x")
    radix = (16 if hexadecimal else 10) if base is None else _position(base, 10)
    if radix == 10:
        found = as_number(value)
        too_long = isinstance(found, int) and not _LEAST_LONG <= found <= _GREATEST_LONG
        return as_number(f"{value}.0") if too_long else found  # Java's Long.valueOf, else Double.valueOf
    digits = value[2:] if hexadecimal and radix == 16 else value
    if radix is None or not 2 <= radix <= 36 or not _DIGITS.fullmatch(digits):
        return None
    try:
        return int(digits, radix)
    except ValueError:
        return None


def printed(value: Value) -> str:
    """The text of a value as `string` and `concat` write it: decimals as Java prints them (`1.0E7`)."""
    if not isinstance(value, float) or value == 0 or _LEAST_PLAIN <= abs(value) < _GREATEST_PLAIN:
        return text_of(value)
    exact = Decimal(repr(value))
    sign = "-" if exact.is_signed() else ""
    digits = "".join(map(str, exact.as_tuple().digits)).rstrip("0")
    return f"{sign}{digits[0]}.{digits[1:] or '0'}E{exact.adjusted()}"


def concat(*values: Value) -> str:
    """All values written one after the other."""
    return "".join(map(printed, values))


def _position(value: Value | None, otherwise: int) -> int | None:
    """A whole number; None for a value that is no number."""
    if value is None:
        return otherwise
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
