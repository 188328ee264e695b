"""Predicates as formulas over Sigma items, with negations where a rule author would put them.

A disjunction under `not` becomes several negations (each is a filter of its own), a conjunction under `not` stays one
filter, and items that differ in their values only are one item with a list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, assert_never

from isorule.dialects.sigma.items import Item, absent, items
from isorule.ir.losses import refusal
from isorule.ir.predicates import And, Const, Nested, Not, Or, Predicate, Test

MAX_DEPTH: Final = 100
"""Deeper conditions are nothing that a reader could follow."""


@dataclass(frozen=True, slots=True)
class Truth:
    """All events, or none."""

    value: bool


@dataclass(frozen=True, slots=True)
class Every:
    """All of the terms; two at least, none of them an `Every`."""

    terms: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """One of the terms; two at least, none of them a `Some`."""

    terms: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Never:
    """Not the term, which is an `Item` or an `Every`."""

    term: Formula


Formula = Truth | Item | Every | Some | Never


def formula(predicate: Predicate) -> Formula:
    """The formula of a predicate; both hold for the same events.

    Raises UnsupportedError for what Sigma cannot say.
    """
    return _formula(predicate, 0)


def _formula(predicate: Predicate, depth: int) -> Formula:
    if depth > MAX_DEPTH:
        raise refusal("nested-too-deep", f"conditions nest deeper than {MAX_DEPTH} levels", span=predicate.span)
    match predicate:
        case Const(value):
            if value is None:
                raise refusal("constant-null", "Sigma has no third truth value", span=predicate.span)
            return Truth(value)
        case Not(Test() as test) if (item := absent(test)) is not None:
            return item
        case Not(term):
            return negated(_formula(term, depth + 1))
        case And(terms):
            return every([_formula(term, depth + 1) for term in terms])
        case Or(terms):
            return some([_formula(term, depth + 1) for term in terms])
        case Nested(path):
            raise refusal("nested", f"Sigma does not look at single objects under {path!r}", span=predicate.span)
        case Test():
            return some([*items(predicate)])
        case _:
            assert_never(predicate)


def every(terms: list[Formula]) -> Formula:
    """All of the terms, flattened, each once."""
    found: dict[Formula, None] = {}
    for term in terms:
        match term:
            case Truth(value):
                if not value:
                    return term
            case Every(inner):
                found.update(dict.fromkeys(inner))
            case _:
                found[term] = None
    return Every(tuple(found)) if len(found) > 1 else next(iter(found), Truth(True))


def some(terms: list[Formula]) -> Formula:
    """One of the terms, flattened, each once; lists of values for the same key are joined."""
    found: dict[Formula | tuple[str | None, tuple[str, ...]], Formula] = {}
    for term in terms:
        for part in term.terms if isinstance(term, Some) else (term,):
            match part:
                case Truth(value):
                    if value:
                        return part
                case Item(field, modifiers) if not part.every and not part.is_null:
                    previous = found.get((field, modifiers))
                    found[field, modifiers] = _joined(previous, part) if isinstance(previous, Item) else part
                case _:
                    found[part] = part
    parts = tuple(found.values())
    return Some(parts) if len(parts) > 1 else parts[0] if parts else Truth(False)


def _joined(one: Item, other: Item) -> Item:
    values = {(type(value), value): value for value in (*one.values, *other.values)}
    return Item(one.field, one.modifiers, tuple(values.values()))


def negated(term: Formula) -> Formula:
    """The formula that holds where the term does not."""
    match term:
        case Truth(value):
            return Truth(not value)
        case Never(inner):
            return inner
        case Item():
            return term.opposite() or Never(term)
        case Some(terms):
            return every([negated(inner) for inner in terms])
        case Every(terms):
            if all(isinstance(inner, Never) for inner in terms):
                return some([negated(inner) for inner in terms])
            return Never(term)
        case _:
            assert_never(term)
