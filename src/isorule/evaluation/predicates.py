"""Predicates as functions of one event: true, false or null (Kleene).

`ir.core` states the same meaning as formulas; this module computes it on events, and shares no code with it.
"""

# ruff: noqa: SIM110  # these loops run for every event and rule, and a generator doubles their cost

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from isorule.evaluation.events import EventView, FieldReader, Fields
from isorule.evaluation.logic import Check, Compiled, conjunction, disjunction, negation
from isorule.evaluation.many_fields import ManyFields
from isorule.evaluation.matching import Kind, Lens, ValueTest, takes_any_value, value_check, value_tests
from isorule.evaluation.operands import OperandCompiler
from isorule.evaluation.references import Bound, bound_matcher, refers
from isorule.evaluation.values import Value
from isorule.ir.axes import Absent, Quantifier, Relation
from isorule.ir.losses import refusal
from isorule.ir.matchers import FieldRef, Present
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
from isorule.ir.schema import FieldInfo, FieldType

_Values = Callable[[EventView], tuple[Value, ...]]

DEEPEST = 200

_ANALYZED = FieldInfo(FieldType.TEXT)


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
        return self._compiled(predicate, 0, None).check

    def _compiled(self, predicate: Predicate, depth: int, inside: str | None) -> Compiled:
        if depth > DEEPEST:
            raise refusal("nested-too-deep", f"conditions are nested more than {DEEPEST} levels deep")
        match predicate:
            case Const(value):
                return Compiled(lambda _: value, value is not None)
            case Test():
                return self._test(predicate, inside)
            case Not(term):
                return negation(self._compiled(term, depth + 1, inside))
            case And(terms):
                return conjunction([self._compiled(term, depth + 1, inside) for term in terms])
            case Or(terms):
                return disjunction([self._compiled(term, depth + 1, inside) for term in terms])
            case Nested(path, term):
                return self._nested(path, self._compiled(term, depth + 1, path).check)
            case _:
                assert_never(predicate)

    def _nested(self, path: str, inner: Check) -> Compiled:
        reader = self._fields.reader(path)

        def check(view: EventView) -> bool:
            return any(inner(EventView({path: item})) is True for item in reader.objects(view.event))

        return Compiled(check, True)

    def _test(self, test: Test, inside: str | None) -> Compiled:
        subject = test.subject
        match subject:
            case EventCategory():
                return self._test(replace(test, subject=Field(self._category_field)), inside)
            case Field(path):
                return self._field_test(test, self._fields.seen_from(path, inside), inside)
            case Literal() | Call():
                return self._operand_test(test, subject, inside)
            case FieldGlob(pattern):
                return self._many_fields_test(test, pattern, inside)
            case AnyField():
                return self._many_fields_test(test, None, inside)
            case _:
                assert_never(subject)

    def _field_test(self, test: Test, reader: FieldReader, inside: str | None) -> Compiled:
        def values(view: EventView) -> tuple[Value, ...]:
            return view.values(reader)

        if isinstance(test.matcher, Present) and test.quantifier is not Quantifier.SOLE:
            return Compiled(self._presence(reader, inside), True)
        kind = Kind(reader.info, reader.known, self._now)
        if refers(test.matcher):
            return self._reference_test(test, values, kind, inside)
        if test.quantifier is not Quantifier.ANY:
            return _quantified(test, values, value_check(test.matcher, kind))
        if takes_any_value(test.matcher, reader.info):
            return _with_absence(test.absent, self._presence(reader, inside), values)
        parts = [_some_value(item, reader) for item in value_tests(test.matcher, kind)]
        found = parts[0] if len(parts) == 1 else _first_true(parts)
        return _with_absence(test.absent, found, values)

    def _presence(self, reader: FieldReader, inside: str | None) -> Callable[[EventView], bool]:
        """Whether a field has a value or, where an object stands at its path, some visible field below it has.

        Elasticsearch makes of `exists` on an object one on the fields below (`ExistsQueryBuilder.newFilter`), and of
        `*` alone as a wildcard an `exists` (`QueryStringQueryParser.getWildcardQuery`).
        """
        nesting, source = self._fields.nesting, reader.source
        if nesting.hides(source, inside):
            return lambda _: False
        if not reader.may_be_object:
            return lambda view: bool(view.values(reader))
        if not nesting.parts(source):
            return lambda view: bool(view.values(reader)) or reader.has_object(view.event)
        below = f"{source}."

        def sees(path: str) -> bool:
            return (path == source or path.startswith(below)) and not nesting.hides(path, inside)

        return lambda view: any(sees(path) for path, _ in view.leaves())

    def _operand_test(self, test: Test, subject: Literal | Call, inside: str | None) -> Compiled:
        operand = self._operands.operand(subject, inside)
        kind = Kind(FieldInfo(), True, self._now)

        def values(view: EventView) -> tuple[Value, ...]:
            return tuple(value for value in operand(view) if value is not None)

        if refers(test.matcher):
            return self._reference_test(test, values, kind, inside)
        return _quantified(test, values, value_check(test.matcher, kind))

    def _reference_test(self, test: Test, values: _Values, kind: Kind, inside: str | None) -> Compiled:
        matcher = test.matcher
        bind: Bound = bound_matcher(matcher, kind, self._fields, inside)
        other = self._fields.seen_from(matcher.path, inside) if isinstance(matcher, FieldRef) else None
        nulls_are_same = self._both_unknown(test)

        def check(view: EventView) -> bool | None:
            found = values(view)
            complete = other is None or bool(view.values(other))
            if nulls_are_same and not found and not complete:
                return True
            return _decided(test, found, bind(view), complete)

        return Compiled(check, _never_null(test))

    def _both_unknown(self, test: Test) -> bool:
        """Whether a test compares two optional fields that no mapping knows.

        Elasticsearch puts the literal null in their place, and `null == null` is true.
        """
        schema, subject, matcher = self._fields.schema, test.subject, test.matcher
        if not (schema.closed and isinstance(subject, Field) and subject.optional and isinstance(matcher, FieldRef)):
            return False
        return matcher.relation is Relation.EQUALS and subject.path not in schema and matcher.path not in schema

    def _many_fields_test(self, test: Test, pattern: str | None, inside: str | None) -> Compiled:
        """A test of all fields, or of those that a pattern names; of all fields some one always has a value."""
        everywhere = pattern is None
        if everywhere and test.quantifier is Quantifier.ANY and takes_any_value(test.matcher, _ANALYZED):
            return Compiled(lambda _: True, True)
        matcher = test.matcher
        alone = test.quantifier is not Quantifier.ANY
        many = ManyFields(self._fields, matcher, pattern, inside, self._now, alone=alone)
        other = self._fields.seen_from(matcher.path, inside) if isinstance(matcher, FieldRef) else None

        def check(view: EventView) -> bool | None:
            met = many.met(view)
            return _answer(test, met, bool(met) or everywhere, other is None or bool(view.values(other)))

        return Compiled(check, _never_null(test))


