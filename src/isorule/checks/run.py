"""Runs of checks over rules and files that are at hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from isorule.checks.facts import Collected
from isorule.checks.file import diagnose, document_of, report_path
from isorule.checks.outcome import Hides, graded, outcome
from isorule.checks.reports import FileReport
from isorule.checks.selection import Plan, plan
from isorule.diagnostics import Diagnostic, sort_key
from isorule.ir.rule import Rule


def settle(reports: Mapping[str, FileReport], chosen: Plan, hides: Hides | None = None) -> list[Diagnostic]:
    """The diagnostics of a run, in the order of output, from the report on each file by its path."""
    return outcome(reports, in_collection(reports, chosen), chosen.choice, lambda: chosen, hides)


def in_collection(reports: Mapping[str, FileReport], chosen: Plan) -> list[Diagnostic]:
    """What the checks of collections say."""
    facts: dict[str, list[Collected]] = {}
    for path in sorted(reports):
        for name, fact in reports[path].facts:
            facts.setdefault(name, []).append(fact)
    return [
        finding.diagnostic(check.about.code, check.about.name, check.about.severity)
        for check in chosen.collection_checks
        for finding in check.in_collection(facts.get(check.about.name, []))
    ]


def check_rule(rule: Rule, chosen: Plan | None = None) -> list[Diagnostic]:
    """What the checks say about a rule, in the order of its file; nothing for a rule that was not read from a file."""
    document = document_of(rule)
    asked = chosen or plan()
    return [] if document is None else sorted(graded(diagnose(document, asked), asked.choice), key=sort_key)


def check_file(path: str | Path, chosen: Plan | None = None) -> list[Diagnostic]:
    """Findings on every rule of a file, in the order of the file.

    Raises UnknownNameError for a file of an unknown kind; whatever is wrong within the file is a finding.
    """
    asked = chosen or plan()
    report = report_path(path, asked)
    shown = next((item.path for item in report.diagnostics if item.path is not None), str(path))
    return settle({shown: report}, asked)
