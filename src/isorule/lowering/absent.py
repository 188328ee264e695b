"""Fields without a value: from null to false, and back.

A leaf that is null on an absent field differs from one that is false there only under a negation: `not null` is null
and does not match. So it is exactly the false kind with the presence of its operands asked for where it is negated.
A nested term is true of some object or false, never null, so a negation outside of it does not reach its leaves.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from isorule.ir.axes import Absent
from isorule.ir.matchers import FieldRef, Present
from isorule.ir.predicates import And, Const, Field, Nested, Not, Or, Predicate, Subject, Test
from isorule.ir.walk import Polarity
from isorule.lowering.target import Lowering, Target


def lower_absent(predicate: Predicate, target: Target) -> Lowering:
    """Every leaf with the kind of absence that the target has for it; the same events match."""
    if all(absent in target.capabilities.absents for absent in Absent):
        return Lowering(predicate)
    return Lowering(_lowered(predicate, target, Polarity.POSITIVE))


def _lowered(predicate: Predicate, target: Target, polarity: Polarity) -> Predicate:
    match predicate:
        case Const():
            return predicate
        case Test():
            return _leaf(predicate, target, polarity)
        case Not(term):
            inner = _lowered(term, target, polarity.flipped())
            return predicate if inner is term else replace(predicate, term=inner)
        case Nested(_, term):
            inner = _lowered(term, target, Polarity.POSITIVE)
            return predicate if inner is term else replace(predicate, term=inner)
        case And(terms) | Or(terms):
            found = tuple(_lowered(term, target, polarity) for term in terms)
            changed = any(new is not old for new, old in zip(found, terms, strict=True))
            return replace(predicate, terms=found) if changed else predicate
        case _:
            assert_never(predicate)


def _leaf(test: Test, target: Target, polarity: Polarity) -> Predicate:
    wanted = _wanted(test, target)
    if wanted is test.absent or isinstance(test.matcher, Present):
        return test
    changed = replace(test, absent=wanted)
    if polarity is Polarity.POSITIVE:
        return changed
    present = tuple(Test(operand, Present(), span=test.span) for operand in _operands(test))
    if wanted is Absent.FALSE:
        return Or((changed, *(Not(term) for term in present)), test.span)
    return And((changed, *present), test.span)


def _wanted(test: Test, target: Target) -> Absent:
    absents = target.capabilities.absents
    return test.absent if test.absent in absents else next(iter(absents))


def _operands(test: Test) -> list[Subject]:
    """What makes a leaf null where it has no value; a computed subject has none wherever it is null."""
    found: list[Subject] = [Field(test.subject.path) if isinstance(test.subject, Field) else test.subject]
    if isinstance(test.matcher, FieldRef):
        found.append(Field(test.matcher.path))
    return found
