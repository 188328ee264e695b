"""Shape: one conjunction and one list of values where the source, or another pass, left several.

Exact: nested conjunctions and disjunctions are flattened, and tests of one field that are alternatives become one test
with a list, as long as letter case is the same for all of its texts, so that the target can write it as one list.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from isorule.ir.axes import Case, Quantifier
from isorule.ir.matchers import Equals, Like, Matcher, OneOf, options_of
from isorule.ir.predicates import And, Const, Nested, Not, Or, Predicate, Test, conjunction, disjunction
from isorule.lowering.target import Lowering, Target


def lower_shape(predicate: Predicate, _target: Target) -> Lowering:
    """The predicate with as few levels and as few tests as say the same."""
    return Lowering(_shaped(predicate))


def _shaped(predicate: Predicate) -> Predicate:
    match predicate:
        case Const() | Test():
            return predicate
        case Not(term):
            inner = _shaped(term)
            return inner.term if isinstance(inner, Not) else replace(predicate, term=inner)
        case Nested(_, term):
            return replace(predicate, term=_shaped(term))
        case And(terms):
            return conjunction(_flat(terms, And), predicate.span)
        case Or(terms):
            return disjunction(_joined(_flat(terms, Or)), predicate.span)
        case _:
            assert_never(predicate)


def _flat(terms: tuple[Predicate, ...], shape: type[And] | type[Or]) -> tuple[Predicate, ...]:
    out: list[Predicate] = []
    for term in map(_shaped, terms):
        out.extend(term.terms if isinstance(term, shape) else (term,))
    return tuple(out)


def _joined(terms: tuple[Predicate, ...]) -> tuple[Predicate, ...]:
    """Alternatives with the lists of one field joined, at the place of the first."""
    out: list[Predicate] = []
    places: dict[object, int] = {}
    for term in terms:
        key = _list_key(term)
        if key is None:
            out.append(term)
        elif key in places:
            first = out[places[key]]
            assert isinstance(first, Test)
            assert isinstance(term, Test)
            options = dict.fromkeys((*options_of(first.matcher), *options_of(term.matcher)))
            out[places[key]] = replace(
                first, matcher=OneOf(tuple(options)) if len(options) > 1 else next(iter(options))
            )
        else:
            places[key] = len(out)
            out.append(term)
    return tuple(out)


def _list_key(term: Predicate) -> object | None:
    """What two tests must share to become one list; None for a test that stays alone."""
    if not isinstance(term, Test) or term.quantifier is not Quantifier.ANY:
        return None
    kinds = {_kind(option) for option in options_of(term.matcher)}
    return (term.subject, term.absent, kinds.pop()) if len(kinds) == 1 and None not in kinds else None


def _kind(matcher: Matcher) -> tuple[type[Matcher], Case] | None:
    """Matchers of one kind stand in one list in every target; wildcards without case may stand beside plain texts."""
    match matcher:
        case Equals(str(), Case.INSENSITIVE) | Like(_, Case.INSENSITIVE):
            return Like, Case.INSENSITIVE
        case Equals(str(), case):
            return Equals, case
        case Like(_, case):
            return Like, case
        case _:
            return None
