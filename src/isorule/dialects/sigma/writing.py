"""Writes a detection as the `detection:` mapping of a Sigma rule."""

from __future__ import annotations

from dataclasses import dataclass

from isorule.dialects.sigma.conditions import matching_names
from isorule.dialects.sigma.formulas import Truth, formula
from isorule.dialects.sigma.plans import Planner, condition
from isorule.dialects.sigma.selections import written
from isorule.ir.detection_names import detection_name
from isorule.ir.detections import Detection, Match
from isorule.ir.losses import Loss, refusal


@dataclass(frozen=True, slots=True)
class WrittenDetection:
    """The `detection` mapping, selections in their order and then the condition, as plain values.

    `losses` is empty: what Sigma cannot say exactly is refused.
    """

    mapping: dict[str, object]
    losses: tuple[Loss, ...] = ()


def write_detection(detection: Detection) -> WrittenDetection:
    """The mapping that means the same as a detection.

    Raises UnsupportedError where the detection is not a `Match`, is constant, or has a leaf that Sigma cannot say;
    the name of the diagnostic is the reason.
    """
    if not isinstance(detection, Match):
        raise refusal(
            "detection-kind", f"a Sigma detection looks at single events; {detection_name(detection)} does not"
        )
    if detection.pipes:
        raise refusal("pipes", "a Sigma rule gives all events that match, not the first or last of them")
    term = formula(detection.where)
    if isinstance(term, Truth):
        which = "every event" if term.value else "no event"
        raise refusal("constant-condition", f"the condition holds for {which}", span=detection.where.span)
    planner = Planner()
    plan = planner.plan(term)
    mapping = {name: written(block) for name, block in planner.selections.items()}
    mapping["condition"] = condition(plan, list(planner.selections), matching_names)
    return WrittenDetection(mapping)
