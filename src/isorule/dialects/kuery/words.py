"""Texts, patterns and field names as kuery writes them, with the escapes that its grammar asks for."""

from __future__ import annotations

import re

from isorule.dialects.kuery.lexical import CONSTANT_WORDS, NO_SPACE_CLASS, TRIMMED
from isorule.ir.losses import refusal
from isorule.ir.matchers import LikePart, Placeholder, Wildcard
from isorule.source import Span

_WHITE_SPACE = {"\t": "\\t", "\r": "\\r", "\n": "\\n"}
_BESIDE_PRINTABLE_ASCII = r"[^\x20-\x7e]"
_UNQUOTED_ESCAPES = re.compile(
    rf"(?P<word>(?<!{NO_SPACE_CLASS})(?i:and|or)(?!{NO_SPACE_CLASS}))"
    rf"|(?P<negation>[nN](?=(?i:ot)(?!{NO_SPACE_CLASS})))"
    rf'|(?P<special>[\\():<>"*{{}}])'
    rf"|{_BESIDE_PRINTABLE_ASCII}"
)
"""What needs an escape outside of quotes: keywords, special characters, and what cannot be seen.

`\\not` would be a line break and `ot` to Kibana, so its first letter is written by its code.
"""
_QUOTED_ESCAPES = re.compile(rf'(?P<special>[\\"])|{_BESIDE_PRINTABLE_ASCII}')
_PLAIN_NAME = re.compile(r"[\w@.\-/]+")
_PLAIN_BOUND = re.compile(r"[\w@.+\-/|]+")
_RESERVED_NAMES = frozenset({"and", "or", "not", "null"})


def quoted(text: str) -> str:
    """The text as a quoted literal."""
    return f'"{_QUOTED_ESCAPES.sub(_escaped, text)}"'


def unquoted(text: str, span: Span | None = None) -> str:
    """The text as an unquoted literal that is read as text.

    Raises `UnsupportedError` where kuery has no such literal: it takes off outer white space, and reads `true`, `false`
    and `null` as constants, in whatever way they are escaped.
    """
    if text in CONSTANT_WORDS:
        hint = f'a phrase, "{text}", can be said'
        raise refusal(
            "constant-word", f"kuery cannot search for any of the words of the text {text!r}", span=span, hint=hint
        )
    if not text:
        return "\\t"  # trimmed to the empty text after the escape is read
    _refuse_outer_space(text, text, span)
    return _UNQUOTED_ESCAPES.sub(_escaped, text)


def pattern(parts: tuple[LikePart, ...], span: Span | None = None) -> str:
    """A wildcard pattern as an unquoted literal.

    Raises `UnsupportedError` for `?`, for a placeholder and for outer white space. A lone `*` would ask for presence,
    so it is written `**`.
    """
    if parts == (Wildcard.RUN,):
        return "**"
    out = []
    for part in parts:
        match part:
            case str():
                out.append(_UNQUOTED_ESCAPES.sub(_escaped, part))
            case Wildcard.RUN:
                out.append("*")
            case Wildcard.ONE:
                message = "kuery has no wildcard for exactly one character"
                raise refusal("single-character-wildcard", message, span=span)
            case Placeholder(name):
                raise refusal("placeholder", f"the placeholder {name!r} has no value yet", span=span)
    _refuse_outer_space(parts[0], parts[-1], span)
    return "".join(out)


def _refuse_outer_space(first: LikePart, last: LikePart, span: Span | None) -> None:
    starts = isinstance(first, str) and first[:1] in TRIMMED
    if starts or (isinstance(last, str) and last[-1:] in TRIMMED):
        message = "kuery takes off white space at the ends of a value that is not in quotes"
        raise refusal("outer-white-space", message, span=span, hint="a phrase keeps it")


def field_name(path: str) -> str:
    """A field path, in quotes where it would not be read as it is."""
    plain = _PLAIN_NAME.fullmatch(path) and path.lower() not in _RESERVED_NAMES and not path.lower().endswith("not")
    return path if plain else quoted(path)


def field_pattern(glob: str) -> str:
    """A pattern of field paths, in which every `*` is a wildcard. Raises `UnsupportedError` for outer white space."""
    _refuse_outer_space(glob, glob, None)
    texts = (_UNQUOTED_ESCAPES.sub(_escaped, part) for part in glob.split("*"))
    return "*".join(texts)


def bound(value: str | int | float | bool) -> str:
    """A bound of a range; texts of more than word characters, and words that are constants, stand in quotes."""
    if not isinstance(value, str):
        return constant(value)
    plain = _PLAIN_BOUND.fullmatch(value) and value not in CONSTANT_WORDS and not value.lower().endswith("not")
    return value if plain and value.isascii() else quoted(value)


def constant(value: int | float | bool, span: Span | None = None) -> str:
    """A number or a Boolean. Raises `UnsupportedError` for a number that is not finite."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value - value != 0:
        raise refusal("number-not-finite", f"{value!r} is no number of a document", span=span)
    return str(value)


def _escaped(found: re.Match[str]) -> str:
    text = found[0]
    match found.lastgroup:
        case "word" | "special":
            return f"\\{text}"
        case "negation":
            return f"\\u{ord(text):04x}"
        case _:
            return _visible(text)


def _visible(character: str) -> str:
    """A character that can be seen as it is, any other by its escape (two UTF-16 halves beyond U+FFFF)."""
    if character in _WHITE_SPACE:
        return _WHITE_SPACE[character]
    if character.isprintable():
        return character
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
