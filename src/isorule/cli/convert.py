"""`isorule convert`: translate rules, each on its own, and say what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, assert_never

import click

from isorule.cli import collection, outputs, twins
from isorule.cli.cache import Cache
from isorule.cli.cache_folder import cache_folder
from isorule.cli.converting import convert_all
from isorule.cli.exits import FAULT_NAMES, ExitCode
from isorule.cli.inputs import STDIN, Input, all_folders, rule_files
from isorule.cli.loading import Texts
from isorule.cli.outputs import Output
from isorule.cli.targets import Target, find_target
from isorule.conversion import MaxLoss
from isorule.diagnostics import Diagnostic, Effect, IsoruleError, render, to_json
from isorule.report import conversions, json
from isorule.report.conversions import ConversionRecord, Status
from isorule.verification import VerdictKind


@dataclass(frozen=True, slots=True)
class Destination:
    """Where results go: the folder of a tree, one file, or stdout where both are None."""

    folder: Path | None = None
    file: Path | None = None


def convert(paths: tuple[str, ...], to: str, out: str | None, **options: Any) -> ExitCode:
    """Translate rules and say for each whether it still means the same."""
    jobs, skip_refused, no_cache = options.pop("jobs"), options.pop("skip_refused"), options.pop("no_cache")
    comparing, showing = options.pop("comparing"), options.pop("showing")
    named, report = options.pop("form"), options.pop("report")
    options["backend_options"] = dict(options["backend_options"])
    target, form = find_target(to, named, report, options)
    where = _destination(out)
    if (comparing or showing) and where == Destination():
        raise click.UsageError("--check and --diff compare with files: name them, or their folder, with -o")
    items = rule_files(paths)
    if out is None and form == "text" and len(items) > 1:
        raise click.UsageError(f"{len(items)} files: name a folder for the results with -o, or -o - for stdout")
    contents = collection.read_all(items)
    folder = None if no_cache else cache_folder()
    works = collection.works(items, contents)
    converted = convert_all(works, contents, target, Cache(folder) if folder is not None else None, jobs)
    if where.folder is not None:
        placed = iter(outputs.place(list(zip(items, converted, strict=True)), target, where.folder))
        converted = [[next(placed) for _ in group] for group in converted]
    records = [record for group in converted for record in group]
    made: list[Output] = []
    if where.folder is not None:
        made = outputs.tree(zip(items, converted, strict=True), contents, where.folder)
    elif where.file is not None:
        made, records = _one_file(records, items, target, where.file)
    found, diff = _compared(made, where, paths, items, target) if comparing or showing else (_put(made, where), "")
    notes = target.notes()
    if form == "json":
        click.echo(_json(records, notes, found, diff if showing else None, target), nl=False)
    elif showing:
        click.echo(diff, nl=False)
    elif where == Destination():
        _print_texts(records, target)
    else:
        click.echo(conversions.records_table(records), nl=False)
    judged = [record for record in records if not (skip_refused and record.status is Status.REFUSED)]
    quiet = any(note.name == "output-not-read" for note in notes)
    _print_remarks(judged, [*notes, *(found if comparing or not showing else ())], Texts(items), quiet=quiet)
    click.echo(conversions.summary_text(records), err=True)
    return _exit_code(judged, found, MaxLoss(options["max_loss"]))


def _destination(out: str | None) -> Destination:
    if out is None or out == STDIN:
        return Destination()
    return Destination(file=Path(out)) if outputs.is_file(out) else Destination(folder=Path(out))


def _one_file(
    records: list[ConversionRecord], items: Sequence[Input], target: Target, file: Path
) -> tuple[list[Output], list[ConversionRecord]]:
    """All texts as one file, and the records with its name."""
    if outputs.overwrites(file, items):
        raise click.UsageError(f"{file} is a source of this conversion")
    text = _joined(records, target)
    converted = [record for record in records if record.text is not None]
    shown = [replace(record, output=file.name) if record.text is not None else record for record in records]
    return ([Output(file, file.name, text, f"{len(converted)} rules")] if converted else []), shown


def _put(made: Sequence[Output], where: Destination) -> list[Diagnostic]:
    return outputs.write(made, where.folder)


def _compared(
    made: Sequence[Output], where: Destination, paths: Sequence[str], items: Sequence[Input], target: Target
) -> tuple[list[Diagnostic], str]:
    """What a run would change, as diagnostics and as a diff; files that no rule gives only where whole folders were."""
    found = twins.differences(made)
    if where.folder is not None and all_folders(paths):
        sources = {item.relative.as_posix(): item.shown for item in items}
        found += twins.orphans(where.folder, made, target.suffix, sources)
    return sorted(found, key=lambda item: item.path or ""), twins.diff_text(made)


def _json(
    records: Sequence[ConversionRecord],
    notes: Sequence[Diagnostic],
    found: Sequence[Diagnostic],
    diff: str | None,
    target: Target,
) -> str:
    values: dict[str, object] = {
        "target": target.name,
        "format": target.options.get("format"),
        "rules": [conversions.record_json(record) for record in records],
        "notes": [to_json(item) for item in notes],
        "files": [to_json(item) for item in found],
        "summary": conversions.summary_json(records),
    }
    return json.document(values if diff is None else {**values, "diff": diff})


def _joined(records: Sequence[ConversionRecord], target: Target) -> str:
    try:
        text = target.joined(records)
    except IsoruleError as error:
        raise click.UsageError(f"the rules cannot stand in one text: {error.diagnostic.message}") from error
    if text is None:
        raise click.UsageError(f"several rules cannot stand in one {target.name} text: name a folder with -o")
    return text


def _print_texts(records: Sequence[ConversionRecord], target: Target) -> None:
    click.echo(_joined(records, target), nl=False)


def _print_remarks(
    records: Sequence[ConversionRecord], found: Sequence[Diagnostic], texts: Texts, *, quiet: bool
) -> None:
    """Everything that a person must hear, to stderr; with `quiet` not that each single verdict is undecided."""
    for record in records:
        for remark in conversions.remarks(record):
            click.echo(render(remark, texts), err=True)
    for lines in conversions.verdicts_text(records, undecided=not quiet):
        click.echo(lines, err=True)
    for item in found:
        click.echo(render(item), err=True)


def _exit_code(records: Sequence[ConversionRecord], found: Sequence[Diagnostic], limit: MaxLoss) -> ExitCode:
    if any(record.reason in FAULT_NAMES for record in records):
        return ExitCode.FAULT
    judged = [record for record in records if record.status is not Status.PART]
    clean = all(record.verdict is not None and _within(record.verdict.kind, limit) for record in judged)
    return ExitCode.CLEAN if clean and not found else ExitCode.FINDINGS


def _within(kind: VerdictKind, limit: MaxLoss) -> bool:
    """Whether a translation with this verdict is one that the caller asked for; `any` asks for no proof either."""
    match kind:
        case VerdictKind.IDENTICAL | VerdictKind.EQUIVALENT:
            return True
        case VerdictKind.WIDER:
            return limit.admits(Effect.WIDENS)
        case VerdictKind.NARROWER:
            return limit.admits(Effect.NARROWS)
        case VerdictKind.DIVERGENT:
            return limit.admits(Effect.CHANGES)
        case VerdictKind.UNDECIDED:
            return limit is MaxLoss.ANY
        case _:
            assert_never(kind)
