"""Deciding whether two detections mean the same. Sees the representation and the evaluator only."""

from isorule.verification.budget import Budget
from isorule.verification.compare import compare
from isorule.verification.verdict import Deciding, Event, Verdict, VerdictKind

__all__ = ["Budget", "Deciding", "Event", "Verdict", "VerdictKind", "compare"]
