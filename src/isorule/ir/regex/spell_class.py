"""Characters and sets of characters as text in a flavor, with and without letter case."""

from __future__ import annotations

from dataclasses import dataclass

from isorule.ir.axes import RegexFlavor
from isorule.ir.regex.casing import has_variants, is_closed, representatives, variants
from isorule.ir.regex.charset import (
    LAST,
    LUCENE_SPACE,
    NOTHING,
    PCRE_SPACE,
    RE2_SPACE,
    WORD,
    CharSet,
    charset,
    of_text,
)

_SPECIAL = frozenset("\\.^$*+?{}[]()|")
_LUCENE_SPECIAL = frozenset('\\.*+?{}[]()|"#@&<>~')
_CLASS_SPECIAL = frozenset("\\]^-[")
_CONTROL = {"\t": r"\t", "\n": r"\n", "\r": r"\r", "\f": r"\f"}
_SPACE = {
    RegexFlavor.LUCENE: LUCENE_SPACE,
    RegexFlavor.RE2: RE2_SPACE,
    RegexFlavor.SIGMA: PCRE_SPACE,
    RegexFlavor.PYTHON: PCRE_SPACE,
}
_SHORT_RUN = 2
"""So many neighbours in a class are written one by one rather than as a range."""


@dataclass(frozen=True, slots=True)
class Style:
    """The flavor and the flags under which a pattern is written."""

    flavor: RegexFlavor
    insensitive: bool = False
    dotall: bool = True
    multiline: bool = False

    def character_class(self, character: str, folded: bool) -> CharSet | None:
        """The set to write for a character whose case is not what the flag says; None where the flag says it.

        Raises ValueError where the flag ignores case, the character does not, and only Lucene could say so.
        """
        if folded == self.insensitive or not has_variants(character):
            return None
        if folded:
            return charset((code, code) for code in variants(character))
        if self.flavor is not RegexFlavor.LUCENE:
            raise ValueError("this style cannot say that a character keeps its case")
        return of_text(character)


def escaped(character: str, flavor: RegexFlavor) -> str:
    """One character as the flavor writes it outside of a class."""
    if character in (_LUCENE_SPECIAL if flavor is RegexFlavor.LUCENE else _SPECIAL):
        return "\\" + character
    return _printable(character, flavor)


def _printable(character: str, flavor: RegexFlavor) -> str:
    """The character itself, or its number where it cannot be seen; Lucene has no way to write one by number."""
    if character.isprintable() or flavor is RegexFlavor.LUCENE:
        return character
    if character in _CONTROL:
        return _CONTROL[character]
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    if flavor is RegexFlavor.PYTHON:
        return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    return f"\\x{{{code:x}}}"


def says_without_case(members: CharSet, flavor: RegexFlavor) -> bool:
    """Whether a pattern of the flavor that ignores case can have this set: closed but for `\\w` and `\\W`."""
    if flavor is RegexFlavor.LUCENE or is_closed(members):
        return True
    if flavor is RegexFlavor.RE2:
        return False
    positive = members.complement() if LAST in members else members
    return positive.covers(WORD) and is_closed(positive - WORD)


def spell_class(members: CharSet, style: Style) -> str:
    """A set, neither empty nor everything, as a class or as one of its short names."""
    negated = LAST in members
    positive = members.complement() if negated else members
    names, rest = _names(positive, style)
    if not rest.ranges and len(names) == 1:
        return names[0].upper() if negated else names[0]
    return f"[{'^' if negated else ''}{''.join(names)}{_members(rest, style)}]"


def _names(positive: CharSet, style: Style) -> tuple[list[str], CharSet]:
    """The short names whose sets are part of a set, and what they leave over."""
    names: list[str] = []
    space = _SPACE[style.flavor]
    word_is_folded = style.insensitive and style.flavor is RegexFlavor.RE2
    if positive.covers(WORD) and not word_is_folded:
        names.append(r"\w")
        positive = positive - WORD
    if positive.covers(space):
        names.append(r"\s")
        positive = positive - space
    return names, positive


def _members(rest: CharSet, style: Style) -> str:
    if rest == NOTHING:
        return ""
    if not style.insensitive:
        return _ranges(rest, style, closed=True)
    if style.flavor is not RegexFlavor.LUCENE:
        return _ranges(representatives(rest), style, closed=True)
    fewest = representatives(rest)
    if is_closed(rest) and all(high - low < _SHORT_RUN for low, high in fewest.ranges):
        return _ranges(fewest, style, closed=True)
    return _ranges(rest, style, closed=is_closed(rest))


def _ranges(members: CharSet, style: Style, *, closed: bool) -> str:
    """The ranges of a set. In Lucene a lone character ignores case where the flag does, and a range does not."""
    keeps_case = style.flavor is RegexFlavor.LUCENE and style.insensitive and not closed
    out: list[str] = []
    for low, high in members.ranges:
        while low <= high and (high - low < _SHORT_RUN or chr(low) in _CLASS_SPECIAL):
            character = chr(low)
            lone = _in_class(character, style.flavor)
            out.append(f"{lone}-{lone}" if keeps_case and has_variants(character) else lone)
            low += 1
        if low <= high:
            out.append(f"{_in_class(chr(low), style.flavor)}-{_in_class(chr(high), style.flavor)}")
    return "".join(out)


def _in_class(character: str, flavor: RegexFlavor) -> str:
    return "\\" + character if character in _CLASS_SPECIAL else _printable(character, flavor)
