"""What became of each rule of a conversion run, and its summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, unique

from isorule.diagnostics import Diagnostic, Severity, to_json
from isorule.ir.losses import Loss
from isorule.report.text import counted, table, tally
from isorule.report.verdicts import verdict_details, verdict_json
from isorule.verification import Verdict, VerdictKind


@unique
class Status(Enum):
    """CONVERTED: there is a text. REFUSED: the target cannot say it. ERROR: the rule could not be read, or a fault.

    PART: a filter, or a rule that only a correlation asks for; it has no text of its own.
    """

    CONVERTED = "converted"
    REFUSED = "refused"
    ERROR = "error"
    PART = "part"


@dataclass(frozen=True, slots=True)
class ConversionRecord:
    """One rule of a run. `path` is its file, `index` its place among the rules of the file (from 0).

    `text`, `losses` and `verdict` are there where it was converted, `diagnostic` where it was not; `output` is the file
    that holds the text, as a path below the output folder. `queries` are those of a backend of pySigma, before they
    were put into the form of its output. `problems` say where a filter has no effect that it seems to have.
    """

    path: str
    index: int
    status: Status
    id: str | None = None
    title: str | None = None
    text: str | None = None
    losses: tuple[Loss, ...] = ()
    verdict: Verdict | None = None
    diagnostic: Diagnostic | None = None
    output: str | None = None
    queries: tuple[object, ...] = ()
    problems: tuple[Diagnostic, ...] = ()

    @property
    def reason(self) -> str | None:
        """The reason code of a rule that was not converted."""
        return self.diagnostic.name if self.diagnostic is not None else None


def record_json(record: ConversionRecord) -> dict[str, object]:
    """A record as JSON values; absent parts are null so that every record has the same keys."""
    return {
        "path": record.path,
        "index": record.index,
        "id": record.id,
        "title": record.title,
        "status": record.status.value,
        "reason": record.reason,
        "diagnostic": to_json(record.diagnostic) if record.diagnostic is not None else None,
        "losses": [to_json(loss) for loss in record.losses],
        "problems": [to_json(problem) for problem in record.problems],
        "verdict": verdict_json(record.verdict) if record.verdict is not None else None,
        "output": record.output,
        "text": record.text if record.output is None else None,
    }


def summary_json(records: Sequence[ConversionRecord]) -> dict[str, object]:
    """The counts of a run."""
    return {
        "rules": len(records),
        **{status.value: sum(record.status is status for record in records) for status in Status},
        "verdicts": _counts(record.verdict.kind.value for record in records if record.verdict is not None),
        "reasons": _counts(record.reason for record in records if record.reason is not None),
        "losses": _counts(loss.name for record in records for loss in record.losses),
    }


def _counts(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))


def summary_text(records: Sequence[ConversionRecord]) -> str:
    """The counts of a run in a few lines."""
    statuses = [record.status.value for record in records]
    lines = [f"{counted(len(records), 'rule')}: {tally(statuses)}" if records else "no rules"]
    parts = {
        "verdicts": tally(record.verdict.kind.value for record in records if record.verdict is not None),
        "not converted": tally(record.reason for record in records if record.reason is not None),
        "losses": tally(loss.name for record in records for loss in record.losses),
    }
    lines += [f"  {title}: {counts}" for title, counts in parts.items() if counts]
    return "\n".join(lines)


def remarks(record: ConversionRecord) -> list[Diagnostic]:
    """What a person must hear of one rule: why it was not converted, or what is wrong with it and each graver loss."""
    if record.diagnostic is not None:
        return [record.diagnostic]
    return [*record.problems, *(loss for loss in record.losses if loss.severity is not Severity.INFO)]


def records_table(records: Sequence[ConversionRecord]) -> str:
    """A row for each rule: the verdict on its translation and the file that holds it, or why there is none."""
    rows = [(_outcome(record), record.path, record.output or record.reason or "") for record in records]
    return table(("result", "rule", "file or reason"), rows)


def _outcome(record: ConversionRecord) -> str:
    return record.verdict.kind.value if record.verdict is not None else record.status.value


def verdict_lines(record: ConversionRecord) -> str | None:
    """What a person must hear of a verdict that is no proof of equality."""
    verdict = record.verdict
    if verdict is None or verdict.same:
        return None
    return "\n".join([f"{record.path}: {verdict.kind.value}", *verdict_details(verdict)])


def verdicts_text(records: Iterable[ConversionRecord], *, undecided: bool = True) -> list[str]:
    """What a person must hear of each verdict that is no proof of equality; a reason that rules share is said once.

    Without `undecided` nothing is said of verdicts that are.
    """
    found: list[str] = []
    shared: dict[str | None, list[ConversionRecord]] = {}
    for record in records:
        verdict = record.verdict
        if verdict is None or (verdict.kind is VerdictKind.UNDECIDED and not undecided):
            continue
        if verdict.kind is VerdictKind.UNDECIDED and not verdict.witnesses:
            shared.setdefault(verdict.reason, []).append(record)
        elif (lines := verdict_lines(record)) is not None:
            found.append(lines)
    for alike in shared.values():
        lines = verdict_lines(alike[0])
        if lines is not None:
            _, *details = lines.splitlines()
            name = alike[0].path if len(alike) == 1 else counted(len(alike), "rule")
            found.append("\n".join([f"{name}: {VerdictKind.UNDECIDED.value}", *details]))
    return found
