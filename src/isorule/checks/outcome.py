"""From the reports on single files to what a user sees: comments that silence, severities, order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from isorule.checks.choice import Choice, selects, selects_any
from isorule.checks.reports import FileReport, Ignore, silencing
from isorule.diagnostics import Diagnostic, Fix, TextEdit, sort_key

if TYPE_CHECKING:
    from isorule.checks.check import Check
    from isorule.checks.selection import Plan

Hides = Callable[[Diagnostic], bool]
"""Whether a user does not want to see a diagnostic because of the file that it is in."""


def outcome(
    reports: Mapping[str, FileReport],
    collected: Iterable[Diagnostic],
    choice: Choice,
    planned: Callable[[], Plan],
    hides: Hides | None = None,
) -> list[Diagnostic]:
    """The diagnostics of a run, in the order of output, from the report on each file by its path.

    `collected` is what the checks of collections say. `planned` gives the checks of the run; it is asked only where
    some file has a comment that silences, because finding the checks takes longer than all else.
    """
    found = [item for report in reports.values() for item in report.diagnostics]
    found += collected
    ignores = {path: report.ignores for path, report in reports.items() if report.ignores}
    shown = _unsilenced(found, ignores, planned) if ignores else found
    return sorted((item for item in graded(shown, choice) if hides is None or not hides(item)), key=sort_key)


def graded(found: Iterable[Diagnostic], choice: Choice) -> Iterator[Diagnostic]:
    """The diagnostics that the user wants to see, each as grave as the user wants it."""
    for item in found:
        severity = choice.severity(item.code, item.name, item.severity)
        if severity is not None:
            yield item if severity is item.severity else replace(item, severity=severity)


def _unsilenced(
    found: Iterable[Diagnostic], ignores: Mapping[str, tuple[Ignore, ...]], planned: Callable[[], Plan]
) -> list[Diagnostic]:
    """The diagnostics that no comment silences, and those on comments that silence nothing."""
    used: set[tuple[str, int, str]] = set()
    shown: list[Diagnostic] = []
    for item in found:
        path = item.path or ""
        silenced = False
        for ignore in silencing(ignores.get(path, ()), item.line):
            for selector in ignore.selectors:
                if selects(selector, item.code, item.name):
                    used.add((path, ignore.span.start, selector))
                    silenced = True
        if not silenced:
            shown.append(item)
    chosen = planned()
    check = chosen.find("unused-ignore")
    if check is not None:
        shown += _unused(ignores, used, chosen, check)
    return shown


def _unused(
    ignores: Mapping[str, tuple[Ignore, ...]], used: set[tuple[str, int, str]], chosen: Plan, check: Check
) -> Iterator[Diagnostic]:
    for path, comments in ignores.items():
        for ignore in comments:
            idle = [name for name in ignore.selectors if (path, ignore.span.start, name) not in used]
            idle = [name for name in idle if chosen.runs(name)]
            if idle and not selects_any(ignore.selectors, check.about.code, check.about.name):
                yield _unused_ignore(path, ignore, idle, check)


def _unused_ignore(path: str, ignore: Ignore, idle: list[str], check: Check) -> Diagnostic:
    fix = None
    if len(idle) == len(ignore.selectors):
        keys = (ignore.key,) if ignore.key is not None else ()
        fix = Fix("remove the comment", (TextEdit(ignore.removal, ""),), keys=keys)
    about = check.about
    return Diagnostic(
        about.code,
        about.name,
        about.severity,
        f"nothing to ignore here: {', '.join(idle)}",
        None,
        path,
        ignore.line,
        ignore.column,
        ignore.span,
        fix=fix,
    )
