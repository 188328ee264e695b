"""Fields without a value: from null to false, and back.

A leaf that is null on an absent field differs from one that is false there only under a negation: `not null` is null
and does not match. So it is exactly the false kind with the presence of its operands asked for where it is negated.
"""

from __future__ import annotations

from dataclasses import replace

from isorule.ir.axes import Absent
from isorule.ir.matchers import FieldRef, Present
from isorule.ir.predicates import And, Call, EventCategory, Field, Not, Or, Predicate, Test
from isorule.ir.walk import Polarity, rewrite_leaves
from isorule.lowering.target import Lowering, Target


def lower_absent(predicate: Predicate, target: Target) -> Lowering:
    """Every leaf with the kind of absence that the target has for it; exact."""

    def leaf(test: Test, polarity: Polarity) -> Predicate:
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

    return Lowering(rewrite_leaves(predicate, leaf))


def _wanted(test: Test, target: Target) -> Absent:
    absents = target.capabilities.absents
    return test.absent if test.absent in absents else next(iter(absents))


def _operands(test: Test) -> list[Field | EventCategory]:
    """The fields whose absence makes a leaf null."""
    found = _fields(test.subject)
    if isinstance(test.matcher, FieldRef):
        found.append(Field(test.matcher.path))
    return found


def _fields(operand: object) -> list[Field | EventCategory]:
    match operand:
        case Field(path):
            return [Field(path)]
        case EventCategory():
            return [operand]
        case Call(_, arguments):
            return [field for argument in arguments for field in _fields(argument)]
        case _:
            return []
