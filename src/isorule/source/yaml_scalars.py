"""What an unquoted YAML scalar means.

Sigma asks for YAML 1.2 (Sigma specification 2.1, "Format"); the library that most tools read rules with, PyYAML, is
a YAML 1.1 reader. The two disagree on `yes`, `017`, `12:30:45`, `1e3` and others. Here a scalar is a number or a
Boolean only where both versions agree on its value; else it stays the text that the author sees, and the reading
carries a note. So `00000429` (a registry value, 429 in YAML 1.2) is not changed silently, and `on` is not `true`.

Core schema of YAML 1.2: https://yaml.org/spec/1.2.2/#1032-tag-resolution. Types of YAML 1.1:
https://yaml.org/type/. Timestamps of YAML 1.1 are texts in both, since every tool reads rules that way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

Plain = str | int | float | bool | None

_SAME: Final[dict[str, bool | None]] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_ONLY_11: Final[dict[str, bool]] = {
    word: value
    for low, value in (("yes", True), ("on", True), ("no", False), ("off", False))
    for word in (low, low.capitalize(), low.upper())
}
_LETTERS_11: Final = frozenset("yYnN")

_INT_12 = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT_12 = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"([-+]?)\.(?:inf|Inf|INF)")
_NAN: Final = frozenset((".nan", ".NaN", ".NAN"))

_INT_11 = re.compile(
    r"[-+]?(?:0b[01_]+|0[0-7_]+|0x[0-9a-fA-F_]+|[1-9][0-9_]*(?::[0-5]?[0-9])+|0|[1-9][0-9_]*)",
)
_FLOAT_11 = re.compile(
    r"[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?"
    r"|[-+]?\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?"
    r"|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*",
)
_DATE_11 = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:$|[Tt \t])")
_MAY_BE_NUMBER: Final = frozenset("0123456789+-.")
_LONGEST_NUMBER: Final = 400
"""Longer runs of digits are texts: Python refuses to read integers beyond 4300 digits, and no rule means a number."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """What readers of the two versions make of a scalar."""

    yaml11: Plain
    yaml12: Plain


def resolve(text: str) -> tuple[Plain, Disagreement | None]:
    """The value of an unquoted scalar, and how YAML 1.1 and 1.2 read it where they differ (the value is then text)."""
    if text in _SAME:
        return _SAME[text], None
    if text in _ONLY_11:
        return text, Disagreement(_ONLY_11[text], text)
    if text[0] not in _MAY_BE_NUMBER or len(text) > _LONGEST_NUMBER:
        return text, None
    if text in _NAN:
        return float("nan"), None
    new, old = _number_12(text), _number_11(text)
    if type(new) is type(old) and new == old:
        return new, None
    return text, Disagreement(old, new)


def _number_12(text: str) -> Plain:
    if _INT_12.fullmatch(text):
        return int(text[2:], 16 if text[1] == "x" else 8) if text[:2] in ("0x", "0o") else int(text)
    if _FLOAT_12.fullmatch(text):
        return float(text)
    return _infinite(text)


def _number_11(text: str) -> Plain:
    if _INT_11.fullmatch(text):
        return _integer_11(text)
    if _FLOAT_11.fullmatch(text):
        digits = text.replace("_", "")
        if ":" in digits:
            return _sexagesimal(digits, float)
        return float(digits)
    return _infinite(text)


def _infinite(text: str) -> Plain:
    found = _INFINITE.fullmatch(text)
    if not found:
        return text
    return float("-inf") if found[1] == "-" else float("inf")


def _integer_11(text: str) -> Plain:
    digits = text.replace("_", "")
    sign = -1 if digits[0] == "-" else 1
    digits = digits.lstrip("+-")
    if ":" in digits:
        return sign * int(_sexagesimal(digits, int))
    for prefix, base in (("0b", 2), ("0x", 16), ("0", 8)):
        if digits.startswith(prefix) and digits != "0":
            return sign * int(digits.removeprefix(prefix), base) if digits != prefix else text
    return sign * int(digits) if digits else text


def _sexagesimal(digits: str, kind: type[int] | type[float]) -> int | float:
    sign = -1 if digits[0] == "-" else 1
    value: int | float = 0
    for part in digits.lstrip("+-").split(":"):
        value = value * 60 + kind(part)
    return sign * value


def is_safe_plain(text: str) -> bool:
    """Whether an unquoted scalar of this text is that text for readers of YAML 1.1 and of YAML 1.2 alike.

    Only its meaning is judged here; `yaml_layout` judges whether the characters may stand unquoted.
    """
    if text in ("=", "<<") or text in _LETTERS_11 or (len(text) > _LONGEST_NUMBER and text[0] in _MAY_BE_NUMBER):
        return False
    value, disagreement = resolve(text)
    return isinstance(value, str) and disagreement is None and not _DATE_11.match(text)
