"""Strings, numbers, wildcard patterns and field names: between their spelling in a query and their value.

Escapes are those of Elasticsearch (`EqlBase.g4` and `AbstractBuilder.unquoteString` of its EQL plug-in).
"""

from __future__ import annotations

import math
import re
import unicodedata

from isorule.diagnostics import ParseError
from isorule.dialects.eql.errors import problem
from isorule.dialects.eql.lex import KEYWORDS
from isorule.ir.axes import Case
from isorule.ir.losses import refusal
from isorule.ir.matchers import Equals, Like, LikePart, Scalar, Wildcard, like
from isorule.source import Span

_TOO_GREAT = 2**64
_MOST_DIGITS = 20
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "'": "'", "\\": "\\"}
_ESCAPE = re.compile(r"\\(u\{[0-9a-fA-F]+\}|.)", re.DOTALL)
_WILDCARDS = {"*": Wildcard.RUN, "?": Wildcard.ONE}
_WILDCARD_PART = re.compile(r"[*?]|[^*?]+")
_ADJACENT = re.compile(r"\*[*?]")
_PLAIN_PART = re.compile(r"[A-Za-z_@][A-Za-z0-9_]*")


def string_value(lexeme: str, start: int) -> str:
    """The value of a STRING token that stands at offset `start`."""
    if lexeme.startswith('"""') and len(lexeme) >= 6:
        return lexeme[3:-3]
    body = lexeme[1:-1]
    if "\\" not in body:
        return body
    if body.count("\\") == 2 * body.count("\\\\"):
        return body.replace("\\\\", "\\")
    offset = start + 1

    def value(match: re.Match[str]) -> str:
        escape = match[1]
        simple = _ESCAPES.get(escape)
        if simple is not None:
            return simple
        at = offset + match.start()
        if escape[0] == "u" and len(escape) > 1:
            return _code_point(escape[2:-1], at, offset + match.end())
        raise problem(
            "bad-escape",
            f"`\\{escape}` is not an escape sequence",
            at,
            at + 2,
            "a backslash is written as two; escapes are \\\\ \\\" \\' \\b \\f \\n \\r \\t \\u{200f}",
        )

    return _ESCAPE.sub(value, body)


def whole_number(lexeme: str, start: int) -> int:
    """The value of an INTEGER token that stands at offset `start`, at most 2^64 - 1 (`parseIntegral`)."""
    digits = lexeme.lstrip("0") or "0"
    value = int(digits) if len(digits) <= _MOST_DIGITS else _TOO_GREAT
    if value >= _TOO_GREAT:
        raise _out_of_range(start, start + len(lexeme))
    return value


def decimal(lexeme: str, start: int) -> float:
    """The value of a DECIMAL token that stands at offset `start`; one that no `double` holds is refused."""
    value = float(lexeme)
    if math.isinf(value):
        raise _out_of_range(start, start + len(lexeme))
    return value


def _out_of_range(start: int, end: int) -> ParseError:
    return problem("number-out-of-range", "the number is too great", start, end)


def _code_point(digits: str, start: int, end: int) -> str:
    if not 2 <= len(digits) <= 8:
        raise problem("bad-unicode-escape", f"`\\u{{…}}` takes 2 to 8 hex digits, not {len(digits)}", start, end)
    number = int(digits, 16)
    if number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:
        raise problem("bad-unicode-escape", f"U+{number:04X} is not a character", start, end)
    return chr(number)


def wildcard_matcher(pattern: str, case: Case, span: Span) -> Equals | Like:
    """What the right side of `:` and `like` asks of a value.

    `*` is any run and `?` any one character; a backslash is an ordinary character, so neither can be escaped.
    """
    if "*" not in pattern and "?" not in pattern:
        return Equals(pattern, case, span)
    parts: tuple[LikePart, ...] = tuple(_WILDCARDS.get(part, part) for part in _WILDCARD_PART.findall(pattern))
    if _ADJACENT.search(pattern):
        return like(parts, case, span)
    return Like(parts, case, span)


