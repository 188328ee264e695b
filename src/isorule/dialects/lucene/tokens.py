"""Lucene query text to tokens.

The longest token wins, and of equally long ones the first of the grammar; brackets of ranges and `^` switch to token
sets of their own (lexical states of `QueryParser.jj`, see `lexical`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, unique

from isorule.dialects.lucene.errors import syntax_error
from isorule.dialects.lucene.lexical import TERM_CHARACTER, TERM_START, WHITE_SPACE
from isorule.source import Span


@unique
class Kind(Enum):
    """Kinds of tokens; those of the grammar, with one for each of its two kinds of range brackets."""

    AND = "AND"
    OR = "OR"
    NOT = "NOT"
    PLUS = "+"
    MINUS = "-"
    BARE_OPERATOR = "an operator with a blank behind it"
    OPEN = "("
    CLOSE = ")"
    COLON = ":"
    STAR = "*"
    BOOST = "^"
    NUMBER = "a number"
    QUOTED = "a phrase"
    TERM = "a term"
    FUZZY = "~"
    PREFIX = "a term with * at its end"
    WILD = "a term with wildcards"
    REGEX = "a regular expression"
    RANGE_OPEN = "[ or {"
    RANGE_CLOSE = "] or }"
    RANGE_TO = "TO"
    RANGE_QUOTED = "a bound in quotes"
    RANGE_BOUND = "a bound"
    END = "the end"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the query as it is written, and where it stands."""

    kind: Kind
    image: str
    span: Span


_WORD = re.compile(rf"(?:{TERM_START}|[*?])(?:{TERM_CHARACTER}|[*?])*", re.DOTALL)
_WILDCARDS = re.compile(r"(?:\\.|[^*?\\])*", re.DOTALL)
"""What stands before the first wildcard of a word."""
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_REGEX = re.compile(r"/(?:\\/|[^/])*/")
"""A slash behind a backslash goes on with the expression if another slash follows, and else ends it."""
_FUZZY = re.compile(rf"~{TERM_CHARACTER}*", re.DOTALL)
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_RANGE_QUOTED = re.compile(r'"(?:\\"|[^"])+"')
_RANGE_BOUND = re.compile(r"[^ \]}]+")
_WORDS = {"AND": Kind.AND, "&&": Kind.AND, "OR": Kind.OR, "||": Kind.OR, "NOT": Kind.NOT, "*": Kind.STAR}
_SIGNS = {"+": Kind.PLUS, "-": Kind.MINUS, "!": Kind.NOT, "(": Kind.OPEN, ")": Kind.CLOSE, ":": Kind.COLON}


def tokenize(text: str) -> list[Token]:
    """The tokens of a query, with one at its end that marks the end.

    Raises `ParseError` for a character that starts no token, and for what is not closed.
    """
    return [*_tokens(text), Token(Kind.END, "", Span(len(text), len(text)))]


def _tokens(text: str) -> Iterator[Token]:
    at = 0
    while at < len(text):
        if text[at] in WHITE_SPACE:
            at += 1
            continue
        found = [_token(text, at)]
        if found[0].kind is Kind.RANGE_OPEN:
            found += _range_tokens(text, found[0])
        elif found[0].kind is Kind.BOOST:
            found.append(_boost(text, found[0].span.end))
        yield from found
        at = found[-1].span.end


def _token(text: str, at: int) -> Token:
    character = text[at]
    if word := _WORD.match(text, at):
        return _made(_kind_of_word(word[0]), word)
    if character in "+-!" and text[at + 1 : at + 2] in tuple(WHITE_SPACE):
        return _of(Kind.BARE_OPERATOR, text, at, 2)
    if character in _SIGNS:
        return _of(_SIGNS[character], text, at, 1)
    match character:
        case "^":
            return _of(Kind.BOOST, text, at, 1)
        case "[" | "{":
            return _of(Kind.RANGE_OPEN, text, at, 1)
        case "~":
            return _matched(_FUZZY, Kind.FUZZY, text, at) or _of(Kind.FUZZY, text, at, 1)
        case '"':
            if token := _matched(_QUOTED, Kind.QUOTED, text, at):
                return token
            hint = 'close it with "; a quote inside is written \\"'
            raise syntax_error("unclosed-quote", "the phrase is not closed", Span(at, len(text)), hint)
        case "/":
            if token := _matched(_REGEX, Kind.REGEX, text, at):
                return token
            hint = "close it with /; a slash that is no expression is written \\/"
            raise syntax_error("unclosed-regex", "the regular expression is not closed", Span(at, len(text)), hint)
        case "\\":
            hint = "a backslash is written \\\\"
            raise syntax_error("unfinished-escape", "nothing follows the backslash", Span(at, at + 1), hint)
        case _:
            hint = f"inside a value it is written \\{character}, or put the value in quotes"
            message = f"{character!r} closes nothing"
            raise syntax_error("unexpected-character", message, Span(at, at + 1), hint)


def _kind_of_word(word: str) -> Kind:
    if word in _WORDS:
        return _WORDS[word]
    before = _WILDCARDS.match(word)
    assert before is not None  # the pattern matches the empty text
    rest = len(word) - before.end()
    if rest == 0:
        return Kind.TERM
    return Kind.PREFIX if rest == 1 and word.endswith("*") else Kind.WILD


def _boost(text: str, at: int) -> Token:
    """The number behind `^`; white space is not skipped there."""
    if token := _matched(_NUMBER, Kind.NUMBER, text, at):
        return token
    message = "'^' stands before a number, as in x^2"
    raise syntax_error("boost-not-a-number", message, Span(at - 1, at), "the character itself is written \\^")


def _range_tokens(text: str, opening: Token) -> Iterator[Token]:
    """What stands in the brackets of a range, with the closing one. Of white space, only a blank parts bounds."""
    at = opening.span.end
    while at < len(text):
        if text[at] in "]}":
            yield _of(Kind.RANGE_CLOSE, text, at, 1)
            return
        bound = _RANGE_BOUND.match(text, at)
        if bound is None or (len(bound[0]) == 1 and bound[0] in WHITE_SPACE):
            at += 1
            continue
        quoted = _RANGE_QUOTED.match(text, at)
        if quoted is not None and quoted.end() >= bound.end():
            token = _made(Kind.RANGE_QUOTED, quoted)
        else:
            token = _made(Kind.RANGE_TO if bound[0] == "TO" else Kind.RANGE_BOUND, bound)
        yield token
        at = token.span.end
    hint = "a range is written [1 TO 5], or {1 TO 5} without its bounds; the bracket itself is written \\["
    raise syntax_error("unclosed-range", f"{opening.image!r} is not closed by ] or }}", opening.span, hint)


def _matched(pattern: re.Pattern[str], kind: Kind, text: str, at: int) -> Token | None:
    found = pattern.match(text, at)
    return None if found is None else _made(kind, found)


def _made(kind: Kind, found: re.Match[str]) -> Token:
    return Token(kind, found[0], Span(*found.span()))


def _of(kind: Kind, text: str, at: int, length: int) -> Token:
    return Token(kind, text[at : at + length], Span(at, at + length))
