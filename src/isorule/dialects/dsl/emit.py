"""A detection as Elasticsearch Query DSL.

What kuery can say is written exactly as Kibana writes it for kuery: every test a `should` of one clause, `filter` for
`and`, one object under `must_not` (conversion functions of `kbn-es-query/src/kuery` in github.com/elastic/kibana).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import assert_never

from isorule.dialects.dsl.leaves import (
    Leaf,
    Query,
    alternatives_query,
    any_field_query,
    field_query,
    is_kuery,
)
from isorule.dialects.dsl.options import IndexField, IndexPattern, KueryOptions, Wording
from isorule.dialects.dsl.refusals import refuse_axes, refuse_detection, refuse_wrong_nesting
from isorule.ir.axes import Case
from isorule.ir.detections import Detection, Match
from isorule.ir.losses import Emission, refusal
from isorule.ir.matchers import Equals, Indexed, Matcher, OneOf
from isorule.ir.predicates import (
    And,
    AnyField,
    Call,
    Const,
    EventCategory,
    Field,
    FieldGlob,
    Literal,
    Nested,
    Not,
    Or,
    Predicate,
    Test,
)

MAX_DEPTH = 100
"""How deep a condition may nest; Elasticsearch refuses 30 levels of `bool` unless told otherwise."""

_DEFAULTS = KueryOptions()


@dataclass(frozen=True, slots=True)
class _Context:
    """What is known besides the predicate: fields, settings, the nested object around it, and how deep it stands."""

    fields: IndexPattern | None
    options: KueryOptions
    nested: str | None = None
    depth: int = 0


def emit(detection: Detection) -> Emission:
    """The detection as JSON text, indented by two, that says exactly what the detection means.

    Raises `UnsupportedError`, its name a reason code (see `refusals`), for what Query DSL cannot say.
    """
    query = to_query(detection, options=KueryOptions(wording=Wording.EXACT))
    return Emission(json.dumps(query, indent=2, ensure_ascii=False))


def to_query(detection: Detection, fields: IndexPattern | None = None, options: KueryOptions = _DEFAULTS) -> Query:
    """The detection as a query (JSON values), as Kibana writes it with these settings for a data view of these fields.

    Without `fields` nothing is known of the types. Raises `UnsupportedError`, its name a reason code (see `refusals`).
    """
    if not isinstance(detection, Match) or detection.pipes:
        raise refuse_detection(detection)
    return _query(detection.where, _Context(fields, options))


def _query(predicate: Predicate, context: _Context) -> Query:
    if context.depth > MAX_DEPTH:
        raise refusal("nested-too-deep", f"the condition nests deeper than {MAX_DEPTH} levels", span=predicate.span)
    inner = replace(context, depth=context.depth + 1)
    match predicate:
        case Const(None):
            raise refusal("constant-null", "Query DSL is two-valued and cannot say null", span=predicate.span)
        case Const(value):
            return {"match_all": {}} if value else {"match_none": {}}
        case Test():
            refuse_axes(predicate)
            return _test(predicate, predicate.matcher, context)
        case Not(term):
            return {"bool": {"must_not": _query(term, inner)}}
        case And(terms):
            clause = "must" if context.options.filters_in_must_clause else "filter"
            return {"bool": {clause: [_query(term, inner) for term in terms]}}
        case Or(terms):
            return _should([_query(term, inner) for term in terms])
        case Nested(path, term):
            return _nested(path, _query(term, replace(inner, nested=path)), context)
        case _:
            assert_never(predicate)


def _should(queries: list[Query]) -> Query:
    return {"bool": {"should": [*queries], "minimum_should_match": 1}}


def _nested(path: str, query: Query, context: _Context) -> Query:
    body: Query = {"path": path, "query": query, "score_mode": "none"}
    if context.options.nested_ignore_unmapped is not None:
        body["ignore_unmapped"] = context.options.nested_ignore_unmapped
    return {"nested": body}


def _test(test: Test, matcher: Matcher, context: _Context) -> Query:
    """The query for a test, or for one of its alternatives."""
    if isinstance(matcher, OneOf):
        return _alternatives(test, matcher, context)
    match test.subject:
        case AnyField():
            return any_field_query(matcher, context.options, test.span)
        case Field() | FieldGlob():
            clauses = [_clause(test, matcher, leaf, context) for leaf in _leaves(test, test.subject, context)]
            return clauses[0] if len(clauses) == 1 and not is_kuery(matcher) else _should(clauses)
        case EventCategory():
            message = "Query DSL has no word for the event category, only for fields"
            raise refusal("category-role", message, span=test.span)
        case Literal() | Call():
            raise refusal("computed-operand", "a query tests fields, not computed values", span=test.span)
        case _:
            assert_never(test.subject)


def _alternatives(test: Test, matcher: OneOf, context: _Context) -> Query:
    of_terms = all(isinstance(option, Indexed) for option in matcher.options)
    inner = [option.matcher if isinstance(option, Indexed) and of_terms else option for option in matcher.options]
    values = [option.value for option in inner if isinstance(option, Equals) and _is_term(option, of_terms)]
    if len(values) < len(matcher.options) or not isinstance(test.subject, Field):
        return _should([_test(test, option, context) for option in matcher.options])
    (leaf,) = _leaves(test, test.subject, context)
    return alternatives_query(values, leaf, terms=of_terms)


def _is_term(option: Equals, of_terms: bool) -> bool:
    """Whether `terms` can hold the value: letter case is compared, and Kibana has no `match` for it (Booleans)."""
    return option.case is Case.SENSITIVE and (of_terms or not isinstance(option.value, bool))


def _clause(test: Test, matcher: Matcher, leaf: Leaf, context: _Context) -> Query:
    """The query for one field; a field of a nested object that a pattern has found is asked inside of it."""
    query = field_query(matcher, leaf)
    path = leaf.field.nested
    if path is None or context.nested is not None or not isinstance(test.subject, FieldGlob):
        return query
    return _nested(path, query, context)


def _leaves(test: Test, subject: Field | FieldGlob, context: _Context) -> list[Leaf]:
    """The fields of the data view that the subject names; the name as it stands where there are none."""
    fields = _known_fields(subject, context.fields)
    if isinstance(subject, Field) or context.nested is not None:
        refuse_wrong_nesting(fields, context.nested, test.span)
    if fields:
        return [Leaf(field, False, context.options, test.span) for field in fields]
    if isinstance(subject, Field):
        return [Leaf(IndexField(subject.path), False, context.options, test.span)]
    return [Leaf(IndexField(subject.pattern), True, context.options, test.span)]


def _known_fields(subject: Field | FieldGlob, pattern: IndexPattern | None) -> list[IndexField]:
    if pattern is None:
        return []
    if isinstance(subject, Field):
        found = pattern.fields.get(subject.path)
        return [] if found is None else [found]
    matching = re.compile(".*".join(map(re.escape, subject.pattern.split("*"))), re.DOTALL)
    return [field for name, field in pattern.fields.items() if matching.fullmatch(name)]
