"""Bounds of full text: what texts that hold a phrase contain, and texts that surely hold it.

To the standard analyzer words part at some ASCII signs and blanks for certain, and ASCII letters and digits stay
together (UAX #29), so a row of plain words between such signs is a row of tokens. Where words are runs of some
characters, the texts with a phrase are a regular language, and the two bounds are the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from isorule.ir.analyzers import Analyzer, Runs, words
from isorule.ir.axes import TokenMode
from isorule.ir.folding import lowered
from isorule.ir.matchers import LikePart, Near, Tokens, Wildcard
from isorule.ir.regex.casing import variants
from isorule.ir.regex.charset import ANY, NOTHING, WORD, CharSet, charset, of_text
from isorule.ir.regex.tree import ANY_RUN, EMPTY, Repeat, Tree, alternate, concat

_BREAKS = of_text(' \t\n\r!"#$%&()*+/<=>?@[\\]^`{|}~-')
_LONGEST = 255
_DOTTED_I = 0x130

FullText = Tokens | Near


@dataclass(frozen=True, slots=True)
class Search:
    """What is searched in the words of a field, and what cuts its texts into them."""

    wanted: FullText
    analyzer: Analyzer

    @property
    def words(self) -> list[str]:
        """The words that are searched."""
        return words(self.wanted.text, self.analyzer)


def phrase_over(search: Search) -> Tree:
    """At least the texts in which the tokens are found; some of the values, where several may hold them together."""
    words = search.words
    if not words:
        return NOTHING
    if isinstance(search.analyzer, Runs):
        return _run_over(search.wanted, words, search.analyzer)
    match search.wanted:
        case Tokens(mode=TokenMode.PHRASE):
            return concat((ANY_RUN, *(part for word in words for part in (_lowering_to(word), ANY_RUN))))
        case Tokens(mode=TokenMode.ANY):
            return concat((ANY_RUN, alternate(map(_lowering_to, words)), ANY_RUN))
        case Tokens() | Near():
            return concat((ANY_RUN, _lowering_to(max(words, key=len)), ANY_RUN))


def phrase_under(search: Search) -> Tree:
    """Only texts in which the tokens are found."""
    matcher, words = search.wanted, search.words
    if not words:
        return NOTHING
    if isinstance(search.analyzer, Runs):
        options = [[word] for word in words] if _mode(matcher) is TokenMode.ANY else [words]
        return alternate(_row(option, search.analyzer) for option in options)
    if not all(_is_plain(word) for word in words):
        return NOTHING
    if _mode(matcher) is TokenMode.ANY:
        row: Tree = alternate(map(_plain, words))
    else:
        between: Tree = Repeat(_BREAKS, 1, None)
        row = concat([part for word in words for part in (between, _plain(word))][1:])
    return concat((_open(True), row, _open(False)))


def _open(at_start: bool, breaks: CharSet = _BREAKS) -> Tree:
    parts = (ANY_RUN, breaks) if at_start else (breaks, ANY_RUN)
    return Repeat(concat(parts), 0, 1)


def _run_over(matcher: FullText, words: list[str], analyzer: Runs) -> Tree:
    """Just the texts in which the words are found; at least those, where several values may hold them together."""
    match matcher:
        case Tokens(mode=TokenMode.PHRASE):
            return _row(words, analyzer)
        case Tokens(mode=TokenMode.ANY):
            return alternate(_row([word], analyzer) for word in words)
        case Tokens() | Near():
            return _row([max(words, key=len)], analyzer)


def _row(words: list[str], analyzer: Runs) -> Tree:
    """The texts with these words side by side."""
    breaks = _inside(analyzer).complement()
    between: Tree = Repeat(breaks, 1, None)
    row = concat([part for word in words for part in (between, _plain(word))][1:])
    return _as_word(row, breaks)


def _as_word(word: Tree, breaks: CharSet) -> Tree:
    return concat((_open(True, breaks), word, _open(False, breaks)))


def _inside(analyzer: Runs) -> CharSet:
    """The characters of words."""
    return WORD | of_text(analyzer.signs)


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


def in_one_run(parts: tuple[LikePart, ...], analyzer: Runs) -> Tree:
    """Just the texts of which some word, a run of characters, matches a wildcard pattern."""
    inside = _inside(analyzer)
    found: list[Tree] = []
    for part in parts:
        match part:
            case str():
                text = lowered(part)
                if any(ord(one) not in inside for one in text):
                    return NOTHING
                found.append(_plain(text))
            case Wildcard.ONE:
                found.append(inside)
            case _:
                found.append(Repeat(inside, 0, None))
    if all(part is Wildcard.RUN for part in parts):
        found = [Repeat(inside, 1, None)]  # there are no words of no characters
    return _as_word(concat(found), inside.complement())


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


def surely_holds(first: Search, second: Search) -> bool:
    """Whether every field in which the first tokens are found has the second, too; False where that is not seen."""
    found, wanted, have, need = first.wanted, second.wanted, first.words, second.words
    if not have:
        return True
    if first.analyzer != second.analyzer:
        return False
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


def samples(search: Search) -> tuple[str, ...]:
    """Texts in which the tokens may be found, and some that just miss them."""
    matcher = search.wanted
    text = matcher.text
    first, *rest = search.words or ("",)
    found = [text, f"{text} a", f"a {text}"]
    if isinstance(matcher, Near):
        gaps = (gap for gap in (matcher.slop, matcher.slop + 1) if gap <= _MOST_GAPS)
        found += (" ".join((first, *("a" * gap), *rest)) for gap in gaps)
        found.append(" ".join((*reversed(rest), first)))
    else:
        found += (f"a.{text}", f"a-{text}")  # a word of its own to one analyzer, a part of one to another
    return tuple(found)
