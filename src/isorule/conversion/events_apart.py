"""Whether two conditions exclude each other."""

from __future__ import annotations

from isorule.ir.detections import Match
from isorule.ir.predicates import Const, Predicate, conjunction
from isorule.ir.schema import FieldSchema
from isorule.verification import compare


def events_apart(one: Predicate, other: Predicate, schema: FieldSchema, category_field: str) -> bool:
    """Whether it is proved that no event meets both conditions, under the field types of the schema."""
    both = Match(conjunction((one, other)))
    verdict = compare(both, Match(Const(False)), schema, first_category=category_field, second_category=category_field)
    return verdict.same
