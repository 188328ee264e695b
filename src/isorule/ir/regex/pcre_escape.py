"""Escapes of the Perl-like flavors: named classes, characters by number, and plain characters."""

from __future__ import annotations

import re

from isorule.ir.axes import RegexFlavor
from isorule.ir.losses import refusal
from isorule.ir.regex.charset import DIGIT, LAST, PCRE_SPACE, RE2_SPACE, WORD, CharSet
from isorule.ir.regex.limits import syntax_error
from isorule.source import Span

_CONTROL = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "a": "\a"}

_NUMBERED = re.compile(
    r"\\(?:x(?P<two>[0-9A-Fa-f]{2})|x\{(?P<braced>[0-9A-Fa-f]{1,6})\}|u(?P<four>[0-9A-Fa-f]{4})"
    r"|U(?P<eight>[0-9A-Fa-f]{8})|(?P<octal>0[0-7]{0,2}))"
)
_FLAVORS_OF_GROUP = {
    "two": frozenset((RegexFlavor.SIGMA, RegexFlavor.RE2, RegexFlavor.PYTHON)),
    "octal": frozenset((RegexFlavor.SIGMA, RegexFlavor.RE2, RegexFlavor.PYTHON)),
    "braced": frozenset((RegexFlavor.SIGMA, RegexFlavor.RE2)),
    "four": frozenset((RegexFlavor.PYTHON,)),
    "eight": frozenset((RegexFlavor.PYTHON,)),
}

_REFUSED = {
    "k": ("regex-backreference", "a back reference"),
    "g": ("regex-backreference", "a back reference"),
    "p": ("regex-unicode-property", "a Unicode property"),
    "P": ("regex-unicode-property", "a Unicode property"),
    "X": ("regex-engines-differ", "an extended grapheme cluster"),
    "R": ("regex-engines-differ", "any line break"),
    "N": ("regex-engines-differ", "a character that is no line break"),
    "h": ("regex-engines-differ", "horizontal space"),
    "H": ("regex-engines-differ", "anything but horizontal space"),
    "V": ("regex-engines-differ", "anything but vertical space"),
    "v": ("regex-engines-differ", "vertical space in PCRE, the vertical tab elsewhere"),
    "Z": ("regex-engines-differ", "the end, in PCRE also before a last line feed"),
    "G": ("regex-engines-differ", "the start of the search"),
    "K": ("regex-engines-differ", "the start of the match"),
    "C": ("regex-engines-differ", "a single byte"),
    "Q": ("regex-engines-differ", "quoted text"),
    "E": ("regex-engines-differ", "the end of quoted text"),
    "c": ("regex-engines-differ", "a control character"),
    "e": ("regex-engines-differ", "the escape character"),
    "o": ("regex-engines-differ", "an octal number in braces"),
    "L": ("regex-engines-differ", "lower case"),
}


def named_class(letter: str, flavor: RegexFlavor) -> CharSet | None:
    """The set of `\\d`, `\\w`, `\\s` or of their complements; None for any other letter."""
    match letter.lower():
        case "d":
            members = DIGIT
        case "w":
            members = WORD
        case "s":
            members = RE2_SPACE if flavor is RegexFlavor.RE2 else PCRE_SPACE
        case _:
            return None
    return members if letter.islower() else members.complement()


def character_escape(text: str, start: int, flavor: RegexFlavor, *, in_class: bool) -> tuple[str, int]:
    """The character that the escape at offset `start` stands for, and the offset after it.

    Raises ParseError for an escape that the flavor does not have, UnsupportedError where engines differ.
    """
    letter = text[start + 1 : start + 2]
    span = Span(start, min(start + 2, len(text)))
    if not letter:
        hint = "write two for the character itself"
        raise syntax_error("regex-unexpected-end", "the pattern ends in a backslash", span, hint)
    numbered = _NUMBERED.match(text, start)
    if numbered and numbered.lastgroup and flavor in _FLAVORS_OF_GROUP[numbered.lastgroup]:
        return _by_number(numbered)
    if letter in _CONTROL:
        return _CONTROL[letter], start + 2
    if letter == "v" and flavor is not RegexFlavor.SIGMA:
        return "\v", start + 2
    if letter == "b" and in_class and flavor is not RegexFlavor.RE2:
        return "\b", start + 2
    if letter.isdigit():
        raise refusal("regex-backreference", f"a back reference (`\\{letter}`)", span=span)
    if letter in _REFUSED:
        reason, what = _REFUSED[letter]
        raise refusal(reason, f"`\\{letter}` ({what}) does not mean the same in every engine", span=span)
    if letter.isascii() and letter.isalpha():
        raise syntax_error("regex-escape", f"there is no escape `\\{letter}`", span)
    return letter, start + 2


def _by_number(numbered: re.Match[str]) -> tuple[str, int]:
    group = numbered.lastgroup or ""
    code = int(numbered[group], 8 if group == "octal" else 16)
    if code > LAST:
        message = "the number is greater than the last code point"
        raise syntax_error("regex-escape", message, Span(numbered.start(), numbered.end()))
    return chr(code), numbered.end()
