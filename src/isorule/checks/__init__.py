"""Lint checks, and the engine that runs them.

`check` is the contract, `facts` and `detection` what checks of collections and of detections see, `edits` makes fixes;
`registry` finds checks (entry points of the group `isorule.checks`), `selection` chooses among them, `file` checks one
file and `run` a whole run. The docstring of a check is its documentation; `documentation` takes it apart.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from isorule.checks.check import Check, CheckedDocument, CheckedFile, Finding
    from isorule.checks.choice import Choice
    from isorule.checks.documentation import Documentation, Example
    from isorule.checks.registry import all_checks
    from isorule.checks.run import check_file, check_rule
    from isorule.checks.selection import Plan, plan

__all__ = [
    "Check",
    "CheckedDocument",
    "CheckedFile",
    "Choice",
    "Documentation",
    "Example",
    "Finding",
    "Plan",
    "all_checks",
    "check_file",
    "check_rule",
    "plan",
]

_HOMES = {
    "check": ("Check", "CheckedDocument", "CheckedFile", "Finding"),
    "choice": ("Choice",),
    "documentation": ("Documentation", "Example"),
    "registry": ("all_checks",),
    "run": ("check_file", "check_rule"),
    "selection": ("Plan", "plan"),
}
"""The module of each name; imported when the name is first used, because a run that has its results needs none."""


def __getattr__(name: str) -> object:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"isorule.checks.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
