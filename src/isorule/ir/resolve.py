"""What the mapping decides, made explicit: leaves that leave their meaning to the field's type are given it.

Query DSL `match`, `match_phrase` and wildcards mean what the mapping of the field says: equality on a keyword, equality
without letter case on a keyword with a lower-casing normalizer, a number on a numeric field, full text on a text field
(https://www.elastic.co/guide/en/elasticsearch/reference/current/query-dsl-match-query.html). With a schema at hand,
`resolve` replaces them by leaves that mean the same without it; what is left MAPPED or `Tokens` is full text.
"""

from __future__ import annotations

import math
from dataclasses import replace

from isorule.ir.axes import Case
from isorule.ir.matchers import Bound, Equals, InNetwork, Like, Matcher, Range, Tokens
from isorule.ir.predicates import EventCategory, Field, Predicate, Test
from isorule.ir.schema import FieldInfo, FieldSchema, FieldType
from isorule.ir.walk import Polarity, rewrite_leaves, rewrite_matchers


def resolve(predicate: Predicate, schema: FieldSchema) -> Predicate:
    """The predicate with every leaf that the schema can decide made explicit."""

    def leaf(test: Test, _polarity: Polarity) -> Predicate:
        subject = test.subject
        if not isinstance(subject, Field):
            return test
        known = subject.path in schema
        info = schema[schema.real_path(subject.path)]
        matcher = rewrite_matchers(test.matcher, lambda inner: _resolved(inner, info, known))
        return test if matcher is test.matcher else replace(test, matcher=matcher)

    return rewrite_leaves(predicate, leaf)


def resolve_category(predicate: Predicate, category_field: str) -> Predicate:
    """The predicate with the event category role replaced by the field that plays it."""

    def leaf(test: Test, _polarity: Polarity) -> Predicate:
        if isinstance(test.subject, EventCategory):
            return replace(test, subject=Field(category_field))
        return test

    return rewrite_leaves(predicate, leaf)


def _resolved(matcher: Matcher, info: FieldInfo, known: bool) -> Matcher:
    match matcher:
        case Tokens(text, _, span):
            return _resolved_tokens(matcher, info) if info.type is not FieldType.TEXT else matcher
        case Like(parts, Case.MAPPED, span) if info.type is not FieldType.TEXT:
            return Like(parts, _keyword_case(info), span)
        case Equals(str() as text, Case.MAPPED, span) if info.type is not FieldType.TEXT:
            return Equals(text, _keyword_case(info), span)
        case Equals(str() as text, Case.SENSITIVE, span) if info.folded:
            return Equals(text, Case.INSENSITIVE, span)
        case Like(parts, Case.SENSITIVE, span) if info.folded:
            return Like(parts, Case.INSENSITIVE, span)
        case Range(lower, upper) if not known or info.type in (FieldType.INTEGER, FieldType.DECIMAL):
            return _numeric_range(matcher, lower, upper)
        case _:
            return matcher


def _keyword_case(info: FieldInfo) -> Case:
    return Case.INSENSITIVE if info.folded else Case.SENSITIVE


def _resolved_tokens(matcher: Tokens, info: FieldInfo) -> Matcher:
    text, span = matcher.text, matcher.span
    match info.type:
        case FieldType.INTEGER | FieldType.DECIMAL:
            number = as_number(text)
            return Equals(text if number is None else number, Case.SENSITIVE, span)
        case FieldType.BOOLEAN if text in ("true", "false"):
            return Equals(text == "true", Case.SENSITIVE, span)
        case FieldType.IP if "/" in text:
            return InNetwork((text,), span)
        case FieldType.DATE | FieldType.DATE_NANOS:
            return matcher
        case _:
            return Equals(text, _keyword_case(info), span)


def _numeric_range(matcher: Range, lower: Bound | None, upper: Bound | None) -> Range:
    """A range whose bounds are texts that read as numbers, as a range of numbers; another range stays as it is.

    A field that the schema does not list may be numeric, and a rule that writes `>= 10` means numbers.
    """
    numbers = [as_number(bound.value) for bound in (lower, upper) if bound and isinstance(bound.value, str)]
    if not numbers or any(number is None for number in numbers):
        return matcher
    return replace(matcher, lower=_numeric_bound(lower), upper=_numeric_bound(upper))


def _numeric_bound(bound: Bound | None) -> Bound | None:
    if bound is None or not isinstance(bound.value, str):
        return bound
    number = as_number(bound.value)
    return bound if number is None else replace(bound, value=number)


def as_number(text: str) -> int | float | None:
    """The number that a text writes in decimal notation; None for any other text."""
    if not text or text.strip() != text or "_" in text:
        return None
    try:
        return int(text)
    except ValueError:
        pass
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