def _never_null(test: Test) -> bool:
    return test.absent is Absent.FALSE and test.quantifier is not Quantifier.SOLE


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
        case Lens.ALL_TEXTS:
            return lambda view: check(view.texts(reader))
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
    return Compiled(lambda view: found(view) or (False if values(view) else None), False)


def _quantified(test: Test, values: _Values, check: Callable[[Value], bool]) -> Compiled:
    def decide(view: EventView) -> bool | None:
        found = values(view)
        return _decided(test, found, check, True)

    return Compiled(decide, _never_null(test))


def _decided(test: Test, values: tuple[Value, ...], check: Callable[[Value], bool], complete: bool) -> bool | None:
    return _answer(test, list(map(check, values)), bool(values), complete)


def _answer(test: Test, met: list[bool], present: bool, complete: bool) -> bool | None:
    """What a test gives, from which of the values meet the matcher.

    `present` says whether the subject has a value, `complete` whether all other fields have that the matcher needs.
    """
    match test.quantifier:
        case Quantifier.SOLE:
            if len(met) != 1:
                return None
            answer = met[0]
        case Quantifier.ANY:
            answer = any(met)
        case Quantifier.ALL:
            answer = present and complete and all(met)
        case _:
            assert_never(test.quantifier)
    return None if test.absent is Absent.UNKNOWN and not (present and complete) else answer
