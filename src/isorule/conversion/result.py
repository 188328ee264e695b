"""What a conversion gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, unique

from isorule.diagnostics import Effect
from isorule.ir.losses import Loss
from isorule.ir.rule import Rule
from isorule.verification import Verdict


@unique
class CaseMode(Enum):
    """EXACT keeps letter case wherever the source compares it; FOLD drops it and declares the widening."""

    EXACT = "exact"
    FOLD = "fold"


@unique
class MaxLoss(Enum):
    """The gravest effect that a conversion may have and still be handed out."""

    NONE = "none"
    COSMETIC = "cosmetic"
    WIDENS = "widens"
    ANY = "any"

    def admits(self, effect: Effect) -> bool:
        """Whether a loss of this effect stays within the limit."""
        match self:
            case MaxLoss.ANY:
                return True
            case MaxLoss.WIDENS:
                return effect in (Effect.COSMETIC, Effect.WIDENS)
            case MaxLoss.COSMETIC:
                return effect is Effect.COSMETIC
            case MaxLoss.NONE:
                return False


@dataclass(frozen=True, slots=True)
class Options:
    """How to convert. `language` is the query language wanted in an Elastic rule; None chooses.

    `fields` is a table `path -> type` or an Elasticsearch mapping document that is used in place of the packaged ECS.
    """

    case: CaseMode = CaseMode.EXACT
    max_loss: MaxLoss = MaxLoss.WIDENS
    language: str | None = None
    fields: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Conversion:
    """A converted rule: its text, the rule that the target's own parser reads from it, losses and verdict."""

    text: str
    rule: Rule
    losses: tuple[Loss, ...]
    verdict: Verdict
