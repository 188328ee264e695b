"""`isorule convert`: translate rules, each on its own, and say what became of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, assert_never

import click

import isorule
from isorule.cli import outputs
from isorule.cli.batch import run_batch
from isorule.cli.exits import FAULT_NAME, ExitCode
from isorule.cli.inputs import STDIN, Input, all_folders, rule_files
from isorule.cli.loading import Failure, Texts, at_detection, guarded, load_rules
from isorule.cli.options import fields_option, format_option, jobs_option, paths_argument
from isorule.conversion import MaxLoss
from isorule.diagnostics import Diagnostic, Effect, UnknownNameError, render, to_json
from isorule.dialects import dialect
from isorule.documents import document_format
from isorule.ir.rule import Rule
from isorule.report import conversions, json
from isorule.report.conversions import ConversionRecord, Status
from isorule.verification import VerdictKind


@dataclass(frozen=True, slots=True)
class Target:
    """What to convert to, and with which options of `isorule.convert`."""

    name: str
    options: Mapping[str, Any]


@click.command()
@paths_argument
@click.option("--to", required=True, metavar="TARGET", help="sigma, elastic, eql, kuery, lucene, dsl, or a plug-in's.")
@click.option("-o", "--output", "out", metavar="DIR", help="One file a rule, in a tree like the input's; - for stdout.")
@click.option(
    "--case", type=click.Choice(["exact", "fold"]), default="exact", show_default=True, help="Keep letter case."
)
@click.option(
    "--max-loss",
    type=click.Choice([limit.value for limit in MaxLoss]),
    default=MaxLoss.WIDENS.value,
    show_default=True,
    help="The gravest change of meaning that is not refused.",
)
@click.option("--language", type=click.Choice(["eql", "kuery", "lucene"]), help="The language of an Elastic rule.")
@fields_option
@format_option
@jobs_option
@click.option("--skip-refused", is_flag=True, help="A rule that the target cannot say is no failure.")
@click.option("--check", "comparing", is_flag=True, help="Write nothing; fail where the files below DIR would change.")
@click.pass_context
def convert(ctx: click.Context, /, paths: tuple[str, ...], to: str, out: str | None, **options: Any) -> None:
    """Translate rules and say for each whether it still means the same.

    PATHS are files, folders, patterns or - for stdin. Without -o a single rule goes to stdout. Exit code 1 where a
    rule was refused or could not be read, or where its translation is not known to stay within --max-loss.
    """
    form, jobs, comparing = options.pop("form"), options.pop("jobs"), options.pop("comparing")
    skip_refused = options.pop("skip_refused")
    folder = Path(out) if out not in (None, STDIN) else None
    if comparing and folder is None:
        raise click.UsageError("--check compares with files: name their folder with -o")
    _require_target(to)
    items = rule_files(paths)
    if out is None and form == "text" and len(items) > 1:
        raise click.UsageError(f"{len(items)} files: name a folder for the results with -o, or -o - for stdout")
    converted = run_batch(partial(convert_file, target=Target(to, options)), items, jobs=jobs, label="converting")
    records = [record for group in converted for record in group]
    found: list[Diagnostic] = []
    if folder is not None:
        records = outputs.place(list(zip(items, converted, strict=True)), to, folder)
        whole = all_folders(paths)
        found = outputs.differences(records, folder, to, whole=whole) if comparing else outputs.write(records, folder)
    if form == "json":
        click.echo(_json(records, found, to), nl=False)
    elif folder is None:
        _print_texts(records, to)
    else:
        click.echo(conversions.records_table(records), nl=False)
    judged = [record for record in records if not (skip_refused and record.status is Status.REFUSED)]
    _print_remarks(judged, found, Texts(items))
    click.echo(conversions.summary_text(records), err=True)
    ctx.exit(_exit_code(judged, found, MaxLoss(options["max_loss"])))


def _require_target(name: str) -> None:
    """Refuse a target that nothing registers before any file is read."""
    try:
        document_format(name)
    except UnknownNameError:
        dialect(name)


def convert_file(item: Input, target: Target) -> list[ConversionRecord]:
    """What becomes of each rule of a file."""
    loaded = guarded(item.shown, lambda: load_rules(item))
    if isinstance(loaded, Failure):
        return [ConversionRecord(item.shown, 0, _status(loaded), diagnostic=loaded.diagnostic)]
    return [_convert_rule(item.shown, index, rule, target) for index, rule in enumerate(loaded)]


def _convert_rule(path: str, index: int, rule: Rule, target: Target) -> ConversionRecord:
    made = guarded(path, lambda: isorule.convert(rule, target.name, **target.options))
    record = ConversionRecord(path, index, Status.CONVERTED, rule.metadata.id, rule.metadata.title)
    if isinstance(made, Failure):
        return replace(record, status=_status(made), diagnostic=at_detection(made.diagnostic, rule))
    return replace(record, text=made.text, losses=made.losses, verdict=made.verdict)


def _status(failure: Failure) -> Status:
    return Status.REFUSED if failure.refused else Status.ERROR


def _json(records: Sequence[ConversionRecord], found: Sequence[Diagnostic], target: str) -> str:
    return json.document(
        {
            "target": target,
            "rules": [conversions.record_json(record) for record in records],
            "files": [to_json(item) for item in found],
            "summary": conversions.summary_json(records),
        }
    )


def _print_texts(records: Sequence[ConversionRecord], target: str) -> None:
    text = outputs.joined([record.text for record in records if record.text is not None], target)
    if text is None:
        raise click.UsageError(f"several rules cannot stand in one {target} text: name a folder with -o")
    click.echo(text, nl=False)


def _print_remarks(records: Sequence[ConversionRecord], found: Sequence[Diagnostic], texts: Texts) -> None:
    """Everything that a person must hear, to stderr."""
    for record in records:
        for remark in conversions.remarks(record):
            click.echo(render(remark, texts), err=True)
        lines = conversions.verdict_lines(record)
        if lines is not None:
            click.echo(lines, err=True)
    for item in found:
        click.echo(render(item), err=True)


def _exit_code(records: Sequence[ConversionRecord], found: Sequence[Diagnostic], limit: MaxLoss) -> ExitCode:
    if any(record.reason == FAULT_NAME for record in records):
        return ExitCode.FAULT
    clean = all(record.verdict is not None and _within(record.verdict.kind, limit) for record in records)
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
