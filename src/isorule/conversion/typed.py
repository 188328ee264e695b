"""Literals of the type that a field has."""

from __future__ import annotations

from dataclasses import replace

from isorule.ir.matchers import Equals, Matcher
from isorule.ir.predicates import Field, Predicate, Test
from isorule.ir.resolve import as_number
from isorule.ir.schema import FieldSchema, FieldType
from isorule.ir.walk import Polarity, rewrite_leaves, rewrite_matchers


def typed(where: Predicate, schema: FieldSchema) -> Predicate:
    """The condition with texts of Booleans and numbers as such, where the field has no texts.

    Sigma's fields have no types, so its rules write either; EQL takes no text for a field of another type
    (https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax).
    """

    def leaf(test: Test, _polarity: Polarity) -> Predicate:
        if not isinstance(test.subject, Field):
            return test
        kind = schema.type_of(test.subject.path)
        matcher = rewrite_matchers(test.matcher, lambda inner: _literal(inner, kind))
        return test if matcher is test.matcher else replace(test, matcher=matcher)

    return rewrite_leaves(where, leaf)


def _literal(matcher: Matcher, kind: FieldType) -> Matcher:
    match matcher, kind:
        case Equals(str() as text, span=span), FieldType.BOOLEAN if text.lower() in ("true", "false"):
            return Equals(text.lower() == "true", span=span)
        case Equals(str() as text, span=span), FieldType.INTEGER | FieldType.DECIMAL:
            number = as_number(text)
            return matcher if number is None or str(number) != text else Equals(number, span=span)
        case _:
            return matcher
