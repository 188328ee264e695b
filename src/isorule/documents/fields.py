"""What the engine of a rule makes of it once it knows the types of the fields: what it asks, and what it refuses.

Asked where a user names the types. The packaged ECS types say nothing of fields that an index may have besides.
"""

from __future__ import annotations

from dataclasses import replace

from isorule.diagnostics import Diagnostic, Related, UnsupportedError
from isorule.dialects import dialect, dialect_names
from isorule.ir.rule import Rule
from isorule.ir.schema import FieldSchema

_QUERY = ("rule", "query")


def refused_fields(rule: Rule, schema: FieldSchema) -> list[Diagnostic]:
    """What the engine of a rule's language refuses under the types of a schema, in the order of the query.

    Empty for languages whose engines take every field for every value, and for detections that isorule does not read.
    """
    verify = dialect(rule.language).verify if rule.language in dialect_names() else None
    if verify is None:
        return []
    source, origin = rule.data_source, rule.origin
    found = verify(
        rule.detection,
        schema,
        category_field=source.category_field,
        timestamp_field=source.timestamp_field,
        tiebreaker_field=source.tiebreaker_field,
    )
    if origin is None:
        return found
    query = origin.queries.get(_QUERY)
    return [item.located(origin.file if query is None or item.span is None else query) for item in found]


def as_engine_reads(rule: Rule, schema: FieldSchema) -> Rule:
    """The rule with the fields that its engine asks under the types of a schema.

    EQL compares whole values, so it asks the keyword sub-field of a full text field.
    """
    exact = dialect(rule.language).exact if rule.language in dialect_names() else None
    return rule if exact is None else replace(rule, detection=exact(rule.detection, schema))


def require_fields(rule: Rule, schema: FieldSchema) -> None:
    """Raises `UnsupportedError` for the first thing that the engine refuses; its diagnostic names the others."""
    found = refused_fields(rule, schema)
    if found:
        others = (Related(item.message, item.span, item.path, item.line, item.column) for item in found[1:])
        raise UnsupportedError(replace(found[0], related=(*found[0].related, *others)))


def require_fields_of_result(converted: Rule, schema: FieldSchema) -> None:
    """Raises `UnsupportedError` for the first thing that the engine refuses of a converted rule.

    Its diagnostic has no place: the text that it speaks of is no file's.
    """
    found = refused_fields(converted, schema)
    if found:
        message = f"the result would be refused: {found[0].message}"
        raise UnsupportedError(replace(found[0], message=message, span=None, path=None, line=None, column=None))
