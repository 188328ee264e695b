"""What is asked of the words of an analyzed text: of terms as a query writes them, and of the bounds of a range.

The standard analyzer cuts texts at word breaks (UAX #29) and keeps each word in lower case.
https://www.elastic.co/docs/reference/text-analysis/analysis-standard-analyzer
"""

from __future__ import annotations

import re
from dataclasses import replace

from isorule.ir.axes import Case, TokenMode
from isorule.ir.folding import lowered
from isorule.ir.matchers import Bound, Equals, Indexed, Like, LikePart, Matcher, Range, Scalar, Tokens, Wildcard, like
from isorule.ir.regex.casing import variants
from isorule.source import Span

SURE_BREAK = re.compile(r"[\s!\"#$%&()*+/<=>?@\[\\\]^`{|}~-]+")
"""ASCII characters at which every word break rule parts words (UAX #29); `.`, `'`, `:`, `,`, `;`, `_` may join."""
_ONE_WORD = re.compile(
    r"[A-Za-z0-9_]+(?:(?<=[A-Za-z])[:.'](?=[A-Za-z])[A-Za-z0-9_]+|(?<=[0-9])[.,;'](?=[0-9])[A-Za-z0-9_]+)*"
)
"""ASCII that no word break rule parts (UAX #29, WB5 to WB13)."""
_TOO_LONG = 256
"""Lucene's tokenizer parts longer words."""


def is_one_word(text: str) -> bool:
    """Whether a text is one word for certain."""
    return _ONE_WORD.fullmatch(text) is not None and len(text) < _TOO_LONG and any(map(str.isalnum, text))


def asked_of_words(matcher: Indexed) -> Matcher | None:
    """What a term of the index is asked, as a search of an analyzed field; None where no word meets it.

    The matcher as it is where nothing else says it: what may be several words, and letters that have more than one
    lower case.
    """
    match matcher.matcher:
        case Equals(value, case):
            return _word(_text(value), case, matcher)
        case Like((Wildcard.RUN, str() as text, Wildcard.RUN), Case.INSENSITIVE) if _stands_in_one_word(text):
            return matcher.matcher
        case Like(parts, case, span):
            texts = [part for part in parts if isinstance(part, str)]
            if case is Case.SENSITIVE and not all(map(_may_stand_in_a_word, texts)):
                return None
            if case is Case.INSENSITIVE and not all(map(_has_one_lower_case, texts)):
                return matcher
            return like(tuple(lowered(part) if isinstance(part, str) else part for part in parts), Case.MAPPED, span)
        case _:
            return matcher


def _stands_in_one_word(text: str) -> bool:
    """Whether a text without letter case is in a word just where it is in the text: `İ` becomes an `i` in words."""
    return text.isascii() and text.isalnum() and not _LETTERS_APART & set(text)


_LETTERS_APART = frozenset("iI")


def _word(text: str, case: Case, matcher: Indexed) -> Matcher | None:
    if case is Case.INSENSITIVE:
        if not _has_one_lower_case(text):
            return matcher
        text = lowered(text)
    if not text or not _may_stand_in_a_word(text):
        return None
    return Tokens(text, TokenMode.PHRASE, matcher.span) if is_one_word(text) else matcher


def searched(matcher: Matcher) -> Matcher:
    """A term of the index without letter case as a search in lower case, which finds no other words; else as it is."""
    match matcher:
        case Indexed(Equals(str() as text, Case.INSENSITIVE)) if text.isascii() and is_one_word(text):
            return Tokens(lowered(text), TokenMode.PHRASE, matcher.span)
        case Indexed(Like(parts, Case.INSENSITIVE, span)) if all(_is_ascii(part) for part in parts):
            return like(tuple(lowered(part) if isinstance(part, str) else part for part in parts), Case.MAPPED, span)
        case _:
            return matcher


def _is_ascii(part: LikePart) -> bool:
    return not isinstance(part, str) or part.isascii()


def _text(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _may_stand_in_a_word(text: str) -> bool:
    return lowered(text) == text and SURE_BREAK.search(text) is None


def _has_one_lower_case(text: str) -> bool:
    """Whether words are the text without letter case just where they are its lower case: of an `s` also `ſ` is one."""
    return all(_kept_letters(one) == {lowered(one)} for one in set(text))


def _kept_letters(character: str) -> set[str]:
    """The letters of words that differ from a character in letter case only, with itself if it is one."""
    return {other for other in map(chr, variants(character)) if lowered(other) == other}


def bounds_count_case(matcher: Range) -> bool:
    """Whether other words lie between the bounds of a range than between the same bounds in lower case.

    What lies between them begins with the part that they share. No word does where words part in it: dates have a `-`
    before any letter.
    """
    return any(_counts_case(end.value) for end in (matcher.lower, matcher.upper) if end is not None)


def _counts_case(value: Scalar) -> bool:
    if not isinstance(value, str):
        return False
    at = first_capital(value)
    return at is not None and SURE_BREAK.search(value, 0, at) is None


def first_capital(text: str) -> int | None:
    """The place of the first character that is not in lower case; None where there is none."""
    small = lowered(text)
    return next((at for at, (one, other) in enumerate(zip(text, small, strict=True)) if one != other), None)


def lowered_bounds(matcher: Range) -> Range:
    """A range MAPPED on an analyzed field as it is asked of the words: SENSITIVE, with its bounds in lower case."""
    if matcher.case is not Case.MAPPED:
        return matcher
    lower, upper = (_lowered_bound(end) for end in (matcher.lower, matcher.upper))
    return replace(matcher, lower=lower, upper=upper, case=Case.SENSITIVE)


def _lowered_bound(bound: Bound | None) -> Bound | None:
    if bound is None or not isinstance(bound.value, str):
        return bound
    return replace(bound, value=lowered(bound.value))


def range_of(lower: Bound | None, upper: Bound | None, span: Span | None) -> Range:
    """A range whose bounds the analyzer of the field lower-cases, marked MAPPED where that counts."""
    asked = Range(lower, upper, span)
    return replace(asked, case=Case.MAPPED) if bounds_count_case(asked) else asked
