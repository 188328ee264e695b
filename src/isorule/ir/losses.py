"""What a conversion changes: a declared loss, and what lowering and emitting give back.

A loss is a diagnostic with an `effect`, seen from the whole rule (see `diagnostics.Effect`).
"""

from __future__ import annotations

from dataclasses import dataclass

from isorule.diagnostics import Diagnostic, Effect, Severity, UnsupportedError
from isorule.ir.detections import Detection
from isorule.source import Span

Loss = Diagnostic


def loss(name: str, effect: Effect, message: str, *, span: Span | None = None, hint: str | None = None) -> Loss:
    """A declared loss. `name` is its stable reason code, in kebab-case."""
    severity = Severity.INFO if effect is Effect.COSMETIC else Severity.WARNING
    return Diagnostic("LOSS", name, severity, message, hint=hint, span=span, effect=effect)


def refusal(name: str, message: str, *, span: Span | None = None, hint: str | None = None) -> UnsupportedError:
    """The error for what a target cannot say. `name` is its stable reason code, in kebab-case."""
    return UnsupportedError(Diagnostic("REFUSED", name, Severity.ERROR, message, hint=hint, span=span))


@dataclass(frozen=True, slots=True)
class Emission:
    """A detection written in a dialect, and what that changed (nothing, unless the emitter had no exact form)."""

    text: str
    losses: tuple[Loss, ...] = ()


@dataclass(frozen=True, slots=True)
class Lowered:
    """A detection rewritten to what a target can say, and what that changed."""

    detection: Detection
    losses: tuple[Loss, ...] = ()
