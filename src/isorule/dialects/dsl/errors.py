"""The syntax errors of Query DSL texts: their codes, and how one is made."""

from __future__ import annotations

from isorule.diagnostics import Diagnostic, ParseError, Severity
from isorule.source import Span

CODES: dict[str, str] = {
    "unexpected-end": "DSL001",
    "unexpected-character": "DSL002",
    "unclosed-bracket": "DSL003",
    "bad-string": "DSL004",
    "lone-surrogate": "DSL005",
    "number-out-of-range": "DSL006",
    "duplicate-key": "DSL007",
    "nested-too-deep": "DSL008",
    "not-a-query": "DSL009",
    "wrong-type": "DSL010",
    "missing-key": "DSL011",
    "conflicting-bounds": "DSL012",
}
"""Name to code; both are stable."""


def syntax_error(name: str, message: str, span: Span, hint: str | None = None) -> ParseError:
    """The error for a place of a text; `name` is a key of `CODES`."""
    return ParseError(Diagnostic(CODES[name], name, Severity.ERROR, message, hint=hint, span=span))
