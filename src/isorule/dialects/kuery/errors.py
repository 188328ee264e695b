"""The syntax errors of kuery: their codes, and how one is made."""

from __future__ import annotations

from isorule.diagnostics import Diagnostic, ParseError, Severity
from isorule.source import Span

CODES: dict[str, str] = {
    "unexpected-end": "KUERY001",
    "unexpected-character": "KUERY002",
    "unclosed-quote": "KUERY003",
    "unclosed-group": "KUERY004",
    "unknown-escape": "KUERY005",
    "unescaped-colon": "KUERY006",
    "misplaced-not": "KUERY007",
    "not-ends-word": "KUERY008",
    "nested-too-deep": "KUERY009",
    "lone-surrogate": "KUERY010",
    "wildcard-in-nested-path": "KUERY011",
    "literal-star-in-field-pattern": "KUERY012",
    "free-text-in-nested": "KUERY013",
    "missing-value": "KUERY014",
    "missing-operand": "KUERY015",
    "missing-operator": "KUERY016",
    "missing-field": "KUERY017",
    "null-as-field": "KUERY018",
}
"""Name to code; both are stable."""


def syntax_error(name: str, message: str, start: int, end: int, hint: str | None = None) -> ParseError:
    """The error for a place of a query; `name` is a key of `CODES`."""
    return ParseError(Diagnostic(CODES[name], name, Severity.ERROR, message, hint=hint, span=Span(start, end)))
