"""The passes in order."""

from __future__ import annotations

from isorule.ir.losses import Loss
from isorule.ir.predicates import Predicate
from isorule.lowering.absent import lower_absent
from isorule.lowering.case import lower_case
from isorule.lowering.category import lower_category
from isorule.lowering.computed import lower_computed
from isorule.lowering.fulltext import lower_full_text
from isorule.lowering.index_terms import ask_index_terms, search_index_terms
from isorule.lowering.networks import lower_networks
from isorule.lowering.proximity import lower_proximity
from isorule.lowering.ranges import lower_ranges
from isorule.lowering.references import lower_references
from isorule.lowering.regex import lower_regex
from isorule.lowering.shape import lower_shape
from isorule.lowering.target import Lowering, Pass, Target

PASSES: tuple[Pass, ...] = (
    lower_references,
    lower_absent,
    lower_computed,
    lower_proximity,
    search_index_terms,
    lower_full_text,
    lower_networks,
    lower_regex,
    lower_case,
    lower_ranges,
    ask_index_terms,
    lower_shape,
    lower_category,
)
"""Absence first, since a computed leaf keeps its null; category last, since it only gives a conjunct a name."""


def lower(predicate: Predicate, target: Target) -> Lowering:
    """The predicate as the target can say it.

    Raises `UnsupportedError` where no pass knows a form for the target; what no pass touches is left to the emitter,
    which refuses it.
    """
    losses: list[Loss] = []
    for lowering_pass in PASSES:
        lowered = lowering_pass(predicate, target)
        predicate = lowered.predicate
        losses.extend(lowered.losses)
    return Lowering(predicate, tuple(losses))
