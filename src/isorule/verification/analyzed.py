"""Bounds of full text: what texts that hold a phrase contain, and texts that surely hold it.

Words part at these ASCII signs and blanks for certain, and ASCII letters and digits stay together (UAX #29), so a row
of plain words between such signs is a row of tokens.
"""

from __future__ import annotations

from isorule.evaluation.text import tokens
from isorule.ir.axes import TokenMode
from isorule.ir.folding import fold
from isorule.ir.matchers import LikePart, Tokens, Wildcard
from isorule.ir.regex.casing import variants
from isorule.ir.regex.charset import ANY, NOTHING, CharSet, charset, of_text
from isorule.ir.regex.tree import ANY_RUN, EMPTY, Repeat, Tree, alternate, concat

_BREAKS = of_text(' \t\n\r!"#$%&()*+/<=>?@[\\]^`{|}~-')
_LONGEST = 255
_DOTTED_I = 0x130


def phrase_over(matcher: Tokens) -> Tree:
    """At least the texts in which the tokens are found."""
    words = tokens(matcher.text)
    if not words:
        return NOTHING
    match matcher.mode:
        case TokenMode.PHRASE:
            return concat((ANY_RUN, *(part for word in words for part in (_lowering_to(word), ANY_RUN))))
        case TokenMode.ANY:
            return concat((ANY_RUN, alternate(map(_lowering_to, words)), ANY_RUN))
        case TokenMode.ALL:
            return concat((ANY_RUN, _lowering_to(max(words, key=len)), ANY_RUN))


def phrase_under(matcher: Tokens) -> Tree:
    """Only texts in which the tokens are found."""
    words = tokens(matcher.text)
    if not words or not all(_is_plain(word) for word in words):
        return NOTHING
    if matcher.mode is TokenMode.ANY:
        row: Tree = alternate(map(_plain, words))
    else:
        between: Tree = Repeat(_BREAKS, 1, None)
        row = concat([part for word in words for part in (between, _plain(word))][1:])
    return concat((_open(True), row, _open(False)))


def _open(at_start: bool) -> Tree:
    parts = (ANY_RUN, _BREAKS) if at_start else (_BREAKS, ANY_RUN)
    return Repeat(concat(parts), 0, 1)


def _plain(word: str) -> Tree:
    """The ASCII spellings of a word: others may be parted in another way."""
    return concat(charset((ord(case), ord(case)) for case in (one, one.upper())) for one in word)


def _is_plain(word: str) -> bool:
    return word.isascii() and word.isalnum() and len(word) < _LONGEST


def _lowering_to(word: str) -> Tree:
    """At least the texts that the analyzer lowers to the word."""
    return concat(lowering_to(one) for one in word)


def lowering_to(character: str) -> CharSet:
    """At least the characters that the analyzer lowers to this one."""
    codes = set(variants(character))
    if character == "i":
        codes.add(_DOTTED_I)
    return charset((code, code) for code in codes)


def in_one_token(parts: tuple[LikePart, ...]) -> Tree:
    """At least the texts of which some token matches a wildcard pattern."""
    found: list[Tree] = [ANY_RUN]
    for part in parts:
        match part:
            case str():
                if any(ord(one) in _BREAKS for one in part):
                    return NOTHING
                found += (lowering_to(one) for one in fold(part))
            case Wildcard.ONE:
                found.append(ANY)
            case _:
                found.append(ANY_RUN)
    return concat((*found, ANY_RUN)) if len(found) > 1 else EMPTY


def surely_holds(found: Tokens, wanted: Tokens) -> bool:
    """Whether every text in which the first tokens are found has the second, too; False where that is not seen."""
    have, need = tokens(found.text), tokens(wanted.text)
    if not have:
        return True
    if not need or (found.mode is TokenMode.ANY and len(set(have)) > 1):
        return False
    match wanted.mode:
        case TokenMode.ANY:
            return not set(need).isdisjoint(have)
        case TokenMode.ALL:
            return set(need) <= set(have)
        case TokenMode.PHRASE:
            if found.mode is TokenMode.ALL and len(set(have)) > 1:
                return len(need) == 1 and need[0] in have
            return any(have[at : at + len(need)] == need for at in range(len(have) - len(need) + 1))
