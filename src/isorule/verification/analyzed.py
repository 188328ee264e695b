"""Bounds of full text: what texts that hold a phrase contain, and texts that surely hold it.

Words part at these ASCII signs and blanks for certain, and ASCII letters and digits stay together (UAX #29), so a row
of plain words between such signs is a row of tokens.
"""

from __future__ import annotations

from isorule.evaluation.text import tokens
from isorule.ir.axes import TokenMode
from isorule.ir.folding import lowered
from isorule.ir.matchers import LikePart, Near, Tokens, Wildcard
from isorule.ir.regex.casing import variants
from isorule.ir.regex.charset import ANY, NOTHING, CharSet, charset, of_text
from isorule.ir.regex.tree import ANY_RUN, EMPTY, Repeat, Tree, alternate, concat

_BREAKS = of_text(' \t\n\r!"#$%&()*+/<=>?@[\\]^`{|}~-')
_LONGEST = 255
_DOTTED_I = 0x130

FullText = Tokens | Near


def phrase_over(matcher: FullText) -> Tree:
    """At least the texts in which the tokens are found; some of the values, where several may hold them together."""
    words = tokens(matcher.text)
    if not words:
        return NOTHING
    match matcher:
        case Tokens(mode=TokenMode.PHRASE):
            return concat((ANY_RUN, *(part for word in words for part in (_lowering_to(word), ANY_RUN))))
        case Tokens(mode=TokenMode.ANY):
            return concat((ANY_RUN, alternate(map(_lowering_to, words)), ANY_RUN))
        case Tokens() | Near():
            return concat((ANY_RUN, _lowering_to(max(words, key=len)), ANY_RUN))


def phrase_under(matcher: FullText) -> Tree:
    """Only texts in which the tokens are found."""
    words = tokens(matcher.text)
    if not words or not all(_is_plain(word) for word in words):
        return NOTHING
    if _mode(matcher) is TokenMode.ANY:
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
                found += map(lowering_to, lowered(part))
            case Wildcard.ONE:
                found.append(ANY)
            case _:
                found.append(ANY_RUN)
    return concat((*found, ANY_RUN)) if len(found) > 1 else EMPTY


def surely_holds(found: FullText, wanted: FullText) -> bool:
    """Whether every field in which the first tokens are found has the second, too; False where that is not seen."""
    have, need = tokens(found.text), tokens(wanted.text)
    if not have:
        return True
    if not need or (_mode(found) is TokenMode.ANY and len(set(have)) > 1):
        return False
    match _mode(wanted):
        case TokenMode.ANY:
            return not set(need).isdisjoint(have)
        case TokenMode.ALL:
            return set(need) <= set(have)
        case TokenMode.PHRASE if len(need) == 1:
            return need[0] in have
        case TokenMode.PHRASE:
            in_order = any(have[at : at + len(need)] == need for at in range(len(have) - len(need) + 1))
            return in_order and _mode(found) is TokenMode.PHRASE and _slop(found) <= _slop(wanted)


def _mode(matcher: FullText) -> TokenMode:
    return matcher.mode if isinstance(matcher, Tokens) else TokenMode.PHRASE


def _slop(matcher: FullText) -> int:
    return matcher.slop if isinstance(matcher, Near) else 0


_MOST_GAPS = 100


def samples(matcher: FullText) -> tuple[str, ...]:
    """Texts in which the tokens may be found, and some that just miss them."""
    text = matcher.text
    first, *rest = tokens(text) or ("",)
    found = [text, f"{text} a", f"a {text}"]
    if isinstance(matcher, Near):
        gaps = (gap for gap in (matcher.slop, matcher.slop + 1) if gap <= _MOST_GAPS)
        found += (" ".join((first, *("a" * gap), *rest)) for gap in gaps)
        found.append(" ".join((*reversed(rest), first)))
    return tuple(found)
