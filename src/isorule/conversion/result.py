"""What a conversion gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, unique

from isorule.backends import OptionValue
from isorule.conversion.fields import FieldMapping
from isorule.conversion.judging import judged
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
    `mapping` says which field names the converted rule has; None keeps those that it has.
    `pipelines` are names or paths of pySigma's processing pipelines. For pySigma's backends only: `format` is the form
    of the output, `backend_options` go to the backend, `correlation_method` is its way to write correlations.
    `allow_loss` drops what Sigma or a query language cannot say of a rule (missing events, new terms, counts …) instead
    of refusing it; the result then matches more, and a loss says so.
    """

    case: CaseMode = CaseMode.EXACT
    max_loss: MaxLoss = MaxLoss.WIDENS
    language: str | None = None
    fields: Mapping[str, object] | None = None
    mapping: FieldMapping | None = None
    format: str | None = None
    pipelines: tuple[str, ...] = ()
    backend_options: tuple[tuple[str, OptionValue], ...] = ()
    correlation_method: str | None = None
    allow_loss: bool = False


@dataclass(frozen=True, slots=True)
class Conversion:
    """A converted rule: its text, the rule that the target's own parser reads from it, losses and verdict.

    `queries` are a pySigma backend's queries before they were put into the form of its output, as JSON values.
    """

    text: str
    rule: Rule
    losses: tuple[Loss, ...]
    verdict: Verdict
    queries: tuple[object, ...] = ()

    def with_losses(self, more: tuple[Loss, ...]) -> Conversion:
        """The conversion with losses that its verdict does not know yet."""
        return replace(self, losses=(*more, *self.losses), verdict=judged(more, self.verdict))
