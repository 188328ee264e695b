"""The syntax errors of Lucene queries: their codes, and how one is made."""

from __future__ import annotations

from isorule.diagnostics import Diagnostic, ParseError, Severity
from isorule.source import Span

CODES: dict[str, str] = {
    "unexpected-end": "LUCENE001",
    "unexpected-character": "LUCENE002",
    "unclosed-quote": "LUCENE003",
    "unclosed-group": "LUCENE004",
    "unclosed-regex": "LUCENE005",
    "unclosed-range": "LUCENE006",
    "unfinished-escape": "LUCENE007",
    "bad-unicode-escape": "LUCENE008",
    "lone-surrogate": "LUCENE009",
    "boost-not-a-number": "LUCENE010",
    "broken-range": "LUCENE011",
    "missing-operand": "LUCENE012",
    "missing-value": "LUCENE013",
    "missing-field": "LUCENE014",
    "unescaped-colon": "LUCENE015",
    "operator-in-value": "LUCENE016",
    "bare-operator": "LUCENE017",
    "wildcard-in-field-name": "LUCENE018",
    "exists-needs-name": "LUCENE019",
    "nested-too-deep": "LUCENE020",
}
"""Name to code; both are stable."""


def syntax_error(name: str, message: str, span: Span, hint: str | None = None) -> ParseError:
    """The error for a place of a query; `name` is a key of `CODES`."""
    return ParseError(Diagnostic(CODES[name], name, Severity.ERROR, message, hint=hint, span=span))
