"""Texts of a field that the other side keeps as full text, which is searched by words.

`words_outward` goes from Sigma's taxonomy to the other, `words_inward` back. Both take one value test, never a list.

Letters and digits without a sign between them are a part of one word; which signs are in words, and at which a word
ends for certain, the field's analyzer says (`isorule.ir.analyzers`). A wildcard is asked of each word, and so finds
them as letters. Any other text is asked as its words side by side.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain, product
from math import prod
from typing import Final, assert_never

from isorule.diagnostics import Effect, IsoruleError
from isorule.ir.analyzers import Analyzer, Runs, Standard, Unknown, has_words, written_words
from isorule.ir.axes import Case, TokenMode
from isorule.ir.losses import refusal
from isorule.ir.matchers import Equals, Like, LikePart, Matcher, Near, Present, Regex, Tokens, Wildcard, like
from isorule.ir.regex import language, literals
from isorule.mappings.parts import Remark, Translated, any_of, one, parts_of, with_parts
from isorule.mappings.taxonomy import FieldRow

_MOST_ALTERNATIVES: Final = 16
"""An expression of which more combinations of texts are possible is searched by those that it always requires."""


def words_outward(row: FieldRow, matcher: Matcher, analyzer: Analyzer) -> Translated:
    """A text somewhere in the value as letters of a word, or as its words side by side.

    `analyzer` is that of the row's field. Of an expression only the texts are left that it requires; what has no word
    is found wherever there is a value.
    """
    match matcher:
        case Present():
            return any_of(row.paths, matcher)
        case Like((Wildcard.RUN, str() as text, Wildcard.RUN)) if (
            not isinstance(analyzer, Unknown) and (found := _around_word(analyzer).fullmatch(text)) is not None
        ):
            return _one_word(row, found["before"], found["word"], found["after"], analyzer)
    required = [tuple(text for text in texts if has_words(text, analyzer)) for texts in _required(matcher)]
    remarks = _of_words(row, tuple(chain.from_iterable(required)), analyzer)
    if not all(required):
        return any_of(row.paths, Present(), *remarks[:1])
    path = row.paths[0]
    return Translated(
        tuple(tuple((path, Tokens(text, TokenMode.PHRASE)) for text in texts) for texts in required), remarks
    )


def _of_words(row: FieldRow, texts: tuple[str, ...], analyzer: Analyzer) -> tuple[Remark, ...]:
    """The remarks for texts that are asked as their words side by side."""
    message = f"{row.sigma} is full text on the other side: words are found there, not the signs between them"
    if isinstance(analyzer, Runs) and all(_holds_whole_words(text, analyzer) for text in texts):
        widened = Remark("letters-as-words", Effect.WIDENS, message)
        return widened, *_of_letters(row, "".join(texts), analyzer)
    return (Remark("letters-as-words", Effect.CHANGES, message),)


def _holds_whole_words(text: str, analyzer: Runs) -> bool:
    """Whether its words are whole wherever a text is found: it begins and ends with signs that part words."""
    return not has_words(text[0], analyzer) and not has_words(text[-1], analyzer) and not _LETTERS_APART & set(text)


_STANDARD_WORD: Final = r"_*[a-zA-Z0-9]\w*"
_STANDARD_ENDS: Final = frozenset(' \t\n\r!"#$%&()*+-/<=>?@[\\]^`{|}~')
"""Signs at which the standard analyzer ends a word: `.`, `:`, `,`, `;` and `'` may be within one."""


_LETTERS_APART: Final = frozenset("\u017f\u212a")
"""Signs between words of ASCII that without letter case are letters of ASCII: ſ is an s, the Kelvin sign a k."""


@lru_cache(maxsize=16)
def _around_word(analyzer: Standard | Runs) -> re.Pattern[str]:
    """A text of one word, and the signs around it."""
    match analyzer:
        case Standard():
            word, signs = _STANDARD_WORD, r"[^\w\x80-\U0010ffff]*"
        case Runs():
            own = re.escape(analyzer.signs)
            word, signs = rf"[\w{own}]+", rf"[^\w{own}{''.join(_LETTERS_APART)}]*"
        case _:
            assert_never(analyzer)
    return re.compile(f"(?P<before>{signs})(?P<word>{word})(?P<after>{signs})", re.ASCII)


def _ends_word(sign: str, analyzer: Standard | Runs) -> bool:
    """Whether a word ends for certain at a sign, which is none of its own; the empty text is no sign."""
    return bool(sign) and (isinstance(analyzer, Runs) or sign in _STANDARD_ENDS)


def _one_word(row: FieldRow, before: str, word: str, after: str, analyzer: Standard | Runs) -> Translated:
    """A text of one word and signs around it; the signs are not searched, at most that the word ends there."""
    parts: list[LikePart] = [word]
    if not _ends_word(before[-1:], analyzer):
        parts.insert(0, Wildcard.RUN)
    if not _ends_word(after[:1], analyzer):
        parts.append(Wildcard.RUN)
    remarks = _of_letters(row, word, analyzer)
    if before or after:
        message = f"{row.sigma} is full text on the other side: a word is found there, not the signs around it"
        remarks = (Remark("letters-as-words", Effect.WIDENS, message), *remarks)
    return any_of(row.paths, with_parts(Like(tuple(parts), Case.MAPPED), parts), *remarks)


def _of_letters(row: FieldRow, text: str, analyzer: Standard | Runs, *, inward: bool = False) -> tuple[Remark, ...]:
    """The remark for letters of a word, of which analyzers make others than letter case does.

    The standard analyzer lower-cases İ to an i (Lucene, LowerCaseFilter) and makes no s of ſ, which without letter case
    is one (Unicode, CaseFolding). So the word is in more values than the letters where there is an i, in fewer where
    an s. Where words are ASCII, ſ and the Kelvin sign, a k without letter case, are in none.
    """
    letters = set(text.lower())
    match analyzer:
        case Standard():
            found = letters & {"i", "s"}
            effect = Effect.CHANGES if len(found) > 1 else Effect.WIDENS if "i" in found else Effect.NARROWS
            said = "İ is an i and ſ is no s; without letter case it is the other way round"
            message = f"where {row.sigma} is full text, {said}"
        case Runs():
            found, effect = letters & {"k", "s"}, Effect.NARROWS
            said = "ſ is no s and the Kelvin sign (U+212A) no k, as they are without letter case"
            message = f"where {row.sigma} is full text, {said}"
        case _:
            assert_never(analyzer)
    if not found:
        return ()
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


def words_inward(row: FieldRow, matcher: Matcher, analyzer: Analyzer) -> Translated:
    """Words of an analyzed field as a text somewhere in the value."""
    match matcher:
        case Tokens(text, TokenMode.PHRASE) | Equals(str() as text):
            effect = Effect.WIDENS if _is_one_word(text, analyzer) else Effect.CHANGES
            message = f"the words are searched as letters anywhere in {row.sigma}"
            return one(
                row.sigma,
                like((Wildcard.RUN, text, Wildcard.RUN), Case.INSENSITIVE),
                Remark("words-as-substring", effect, message),
            )
        case Like((Wildcard.RUN, str() as text, Wildcard.RUN), span=span) if (
            not isinstance(analyzer, Unknown)
            and (parts := _around_word(analyzer).fullmatch(text)) is not None
            and parts["word"] == text
        ):
            found = Like((Wildcard.RUN, text, Wildcard.RUN), Case.INSENSITIVE, span)
            return one(row.sigma, found, *_of_letters(row, text, analyzer, inward=True))
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


def _is_one_word(text: str, analyzer: Analyzer) -> bool:
    """Whether a text is one word, so that its letters stand together wherever it is found."""
    return written_words(text, analyzer) == [text] if isinstance(analyzer, Runs) else text.isalnum()
