"""All that one file gives: the findings on it, and the facts that checks of collections keep of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from isorule.checks.check import ELASTIC, SIGMA, Check, CheckedDocument, CheckedFile, Finding
from isorule.checks.detection import checked_detection
from isorule.checks.facts import Collected, collected
from isorule.checks.ignores import Malformed, ignores_of
from isorule.checks.reports import FileReport, Ignore
from isorule.checks.selection import Plan, close_to, is_known
from isorule.diagnostics import Diagnostic, IsoruleError, Related, sort_key
from isorule.documents import document_format, format_of_path
from isorule.documents.problems import parse_error
from isorule.documents.sigma_yaml import read_each
from isorule.ir.rule import Rule
from isorule.source import KeyPath, SourceFile, Span
from isorule.source.files import read_file
from isorule.source.reading import Reading, SourceError
from isorule.source.toml_values import read_toml
from isorule.source.yaml_values import read_yaml

SHAPE: Final = frozenset({"missing-key", "wrong-type", "unknown-value", "no-rule"})
"""What the readers of documents say of a document's shape; the schema check says it of all keys at once."""


def without_shape(found: Sequence[Diagnostic]) -> list[Diagnostic]:
    """The findings without what readers say of a document's shape, where the schema check says it, too."""
    told = any(item.name == "schema" for item in found)
    return [item for item in found if not (told and item.name in SHAPE)]


def report_path(path: str | Path, plan: Plan) -> FileReport:
    """The report on the file at a path.

    Raises UnknownNameError for a file of an unknown kind; whatever is wrong within the file is a finding.
    """
    name = format_of_path(path)
    try:
        file = read_file(path)
    except SourceError as error:
        return FileReport((parse_error(error, SourceFile(str(path), "")).diagnostic,))
    return report_file(file, name, plan)


def report_file(file: SourceFile, form: str, plan: Plan) -> FileReport:
    """The report on a file of a format (`elastic`, `sigma`)."""
    documents, problems = _documents(file, form)
    whole = CheckedFile(form, file, documents)
    found = list(_in_file(whole, plan))
    for document in documents:
        found += diagnose(document, plan)
    found = without_shape([*found, *problems])
    facts = tuple(fact for document in documents for fact in _facts(document, plan))
    ignores, malformed = _ignores(whole, plan)
    return FileReport(tuple(sorted([*found, *malformed], key=sort_key)), facts, ignores)


def diagnose(document: CheckedDocument, plan: Plan) -> list[Diagnostic]:
    """What the checks of rules and detections say about a document."""
    own = plan.of_format(document.format)
    found = [
        diagnostic_of(check, finding, document) for check in own.rule_checks for finding in check.in_rule(document)
    ]
    detection = checked_detection(document) if own.detection_checks else None
    if detection is not None:
        found += [
            diagnostic_of(check, finding, document)
            for check in own.detection_checks
            for finding in check.in_detection(detection)
        ]
    return found


def document_of(rule: Rule, index: int = 0) -> CheckedDocument | None:
    """A rule as checks see it; None for a rule that was not read from a file."""
    origin = rule.origin
    if origin is None:
        return None
    return CheckedDocument(origin.format, origin.document, origin.file, origin.places, rule, index)


def diagnostic_of(check: Check, finding: Finding, document: CheckedDocument) -> Diagnostic:
    """A finding as a diagnostic of its check."""

    def span(place: KeyPath | Span, at_key: bool = False) -> Span | None:
        return place if isinstance(place, Span) else document.span(place, at_key=at_key)

    about = check.about
    return Diagnostic(
        about.code,
        about.name,
        finding.severity or about.severity,
        finding.message,
        hint=finding.hint,
        span=span(finding.place, finding.at_key),
        related=tuple(Related(message, span(place)) for message, place in finding.related),
        fix=finding.fix,
    ).located(document.file)


def readings(file: SourceFile, form: str) -> tuple[Reading, ...]:
    """The documents of a file as plain values with their places; none where it is not well-formed."""
    try:
        return _READERS[form](file)
    except SourceError:
        return ()


def _documents(file: SourceFile, form: str) -> tuple[tuple[CheckedDocument, ...], list[Diagnostic]]:
    """The documents of a file, and why some of them cannot be read as rules: they are values with places only."""
    try:
        rules: Sequence[Rule | IsoruleError] = document_format(form).read(file)
    except IsoruleError as error:
        rules = _one_by_one(file, form) or [error]
    problems = [item.diagnostic for item in rules if isinstance(item, IsoruleError)]
    if not problems:
        found = (document_of(rule, index) for index, rule in enumerate(rules) if isinstance(rule, Rule))
        return tuple(document for document in found if document is not None), []
    read = {index: rule for index, rule in enumerate(rules) if isinstance(rule, Rule)}
    documents = (
        CheckedDocument(form, reading.values, reading.file, reading.places, read.get(index), index)
        for index, reading in enumerate(readings(file, form))
    )
    return tuple(documents), problems


def _one_by_one(file: SourceFile, form: str) -> Sequence[Rule | IsoruleError]:
    """The rules of a file of several documents, of which one cannot be read."""
    try:
        return read_each(file) if form == SIGMA else ()
    except IsoruleError:
        return ()


def _toml(file: SourceFile) -> tuple[Reading, ...]:
    return (read_toml(file),)


_READERS: Final[Mapping[str, Callable[[SourceFile], tuple[Reading, ...]]]] = {ELASTIC: _toml, SIGMA: read_yaml}


def _in_file(file: CheckedFile, plan: Plan) -> Iterator[Diagnostic]:
    whole = CheckedDocument(file.format, {}, file.file)
    for check in plan.of_format(file.format).file_checks:
        for finding in check.in_file(file):
            yield diagnostic_of(check, finding, file.documents[0] if file.documents else whole)


def _facts(document: CheckedDocument, plan: Plan) -> Iterator[tuple[str, Collected]]:
    for check in plan.of_format(document.format).collection_checks:
        for fact in check.facts(document):
            place = fact.place
            span = place if isinstance(place, Span) else document.span(place, at_key=fact.at_key)
            found = collected(fact, span or Span(0, 0), document.file, document.format, document.index)
            yield check.about.name, found


def _ignores(file: CheckedFile, plan: Plan) -> tuple[tuple[Ignore, ...], list[Diagnostic]]:
    """The comments that silence findings, and what is wrong with them."""
    comments = list(ignores_of(file))
    ignores = tuple(item for item in comments if isinstance(item, Ignore))
    bare = CheckedDocument(file.format, {}, file.file)
    found: list[Diagnostic] = []
    malformed, unexplained = plan.find("malformed-ignore"), plan.find("ignore-without-reason")
    if malformed is not None:
        wrong = [Finding(item.span, item.message) for item in comments if isinstance(item, Malformed)]
        wrong += [
            Finding(item.span, f"no check is called {selector!r}", close_to(selector))
            for item in ignores
            for selector in item.selectors
            if not is_known(selector)
        ]
        found += [diagnostic_of(malformed, finding, bare) for finding in wrong]
    if unexplained is not None:
        silent = [Finding(item.span, "this ignore does not say why") for item in ignores if not item.reason]
        found += [diagnostic_of(unexplained, finding, bare) for finding in silent]
    return ignores, found
