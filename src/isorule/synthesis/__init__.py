"""Fixture events for a rule: streams that it matches, and for each of its conditions some that fail only because of it.

Values come from the decision procedure of `isorule.verification`; every case is confirmed by the evaluator.
"""

from isorule.synthesis.cases import Case, Condition, Gap, Kind, Synthesis
from isorule.synthesis.synthesize import synthesize

__all__ = ["Case", "Condition", "Gap", "Kind", "Synthesis", "synthesize"]
