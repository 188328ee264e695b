"""Query text to tokens.

The token grammar is that of `EqlBase.g4` in Elasticsearch's `x-pack/plugin/eql/src/main/antlr`: keywords are lower case
and reserved, a field name is a chain of plain and `backticked` parts (here one token), strings end on their line, `\\'`
is an escape, raw strings in three double quotes may end in one or two further quotes of their own.
"""

from __future__ import annotations

import re
from enum import IntEnum, unique
from typing import NamedTuple

from isorule.diagnostics import ParseError
from isorule.dialects.eql.errors import problem


@unique
class T(IntEnum):
    """Kinds of tokens. FIELD is any field path that is not a lone plain word, WORD a plain word, FOLDING `word~`."""

    END = 0
    WORD = 1
    FIELD = 2
    FOLDING = 3
    STRING = 4
    INTEGER = 5
    DECIMAL = 6
    AND = 10
    OR = 11
    NOT = 12
    ANY = 13
    BY = 14
    FALSE = 15
    TRUE = 16
    NULL = 17
    IN = 18
    LIKE = 19
    REGEX = 20
    IN_FOLDING = 21
    LIKE_FOLDING = 22
    REGEX_FOLDING = 23
    JOIN = 24
    MAXSPAN = 25
    OF = 26
    SEQUENCE = 27
    SAMPLE = 28
    UNTIL = 29
    WHERE = 30
    WITH = 31
    EQ = 40
    NEQ = 41
    LT = 42
    LTE = 43
    GT = 44
    GTE = 45
    COLON = 46
    ASSIGN = 47
    PLUS = 48
    MINUS = 49
    STAR = 50
    SLASH = 51
    PERCENT = 52
    LPAREN = 53
    RPAREN = 54
    LBRACKET = 55
    RBRACKET = 56
    MISSING = 57
    COMMA = 58
    PIPE = 59


KEYWORDS: dict[str, T] = {
    kind.name.lower(): kind
    for kind in (
        *(T.AND, T.OR, T.NOT, T.ANY, T.BY, T.FALSE, T.TRUE, T.NULL, T.IN, T.LIKE, T.REGEX),
        *(T.JOIN, T.MAXSPAN, T.OF, T.SEQUENCE, T.SAMPLE, T.UNTIL, T.WHERE, T.WITH),
    )
}
_WORDS: dict[str, T] = {
    **KEYWORDS,
    "in~": T.IN_FOLDING,
    "like~": T.LIKE_FOLDING,
    "regex~": T.REGEX_FOLDING,
}
_OPERATORS: dict[str, T] = {
    "==": T.EQ,
    "!=": T.NEQ,
    "<": T.LT,
    "<=": T.LTE,
    ">": T.GT,
    ">=": T.GTE,
    ":": T.COLON,
    "=": T.ASSIGN,
    "+": T.PLUS,
    "-": T.MINUS,
    "*": T.STAR,
    "/": T.SLASH,
    "%": T.PERCENT,
    "(": T.LPAREN,
    ")": T.RPAREN,
    "[": T.LBRACKET,
    "]": T.RBRACKET,
    "![": T.MISSING,
    ",": T.COMMA,
    "|": T.PIPE,
}

_SPACE = r"[ \t\r\n]*+"
_PLAIN = r"[A-Za-z_@][A-Za-z0-9_]*+"
_PART = rf"(?:{_PLAIN}|`(?:[^`]++|``)*`(?!`))"
# Before Python 3.11.5 a possessive group may fail where it should match (https://github.com/python/cpython/issues/106052),
# so only single characters are repeated possessively; no group can then match in a second way.
_TOKEN = re.compile(
    rf"""{_SPACE}(?:
      ({_PLAIN}(?:\.{_PLAIN})*~?+)(?!{_SPACE}\.)           # 1 word or plain path
    | (\"{{3}}[^\r\n]*?\"{{3,5}}+|"(?!"")[^"\\\r\n]*+(?:\\[^\r\n][^"\\\r\n]*+)*")  # 2 string
    | (==|!=|<=|>=|!\[|[<>:=()\[\],|+\-*%]|/(?![/*]))       # 3 operator
    | (//[^\r\n]*+|/\*(?:[^*]++|\*(?!/))*\*/)                # 4 comment
    | (\??+{_SPACE}{_PART}(?:{_SPACE}\.{_SPACE}{_PART})*)   # 5 any other path
    | ([0-9]++(?:\.[0-9]*+)?[eE][+-]?[0-9]++|[0-9]++\.[0-9]*+|\.[0-9]++(?:[eE][+-]?[0-9]++)?)  # 6 decimal
    | ([0-9]++)                                             # 7 integer
    | ([^ \t\r\n])                                          # 8 anything else
    )""",
    re.VERBOSE,
)
_PATH_PART = re.compile(_PART)


class Tokens(NamedTuple):
    """The tokens of a query, one list for each of their sides; the last token is END at the end of the text."""

    kinds: list[int]
    texts: list[str]
    starts: list[int]
    ends: list[int]


