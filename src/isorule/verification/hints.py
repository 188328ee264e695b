"""Values worth trying before anything is computed: patterns with their wildcards filled in, addresses, dates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address

from isorule.evaluation.dates import MILLISECOND, moment_of
from isorule.ir.matchers import LikePart, Wildcard

_MAPPED = 0xFFFF << 32
_FILLINGS = ("", "a", "x1")


def spelled(parts: tuple[LikePart, ...], folded: bool) -> tuple[str, ...]:
    """Texts of a wildcard pattern, in several letter cases where case does not count."""
    found: list[str] = []
    for filling in _FILLINGS if any(not isinstance(part, str) for part in parts) else _FILLINGS[:1]:
        text = "".join(_filled(part, filling) for part in parts)
        found += (text, text.upper(), text.title(), text.swapcase()) if folded else (text,)
    return tuple(dict.fromkeys(found))


def _filled(part: LikePart, filling: str) -> str:
    match part:
        case str():
            return part
        case Wildcard.ONE:
            return "a"
        case _:
            return filling


def address_texts(number: int) -> Iterator[str]:
    """The ways to write an address."""
    if not 0 <= number < 1 << 128:
        return
    if number >> 32 == _MAPPED >> 32:
        yield str(IPv4Address(number & 0xFFFFFFFF))
    yield str(IPv6Address(number))
    yield IPv6Address(number).exploded


def instant_texts(nanos: int) -> Iterator[str | int]:
    """The ways to write a moment."""
    try:
        moment: datetime = moment_of(nanos)
    except OverflowError:
        yield nanos // MILLISECOND
        return
    text = moment.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0")
    fraction = nanos % 1_000_000_000
    yield f"{text}.{fraction:09}Z" if fraction % MILLISECOND else f"{text}.{fraction // MILLISECOND:03}Z"
