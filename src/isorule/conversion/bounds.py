"""Whether what a conversion is seen to change lies within what it declares, and within what the caller allows.

A difference that no loss declares is a fault of isorule, not of the rule: lowering or an emitter was wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from isorule.conversion.result import MaxLoss
from isorule.diagnostics import Diagnostic, Effect, IsoruleError, Severity, UnsupportedError
from isorule.ir.losses import Loss, refusal
from isorule.verification import Verdict, VerdictKind

UNDECLARED = "undeclared-difference"
"""The name of the diagnostic for a difference that no loss declares."""


class UndeclaredDifferenceError(IsoruleError):
    """A conversion changes more than it declares."""


def observed(verdict: Verdict) -> frozenset[Effect]:
    """The effects that are shown: WIDENS, NARROWS, or both; none where there is a proof or nothing is known.

    An undecided verdict may have a witness for one direction, and that is shown all the same.
    """
    match verdict.kind:
        case VerdictKind.WIDER:
            return frozenset({Effect.WIDENS})
        case VerdictKind.NARROWER:
            return frozenset({Effect.NARROWS})
        case VerdictKind.DIVERGENT:
            return frozenset({Effect.WIDENS, Effect.NARROWS})
        case VerdictKind.IDENTICAL | VerdictKind.EQUIVALENT:
            return frozenset()
        case VerdictKind.UNDECIDED:
            shown = (_shown(bool(witness.first), bool(witness.second)) for witness in verdict.witnesses)
            return frozenset(effect for effect in shown if effect is not None)


def _shown(first: bool, second: bool) -> Effect | None:
    if first is second:
        return None
    return Effect.NARROWS if first else Effect.WIDENS


def declared(losses: Iterable[Loss]) -> frozenset[Effect]:
    """The directions in which losses may change what matches; one that changes may do both."""
    effects = {loss.effect for loss in losses}
    if Effect.CHANGES in effects:
        return frozenset({Effect.WIDENS, Effect.NARROWS})
    return frozenset(effect for effect in (Effect.WIDENS, Effect.NARROWS) if effect in effects)


def require_declared(verdict: Verdict, losses: Iterable[Loss]) -> None:
    """Raises UndeclaredDifferenceError where a verdict shows an effect that no loss declares."""
    beyond = observed(verdict) - declared(losses)
    if beyond:
        effects = " and ".join(sorted(effect.value for effect in beyond))
        message = f"the conversion {effects} what the rule matches, and declares no such loss: {verdict.reason}"
        hint = "this is a fault of isorule; please report it with the rule"
        raise UndeclaredDifferenceError(Diagnostic("FAULT", UNDECLARED, Severity.ERROR, message, hint=hint))


def require_losses_within(losses: Iterable[Loss], limit: MaxLoss) -> None:
    """Raises UnsupportedError, as the first of them, where the effects of losses are over the limit."""
    for loss in losses:
        if loss.effect is not None and not limit.admits(loss.effect):
            message = f"{loss.message} ({loss.name}), which the loss limit `{limit.value}` refuses"
            raise UnsupportedError(replace(loss, code="REFUSED", severity=Severity.ERROR, message=message))


def require_within(verdict: Verdict, limit: MaxLoss) -> None:
    """Raises UnsupportedError where a verdict shows an effect over the limit."""
    over = sorted(effect.value for effect in observed(verdict) if not limit.admits(effect))
    if over:
        changes = f"the conversion {' and '.join(over)} what the rule matches"
        over_limit = f"which the loss limit `{limit.value}` refuses"
        raise refusal("verdict-over-limit", f"{changes}, {over_limit}: {verdict.reason}")
