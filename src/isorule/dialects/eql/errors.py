"""The stable names and codes of everything that the EQL parser refuses, and the check of fields after it."""

from __future__ import annotations

from isorule.diagnostics import Diagnostic, ParseError, Severity
from isorule.source import Span

CODES = {
    "unexpected-character": "EQL001",
    "unexpected-token": "EQL002",
    "unterminated-string": "EQL003",
    "unterminated-comment": "EQL004",
    "unterminated-field-name": "EQL005",
    "single-quoted-string": "EQL006",
    "question-mark-string": "EQL007",
    "bad-escape": "EQL008",
    "bad-unicode-escape": "EQL009",
    "single-equals": "EQL010",
    "keyword-as-field": "EQL011",
    "array-index": "EQL012",
    "missing-where": "EQL013",
    "bad-category": "EQL014",
    "not-a-condition": "EQL015",
    "chained-comparison": "EQL016",
    "empty-list": "EQL017",
    "not-a-string": "EQL018",
    "not-a-number": "EQL019",
    "null-operand": "EQL020",
    "field-comparison": "EQL021",
    "unknown-function": "EQL022",
    "wrong-arity": "EQL023",
    "wrong-argument": "EQL024",
    "case-insensitive-function": "EQL025",
    "bad-network": "EQL026",
    "process-relation": "EQL027",
    "join-unsupported": "EQL028",
    "fork-unsupported": "EQL029",
    "unknown-pipe": "EQL030",
    "unsupported-pipe": "EQL031",
    "pipe-argument": "EQL032",
    "bad-maxspan": "EQL033",
    "bad-runs": "EQL034",
    "bad-join-key": "EQL035",
    "join-key-count": "EQL036",
    "too-few-stages": "EQL037",
    "missing-event": "EQL038",
    "sample-restriction": "EQL039",
    "nested-too-deep": "EQL040",
    "empty-field-name": "EQL041",
    "unknown-field": "EQL042",
    "nested-field": "EQL043",
    "object-field": "EQL044",
    "inexact-field": "EQL045",
    "wrong-field-type": "EQL046",
    "wrong-list-value": "EQL047",
    "unreadable-value": "EQL048",
    "join-key-types": "EQL049",
    "unknown-category-field": "EQL050",
    "unknown-timestamp-field": "EQL051",
    "unknown-tiebreaker-field": "EQL052",
    "number-out-of-range": "EQL053",
}


def problem(name: str, message: str, start: int, end: int, hint: str | None = None) -> ParseError:
    """The error for the characters from `start` to `end` of the query."""
    return ParseError(Diagnostic(CODES[name], name, Severity.ERROR, message, hint=hint, span=Span(start, end)))
