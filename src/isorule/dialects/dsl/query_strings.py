"""`query_string`: a Lucene query inside of Query DSL, read by the dialect of that name.

The dialect is asked for by name, as a rule file asks for the language of its query, so that no dialect imports another.
"""

from __future__ import annotations

from dataclasses import replace

from isorule.diagnostics import Diagnostic, ParseError, UnsupportedError
from isorule.dialects.dsl.bodies import check_options, refuse_option, required, table, text, texts
from isorule.dialects.dsl.json_text import Member, Value, embedded
from isorule.dialects.dsl.reading import in_fields
from isorule.dialects.registry import dialect
from isorule.ir.detections import Match
from isorule.ir.predicates import AnyField, Const, Predicate, Test
from isorule.ir.spans import moved
from isorule.ir.walk import Polarity, rewrite_leaves
from isorule.source import Embedded, Span

LANGUAGE = "lucene"
_HARMLESS = {
    "allow_leading_wildcard",
    "analyze_wildcard",
    "auto_generate_synonyms_phrase_query",
    "enable_position_increments",
    "lenient",
    "max_determinized_states",
    "rewrite",
    "tie_breaker",
}
"""Options about errors, ranks, effort and the analysis of wildcards, which the mapping of the field decides here."""


def query_string(member: Member, json_text: str, span: Span) -> Predicate:
    """The query, its free text in the fields that the clause names; a query of nothing but blanks finds nothing.

    Raises `ParseError` and `UnsupportedError` as the Lucene dialect does, at the place in the JSON text.
    """
    body = table(member.value, "query_string")
    check_options("query_string", body, {"query", "fields", "default_field", "default_operator", "type", *_HARMLESS})
    for option in body.members:
        usual = {"default_operator": ("or", "OR"), "type": ("best_fields",)}.get(option.name)
        if usual is not None and not (isinstance(option.value, Value) and option.value.value in usual):
            refuse_option("query_string", option)
    node = required("query_string", body, "query")
    query = text(node, "the query of query_string")
    if not query.strip():
        return Const(False, span)
    names = body.get("fields") or body.get("default_field")
    fields = [] if names is None else texts(names, "a field")
    assert isinstance(node, Value)
    return replace(_within(_parsed(query, embedded(node, json_text)), fields), span=span)


def _parsed(query: str, place: Embedded) -> Predicate:
    parse = dialect(LANGUAGE).parse
    assert parse is not None  # the built-in dialect reads
    try:
        detection = parse(query)
    except (ParseError, UnsupportedError) as error:
        raise type(error)(_placed(error.diagnostic, place)) from error
    assert isinstance(detection, Match)
    return moved(detection.where, place.span)


def _placed(diagnostic: Diagnostic, place: Embedded) -> Diagnostic:
    return diagnostic if diagnostic.span is None else replace(diagnostic, span=place.span(diagnostic.span))


def _within(predicate: Predicate, fields: list[str]) -> Predicate:
    """The predicate with what is asked of any field asked of these."""
    if not fields:
        return predicate

    def leaf(test: Test, _polarity: Polarity) -> Predicate:
        return in_fields(fields, test.matcher, test.span) if isinstance(test.subject, AnyField) else test

    return rewrite_leaves(predicate, leaf)
