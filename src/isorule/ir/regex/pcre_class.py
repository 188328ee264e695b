"""Bracketed classes of the Perl-like flavors."""

from __future__ import annotations

import re

from isorule.diagnostics import IsoruleError
from isorule.ir.axes import RegexFlavor
from isorule.ir.losses import refusal
from isorule.ir.regex.casing import closure
from isorule.ir.regex.charset import DIGIT, NOTHING, PCRE_SPACE, WORD, CharSet, charset, of_text
from isorule.ir.regex.limits import syntax_error
from isorule.ir.regex.pcre_escape import character_escape, named_class
from isorule.source import Span

_POSIX = re.compile(r"\[:(\^?)([a-z]*):\]")
_UPPER = CharSet(((0x41, 0x5A),))
_LOWER = CharSet(((0x61, 0x7A),))
_GRAPH = CharSet(((0x21, 0x7E),))
_POSIX_SETS = {
    "alnum": DIGIT | _UPPER | _LOWER,
    "alpha": _UPPER | _LOWER,
    "ascii": CharSet(((0, 0x7F),)),
    "blank": of_text(" \t"),
    "cntrl": charset(((0, 0x1F), (0x7F, 0x7F))),
    "digit": DIGIT,
    "graph": _GRAPH,
    "lower": _LOWER,
    "print": _GRAPH | of_text(" "),
    "punct": _GRAPH - (DIGIT | _UPPER | _LOWER),
    "space": PCRE_SPACE,
    "upper": _UPPER,
    "word": WORD,
    "xdigit": DIGIT | charset(((0x41, 0x46), (0x61, 0x66))),
}


class ClassReader:
    """Reads the class whose `[` stands at offset `at` of a pattern; `at` is after its `]` when it is read."""

    def __init__(self, text: str, at: int, flavor: RegexFlavor, insensitive: bool) -> None:
        self.text = text
        self.at = at
        self.start = at
        self.flavor = flavor
        self.insensitive = insensitive
        self.named = NOTHING
        self.ranges: list[tuple[int, int]] = []

    def read(self) -> CharSet:
        """The set; raises ParseError or UnsupportedError with the place within the pattern."""
        self.at += 1
        negated = self._peek() == "^"
        self.at += negated
        first = self.at
        while self._peek() != "]" or self.at == first:
            self._member()
        self.at += 1
        spelled = charset(self.ranges)
        members = (closure(spelled) if self.insensitive else spelled) | self._folded_names()
        return members.complement() if negated else members

    def _folded_names(self) -> CharSet:
        return closure(self.named) if self.insensitive and self.flavor is RegexFlavor.RE2 else self.named

    def _member(self) -> None:
        start = self.at
        low = self._item()
        if not self._at_range():
            self._add(low)
            return
        if low is None:
            self._named_before_hyphen(start)
            return
        self.at += 1
        high = self._item()
        if high is None or high < low:
            message = f"`{self.text[start : self.at]}` is no range"
            hint = "put a literal hyphen first or last in the class"
            raise syntax_error("regex-class-range", message, Span(start, self.at), hint)
        self.ranges.append((ord(low), ord(high)))

    def _add(self, character: str | None) -> None:
        if character is not None:
            self.ranges.append((ord(character), ord(character)))

    def _at_range(self) -> bool:
        """Whether a hyphen follows that is not the last character of the class."""
        return self._peek() == "-" and self.text[self.at + 1 : self.at + 2] != "]"

    def _named_before_hyphen(self, start: int) -> None:
        """`[\\w-.]`: PCRE2 and RE2 read a literal hyphen, Python an error."""
        if self.flavor is RegexFlavor.PYTHON:
            message = f"`{self.text[start : self.at + 1]}` is no range"
            raise syntax_error("regex-class-range", message, Span(start, self.at + 1))

    def _item(self) -> str | None:
        """One character, or None after a named class has been added."""
        character = self._peek()
        if not character:
            raise self._unterminated()
        if character == "[" and self._posix():
            return None
        if character != "\\":
            self.at += 1
            return character
        members = named_class(self.text[self.at + 1 : self.at + 2], self.flavor)
        if members is not None:
            self.named |= members
            self.at += 2
            return None
        escaped, self.at = character_escape(self.text, self.at, self.flavor, in_class=True)
        return escaped

    def _posix(self) -> bool:
        """Adds a class such as `[:alpha:]`, which is plain text in Python."""
        found = _POSIX.match(self.text, self.at)
        if found is None or self.flavor is RegexFlavor.PYTHON:
            return False
        span = Span(self.at, found.end())
        if self.flavor is RegexFlavor.SIGMA:
            raise refusal("regex-posix-class", f"`{found[0]}` does not mean the same in every engine", span=span)
        if found[2] not in _POSIX_SETS:
            raise syntax_error("regex-posix-class", f"there is no class `{found[0]}`", span)
        members = _POSIX_SETS[found[2]]
        self.named |= members.complement() if found[1] else members
        self.at = found.end()
        return True

    def _peek(self) -> str:
        character = self.text[self.at : self.at + 1]
        if not character:
            raise self._unterminated()
        return character

    def _unterminated(self) -> IsoruleError:
        message = "expected `]` to end this class"
        return syntax_error("regex-unterminated", message, Span(self.start, len(self.text)))
