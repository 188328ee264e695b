"""Predicates as functions of one event: true, false or null (Kleene).

`ir.core` states the same meaning as formulas; this module computes it on events, and shares no code with it.
"""

# ruff: noqa: SIM110  # these loops run for every event and rule, and a generator doubles their cost

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from isorule.evaluation.events import EventView, FieldReader, Fields
from isorule.evaluation.logic import Check, Compiled, conjunction, disjunction, negation
from isorule.evaluation.matching import Kind, Lens, ValueTest, value_check, value_tests
from isorule.evaluation.operands import OperandCompiler
from isorule.evaluation.references import Bound, bound_matcher, refers
from isorule.evaluation.values import Value, coercion
from isorule.evaluation.wildcards import pattern as wildcard_pattern
from isorule.ir.axes import Absent, Quantifier, Relation
from isorule.ir.losses import refusal
from isorule.ir.matchers import FieldRef, Present, Wildcard
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
from isorule.ir.schema import FieldInfo

_Values = Callable[[EventView], tuple[Value, ...]]

DEEPEST = 200


class PredicateCompiler:
    """Makes checks of predicates that share what they look up in an event.

    `now` is the moment that date math counts from, in nanoseconds since 1970.
    """

    def __init__(self, fields: Fields, category_field: str, now: int) -> None:
        self._fields = fields
        self._category_field = category_field
        self._now = now
        self._operands = OperandCompiler(fields, category_field)

    def check(self, predicate: Predicate) -> Check:
        """The predicate as a function of an event.

        Raises `UnsupportedError` for what cannot be evaluated: an unresolved placeholder, a malformed network block or
        date, an expression that `isorule.ir.regex` refuses, nesting deeper than 200 levels.
        """
        return self._compiled(predicate, 0).check

    def _compiled(self, predicate: Predicate, depth: int) -> Compiled:
        if depth > DEEPEST:
            raise refusal("nested-too-deep", f"conditions are nested more than {DEEPEST} levels deep")
        match predicate:
            case Const(value):
                return Compiled(lambda _: value, value is not None)
            case Test():
                return self._test(predicate)
            case Not(term):
                return negation(self._compiled(term, depth + 1))
            case And(terms):
                return conjunction([self._compiled(term, depth + 1) for term in terms])
            case Or(terms):
                return disjunction([self._compiled(term, depth + 1) for term in terms])
            case Nested(path, term):
                return self._nested(path, self._compiled(term, depth + 1).check)
            case _:
                assert_never(predicate)

    def _nested(self, path: str, inner: Check) -> Compiled:
        reader = self._fields.reader(path)

        def check(view: EventView) -> bool:
            return any(inner(EventView({path: item})) is True for item in reader.objects(view.event))

        return Compiled(check, True)

    def _test(self, test: Test) -> Compiled:
        subject = test.subject
        match subject:
            case EventCategory():
                return self._test(replace(test, subject=Field(self._category_field)))
            case Field(path):
                return self._field_test(test, self._fields.reader(path))
            case Literal() | Call():
                return self._operand_test(test, subject)
            case FieldGlob(pattern):
                return self._leaf_test(test, _path_check(pattern))
            case AnyField():
                return self._leaf_test(test, None)
            case _:
                assert_never(subject)

    def _field_test(self, test: Test, reader: FieldReader) -> Compiled:
        def values(view: EventView) -> tuple[Value, ...]:
            return view.values(reader)

        if isinstance(test.matcher, Present) and test.quantifier is not Quantifier.SOLE:
            return _presence(reader)
        kind = Kind(reader.info, reader.known, self._now)
        if refers(test.matcher):
            return self._reference_test(test, values, kind)
        if test.quantifier is not Quantifier.ANY:
            return _quantified(test, values, value_check(test.matcher, kind))
        parts = [_some_value(item, reader) for item in value_tests(test.matcher, kind)]
        found = parts[0] if len(parts) == 1 else _first_true(parts)
        return _with_absence(test.absent, found, values)

    def _operand_test(self, test: Test, subject: Literal | Call) -> Compiled:
        operand = self._operands.operand(subject)
        kind = Kind(FieldInfo(), True, self._now)

        def values(view: EventView) -> tuple[Value, ...]:
            return tuple(value for value in operand(view) if value is not None)

        if refers(test.matcher):
            return self._reference_test(test, values, kind)
        return _quantified(test, values, value_check(test.matcher, kind))

    def _reference_test(self, test: Test, values: _Values, kind: Kind) -> Compiled:
        bind: Bound = bound_matcher(test.matcher, kind, self._fields)
        other = self._fields.reader(test.matcher.path) if isinstance(test.matcher, FieldRef) else None
        nulls_are_same = self._both_unknown(test)

        def check(view: EventView) -> bool | None:
            found = values(view)
            present = bool(found) and (other is None or bool(view.values(other)))
            if nulls_are_same and not found and other is not None and not view.values(other):
                return True
            return _decided(test, found, bind(view), present)

        return Compiled(check, _never_null(test))

    def _both_unknown(self, test: Test) -> bool:
        """Whether a test compares two optional fields that no mapping knows.

        Elasticsearch puts the literal null in their place, and `null == null` is true.
        """
        schema, subject, matcher = self._fields.schema, test.subject, test.matcher
        if not (schema.closed and isinstance(subject, Field) and subject.optional and isinstance(matcher, FieldRef)):
            return False
        return matcher.relation is Relation.EQUALS and subject.path not in schema and matcher.path not in schema

    def _leaf_test(self, test: Test, wanted: Callable[[str], bool] | None) -> Compiled:
        """A test of many fields, whose values count together and are each read as the type of their own field."""
        fields, schema = self._fields, self._fields.schema
        matcher, now = test.matcher, self._now
        checks: dict[tuple[FieldInfo, bool], Bound] = {}

        def check_for(path: str) -> Bound:
            key = (schema[path], path in schema)
            found = checks.get(key)
            if found is None:
                found = checks[key] = bound_matcher(matcher, Kind(key[0], key[1], now), fields)
            return found

        other = fields.reader(matcher.path) if isinstance(matcher, FieldRef) else None

        if not refers(matcher):  # what cannot be evaluated is refused now, not at the first event
            value_check(matcher, Kind(FieldInfo(), True, now))

        def check(view: EventView) -> bool | None:
            met: list[bool] = []
            for path, raw in view.leaves():
                for name in (path, *fields.multi_fields(path)) if wanted is not None else (path,):
                    if wanted is not None and not wanted(name):
                        continue
                    coerce = coercion(schema[name])
                    value = raw if coerce is None else coerce(raw)
                    if value is not None:
                        met.append(check_for(name)(view)(value))
            return _answer(test, met, bool(met) and (other is None or bool(view.values(other))))

        return Compiled(check, _never_null(test))


