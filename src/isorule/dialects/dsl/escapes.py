"""Wildcard patterns as the texts of Query DSL queries."""

from __future__ import annotations

import re

from isorule.dialects.dsl.options import Wording
from isorule.ir.losses import refusal
from isorule.ir.matchers import LikePart, Placeholder, Wildcard
from isorule.source import Span

_QUERY_STRING = re.compile(r'[+\-=&|><!(){}\[\]^"~*?:\\/]')
_QUERY_STRING_EXACT = re.compile(r'[+\-=&|><!(){}\[\]^"~*?:\\/ \t\r\n\u3000]')
"""With the characters at which the syntax splits a text into terms (white space of Lucene's query parser)."""
_WILDCARD = re.compile(r"[*?\\]")


def query_string(parts: tuple[LikePart, ...], wording: Wording, span: Span | None) -> str:
    """A pattern in the syntax of `query_string`, and of `wildcard` where Kibana writes it so.

    https://www.elastic.co/docs/reference/query-languages/query-dsl/query-dsl-query-string-query#_reserved_characters.
    A lone `*` would ask for presence and is written `**`.
    """
    if parts == (Wildcard.RUN,):
        return "**"
    return _pattern(parts, _QUERY_STRING_EXACT if wording is Wording.EXACT else _QUERY_STRING, span)


def wildcard(parts: tuple[LikePart, ...], span: Span | None) -> str:
    """A pattern in the syntax of the `wildcard` query, in which a backslash escapes."""
    return _pattern(parts, _WILDCARD, span)


def _pattern(parts: tuple[LikePart, ...], escaped: re.Pattern[str], span: Span | None) -> str:
    out: list[str] = []
    for part in parts:
        match part:
            case str():
                out.append(escaped.sub(r"\\\g<0>", part))
            case Wildcard():
                out.append(part.value)
            case Placeholder(name):
                raise refusal("placeholder", f"the placeholder {name!r} has no value yet", span=span)
    return "".join(out)
