"""Two fields compared without letter case, where the target compares so only the beginning of a text.

Each of two texts begins with the other where they are equal. Of fields with several values different pairs may do so.
"""

from __future__ import annotations

from dataclasses import replace

from isorule.diagnostics import Effect
from isorule.ir.axes import Case, Quantifier, Relation
from isorule.ir.losses import Loss, loss
from isorule.ir.matchers import FieldRef
from isorule.ir.predicates import And, Field, Predicate, Test
from isorule.ir.walk import Polarity, rewrite_leaves
from isorule.lowering.target import Lowering, Target, seen


def lower_references(predicate: Predicate, target: Target) -> Lowering:
    """Equality of two fields without letter case as two comparisons of beginnings; declares each."""
    if target.capabilities.folds_equal_fields or Relation.STARTSWITH not in target.capabilities.relations:
        return Lowering(predicate)
    losses: list[Loss] = []

    def leaf(test: Test, polarity: Polarity) -> Predicate:
        match test:
            case Test(Field(path), FieldRef(other, Relation.EQUALS, Case.INSENSITIVE) as reference, Quantifier.ANY):
                pass
            case _:
                return test
        message = "two fields with several values may be found equal by different pairs of them"
        losses.append(loss("fields-compared-both-ways", seen(Effect.WIDENS, polarity), message, span=test.span))
        forth = replace(test, matcher=replace(reference, relation=Relation.STARTSWITH))
        back = replace(forth, subject=Field(other), matcher=replace(reference, path=path, relation=Relation.STARTSWITH))
        return And((forth, back), test.span)

    return Lowering(rewrite_leaves(predicate, leaf), tuple(losses))
