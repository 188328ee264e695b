"""Texts, patterns, bounds and field names as Lucene queries write them, with the escapes that the syntax asks for."""

from __future__ import annotations

import re

from isorule.dialects.lucene.lexical import EXISTS, OPERATOR_WORDS
from isorule.ir.losses import refusal
from isorule.ir.matchers import Bound, LikePart, Placeholder, Scalar, Wildcard
from isorule.source import Span

_IN_TERM = re.compile(r'[ !():^\[\]"{}~*?\\/]|\A[+\-]|[^\x20-\x7e]')
"""What needs an escape in a term; a sign does at its start only."""
_IN_QUOTES = re.compile(r'["\\]|[^\x20-\x7e]')
_IN_PATTERN = re.compile(r'[ \t\n\r\u3000!():^\[\]"{}~*?\\/]')
_SIGN = re.compile(r"\A[+\-]")
_PLAIN_BOUND = re.compile(r"[A-Za-z0-9_.+\-/|:@]+")
_PLAIN_COMPARISON = re.compile(r"[A-Za-z0-9_.+\-]+")


def term(text: str, span: Span | None = None) -> str:
    """The text as a term, outside of quotes.

    Raises `UnsupportedError` where there is no such term: for the empty text, and for a text that Elasticsearch reads
    as a comparison in whatever way it is escaped.
    """
    if len(text) > 1 and text[0] in "<>":
        message = f"the text {text!r} without quotes is a comparison"
        raise refusal("constant-word", message, span=span, hint="a phrase can be said")
    return _term(text, span)


def _term(text: str, span: Span | None) -> str:
    if not text:
        message = "the empty text cannot be written without quotes"
        raise refusal("not-writable", message, span=span, hint='the phrase ""')
    if text in OPERATOR_WORDS:
        return f"\\{text}"
    return _IN_TERM.sub(_escaped, text)


def quoted(text: str) -> str:
    """The text as a phrase."""
    return f'"{_IN_QUOTES.sub(_escaped, text)}"'


def pattern(parts: tuple[LikePart, ...], span: Span | None = None) -> str:
    """A wildcard pattern. A lone `*` would ask for presence, so it is written `**`.

    Raises `UnsupportedError` for a placeholder.
    """
    if parts == (Wildcard.RUN,):
        return "**"
    out: list[str] = []
    for part in parts:
        match part:
            case str():
                out.append(_IN_PATTERN.sub(r"\\\g<0>", part))
            case Wildcard():
                out.append(part.value)
            case Placeholder(name):
                raise refusal("placeholder", f"the placeholder {name!r} has no value yet", span=span)
    return _SIGN.sub(r"\\\g<0>", "".join(out))


def constant(value: int | float | bool, span: Span | None = None) -> str:
    """A number or a Boolean as a term. Raises `UnsupportedError` for a number that is not finite."""
    return _term(_scalar(value, span), span)


def _scalar(value: Scalar, span: Span | None) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value - value != 0:
        raise refusal("number-not-finite", f"{value!r} is no number of a document", span=span)
    return str(value)


def comparison(lower: Bound | None, upper: Bound | None, span: Span | None = None, *, named: bool = True) -> str:
    """A range: `>=5` where one bound is open and a field stands before it (`named`), else `[1 TO 5}`."""
    if lower is None and upper is None:
        raise refusal("range-without-bounds", "a range needs a bound", span=span)
    if named and (lower is None or upper is None):
        bound = lower or upper
        assert bound is not None  # one of them is given
        text = _scalar(bound.value, span)
        if _PLAIN_COMPARISON.fullmatch(text):
            return f"{'<' if lower is None else '>'}{'=' if bound.inclusive else ''}{text}"
    opening = "{" if lower is not None and not lower.inclusive else "["
    closing = "}" if upper is not None and not upper.inclusive else "]"
    return f"{opening}{_bound(lower, span)} TO {_bound(upper, span)}{closing}"


def _bound(bound: Bound | None, span: Span | None) -> str:
    """A bound in brackets. In quotes, a quote and a backslash are written by their codes, since `\\"` may end them."""
    if bound is None:
        return "*"
    text = _scalar(bound.value, span)
    if text in ("", "*"):
        raise refusal("not-writable", f"{text!r} cannot be written as the bound of a range", span=span)
    if _PLAIN_BOUND.fullmatch(text) and text != "TO":
        return text
    return f'"{_IN_QUOTES.sub(_code, text)}"'


def field_name(path: str, span: Span | None = None) -> str:
    """A field path before a colon or behind `_exists_:`.

    Raises `UnsupportedError` for a path with a star, which is a wildcard in whatever way it is escaped, and for the
    name that asks for presence.
    """
    if "*" in path or path == EXISTS:
        raise refusal("field-name", f"{path!r} cannot be written as the name of a field", span=span)
    return _term(path, span)


def field_pattern(glob: str) -> str:
    """A pattern of field paths, in which every `*` is a wildcard."""
    return "*" if glob == "*" else _IN_TERM.sub(_escaped, glob)


def _escaped(found: re.Match[str]) -> str:
    """A special character behind a backslash, and one that cannot be seen by its code."""
    character = found[0]
    if character.isascii() and character.isprintable():
        return f"\\{character}"
    return character if character.isprintable() else _code(found)


def _code(found: re.Match[str]) -> str:
    """A character as `\\u` escapes (two UTF-16 units beyond U+FFFF), unless it can be seen and is no special one."""
    character = found[0]
    if not character.isascii() and character.isprintable():
        return character
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
