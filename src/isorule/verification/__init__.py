"""Deciding whether two detections mean the same. Sees the representation and the evaluator only."""

from isorule.verification.budget import Budget
from isorule.verification.compare import compare
from isorule.verification.verdict import Alerts, Deciding, Event, Verdict, VerdictKind, Witness

__all__ = ["Alerts", "Budget", "Deciding", "Event", "Verdict", "VerdictKind", "Witness", "compare"]
