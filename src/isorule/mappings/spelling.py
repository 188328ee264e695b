"""Values that the two sides spell differently: words of a table, prefixes, numbers of the registry, addresses.

`outward` goes from Sigma's taxonomy to the other, `inward` back. Both take one value test, never a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import ip_network
from typing import Final

from isorule.diagnostics import Effect
from isorule.ir.folding import fold
from isorule.ir.matchers import Equals, InNetwork, Like, Matcher, Present, Wildcard
from isorule.mappings.parts import (
    Remark,
    Translated,
    accepts,
    any_of,
    case_of,
    joined,
    one,
    parts_of,
    text_of,
    with_parts,
    with_text,
)
from isorule.mappings.taxonomy import FieldRow, Prefixed, RegistryData, Spelled

_NUMBER: Final = re.compile(r"(D|Q)WORD \((?:0x([0-9a-f]{8})-)?0x([0-9a-f]{8})\)", re.IGNORECASE)
_NUMBER_LETTERS: Final = frozenset("dqwor (0123456789abcdefx-)")
_DIGITS: Final = re.compile(r"\d+|0x[0-9a-f]+", re.IGNORECASE)


def as_text(row: FieldRow, matcher: Matcher) -> Translated:
    """A number as the text that writes it."""
    if isinstance(matcher, Equals) and not isinstance(matcher.value, str):
        return any_of(row.paths, Equals(text_of(matcher) or "", span=matcher.span))
    return any_of(row.paths, matcher)


def as_number(row: FieldRow, matcher: Matcher) -> Translated:
    """A text of digits as the number that it writes."""
    text = text_of(matcher)
    if text is not None and text.isascii() and text.isdigit() and str(int(text)) == text:
        return one(row.sigma, Equals(int(text), span=getattr(matcher, "span", None)))
    return one(row.sigma, matcher)


def spelled_outward(row: FieldRow, spelled: Spelled, matcher: Matcher) -> Translated:
    """A word as all spellings of the other side; a word that the table does not have stays."""
    if isinstance(matcher, Present):
        return any_of(row.paths, matcher)
    found = {word: spellings for word, spellings in spelled.spellings if accepts(matcher, word)}
    if not found:
        return any_of(row.paths, matcher)
    words = [word for spellings in found.values() for word in spellings]
    others = [
        word for word, spellings in spelled.spellings if word not in found and not set(words).isdisjoint(spellings)
    ]
    message = f"{words[0]} stands for {', '.join(others)}, too"
    remarks = (Remark("shared-spelling", Effect.WIDENS, message),) if others else ()
    return joined(any_of(row.paths, Equals(word, case_of(matcher)), *remarks) for word in words)


def spelled_inward(row: FieldRow, spelled: Spelled, matcher: Matcher) -> Translated:
    """A spelling as Sigma's word for it."""
    if isinstance(matcher, Present):
        return one(row.sigma, matcher)
    words = [word for word, spellings in spelled.spellings if any(accepts(matcher, item) for item in spellings)]
    if not words:
        return one(row.sigma, matcher)
    return joined(one(row.sigma, Equals(_value(word), case_of(matcher))) for word in words)


def _value(word: str) -> str | int:
    return int(word) if word.isdigit() else word


def prefixed_outward(row: FieldRow, prefixed: Prefixed, matcher: Matcher) -> Translated:
    """A value that begins with a word, with all spellings of the word."""
    parts = parts_of(matcher)
    head = _head(parts)
    if parts is None or head is None:
        return any_of(row.paths, matcher)
    at, text = head
    for word, spellings in prefixed.spellings:
        if _begins(text, word):
            rest = text[len(word) :]
            return joined(
                any_of(row.paths, with_parts(matcher, (*parts[:at], spelling + rest, *parts[at + 1 :])))
                for spelling in spellings
            )
    return any_of(row.paths, matcher)


def prefixed_inward(row: FieldRow, prefixed: Prefixed, matcher: Matcher) -> Translated:
    """A value that begins with some spelling of a word, with Sigma's word."""
    parts = parts_of(matcher)
    head = _head(parts)
    if parts is None or head is None:
        return one(row.sigma, matcher)
    at, text = head
    for word, spellings in prefixed.spellings:
        spelling = next((item for item in spellings if _begins(text, item)), None)
        if spelling is not None:
            rest = text[len(spelling) :]
            return one(row.sigma, with_parts(matcher, (*parts[:at], word + rest, *parts[at + 1 :])))
    return one(row.sigma, matcher)


