"""The condition that a log source stands for: written into a rule, and taken out of one that says it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from isorule.ir.axes import Absent, Case, Quantifier
from isorule.ir.matchers import Equals, Like, LikePart, Matcher, OneOf, Present, Wildcard, options_of
from isorule.ir.predicates import (
    And,
    Const,
    Field,
    Nested,
    Not,
    Or,
    Predicate,
    Test,
    conjunction,
    disjunction,
)
from isorule.mappings.parts import accepts, parts_of
from isorule.mappings.taxonomy import Fields, Layout


def requirement(layout: Layout) -> tuple[Predicate, ...]:
    """The conditions that an event of the layout's log source meets, to be asked together."""
    found = tuple(term for group in layout.requires for term in conjuncts(_alternatives(group)))
    return tuple(dict.fromkeys(found))


def _alternatives(group: tuple[Fields, ...]) -> Predicate:
    return disjunction(tuple(conjunction(tuple(_test(*item) for item in fields)) for fields in group))


def _test(path: str, values: tuple[str, ...]) -> Test:
    case = Case.INSENSITIVE if any("*" in value for value in values) else Case.SENSITIVE
    matchers = tuple(_matcher(value, case) for value in values)
    return Test(Field(path), matchers[0] if len(matchers) == 1 else OneOf(matchers))


def _matcher(value: str, case: Case) -> Matcher:
    if "*" not in value:
        return Equals(value, case)
    parts: list[LikePart] = []
    for index, text in enumerate(value.split("*")):
        if index:
            parts.append(Wildcard.RUN)
        if text:
            parts.append(text)
    return Like(tuple(parts), case)


def holds(term: Predicate, carried: Fields) -> bool | None:
    """Whether an event that carries these values meets a condition; None where it depends on other fields."""
    match term:
        case Const(value):
            return value
        case Not(inner):
            answer = holds(inner, carried)
            return None if answer is None else not answer
        case And(terms):
            return _all(holds(inner, carried) for inner in terms)
        case Or(terms):
            answer = _all(_negated(holds(inner, carried)) for inner in terms)
            return _negated(answer)
        case Test(Field(path), matcher, Quantifier.ANY, Absent.FALSE):
            values = dict(carried).get(path)
            return None if values is None else _meets(matcher, values)
        case Test() | Nested():
            return None
        case _:
            assert_never(term)


def _negated(answer: bool | None) -> bool | None:
    return None if answer is None else not answer


def _all(answers: Iterable[bool | None]) -> bool | None:
    found = list(answers)
    if False in found:
        return False
    return None if None in found else True


def _meets(matcher: Matcher, values: tuple[str, ...]) -> bool | None:
    if isinstance(matcher, Present):
        return True
    options = options_of(matcher)
    if any(accepts(option, value) for option in options for value in values):
        return True
    return False if all(parts_of(option) is not None for option in options) else None


def asks_for(where: Predicate, layout: Layout) -> bool:
    """Whether every event that a condition matches belongs to the layout's log source, as far as it says."""
    said = set(conjuncts(where))
    if all(said.issuperset(conjuncts(_alternatives(group))) for group in layout.requires):
        return True
    return all(any(_covered(where, fields) for fields in group) for group in layout.means)


def said_by_layout(term: Predicate, where: Predicate, layout: Layout) -> bool:
    """Whether a term of a condition is a part of how the condition asks for the layout's log source."""
    for group in layout.means:
        for fields in group:
            values = dict(fields)
            if fields_of(term) <= values.keys() and _covered(where, fields):
                return all(
                    bool(asked := required_texts(term, path)) and asked <= {value.lower() for value in values[path]}
                    for path in fields_of(term)
                )
    return False


def _covered(where: Predicate, fields: Fields) -> bool:
    for path, values in fields:
        asked = required_texts(where, path)
        if not asked or not asked <= {value.lower() for value in values}:
            return False
    return True


def required_texts(where: Predicate, path: str) -> frozenset[str]:
    """The texts of which a field must hold one for the condition to be true; empty where there is no such set."""
    for term in where.terms if isinstance(where, And) else (where,):
        match term:
            case Test(Field(found), matcher, Quantifier.ANY, Absent.FALSE) if found == path:
                texts = [option.value for option in options_of(matcher) if isinstance(option, Equals)]
                if len(texts) == len(options_of(matcher)):
                    return frozenset(str(text).lower() for text in texts)
            case And():
                values = required_texts(term, path)
                if values:
                    return values
            case _:
                continue
    return frozenset()


def conjuncts(where: Predicate) -> tuple[Predicate, ...]:
    """What must hold together, taken apart."""
    if not isinstance(where, And):
        return (where,)
    return tuple(term for inner in where.terms for term in conjuncts(inner))


def fields_of(term: Predicate) -> frozenset[str]:
    """The fields that a condition asks; a computed operand counts as a field without a name."""
    match term:
        case Test(Field(path)):
            return frozenset({path})
        case Test():
            return frozenset({""})
        case And(terms) | Or(terms):
            return frozenset().union(*map(fields_of, terms))
        case Not(inner) | Nested(_, inner):
            return fields_of(inner)
        case Const():
            return frozenset()
        case _:
            assert_never(term)