def _path_check(pattern: str) -> Callable[[str], bool]:
    """Paths that match a pattern in which only `*` is a wildcard, and stands for dots, too."""
    check = wildcard_pattern(tuple(Wildcard.RUN if part == "*" else part for part in re.split(r"(\*)", pattern)), False)
    return check.check


def _never_null(test: Test) -> bool:
    return test.absent is Absent.FALSE and test.quantifier is not Quantifier.SOLE


def _presence(reader: FieldReader) -> Compiled:
    if reader.may_be_object:
        return Compiled(lambda view: bool(view.values(reader)) or reader.has_object(view.event), True)
    return Compiled(lambda view: bool(view.values(reader)), True)


def _some_value(test: ValueTest, reader: FieldReader) -> Callable[[EventView], bool]:
    """Whether some value of a field passes, each lens looked up once for an event."""
    check = test.check
    match test.lens:
        case Lens.VALUE:

            def typed(view: EventView) -> bool:
                for value in view.values(reader):
                    if check(value):
                        return True
                return False

            return typed
        case Lens.TEXT:

            def textual(view: EventView) -> bool:
                for text in view.texts(reader):
                    if check(text):
                        return True
                return False

            return textual
        case Lens.FOLDED:

            def folded(view: EventView) -> bool:
                for text in view.folded(reader):
                    if check(text):
                        return True
                return False

            return folded
        case _:
            assert_never(test.lens)


def _first_true(parts: list[Callable[[EventView], bool]]) -> Callable[[EventView], bool]:
    def check(view: EventView) -> bool:
        for part in parts:
            if part(view):
                return True
        return False

    return check


def _with_absence(absent: Absent, found: Callable[[EventView], bool], values: _Values) -> Compiled:
    if absent is Absent.FALSE:
        return Compiled(found, True)
    return Compiled(lambda view: found(view) if values(view) else None, False)


def _quantified(test: Test, values: _Values, check: Callable[[Value], bool]) -> Compiled:
    def decide(view: EventView) -> bool | None:
        found = values(view)
        return _decided(test, found, check, bool(found))

    return Compiled(decide, _never_null(test))


def _decided(test: Test, values: tuple[Value, ...], check: Callable[[Value], bool], present: bool) -> bool | None:
    return _answer(test, list(map(check, values)), present)


def _answer(test: Test, met: list[bool], present: bool) -> bool | None:
    """What a test gives, from which of the values meet the matcher; `present` where every needed field has a value."""
    match test.quantifier:
        case Quantifier.SOLE:
            if len(met) != 1:
                return None
            answer = met[0]
        case Quantifier.ANY:
            answer = any(met)
        case Quantifier.ALL:
            answer = bool(met) and all(met)
        case _:
            assert_never(test.quantifier)
    return None if test.absent is Absent.UNKNOWN and not present else answer
