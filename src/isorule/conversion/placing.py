"""The places of diagnostics: from a rule's query to its file."""

from __future__ import annotations

from isorule.diagnostics import Diagnostic
from isorule.ir.rule import Rule
from isorule.source import Embedded, SourceFile

QUERY = ("rule", "query")
"""Where an Elastic rule has its query."""


def placed(diagnostic: Diagnostic, rule: Rule) -> Diagnostic:
    """A diagnostic of a condition, placed in the file of its rule.

    Spans of a Sigma detection count from the start of the file, those of a query from the start of the query.
    """
    origin = rule.origin
    if origin is None or diagnostic.path is not None:
        return diagnostic
    if diagnostic.span is None:
        return diagnostic.located(origin.file)
    where: SourceFile | Embedded = origin.queries.get(QUERY, origin.file)
    return diagnostic.located(where)
