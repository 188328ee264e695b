"""Texts of a field that the other side keeps as full text, which is searched by words.

`words_outward` goes from Sigma's taxonomy to the other, `words_inward` back. Both take one value test, never a list.

Letters and digits without a sign between them are a part of one word, whatever the analyzer: the standard one, and
that of script blocks, which parts at all but ASCII letters, digits, `_` and `-` (`powershell_script_analyzer`,
https://github.com/elastic/integrations/blob/main/packages/windows/data_stream/powershell_operational/manifest.yml).
A wildcard is asked of each word, and so finds them as letters. Any other text is asked as its words side by side.
"""

from __future__ import annotations

import re
from itertools import product
from math import prod
from typing import Final

from isorule.diagnostics import Effect, IsoruleError
from isorule.ir.axes import Case, TokenMode
from isorule.ir.losses import refusal
from isorule.ir.matchers import Equals, Like, LikePart, Matcher, Near, Present, Regex, Tokens, Wildcard, like
from isorule.ir.regex import language, literals
from isorule.ir.resolve import is_within_a_word
from isorule.mappings.parts import Remark, Translated, any_of, one, parts_of, with_parts
from isorule.mappings.taxonomy import FieldRow

_MOST_ALTERNATIVES: Final = 16
"""An expression of which more combinations of texts are possible is searched by those that it always requires."""


def words_outward(row: FieldRow, matcher: Matcher) -> Translated:
    """A text somewhere in the value as letters of a word, or as its words side by side.

    Of an expression only the texts are left that it requires; what has no word is found wherever there is a value.
    """
    match matcher:
        case Present():
            return any_of(row.paths, matcher)
        case Like((Wildcard.RUN, str() as text, Wildcard.RUN)) if (found := _AROUND_WORD.fullmatch(text)) is not None:
            return _one_word(row, found["before"], found["word"], found["after"])
    message = f"{row.sigma} is full text on the other side: words are found there, not the signs between them"
    remark = Remark("letters-as-words", Effect.CHANGES, message)
    alternatives = tuple(
        tuple((row.paths[0], Tokens(text, TokenMode.PHRASE)) for text in texts if any(map(str.isalnum, text)))
        for texts in _required(matcher)
    )
    if not all(alternatives):
        return any_of(row.paths, Present(), remark)
    return Translated(alternatives, (remark,))


_WORD: Final = r"_*[a-zA-Z0-9]\w*"
_ONE_WORD: Final = re.compile(_WORD, re.ASCII)
_AROUND_WORD: Final = re.compile(
    rf"(?P<before>[^\w\x80-\U0010ffff]*)(?P<word>{_WORD})(?P<after>[^\w\x80-\U0010ffff]*)", re.ASCII
)
_ENDS_WORD: Final = frozenset(' \t\n\r!"#$%&()*+/<=>?@[\\]^`{|}~')
"""Signs at which every analyzer ends a word: `.`, `:`, `,`, `;` and `'` may be within one to the standard analyzer, and
`-` is to that of script blocks."""


def _one_word(row: FieldRow, before: str, word: str, after: str) -> Translated:
    """A text of one word and signs around it; the signs are not searched, at most that the word ends there."""
    parts: list[LikePart] = [word]
    if before[-1:] not in _ENDS_WORD:
        parts.insert(0, Wildcard.RUN)
    if after[:1] not in _ENDS_WORD:
        parts.append(Wildcard.RUN)
    remarks = _of_letters(row, word)
    if before or after:
        message = f"{row.sigma} is full text on the other side: a word is found there, not the signs around it"
        remarks = (Remark("letters-as-words", Effect.WIDENS, message), *remarks)
    return any_of(row.paths, with_parts(Like(tuple(parts), Case.MAPPED), parts), *remarks)


def _of_letters(row: FieldRow, text: str, *, inward: bool = False) -> tuple[Remark, ...]:
    """The remark for letters of a word, of which analyzers make others than letter case does.

    İ is lower-cased to an i (Lucene, LowerCaseFilter), and no s is made of ſ, which without letter case is one
    (Unicode, CaseFolding). So the word is in more values than the letters where there is an i, in fewer where an s.
    """
    if is_within_a_word(text.replace("_", "")):
        return ()
    found = {letter for letter in "is" if letter in text.lower()}
    effect = Effect.CHANGES if len(found) > 1 else Effect.WIDENS if "i" in found else Effect.NARROWS
    message = f"where {row.sigma} is full text, İ is an i and ſ is no s; without letter case it is the other way round"
    return (Remark("letters-in-words", effect.under_negation() if inward else effect, message),)


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
        case Like((Wildcard.RUN, str() as text, Wildcard.RUN), span=span) if _ONE_WORD.fullmatch(text):
            found = Like((Wildcard.RUN, text, Wildcard.RUN), Case.INSENSITIVE, span)
            return one(row.sigma, found, *_of_letters(row, text, inward=True))
        case Like(parts):
            message = f"a pattern of words is searched as letters anywhere in {row.sigma}"
            return one(
                row.sigma,
                like((Wildcard.RUN, *parts, Wildcard.RUN), Case.INSENSITIVE),
                Remark("words-as-substring", Effect.CHANGES, message),
            )
        case Tokens() | Near():
            raise refusal("full-text", f"the words of {row.sigma} are searched in a way that Sigma has no form for")
        case _:
            return one(row.sigma, matcher)
