"""The kinds of detections as messages call them."""

from __future__ import annotations

from typing import assert_never

from isorule.ir.detections import (
    Aggregate,
    Correlation,
    Detection,
    IndicatorMatch,
    Match,
    NewTerms,
    Opaque,
    Sample,
    Sequence,
)


def detection_name(detection: Detection) -> str:
    """The kind of a detection with its article, in the words of those who write rules."""
    match detection:
        case Match():
            return "a condition on single events"
        case Sequence():
            return "a sequence"
        case Sample():
            return "a sample"
        case Aggregate():
            return "a threshold on counted events or values"
        case NewTerms():
            return "a rule for new terms"
        case IndicatorMatch():
            return "an indicator match"
        case Correlation():
            return "a correlation"
        case Opaque():
            return "a query that isorule does not read"
        case _:
            assert_never(detection)
