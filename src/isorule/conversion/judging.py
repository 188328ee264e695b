"""Verdicts on a part of a conversion, with what the rest of it changes by its nature."""

from __future__ import annotations

from dataclasses import replace

from isorule.diagnostics import Effect
from isorule.ir.losses import Loss
from isorule.verification import Verdict, VerdictKind


def judged(losses: tuple[Loss, ...], verdict: Verdict) -> Verdict:
    """A verdict on what is left as one on the whole: what the losses say of the rest is added to it."""
    effects = {item.effect for item in losses} - {None, Effect.COSMETIC}
    if not effects:
        return verdict
    reason = "; ".join(dict.fromkeys(item.message for item in losses if item.effect in effects))
    reason = f"{verdict.reason}; {reason}" if verdict.reason else reason
    return replace(verdict, kind=_joined(verdict.kind, effects), reason=reason)


def _joined(kind: VerdictKind, effects: set[Effect | None]) -> VerdictKind:
    mapped = {Effect.WIDENS: VerdictKind.WIDER, Effect.NARROWS: VerdictKind.NARROWER}
    kinds = {mapped.get(effect, VerdictKind.UNDECIDED) if effect else VerdictKind.UNDECIDED for effect in effects}
    if kind not in (VerdictKind.IDENTICAL, VerdictKind.EQUIVALENT):
        kinds.add(kind)
    if len(kinds) == 1:
        return next(iter(kinds))
    return VerdictKind.UNDECIDED if VerdictKind.UNDECIDED in kinds else VerdictKind.DIVERGENT
