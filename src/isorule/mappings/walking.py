"""Going over a condition whose fields get other names; the two directions say what becomes of each test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import assert_never

from isorule.diagnostics import Effect
from isorule.ir.analyzers import STANDARD, Analyzer
from isorule.ir.axes import Quantifier, Relation
from isorule.ir.losses import Loss, loss, refusal
from isorule.ir.matchers import Complement, Equals, FieldRef, Matcher, options_of
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
    Operand,
    Or,
    Predicate,
    Test,
    conjunction,
    disjunction,
)
from isorule.ir.schema import FieldSchema
from isorule.ir.walk import Polarity, rewrite_matchers
from isorule.mappings.ecs import ecs_schema
from isorule.mappings.parts import Remark, Translated, grouped, joined
from isorule.mappings.taxonomy import FieldRow, Layout
from isorule.source import Span


@dataclass(frozen=True, slots=True)
class Translation:
    """A translated condition and what that changes."""

    predicate: Predicate
    losses: tuple[Loss, ...] = ()


@dataclass(slots=True)
class Translator:
    """Goes over a condition; the two directions differ in what they make of a value test and of a bare name.

    `schema` gives the types of the fields on the side that is not Sigma's.
    """

    layout: Layout
    schema: FieldSchema = field(default_factory=ecs_schema)
    losses: dict[Loss, None] = field(default_factory=dict)

    def translated(self, predicate: Predicate) -> Translation:
        """The condition with the other names, and what that changes."""
        found = self.over(predicate, Polarity.POSITIVE)
        return Translation(found, tuple(self.losses))

    def analyzer(self, row: FieldRow) -> Analyzer:
        """What cuts the texts of a row's field into words on the side that is not Sigma's."""
        return self.schema[self.schema.real_path(row.paths[0])].analyzer if row.paths else STANDARD

    def over(self, predicate: Predicate, polarity: Polarity) -> Predicate:
        """A part of the condition with the other names."""
        match predicate:
            case Const():
                return predicate
            case Not(term):
                inner = self.over(term, polarity.flipped())
                return inner.term if isinstance(inner, Not) else Not(inner, predicate.span)
            case And(terms):
                return conjunction(_flat([self.over(term, polarity) for term in terms], And), predicate.span)
            case Or(terms):
                return disjunction(_flat([self.over(term, polarity) for term in terms], Or), predicate.span)
            case Nested():
                return self.nested(predicate, polarity)
            case Test():
                return self._test(predicate, polarity)
            case _:
                assert_never(predicate)

    def _test(self, test: Test, polarity: Polarity) -> Predicate:
        match test.subject:
            case Field(path):
                if _is_plain(test):
                    return self._leaf(test, path, polarity)
                accounts = self.account_reference(test, path, polarity)
                if accounts is not None:
                    return accounts
                return replace(test, subject=self.named(path, test.span), matcher=self._referring(test.matcher, test))
            case FieldGlob(pattern) if _is_plain(test) and self.layout.place(pattern) is not None:
                return self._leaf(test, pattern, polarity)
            case FieldGlob(pattern):
                message = f"the fields {pattern} of one taxonomy are not fields of one pattern in the other"
                raise refusal("field-wildcard", message, span=test.span)
            case Call():
                subject = self.operand(test.subject, test)
                assert not isinstance(subject, Literal)
                return _lifted(replace(test, subject=subject, matcher=self._referring(test.matcher, test)))
            case AnyField() | EventCategory() | Literal():
                return test
            case _:
                assert_never(test.subject)

    def nested(self, nested: Nested, _polarity: Polarity) -> Predicate:
        """What is asked of objects one by one."""
        message = f"the objects under {nested.path} are asked one by one, which no table of fields says"
        raise refusal("nested-fields", message, span=nested.span)

    def account_reference(self, _test: Test, _path: str, _polarity: Polarity) -> Predicate | None:
        """A comparison of two fields of which one is kept in two parts; None where none is."""
        return None

    def _call(self, call: Call, test: Test) -> Call:
        return replace(call, arguments=tuple(self.operand(argument, test) for argument in call.arguments))

    def operand(self, operand: Operand, test: Test) -> Operand:
        """An operand of a function with the other names."""
        match operand:
            case Field(path):
                return self.named(path, test.span)
            case Call():
                return self._call(operand, test)
            case _:
                return operand

    def _referring(self, matcher: Matcher, test: Test) -> Matcher:
        return rewrite_matchers(
            matcher,
            lambda inner: (
                replace(inner, path=self.named(inner.path, test.span).path) if isinstance(inner, FieldRef) else inner
            ),
        )

    def named(self, path: str, span: Span | None = None) -> Field:
        """The field that holds the same whole value under another name."""
        name = self.name(path)
        if name is None:
            message = f"{path} is kept in another form, and the condition compares it with more than a value"
            raise refusal("field-in-another-form", message, span=span)
        return Field(name)

    def key(self, path: str) -> str:
        """The field that tells values apart as this one does, also where they are spelled in another way."""
        return self.named(path).path

    def name(self, path: str) -> str | None:
        """The field that holds the same whole value; None where no one field does."""
        raise NotImplementedError

    def _leaf(self, test: Test, path: str, polarity: Polarity) -> Predicate:
        translate = self.value(path, polarity, test)
        options = options_of(test.matcher)
        found = joined([translate(option) for option in options])
        empty = self.empty(test, path, found, polarity)
        for remark in found.remarks:
            self.declare(remark, polarity, test.span)
        terms = [
            conjunction(tuple(self.leaf(replace(test, matcher=matcher), path, to) for to, matcher in alternative))
            for alternative in grouped(found)
        ]
        return disjunction((*terms, *empty), test.span)

    def leaf(self, test: Test, _path: str, to: str) -> Predicate:
        """A test that was one of the path, asked of a field of the other side."""
        return replace(test, subject=FieldGlob(to) if "*" in to else Field(to))

    def empty(self, _test: Test, _path: str, _found: Translated, _polarity: Polarity) -> tuple[Predicate, ...]:
        """What asks for an empty value besides, where the other side has no field for one."""
        return ()

    def value(self, path: str, polarity: Polarity, test: Test) -> Callable[[Matcher], Translated]:
        """What makes of a test on a value of the field the tests of the other side."""
        raise NotImplementedError

    def declare(self, remark: Remark, polarity: Polarity, span: Span | None) -> None:
        """Note what a translation changes, with its effect on the whole condition."""
        effect = remark.effect if polarity is Polarity.POSITIVE else remark.effect.under_negation()
        self.losses[loss(remark.name, effect, remark.message, span=span)] = None


def _lifted(test: Test) -> Test:
    """A comparison of the beginnings of two fields, as the leaf that says it."""
    match test:
        case Test(Call("startsWith", (Field() as first, Field(second)), case), Equals(True)):
            return replace(test, subject=first, matcher=FieldRef(second, Relation.STARTSWITH, case))
        case _:
            return test


def _flat(terms: list[Predicate], shape: type[And] | type[Or]) -> tuple[Predicate, ...]:
    """The terms with those of the same shape taken apart, each once."""
    out: dict[Predicate, None] = {}
    for term in terms:
        out |= dict.fromkeys(term.terms if isinstance(term, shape) else (term,))
    return tuple(out)


def _is_plain(test: Test) -> bool:
    """Whether a test asks some value for a text, a number or a network: what the tables know to translate."""
    if test.quantifier is not Quantifier.ANY:
        return False
    return not any(isinstance(option, FieldRef | Complement) for option in options_of(test.matcher))


def unconfirmed_field(path: str, to: str, reason: str) -> Remark:
    """The remark for a field of which the tables do not know for certain that it holds what another one does."""
    return Remark("field-unconfirmed", Effect.COSMETIC, f"it is not confirmed that {to} is {path}: {reason}")


def unknown_field(path: str) -> Remark:
    """The remark for a field that the other taxonomy has no name for: events there do not have it, so no test holds."""
    message = f"the other taxonomy has no name for {path}, which is kept"
    return Remark("field-unmapped", Effect.NARROWS, message)
