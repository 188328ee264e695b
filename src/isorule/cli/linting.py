"""One run of the checks over files: what is unchanged since an earlier run comes from the store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from isorule.checks.cache import Store, digest, surroundings
from isorule.checks.choice import Choice
from isorule.checks.outcome import Hides, outcome
from isorule.checks.records import diagnostic_of_record, diagnostic_record, report_of_record, report_record
from isorule.checks.reports import FileReport
from isorule.cli.exits import FAULT_NAME
from isorule.cli.garbage import rare_collections
from isorule.cli.inputs import Input
from isorule.diagnostics import Diagnostic, Severity, sort_key
from isorule.source import SourceFile, Span
from isorule.source.files import decode
from isorule.source.reading import SourceError

if TYPE_CHECKING:
    from isorule.checks.selection import Plan

# The checks and the readers of documents are imported where they are needed: a run that has all its results needs none.

_SKIPPED: Final = "skipped"

Report = TypeVar("Report", FileReport, FileReport | None)


@dataclass(frozen=True, slots=True)
class Source:
    """The bytes of a file to check, or why they could not be read. `named` as in `Input`."""

    shown: str
    data: bytes
    named: bool
    failure: Diagnostic | None = None


@dataclass(frozen=True, slots=True)
class Lint:
    """The outcome of a run: reports on the files that are rules, by path, and what is to be shown of them."""

    reports: dict[str, FileReport]
    diagnostics: list[Diagnostic]


@dataclass(frozen=True)
class Linter:
    """Checks files as a choice asks, with the results of earlier runs in a store."""

    choice: Choice
    store: Store
    jobs: int | None = 1
    hides: Hides | None = None

    @cached_property
    def plan(self) -> Plan:
        """The checks of the choice.

        Raises SelectionError for a choice that means nothing.
        """
        from isorule.checks.selection import plan

        return plan(self.choice)

    @cached_property
    def _around(self) -> str:
        return surroundings(self.choice)

    def validate(self) -> None:
        """Look whether the choice means something, unless an earlier run did.

        Raises SelectionError where it does not.
        """
        key = digest(self._around, "choice")
        if not self.store.get([key]):
            assert self.plan is not None
            self.store.put({key: True})

    @rare_collections()
    def run(self, items: Sequence[Input]) -> Lint:
        """Check files. Files that are no rules are passed over, or reported where they are named one by one."""
        sources = [read_source(item) for item in items]
        keys = {source.shown: self._key(source) for source in sources}
        kept = self.store.get(keys.values())
        made = self._made([source for source in sources if keys[source.shown] not in kept])
        reports: dict[str, FileReport] = {}
        for source in sources:
            key = keys[source.shown]
            if key not in kept:
                report = made[source.shown]
            elif kept[key] == _SKIPPED:
                report = None
            else:
                report = report_of_record(kept[key])
            if report is not None:
                reports[source.shown] = report
        self.store.put({keys[shown]: _record(report) for shown, report in made.items() if not _is_fault(report)})
        collected = self._collected(reports, digest(self._around, *(keys[path] for path in sorted(reports))))
        return Lint(reports, outcome(reports, collected, self.choice, lambda: self.plan, self.hides))

    def _key(self, source: Source) -> str:
        return digest(self._around, source.shown, str(source.named), str(source.failure), source.data)

    def _made(self, missing: Sequence[Source]) -> dict[str, FileReport | None]:
        if not missing:
            return {}
        from isorule.cli.batch import run_batch

        work = partial(report_source, self.plan)
        found = run_batch(work, missing, jobs=self.jobs, label="checking", prepare=partial(_load, work, missing[0]))
        return {source.shown: report for source, report in zip(missing, found, strict=True)}

    def _collected(self, reports: dict[str, FileReport], key: str) -> list[Diagnostic]:
        """What the checks of collections say; it depends on the bytes of all files and on nothing else."""
        kept = self.store.get([key]).get(key)
        if kept is not None:
            return [diagnostic_of_record(record) for record in kept]
        from isorule.checks.run import in_collection

        def work(chosen: Plan) -> FileReport:
            return FileReport(tuple(in_collection(reports, chosen)))

        found = _resilient("", self.plan, work)
        if not _is_fault(found):
            self.store.put({key: [diagnostic_record(item) for item in found.diagnostics]})
        return list(found.diagnostics)


def _load(work: Callable[[Source], object], some: Source) -> None:
    """Loads, for all processes of a run, the tables that one file shows to be needed, and what some files need."""
    import isorule.analysis

    assert isorule.analysis is not None
    work(some)


def _record(report: FileReport | None) -> Any:
    return _SKIPPED if report is None else report_record(report)


def _is_fault(report: FileReport | None) -> bool:
    return report is not None and any(item.name == FAULT_NAME for item in report.diagnostics)


def read_source(item: Input) -> Source:
    """The bytes that an input stands for."""
    if item.data is not None:
        return Source(item.shown, item.data, item.named)
    try:
        return Source(item.shown, Path(item.shown).read_bytes(), item.named)
    except OSError as error:
        message = f"the file cannot be read: {error.strerror or type(error).__name__}"
        found = Diagnostic("FILE001", "unreadable-file", Severity.ERROR, message, span=Span(0, 0))
        return Source(item.shown, b"", item.named, found.located(SourceFile(item.shown, "")))


def report_source(chosen: Plan, source: Source) -> FileReport | None:
    """The report on one file, None for a file that is no rule and was not named. Never raises."""
    return _resilient(source.shown, chosen, lambda some: _report(some, source))


def _resilient(path: str, chosen: Plan, work: Callable[[Plan], Report]) -> Report | FileReport:
    """What the checks of a plan give. Where one is at fault, each runs by itself, so that it hides nothing else."""
    from isorule.checks.file import without_shape
    from isorule.cli.loading import Failure, guarded

    found = guarded(path, lambda: work(chosen))
    if not isinstance(found, Failure):
        return found
    alone = guarded(path, lambda: work(replace(chosen, checks=())))
    if isinstance(alone, Failure) or alone is None or found.diagnostic.name != FAULT_NAME:
        return FileReport((found.diagnostic,))
    parts: list[FileReport] = [alone]
    for check in chosen.checks:
        part = guarded(path, partial(work, replace(chosen, checks=(check,))))
        if isinstance(part, Failure):
            fault = part.diagnostic
            part = FileReport((replace(fault, message=f"{check.about.name}: {fault.message}"),))
        if part is not None:
            parts.append(part)
    diagnostics = dict.fromkeys(item for part in parts for item in part.diagnostics)
    facts = tuple(fact for part in parts for fact in part.facts)
    return FileReport(tuple(sorted(without_shape(list(diagnostics)), key=sort_key)), facts, alone.ignores)


def _report(chosen: Plan, source: Source) -> FileReport | None:
    from isorule.checks.file import report_file
    from isorule.documents.problems import CODES, parse_error
    from isorule.documents.recognition import WANTED, looks_like_rule

    if source.failure is not None:
        return FileReport((source.failure,))
    try:
        file = decode(source.data, source.shown)
    except SourceError as error:
        return FileReport((parse_error(error, SourceFile(source.shown, "")).diagnostic,))
    form = format_of_source(source.shown, file.text)
    if looks_like_rule(file.text, form):
        return report_file(file, form, chosen)
    if not source.named:
        return None
    found = Diagnostic(
        CODES["not-a-rule"],
        "not-a-rule",
        Severity.ERROR,
        f"this is no rule: {WANTED[form]}",
        "in a folder such files are passed over",
        span=Span(0, 0),
    )
    return FileReport((found.located(file),))


def format_of_source(shown: str, text: str) -> str:
    """The format of a file, by its suffix; that of standard input is told by its text.

    Raises UnknownNameError for a suffix that no format has.
    """
    from isorule.cli.loading import format_of_text
    from isorule.documents import format_of_path

    return format_of_text(text) if shown.startswith("<") else format_of_path(shown)