def tokenize(text: str) -> Tokens:
    """The tokens of a query. Raises `ParseError` where no token begins or one does not end."""
    tokens = Tokens([], [], [], [])
    at = 0
    while at >= 0:
        at = _run(text, at, tokens)
    tokens.kinds.append(T.END)
    tokens.texts.append("")
    tokens.starts.append(len(text))
    tokens.ends.append(len(text))
    return tokens


def _run(text: str, at: int, tokens: Tokens) -> int:
    """Add the tokens from offset `at` on. Gives the end of a comment with comments inside, or -1 at the end."""
    kinds, texts, starts, ends = tokens
    words, operators, checked = _WORDS, _OPERATORS, set[str]()
    for match in _TOKEN.finditer(text, at):
        group = match.lastindex or 0
        lexeme = match[group]
        start, end = match.span(group)
        if group == 1:
            kind = words.get(lexeme)
            if kind is None:
                kind = T.WORD if lexeme in checked else _word(lexeme, start, checked)
        elif group == 2:
            kind = T.STRING
        elif group == 3:
            kind = operators[lexeme]
        elif group == 4:
            if "/*" in lexeme[2:] and lexeme[1] == "*":
                return _nested_comment_end(text, start, end)
            continue
        elif group == 5:
            kind = T.FIELD
        elif group == 6:
            kind = T.DECIMAL
        elif group == 7:
            kind = T.INTEGER
        else:
            raise _stray(text, start)
        kinds.append(kind)
        texts.append(lexeme)
        starts.append(start)
        ends.append(end)
    return -1


def _word(lexeme: str, start: int, checked: set[str]) -> T:
    """The kind of a plain word or path that is no keyword; the parts of a path may not be keywords either."""
    if "." in lexeme:
        if lexeme.endswith("~"):
            end = start + len(lexeme)
            raise problem("unexpected-character", "unexpected `~` after a field name", end - 1, end)
        for part in lexeme.split("."):
            if part in KEYWORDS:
                at = start + f".{lexeme}.".index(f".{part}.")
                raise keyword_as_field(part, at)
        checked.add(lexeme)
        return T.WORD
    if lexeme.endswith("~"):
        return T.FOLDING
    checked.add(lexeme)
    return T.WORD


def keyword_as_field(word: str, start: int) -> ParseError:
    """The error for a reserved word where a field name stands."""
    return problem(
        "keyword-as-field",
        f"`{word}` is a reserved word and cannot stand in a field name",
        start,
        start + len(word),
        f"put it in backticks: `` `{word}` ``",
    )


def path_of(lexeme: str, start: int) -> tuple[str, bool]:
    """The field path of a FIELD token and whether it is optional. `start` is the token's offset, for errors."""
    parts = []
    for match in _PATH_PART.finditer(lexeme):
        part = match[0]
        if part[0] == "`":
            parts.append(part[1:-1].replace("``", "`"))
            if not parts[-1]:
                at = start + match.start()
                raise problem("empty-field-name", "a field name in backticks is empty", at, at + 2)
        elif part in KEYWORDS:
            raise keyword_as_field(part, start + match.start())
        else:
            parts.append(part)
    return ".".join(parts), lexeme[0] == "?"


def _nested_comment_end(text: str, start: int, shallow_end: int) -> int:
    """Where a block comment with block comments inside ends; at its first `*/` if the inner ones do not end."""
    depth = 0
    for match in re.finditer(r"/\*|\*/", text[start:]):
        depth += 1 if match[0] == "/*" else -1
        if depth == 0:
            return start + match.end()
    return shallow_end


def _stray(text: str, start: int) -> ParseError:
    """The error for a character with which no token begins."""
    line_end = re.compile(r"[\r\n]|\Z").search(text, start)
    end = line_end.start() if line_end else len(text)
    match text[start]:
        case '"':
            raw = text.startswith('"""', start)
            return problem(
                "unterminated-string",
                "a raw string is not closed on its line" if raw else "a string is not closed on its line",
                start,
                end,
                'close it with `"""`' if raw else "close it with a double quote; write a line break as `\\n`",
            )
        case "'":
            close = text.find("'", start + 1, end)
            return problem(
                "single-quoted-string",
                "strings stand in double quotes, not in single quotes",
                start,
                close + 1 if close > 0 else end,
                "use double quotes",
            )
        case "?" if text[start + 1 : start + 2] in ('"', "'"):
            return problem(
                "question-mark-string",
                'a raw string is written with three double quotes, not with `?"`',
                start,
                start + 2,
                'write """…"""',
            )
        case "`":
            return problem("unterminated-field-name", "a field name in backticks is not closed", start, end)
        case "/":
            return problem("unterminated-comment", "a comment is not closed", start, len(text), "close it with `*/`")
        case character:
            hint = {"!": "negate with `not`", "&": "write `and`", ";": "a query has no end sign"}.get(character)
            return problem("unexpected-character", f"unexpected character {character!r}", start, start + 1, hint)