def wildcard_pattern(parts: tuple[LikePart, ...]) -> str | None:
    """The pattern for `:` and `like`; None where a text of it has a `*` or `?` of its own, which EQL cannot write.

    Raises `UnsupportedError` for a placeholder.
    """
    out = []
    for part in parts:
        if isinstance(part, Wildcard):
            out.append(part.value)
        elif isinstance(part, str):
            if has_wildcard(part):
                return None
            out.append(part)
        else:
            raise refusal("placeholder", f"the placeholder %{part.name}% has no value", hint="give it one")
    return "".join(out)


_QUERY_PART = re.compile(r"[*?]|\\.|\\\Z|[^*?\\]+", re.DOTALL)


def wildcard_query_parts(pattern: str) -> tuple[LikePart, ...]:
    """The parts of a pattern of Lucene's wildcard query, where a backslash takes the next character literally."""
    return tuple(
        _WILDCARDS.get(part) or (part[1:] or part if part[0] == "\\" else part) for part in _QUERY_PART.findall(pattern)
    )


def wildcard_query(parts: tuple[LikePart, ...]) -> str:
    """The pattern of Lucene's wildcard query for a wildcard matcher; the reverse of `wildcard_query_parts`."""
    return "".join(
        part.value if isinstance(part, Wildcard) else re.sub(r"[*?\\]", r"\\\g<0>", str(part)) for part in parts
    )


_REGEX_SIGN = re.compile(r"[.?+*|{}\[\]()\"\\#@&<>~^$-]")


def regex_pattern(parts: tuple[LikePart, ...]) -> str:
    """The regular expression of Lucene that matches what a wildcard matcher matches."""
    return "".join(_regex_part(part) for part in parts)


def _regex_part(part: LikePart) -> str:
    if isinstance(part, Wildcard):
        return ".*" if part is Wildcard.RUN else "."
    return _REGEX_SIGN.sub(r"\\\g<0>", str(part))


def has_wildcard(text: str) -> bool:
    """Whether `:` and `like` would read a part of the text as a wildcard."""
    return "*" in text or "?" in text


def string_text(value: str) -> str:
    """A string in double quotes. Control and invisible characters are written as escapes.

    Raises `UnsupportedError` for a lone surrogate, which EQL cannot write.
    """
    if value.isascii() and value.isprintable():
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return '"' + "".join(map(_escaped, value)) + '"'


_BY_CHARACTER = {value: f"\\{key}" for key, value in _ESCAPES.items() if key != "'"}


def _escaped(character: str) -> str:
    short = _BY_CHARACTER.get(character)
    if short is not None:
        return short
    category = unicodedata.category(character)
    if category == "Cs":
        raise refusal("surrogate", f"EQL cannot write the lone surrogate U+{ord(character):04X}")
    if category in ("Cc", "Cf", "Zl", "Zp"):
        return f"\\u{{{ord(character):04x}}}"
    return character


def scalar_text(value: Scalar | None) -> str:
    """A literal as EQL writes it. Raises `UnsupportedError` for a number that is not finite."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return string_text(value)
        case int():
            return str(value)
        case float():
            text = repr(value)
            if text in ("inf", "-inf", "nan"):
                raise refusal("number-not-finite", f"EQL cannot write the number {text}")
            return text


def field_text(path: str, *, optional: bool = False) -> str:
    """A field path, with backticks around the parts that are not plain words.

    Raises `UnsupportedError` for a path with an empty part.
    """
    parts = path.split(".")
    if not all(parts):
        raise refusal("field-name", f"the field path {path!r} has an empty part")
    text = ".".join(part if is_plain(part) else f"`{part.replace('`', '``')}`" for part in parts)
    return f"?{text}" if optional else text


def is_plain(word: str) -> bool:
    """Whether a word may stand as a field part or category without quotes."""
    return _PLAIN_PART.fullmatch(word) is not None and word not in KEYWORDS
