"""Comparing two detections: by normal form, and where that differs by deciding their conditions."""

from __future__ import annotations

from datetime import UTC, datetime

from isorule.ir.core import core_detection
from isorule.ir.detections import UNRESOLVED, Correlation, Detection, Match, Opaque
from isorule.ir.schema import FieldSchema
from isorule.verification.budget import Budget, Meter
from isorule.verification.conditions import Ground
from isorule.verification.single import verdict_on_events
from isorule.verification.stream_verdict import verdict_on_streams
from isorule.verification.trial import Side
from isorule.verification.verdict import Verdict, VerdictKind


def compare(
    first: Detection,
    second: Detection,
    schema: FieldSchema,
    *,
    first_category: str = "event.category",
    second_category: str = "event.category",
    first_timestamp: str = "@timestamp",
    second_timestamp: str = "@timestamp",
    now: datetime | None = None,
    budget: Budget | None = None,
    names: tuple[str, str] = ("the first", "the second"),
) -> Verdict:
    """How `second` stands to `first`, under the field types of `schema`.

    The category fields are those that play the event category on either side, the timestamp fields those that have the
    time of events; `now` is what date math counts from (the present, where it is not given); `names` are what the
    sides are called in sentences. Single-event matches are decided: IDENTICAL and EQUIVALENT are proofs, every
    witness is an event on which the evaluator gives the two answers. Detections over several events are proved from
    their structure and the decisions on their conditions, or told apart by a stream of events on which the evaluator
    gives the two answers; what is neither is UNDECIDED, as is what does not fit the budget.

    An event is a finite list of scalars for each field path; a path at which an event has an object is no field.
    """
    opaque = _opaque(first) or _opaque(second)
    if opaque is not None:
        return Verdict(VerdictKind.UNDECIDED, reason=_opaque_reason(opaque))
    left = core_detection(first, schema, first_category)
    right = core_detection(second, schema, second_category)
    if left == right:
        return Verdict(VerdictKind.IDENTICAL)
    ground = Ground(schema, now or datetime.now(UTC), Meter(budget or Budget()))
    if isinstance(first, Match) and isinstance(second, Match) and not first.pipes and not second.pipes:
        return verdict_on_events(
            ground.condition(first.where, first_category),
            ground.condition(second.where, second_category),
            ground,
            names,
        )
    sides = Side(first, first_category, first_timestamp), Side(second, second_category, second_timestamp)
    return verdict_on_streams(*sides, ground, names)


def _opaque(detection: Detection) -> Opaque | None:
    """What is not understood of a detection: itself, or a rule that a correlation refers to."""
    match detection:
        case Opaque():
            return detection
        case Correlation(items=items):
            found = (_opaque(item.detection) for item in items)
            return next((opaque for opaque in found if opaque is not None), None)
        case _:
            return None


def _opaque_reason(opaque: Opaque) -> str:
    if opaque.language == UNRESOLVED:
        return opaque.why
    return f"{opaque.language} is not understood: {opaque.why}"