def _head(parts: Iterable[object] | None) -> tuple[int, str] | None:
    """The text that a value begins with, or that follows a run at its beginning, and its index."""
    for at, part in enumerate(parts or ()):
        if isinstance(part, str):
            return at, part
        if at > 0 or part is not Wildcard.RUN:
            return None
    return None


def _begins(text: str, word: str) -> bool:
    """Whether a path begins with a word: the word, then a backslash."""
    return fold(text[: len(word) + 1]) == fold(word) + "\\"


def canonical_only(options: Iterable[Matcher], spellings: tuple[tuple[str, tuple[str, ...]], ...]) -> Remark | None:
    """The remark for a list of values of the other side that leaves out the spelling which events are given."""
    texts = [fold(str(head[1])) for option in options if (head := _head(parts_of(option))) is not None]
    for _, ways in spellings:
        asked = [way for way in ways if any(text == fold(way) or _begins(text, way) for text in texts)]
        if asked and ways[0] not in asked:
            message = f"{asked[0]} is one of several spellings, which Sigma's taxonomy does not tell apart"
            return Remark("one-spelling", Effect.WIDENS, message)
    return None


def registry_outward(row: FieldRow, registry: RegistryData, matcher: Matcher, *, negative: bool) -> Translated:
    """Sysmon's text as the data itself; what could also be part of the text of a number is asked of that text.

    The digits of a number are also those of a text, so under a negation Sysmon's own text is asked.
    """
    text = text_of(matcher)
    if isinstance(matcher, Present):
        return any_of(row.paths, matcher)
    number = _NUMBER.fullmatch(text) if text is not None else None
    if number is not None and number[1] in "Dd" and number[2] is None and not negative:
        digits = str(int(number[3], 16))
        remark = Remark(
            "registry-number-as-text", Effect.WIDENS, "a number of the registry is also found as a text of digits"
        )
        ways = (digits, f"0x{number[3].lower()}")
        return joined(any_of(row.paths, with_text(matcher, way), remark) for way in ways)
    if parts_of(matcher) is None or _may_be_number(matcher):
        return one(registry.raw, matcher)
    return any_of(row.paths, matcher)


def registry_inward(row: FieldRow, matcher: Matcher) -> Translated:
    """The data as Sysmon writes it: digits may be a text or a number."""
    text = text_of(matcher)
    if text is not None and _DIGITS.fullmatch(text):
        value = int(text, 0) if text.lower().startswith("0x") else int(text)
        if value < 2**32:
            return joined((one(row.sigma, Equals(f"DWORD (0x{value:08x})", case_of(matcher))), one(row.sigma, matcher)))
    if not isinstance(matcher, Present) and (parts_of(matcher) is None or _may_be_number(matcher)):
        message = "Sysmon writes a number of the registry as `DWORD (0x…)`, which this value is compared with"
        return one(row.sigma, matcher, Remark("registry-number-as-text", Effect.CHANGES, message))
    return one(row.sigma, matcher)


def _may_be_number(matcher: Matcher) -> bool:
    """Whether all the letters of a pattern occur in the text of a number."""
    texts = [fold(part) for part in parts_of(matcher) or () if isinstance(part, str)]
    return all(set(text) <= _NUMBER_LETTERS for text in texts)


def registry_value(text: str) -> str:
    """The data that Sysmon's text tells."""
    number = _NUMBER.fullmatch(text)
    return text if number is None else str(int((number[2] or "") + number[3], 16))


def address_outward(row: FieldRow, network: str | None, matcher: Matcher) -> Translated:
    """A network, asked of the field of type ip; there the beginning of an address (`10.`) is the network that it is."""
    match matcher:
        case InNetwork() if network is not None:
            return one(network, matcher)
        case Like((str() as start, Wildcard.RUN)) if network is None and (block := _block(start)) is not None:
            return any_of(row.paths, InNetwork((block,), matcher.span))
        case _:
            return any_of(row.paths, matcher)


def _block(start: str) -> str | None:
    octets = start.removesuffix(".").split(".")
    if not start.endswith(".") or len(octets) > 3 or not all(octet.isdigit() and int(octet) < 256 for octet in octets):
        return None
    address = ".".join([*octets, *(["0"] * (4 - len(octets)))])
    return str(ip_network(f"{address}/{8 * len(octets)}"))
