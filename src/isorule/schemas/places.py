"""Violations of a schema as diagnostics at the keys and values that they speak of."""

from __future__ import annotations

from collections.abc import Mapping

from isorule.diagnostics import Diagnostic, Severity
from isorule.schemas.violations import violations
from isorule.source import KeyPath, Located, SourceFile, Span


def schema_diagnostics(
    schema: str,
    document: Mapping[str, object],
    *,
    file: SourceFile,
    places: Mapping[KeyPath, Located],
    code: str,
    name: str,
) -> list[Diagnostic]:
    """What a document of a file does wrong by a schema: one error each, placed in the file."""
    return [
        Diagnostic(
            code,
            name,
            Severity.ERROR,
            found.message,
            hint=found.hint,
            span=span_at(places, found.path, at_key=found.at_key),
        ).located(file)
        for found in violations(schema, document)
    ]


def span_at(places: Mapping[KeyPath, Located], path: KeyPath, *, at_key: bool = False) -> Span | None:
    """The span of the value at a path, or of its key; of the nearest key above where the path leads nowhere."""
    for length in range(len(path), 0, -1):
        place = places.get(path[:length])
        if place is not None:
            whole = length == len(path) and not at_key
            return place.value if whole or place.key is None else place.key
    return Span(0, 0) if places else None
