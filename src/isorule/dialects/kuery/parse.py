"""kuery text to a detection.

The language is that of Kibana (public grammar: `kbn-es-query/src/kuery/grammar/grammar.peggy`, meaning: `functions/`
beside it, both in github.com/elastic/kibana; manual: https://www.elastic.co/docs/reference/query-languages/kql). Tests
are two-valued and hold if any value meets them; letter case and full text are as the field is mapped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from isorule.dialects.kuery.errors import syntax_error
from isorule.dialects.kuery.leaves import field_subject, is_match_all, nested_path, range_matcher, value_matcher
from isorule.dialects.kuery.literals import Literal
from isorule.dialects.kuery.reader import Reader
from isorule.ir.detections import Match
from isorule.ir.matchers import OneOf, options_of
from isorule.ir.predicates import And, AnyField, Const, Nested, Not, Or, Predicate, Test
from isorule.source import Span

_Operand = Callable[[], Predicate]
_Union = Callable[[list[Predicate], Span], Predicate]


def parse(text: str) -> Match:
    """The detection that a kuery query states; spans count code points of `text`.

    A query of nothing but white space matches every event. Raises `ParseError` for what Kibana refuses, and for a few
    queries that it takes but that mean nothing (see `errors.CODES`).
    """
    reader = Reader(text)
    reader.blanks()
    if reader.at_end:
        return Match(Const(True, Span(0, 0)))
    where = _query(reader, partial(_operand, reader, ""), _disjunction)
    reader.blanks()
    if not reader.at_end:
        reader.fail_after_operand()
    return Match(where)


def _query(reader: Reader, operand: _Operand, union: _Union) -> Predicate:
    """Operands joined by `and`, which binds tighter, and `or`; `union` makes one of alternatives."""
    whole = reader.at
    alternatives: list[Predicate] = []
    while True:
        start = reader.at
        terms = [operand()]
        while reader.connective("and"):
            terms.append(operand())
        alternatives.append(_conjunction(terms, Span(start, reader.end)))
        if not reader.connective("or"):
            return union(alternatives, Span(whole, reader.end))


def _conjunction(terms: list[Predicate], span: Span) -> Predicate:
    if len(terms) == 1:
        return terms[0]
    return And(tuple(inner for term in terms for inner in (term.terms if isinstance(term, And) else (term,))), span)


def _disjunction(terms: list[Predicate], span: Span) -> Predicate:
    if len(terms) == 1:
        return terms[0]
    return Or(tuple(inner for term in terms for inner in (term.terms if isinstance(term, Or) else (term,))), span)


def _operand(reader: Reader, path: str) -> Predicate:
    """One operand of `and` and `or`, inside the nested object at `path`: negated or not, in parentheses or not."""
    start = reader.at
    negated = reader.negation()
    if reader.next == "(":
        opening = reader.open()
        found = _query(reader, partial(_operand, reader, path), _disjunction)
        reader.close(opening)
    else:
        found = _expression(reader, path)
    return Not(found, Span(start, reader.end)) if negated else found


def _expression(reader: Reader, path: str) -> Predicate:
    """A test of a field, a nested query, or free text."""
    before = (max(reader.end - 1, 0), reader.end)
    start = reader.at
    first = reader.literal()
    if first is None:
        reader.fail_before_operand("a query", before)
    after = reader.at
    reader.blanks()
    colon = (reader.at, reader.at + 1)
    if reader.character(":"):
        reader.blanks()
        if reader.next == "{":
            return _nested(reader, first, path)
        return _values(reader, first, path, colon)
    if operator := reader.range_operator():
        return _range(reader, first, operator, path)
    reader.at = after
    return _free_text(first, path, Span(start, reader.end))


def _nested(reader: Reader, first: Literal, path: str) -> Predicate:
    inner = nested_path(first, path)
    opening = reader.open()
    term = _query(reader, partial(_operand, reader, inner), _disjunction)
    reader.close(opening)
    return Nested(inner, term, Span(first.span.start, reader.end))


def _range(reader: Reader, first: Literal, operator: str, path: str) -> Predicate:
    place = (reader.at - len(operator), reader.at)
    reader.blanks()
    bound = reader.literal()
    if bound is None:
        reader.fail_before_operand("a value", place)
    subject = field_subject(first, path)
    return Test(subject, range_matcher(operator, bound), span=Span(first.span.start, reader.end))


def _free_text(value: Literal, path: str, span: Span) -> Predicate:
    if path:
        message = f"free text cannot stand inside {path}:{{ … }}"
        raise syntax_error("free-text-in-nested", message, *value.span, hint="name a field of the nested object")
    return Test(AnyField(), value_matcher(value), span=span)


def _values(reader: Reader, first: Literal, path: str, colon: tuple[int, int]) -> Predicate:
    """A value, or values in parentheses; what stands in them is asked of the one field."""

    def leaf(value: Literal) -> Predicate:
        if is_match_all(first, value):
            return Const(True, Span(first.span.start, value.span.end))
        return Test(subject, value_matcher(value), span=value.span)

    subject = field_subject(first, path)
    found = _value(reader, leaf, colon)
    return replace(found, span=Span(first.span.start, reader.end))


def _value(reader: Reader, leaf: Callable[[Literal], Predicate], before: tuple[int, int]) -> Predicate:
    """A value, or values in parentheses; `before` is the span of the token before."""
    if reader.next == "(":
        opening = reader.open()
        found = _query(reader, partial(_list_operand, reader, leaf), _alternatives)
        reader.close(opening)
        return found
    literal = reader.literal()
    if literal is None:
        reader.fail_before_operand("a value", before)
    return leaf(literal)


def _list_operand(reader: Reader, leaf: Callable[[Literal], Predicate]) -> Predicate:
    before = (max(reader.end - 1, 0), reader.end)
    start = reader.at
    negated = reader.negation()
    found = _value(reader, leaf, before)
    return Not(found, Span(start, reader.end)) if negated else found


def _alternatives(terms: list[Predicate], span: Span) -> Predicate:
    """Alternatives of one field: one test where each of them is a plain value."""
    if len(terms) == 1:
        return terms[0]
    tests = [term for term in terms if isinstance(term, Test)]
    if len(tests) < len(terms):
        return _disjunction(terms, span)
    options = tuple(option for test in tests for option in options_of(test.matcher))
    return Test(tests[0].subject, OneOf(options, span), span=span)
