"""A condition where a value stands (`null == (x > 1)`, `string(a and b)`), as the call that computes it.

Takes what the EQL parser makes of a condition; the nodes that no EQL query has are a fault of the caller.
"""

from __future__ import annotations

from isorule.dialects.eql.literals import regex_pattern, wildcard_pattern
from isorule.dialects.eql.signatures import kind_of
from isorule.ir.axes import Case, Relation
from isorule.ir.functions import Kind
from isorule.ir.matchers import (
    Equals,
    FieldRef,
    InNetwork,
    Like,
    LikePart,
    Matcher,
    OneOf,
    Present,
    Range,
    Regex,
)
from isorule.ir.predicates import (
    And,
    AnyField,
    Call,
    Const,
    Field,
    FieldGlob,
    Literal,
    Nested,
    Not,
    Operand,
    Or,
    Predicate,
    Test,
)

RELATION_FUNCTIONS = {
    Relation.EQUALS: "eq",
    Relation.STARTSWITH: "startsWith",
    Relation.ENDSWITH: "endsWith",
    Relation.CONTAINS: "stringContains",
}


def lifted(predicate: Predicate) -> Operand:
    """The call that computes a condition."""
    match predicate:
        case Const(value):
            return Literal(value)
        case Not(Test(subject, Present())) if not isinstance(subject, AnyField | FieldGlob):
            return Call("isNull", (subject,))
        case Not(term):
            return Call("not", (lifted(term),))
        case And(terms):
            return Call("and", tuple(map(lifted, terms)))
        case Or(terms):
            return Call("or", tuple(map(lifted, terms)))
        case Test(Call(function) as call, Equals(True)) if kind_of(function) is Kind.BOOLEAN:
            return call
        case Test(subject, matcher) if not isinstance(subject, AnyField | FieldGlob):
            return _test(subject, matcher)
        case Test() | Nested():
            raise _foreign(predicate)


def _test(subject: Operand, matcher: Matcher) -> Call:
    match matcher:
        case Present():
            return Call("isNotNull", (subject,))
        case Equals(value, case):
            return Call("eq", (subject, Literal(value)), case)
        case Like(parts, case):
            function, text = _like(parts)
            return Call(function, (subject, Literal(text)), case)
        case Regex(pattern=pattern, case=case):
            return Call("regex", (subject, Literal(pattern)), case)
        case Range(lower, None) if lower is not None:
            return Call("gte" if lower.inclusive else "gt", (subject, Literal(lower.value)))
        case Range(None, upper) if upper is not None:
            return Call("lte" if upper.inclusive else "lt", (subject, Literal(upper.value)))
        case InNetwork(blocks):
            return Call("cidrMatch", (subject, *map(Literal, blocks)))
        case FieldRef(path, relation, case):
            return Call(RELATION_FUNCTIONS[relation], (subject, Field(path)), case)
        case OneOf(options):
            return _options(subject, options)
        case _:
            raise _foreign(matcher)


def _like(parts: tuple[LikePart, ...]) -> tuple[str, str]:
    """The function and its pattern for a wildcard matcher; where `like` cannot write it, a regular expression does."""
    pattern = wildcard_pattern(parts)
    return ("regex", regex_pattern(parts)) if pattern is None else ("like", pattern)


def _options(subject: Operand, options: tuple[Matcher, ...]) -> Call:
    """The call for a list of alternatives, which all come from one operator."""
    literals: list[Literal] = []
    function, folding = "in", Case.SENSITIVE
    for option in options:
        match option:
            case Equals(value, case):
                literals.append(Literal(value))
            case Like(parts, case):
                function = "like"
                literals.append(Literal(wildcard_pattern(parts)))
            case Regex(pattern=pattern, case=case):
                function = "regex"
                literals.append(Literal(pattern))
            case _:
                raise _foreign(option)
        folding = case
    return Call(function, (subject, *literals), folding)


def _foreign(node: object) -> AssertionError:
    return AssertionError(f"no EQL query has {node!r}")
