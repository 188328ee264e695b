"""Reports as JSON values, so that they can be kept between runs, and back."""

from __future__ import annotations

from typing import Any

from isorule.checks.facts import Collected
from isorule.checks.reports import FileReport, Ignore
from isorule.diagnostics import Applicability, Diagnostic, Effect, Fix, Related, Severity, TextEdit
from isorule.source import Span


def report_record(report: FileReport) -> list[Any]:
    """A report as JSON values."""
    return [
        [diagnostic_record(item) for item in report.diagnostics],
        [[name, *_fact_record(fact)] for name, fact in report.facts],
        [_ignore_record(item) for item in report.ignores],
    ]


def report_of_record(record: list[Any]) -> FileReport:
    """The report that was made into JSON values."""
    diagnostics, facts, ignores = record
    return FileReport(
        tuple(diagnostic_of_record(item) for item in diagnostics),
        tuple((name, _fact(rest)) for name, *rest in facts),
        tuple(_ignore(item) for item in ignores),
    )


def diagnostic_record(item: Diagnostic) -> list[Any]:
    """A diagnostic as JSON values, with everything that `to_json` leaves out."""
    return [
        item.code,
        item.name,
        item.severity.value,
        item.message,
        item.hint,
        item.path,
        item.line,
        item.column,
        item.span,
        [[other.message, other.span, other.path, other.line, other.column] for other in item.related],
        _fix_record(item.fix),
        None if item.effect is None else item.effect.value,
    ]


def diagnostic_of_record(record: list[Any]) -> Diagnostic:
    """The diagnostic that was made into JSON values."""
    code, name, severity, message, hint, path, line, column, span, related, fix, effect = record
    return Diagnostic(
        code,
        name,
        Severity(severity),
        message,
        hint,
        path,
        line,
        column,
        _span(span),
        tuple(Related(text, _span(place), *rest) for text, place, *rest in related),
        _fix(fix),
        None if effect is None else Effect(effect),
    )


def _span(record: list[int] | None) -> Span | None:
    return None if record is None else Span(*record)


def _fix_record(fix: Fix | None) -> list[Any] | None:
    if fix is None:
        return None
    return [fix.title, [[edit.span, edit.text] for edit in fix.edits], fix.applicability.value, fix.keys]


def _fix(record: list[Any] | None) -> Fix | None:
    if record is None:
        return None
    title, edits, applicability, keys = record
    return Fix(
        title,
        tuple(TextEdit(Span(*span), text) for span, text in edits),
        Applicability(applicability),
        tuple(tuple(key) for key in keys),
    )


def _fact_record(fact: Collected) -> list[Any]:
    return [fact.value, fact.format, fact.path, fact.index, fact.span, fact.line, fact.column]


def _fact(record: list[Any]) -> Collected:
    value, form, path, index, span, line, column = record
    return Collected(value, form, path, index, Span(*span), line, column)


def _ignore_record(item: Ignore) -> list[Any]:
    return [
        item.selectors,
        item.reason,
        item.first,
        item.last,
        item.span,
        item.line,
        item.column,
        item.removal,
        item.key,
    ]


def _ignore(record: list[Any]) -> Ignore:
    selectors, reason, first, last, span, line, column, removal, key = record
    return Ignore(
        tuple(selectors),
        reason,
        first,
        last,
        Span(*span),
        line,
        column,
        Span(*removal),
        None if key is None else tuple(key),
    )
