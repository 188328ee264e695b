"""Texts of a field that the other side keeps as full text, which is searched by words.

`words_outward` goes from Sigma's taxonomy to the other, `words_inward` back. Both take one value test, never a list.
"""

from __future__ import annotations

from itertools import product
from math import prod
from typing import Final

from isorule.diagnostics import Effect, IsoruleError
from isorule.ir.axes import Case, TokenMode
from isorule.ir.losses import refusal
from isorule.ir.matchers import Equals, Like, Matcher, Present, Regex, Tokens, Wildcard, like
from isorule.ir.regex import language, literals
from isorule.mappings.parts import Remark, Translated, any_of, one, parts_of
from isorule.mappings.taxonomy import FieldRow

_MOST_ALTERNATIVES: Final = 16
"""An expression of which more combinations of texts are possible is searched by those that it always requires."""


def words_outward(row: FieldRow, matcher: Matcher) -> Translated:
    """A text somewhere in the value as its words side by side, which is how an analyzed field is searched.

    Of an expression only the texts are left that it requires; what has no word is found wherever there is a value.
    """
    if isinstance(matcher, Present):
        return any_of(row.paths, matcher)
    message = f"{row.sigma} is full text on the other side: words are found there, not the letters between them"
    remark = Remark("letters-as-words", _effect(matcher), message)
    alternatives = tuple(
        tuple((row.paths[0], Tokens(text, TokenMode.PHRASE)) for text in texts if any(map(str.isalnum, text)))
        for texts in _required(matcher)
    )
    if not all(alternatives):
        return any_of(row.paths, Present(), remark)
    return Translated(alternatives, (remark,))


def _effect(matcher: Matcher) -> Effect:
    """A text of letters and digits is not found inside of a longer word, and where it is a word its letters are."""
    match matcher:
        case Like((Wildcard.RUN, str() as text, Wildcard.RUN)) if text.isascii() and text.isalnum():
            return Effect.NARROWS
        case _:
            return Effect.CHANGES


def _required(matcher: Matcher) -> list[tuple[str, ...]]:
    """Sets of texts of which a value must contain one set to meet a matcher."""
    parts = parts_of(matcher)
    if parts is not None:
        return [tuple(part for part in parts if isinstance(part, str))]
    if not isinstance(matcher, Regex):
        return [()]
    try:
        clauses = literals(language(matcher))
    except IsoruleError:
        return [()]
    if prod(map(len, clauses)) > _MOST_ALTERNATIVES:
        clauses = tuple(clause for clause in clauses if len(clause) == 1)
    return list(product(*map(sorted, clauses)))


def words_inward(row: FieldRow, matcher: Matcher) -> Translated:
    """Words of an analyzed field as a text somewhere in the value."""
    match matcher:
        case Tokens(text, TokenMode.PHRASE) | Equals(str() as text):
            effect = Effect.WIDENS if text.isalnum() else Effect.CHANGES
            message = f"the words are searched as letters anywhere in {row.sigma}"
            return one(
                row.sigma,
                like((Wildcard.RUN, text, Wildcard.RUN), Case.INSENSITIVE),
                Remark("words-as-substring", effect, message),
            )
        case Like(parts):
            message = f"a pattern of words is searched as letters anywhere in {row.sigma}"
            return one(
                row.sigma,
                like((Wildcard.RUN, *parts, Wildcard.RUN), Case.INSENSITIVE),
                Remark("words-as-substring", Effect.CHANGES, message),
            )
        case Tokens():
            raise refusal("full-text", f"the words of {row.sigma} are searched in a way that Sigma has no form for")
        case _:
            return one(row.sigma, matcher)
