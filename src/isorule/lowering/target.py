"""What a lowering pass is given of its target, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from isorule.diagnostics import Effect
from isorule.ir.capabilities import Capabilities
from isorule.ir.losses import Loss
from isorule.ir.predicates import Predicate
from isorule.ir.schema import FieldSchema
from isorule.ir.walk import Polarity


@dataclass(frozen=True, slots=True)
class Target:
    """The target's reach, the field types in force, and the field that plays the event category.

    `fold_case` asks to drop letter case on purpose.
    """

    capabilities: Capabilities
    schema: FieldSchema
    category_field: str = "event.category"
    fold_case: bool = False


@dataclass(frozen=True, slots=True)
class Lowering:
    """A rewritten predicate and what rewriting changed."""

    predicate: Predicate
    losses: tuple[Loss, ...] = ()


Pass = Callable[[Predicate, Target], Lowering]


def seen(effect: Effect, polarity: Polarity) -> Effect:
    """The effect on the whole rule of a leaf that changes with `effect`."""
    return effect if polarity is Polarity.POSITIVE else effect.under_negation()
