"""What can be wrong with a detection: the stable code of each reason, and the error that carries it."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from isorule.diagnostics import Diagnostic, ParseError, Severity
from isorule.source import Span

CODES: Final = MappingProxyType(
    {
        # the shape of the mapping
        "missing-condition": "SIGMA001",
        "missing-selection": "SIGMA002",
        "wrong-shape": "SIGMA003",
        "empty-selection": "SIGMA004",
        "empty-field-name": "SIGMA005",
        "nested-too-deep": "SIGMA006",
        "legacy-timeframe": "SIGMA007",
        "invalid-yaml": "SIGMA008",
        # the condition
        "condition-syntax": "SIGMA020",
        "legacy-aggregation": "SIGMA021",
        "unknown-selection": "SIGMA022",
        "pattern-without-match": "SIGMA023",
        "unknown-quantifier": "SIGMA024",
        "operator-letter-case": "SIGMA025",
        # modifiers
        "unknown-modifier": "SIGMA040",
        "duplicate-modifier": "SIGMA041",
        "illegal-modifier-chain": "SIGMA042",
        "keyword-modifier": "SIGMA043",
        # values
        "wrong-value-type": "SIGMA060",
        "empty-value-list": "SIGMA061",
        "invalid-network": "SIGMA062",
        "invalid-regex": "SIGMA063",
        "wildcard-in-encoded-value": "SIGMA064",
        "not-encodable": "SIGMA065",
        "too-many-variants": "SIGMA066",
        "placeholder-in-regex": "SIGMA067",
        "wildcard-in-field-reference": "SIGMA068",
    }
)


def problem(name: str, message: str, *, span: Span | None = None, hint: str | None = None) -> ParseError:
    """The error for a detection that does not follow the specification. `name` is a key of `CODES`."""
    return ParseError(Diagnostic(CODES[name], name, Severity.ERROR, message, hint=hint, span=span))
