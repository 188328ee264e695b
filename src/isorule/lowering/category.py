"""The event category: a role in EQL (`process where …`), a plain field elsewhere.

Roles are resolved to fields before lowering; a target with a word for the role gets it back where the rule asks for
one category outright, so that the query starts as its readers expect.
"""

from __future__ import annotations

from dataclasses import replace

from isorule.ir.axes import Absent, Case, Quantifier
from isorule.ir.matchers import Equals
from isorule.ir.predicates import And, EventCategory, Field, Predicate, Test, conjunction
from isorule.lowering.target import Lowering, Target


def lower_category(predicate: Predicate, target: Target) -> Lowering:
    """The predicate with its one required category moved to the front as the role; exact."""
    if not target.capabilities.category_role:
        return Lowering(predicate)
    terms = predicate.terms if isinstance(predicate, And) else (predicate,)
    first = next((term for term in terms if _is_category(term, target.category_field)), None)
    if first is None:
        return Lowering(predicate)
    assert isinstance(first, Test)
    role = replace(first, subject=EventCategory())
    rest = tuple(term for term in terms if term is not first)
    return Lowering(And((role, conjunction(rest))) if rest else role)


def _is_category(term: Predicate, category_field: str) -> bool:
    match term:
        case Test(Field(path), Equals(str(), Case.SENSITIVE), Quantifier.ANY, Absent.FALSE):
            return path == category_field
        case _:
            return False
