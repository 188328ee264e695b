"""Deciding whether two detections mean the same. Sees the representation and the evaluator only."""

from isorule.verify.compare import compare
from isorule.verify.verdict import Event, Verdict, VerdictKind

__all__ = ["Event", "Verdict", "VerdictKind", "compare"]
