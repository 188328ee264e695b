"""Deciding whether two detections mean the same. Sees the representation and the evaluator only."""

from isorule.verification.compare import compare
from isorule.verification.verdict import Event, Verdict, VerdictKind

__all__ = ["Event", "Verdict", "VerdictKind", "compare"]
