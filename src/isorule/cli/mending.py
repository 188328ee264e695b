"""`isorule check --fix` and `--diff`: which files have something to mend, and what becomes of them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from isorule.checks.fixing import Mended, mend
from isorule.checks.outcome import Hides
from isorule.checks.selection import Plan
from isorule.cli.batch import run_batch
from isorule.cli.inputs import Input
from isorule.cli.linting import format_of_source, read_source
from isorule.cli.loading import Failure, guarded
from isorule.diagnostics import Applicability, Diagnostic, Severity
from isorule.source.files import decode, write_file

_BOM = "\ufeff".encode()


@dataclass(frozen=True, slots=True)
class Repair:
    """What mending one file gave; `before` and `after` are its texts, `failure` says why there is no `after`."""

    shown: str
    before: str
    after: str
    fixed: int
    dropped: tuple[Diagnostic, ...] = ()
    failure: Diagnostic | None = None


def fixable(diagnostics: Iterable[Diagnostic], allowed: frozenset[Applicability]) -> list[Diagnostic]:
    """The diagnostics that have a fix which may be made."""
    return [item for item in diagnostics if item.fix is not None and item.fix.applicability in allowed]


def repairs(
    items: Sequence[Input],
    diagnostics: Sequence[Diagnostic],
    chosen: Plan,
    allowed: frozenset[Applicability],
    *,
    jobs: int | None,
    hides: Hides | None,
) -> list[Repair]:
    """What mending gives for every file that has something to mend, in the order of the files."""
    paths = {item.path for item in fixable(diagnostics, allowed)}
    wanted = [item for item in items if item.shown in paths]
    return run_batch(partial(_repair, chosen, allowed, hides), wanted, jobs=jobs, label="mending")


def _repair(chosen: Plan, allowed: frozenset[Applicability], hides: Hides | None, item: Input) -> Repair:
    def work() -> tuple[str, Mended]:
        file = decode(read_source(item).data, item.shown)
        return file.text, mend(file, format_of_source(item.shown, file.text), chosen, allowed, hides)

    found = guarded(item.shown, work)
    if isinstance(found, Failure):
        return Repair(item.shown, "", "", 0, failure=found.diagnostic)
    before, mended = found
    dropped = tuple(_dropped(diagnostic) for diagnostic in mended.dropped)
    return Repair(item.shown, before, mended.file.text, len(mended.fixed), dropped)


def _dropped(item: Diagnostic) -> Diagnostic:
    return replace(
        item,
        code="FIX001",
        name="fix-dropped",
        severity=Severity.WARNING,
        message=f"the fix of {item.name} was not made: it would change more than it says",
        hint=None,
        fix=None,
        related=(),
    )


def write(repair: Repair) -> Diagnostic | None:
    """Put a mended text into its file, whole or not at all; a diagnostic where that cannot be done."""
    if repair.after == repair.before:
        return None
    path = Path(repair.shown)
    try:
        mark = "\ufeff" if path.read_bytes().startswith(_BOM) else ""
        write_file(path, mark + repair.after)
    except OSError as error:
        message = f"the file cannot be written: {error.strerror or type(error).__name__}"
        return Diagnostic("OUT002", "unwritable-file", Severity.ERROR, message, path=repair.shown)
    return None


def diff(repair: Repair) -> str:
    """The change as a unified diff."""
    if repair.after == repair.before:
        return ""
    lines = difflib.unified_diff(
        repair.before.splitlines(keepends=True),
        repair.after.splitlines(keepends=True),
        f"a/{repair.shown}",
        f"b/{repair.shown}",
    )
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
