"""How checks are found, and run on a rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import entry_points

from isorule.checks.check import Check, CheckedDocument, Finding
from isorule.diagnostics import Diagnostic, sort_key
from isorule.ir.rule import Rule

GROUP = "isorule.checks"


@cache
def all_checks() -> tuple[Check, ...]:
    """One instance of every installed check, in the order of their codes."""
    found = (point.load()() for point in entry_points(group=GROUP))
    return tuple(sorted((item for item in found if isinstance(item, Check)), key=lambda check: check.code))


def check_rule(rule: Rule) -> list[Diagnostic]:
    """What the checks say about a rule, in the order of its file; nothing for a rule that was not read from a file."""
    origin = rule.origin
    if origin is None:
        return []
    return check_document(CheckedDocument(origin.format, origin.document, origin.file, origin.places, rule))


def check_document(document: CheckedDocument, checks: Iterable[Check] | None = None) -> list[Diagnostic]:
    """What checks (all installed ones by default) say about a document, in the order of its file."""
    asked = all_checks() if checks is None else checks
    return sorted((item for check in asked for item in _diagnostics(check, document)), key=sort_key)


def _diagnostics(check: Check, document: CheckedDocument) -> Iterator[Diagnostic]:
    if document.format in check.formats:
        for finding in check.findings(document):
            yield _diagnostic(check, finding, document)


def _diagnostic(check: Check, finding: Finding, document: CheckedDocument) -> Diagnostic:
    return Diagnostic(
        check.code,
        check.name,
        finding.severity or check.severity,
        finding.message,
        hint=finding.hint,
        span=document.span(finding.path, at_key=finding.at_key),
        fix=finding.fix,
    ).located(document.file)
