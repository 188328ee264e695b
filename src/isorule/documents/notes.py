"""What the query of a rule says that does not count for which events match, placed in the file of the rule."""

from __future__ import annotations

from isorule.diagnostics import Diagnostic
from isorule.dialects import dialect, dialect_names
from isorule.ir.rule import Rule


def query_notes(rule: Rule) -> tuple[Diagnostic, ...]:
    """The notes of a rule's language on its query, in the order of the text; none for a rule that no file gave.

    Raises `ParseError` and `UnsupportedError` where the query is none of its language, which reading the rule does,
    too.
    """
    notes = dialect(rule.language).notes if rule.language in dialect_names() else None
    query = rule.origin.queries.get(("rule", "query")) if rule.origin is not None else None
    if notes is None or query is None:
        return ()
    return tuple(note.located(query) for note in notes(query.text))
