"""Whether conditions exclude each other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from isorule.ir.detections import Match
from isorule.ir.predicates import Const, Predicate, conjunction
from isorule.ir.schema import FieldSchema
from isorule.verification import compare


def all_apart(conditions: Sequence[Predicate], schema: FieldSchema, category_field: str) -> bool:
    """Whether it is proved that no event meets two of the conditions, under the field types of the schema."""
    return all(_apart(one, other, schema, category_field) for one, other in combinations(conditions, 2))


def _apart(one: Predicate, other: Predicate, schema: FieldSchema, category_field: str) -> bool:
    both = Match(conjunction((one, other)))
    verdict = compare(both, Match(Const(False)), schema, first_category=category_field, second_category=category_field)
    return verdict.same
