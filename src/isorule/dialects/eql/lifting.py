"""A condition where a value stands (`null == (x > 1)`, `string(a and b)`), as a call that computes it."""

from __future__ import annotations

from typing import assert_never

from isorule.dialects.eql.literals import wildcard_pattern
from isorule.ir.axes import Case, Relation
from isorule.ir.matchers import (
    Equals,
    FieldRef,
    InNetwork,
    Like,
    Matcher,
    Present,
    Range,
    Regex,
    Wildcard,
)
from isorule.ir.predicates import (
    And,
    AnyField,
    Call,
    Const,
    FieldGlob,
    Literal,
    Nested,
    Not,
    Operand,
    Or,
    Predicate,
    Test,
)
from isorule.ir.predicates import Field as FieldNode

RELATION_FUNCTIONS = {
    Relation.EQUALS: "eq",
    Relation.STARTSWITH: "startsWith",
    Relation.ENDSWITH: "endsWith",
    Relation.CONTAINS: "stringContains",
}


def lifted(predicate: Predicate) -> Operand:
    """The call that computes a condition of an EQL query."""
    match predicate:
        case Const(value):
            return Literal(value)
        case Not(Test(subject, Present())):
            return Call("isNull", (_operand(subject),))
        case Not(term):
            return Call("not", (lifted(term),))
        case And(terms):
            return Call("and", tuple(map(lifted, terms)))
        case Or(terms):
            return Call("or", tuple(map(lifted, terms)))
        case Test(Call() as call, Equals(True)):
            return call
        case Test(subject, matcher):
            return _test(_operand(subject), matcher)
        case Nested():
            raise _foreign(predicate)
        case _:
            assert_never(predicate)


def _operand(subject: object) -> Operand:
    if isinstance(subject, AnyField | FieldGlob):
        raise _foreign(subject)
    return subject  # type: ignore[return-value]  # the union of subjects without the two above


def _test(subject: Operand, matcher: Matcher) -> Operand:
    match matcher:
        case Present():
            return Call("isNotNull", (subject,))
        case Equals(value, case):
            return Call("eq", (subject, Literal(value)), case)
        case Like(case=case):
            function, text = like_call(matcher)
            return Call(function, (subject, Literal(text)), case)
        case Regex(pattern=pattern, case=case):
            return Call("regex", (subject, Literal(pattern)), case)
        case Range(lower, upper):
            return _bounds(subject, lower, upper)
        case InNetwork(blocks):
            return Call("cidrMatch", (subject, *map(Literal, blocks)))
        case FieldRef(path, relation, case):
            return Call(RELATION_FUNCTIONS[relation], (subject, FieldNode(path)), case)
        case _:
            return _options(subject, matcher)
