"""Lint checks. A check is a class that registers under the entry-point group `isorule.checks`.

The docstring of a check is its documentation; `documentation` takes it apart.
"""

from isorule.checks.check import Check, CheckedDocument, Finding
from isorule.checks.documentation import Documentation, Example, documentation
from isorule.checks.file import check_file
from isorule.checks.registry import all_checks, check_document, check_rule

__all__ = [
    "Check",
    "CheckedDocument",
    "Documentation",
    "Example",
    "Finding",
    "all_checks",
    "check_document",
    "check_file",
    "check_rule",
    "documentation",
]
