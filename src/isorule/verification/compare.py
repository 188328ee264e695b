"""Comparing two detections: equal cores are the same detection, everything else is undecided so far."""

from __future__ import annotations

from isorule.ir.core import CoreDetection, core_detection
from isorule.ir.detections import Detection, Opaque
from isorule.ir.schema import FieldSchema
from isorule.verification.verdict import Verdict, VerdictKind


def compare(
    first: Detection,
    second: Detection,
    schema: FieldSchema,
    *,
    first_category: str = "event.category",
    second_category: str = "event.category",
) -> Verdict:
    """How `second` stands to `first`, under the field types of `schema`.

    The category fields are those that play the event category on either side.
    """
    if isinstance(first, Opaque) or isinstance(second, Opaque):
        return Verdict(VerdictKind.UNDECIDED, reason=_opaque_reason(first, second))
    left = core_detection(first, schema, first_category)
    right = core_detection(second, schema, second_category)
    if left == right:
        return Verdict(VerdictKind.IDENTICAL)
    return Verdict(VerdictKind.UNDECIDED, reason=_difference(left, right))


def _opaque_reason(first: Detection, second: Detection) -> str:
    opaque = first if isinstance(first, Opaque) else second
    assert isinstance(opaque, Opaque)
    return f"{opaque.language} is not understood: {opaque.why}"


def _difference(left: CoreDetection, right: CoreDetection) -> str:
    if left.shape != right.shape:
        return "the detections are built differently, and no decision for that exists yet"
    unequal = sum(a != b for a, b in zip(left.conditions, right.conditions, strict=True))
    return f"{unequal} of {len(left.conditions)} conditions differ in normal form, and no decision for that exists yet"
