"""What a rule could do without: dead branches, contradictory, redundant and implied terms, and examples of the rest."""

from isorule.analysis.analyse import analyse
from isorule.analysis.examples import Example, branch_at, examples
from isorule.analysis.findings import Analysis, ConditionAnalysis, Finding, FindingKind, Part, Reach, Scope

__all__ = [
    "Analysis",
    "ConditionAnalysis",
    "Example",
    "Finding",
    "FindingKind",
    "Part",
    "Reach",
    "Scope",
    "analyse",
    "branch_at",
    "examples",
]
