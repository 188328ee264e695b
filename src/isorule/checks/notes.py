"""What a query says that does not count for which events it matches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from isorule.checks.check import ELASTIC, About, CheckedDocument, Finding
from isorule.diagnostics import Severity
from isorule.documents.notes import query_notes

_HINTS: Final = {
    "boost-left-out": "leave it out",
    "optional-clause-left-out": "write AND before it where it must hold, and brackets where either may",
}


class WithoutEffect:
    """A part of a Lucene query that changes no answer.

    ## What it does
    Finds boosts (`^2`), and clauses that only rank events, since others beside them must hold.

    ## Why
    A rule asks which events match, not how well. `a OR b AND c` does not mean what it says: Lucene makes `b` and `c`
    necessary and leaves `a` to the ranking, so that the rule never fires for `a` alone.

    ## Example
    ```lucene
    process.name:nmap OR process.name:nc AND user.name:root
    ```

    ## Use instead
    ```lucene
    (process.name:nmap OR process.name:nc) AND user.name:root
    ```

    ## Fix
    None. Only the author knows what was meant.

    ## References
    - https://www.elastic.co/docs/reference/query-languages/query-dsl/query-dsl-query-string-query
    - https://lucene.apache.org/core/8_11_0/queryparser/org/apache/lucene/queryparser/classic/package-summary.html
    """

    about: ClassVar = About("NOTE001", "query-part-without-effect", Severity.WARNING, frozenset({ELASTIC}))

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each part."""
        if document.rule is None:
            return
        for note in query_notes(document.rule):
            if note.span is not None:
                yield Finding(note.span, note.message, hint=_HINTS.get(note.name))


CHECKS: Final = (WithoutEffect,)
"""The checks of this family."""
