"""Where converted rules go: one file for each rule, in a tree that mirrors the input."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from isorule.cli.inputs import Input
from isorule.diagnostics import Diagnostic, Severity
from isorule.documents import document_format, document_names
from isorule.report.conversions import ConversionRecord, Status
from isorule.source.files import shown_path, write_file

_QUERY_SUFFIXES = {"dsl": ".json"}
"""What the name of a file with a bare query ends with, where that is not the name of the language."""

_SEPARATORS = {"sigma": "---\n", "eql": "\n", "kuery": "\n", "lucene": "\n", "dsl": ""}
"""What stands between rules on stdout; a target that is not listed has no form for several rules in one text."""


def suffix_of(target: str) -> str:
    """What the name of a file in this target's language ends with."""
    if target in document_names():
        return document_format(target).suffixes[0]
    return _QUERY_SUFFIXES.get(target, f".{target}")


def joined(texts: Sequence[str], target: str) -> str | None:
    """Several rules as one text, or None where the target has no such form."""
    ended = [text if text.endswith("\n") else f"{text}\n" for text in texts]
    if len(ended) <= 1:
        return "".join(ended)
    return _SEPARATORS[target].join(ended) if target in _SEPARATORS else None


def place(items: Sequence[tuple[Input, Sequence[ConversionRecord]]], target: str, out: Path) -> list[ConversionRecord]:
    """The records with their `output` set: the input's place below its argument, with the target's suffix.

    The rules of a file that holds several are numbered from 1 (`name-1.toml`). A rule whose place is taken, or is its
    own source, becomes an error: no file is ever written over another rule's.
    """
    sources = {Path(item.shown).resolve() for item, _ in items if item.data is None}
    taken: dict[PurePosixPath, str] = {}
    placed: list[ConversionRecord] = []
    for item, records in items:
        for record in records:
            if record.status is not Status.CONVERTED:
                placed.append(record)
                continue
            number = f"-{record.index + 1}" if len(records) > 1 else ""
            output = item.relative.with_name(f"{item.relative.stem}{number}{suffix_of(target)}")
            if (out / output).resolve() in sources:
                placed.append(_misplaced(record, "output-is-input", f"{output} is a source of this conversion"))
            elif output in taken:
                placed.append(_misplaced(record, "output-collision", f"{output} is taken by {taken[output]}"))
            else:
                taken[output] = record.path
                placed.append(replace(record, output=output.as_posix()))
    return placed


def _misplaced(record: ConversionRecord, name: str, message: str) -> ConversionRecord:
    hint = "convert it to another folder (-o)"
    found = Diagnostic("OUT001", name, Severity.ERROR, message, hint=hint, path=record.path)
    return replace(record, status=Status.ERROR, text=None, losses=(), verdict=None, diagnostic=found)


def write(records: Iterable[ConversionRecord], out: Path) -> list[Diagnostic]:
    """Write every record that has a place; gives a diagnostic for each that could not be written."""
    found: list[Diagnostic] = []
    for record in records:
        if record.output is None or record.text is None:
            continue
        target = out / record.output
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            write_file(target, record.text)
        except OSError as error:
            message = f"the file cannot be written: {error.strerror or error}"
            found.append(Diagnostic("OUT002", "unwritable-file", Severity.ERROR, message, path=shown_path(target)))
    return found


def differences(records: Iterable[ConversionRecord], out: Path, target: str, *, whole: bool) -> list[Diagnostic]:
    """What a run would change below `out`: missing and stale files, and, with `whole`, files that no rule gives."""
    found: list[Diagnostic] = []
    expected: set[Path] = set()
    for record in records:
        if record.output is None or record.text is None:
            continue
        file = out / record.output
        expected.add(file)
        if not file.is_file():
            found.append(_differs(file, "missing-output", f"no such file, but {record.path} gives it"))
        elif file.read_bytes() != record.text.encode():
            found.append(_differs(file, "stale-output", f"differs from what {record.path} gives"))
    if whole and out.is_dir():
        orphans = {file for file in out.rglob(f"*{suffix_of(target)}") if file.is_file()} - expected
        found += [_differs(file, "orphan-output", "no rule gives this file") for file in orphans]
    return sorted(found, key=lambda item: item.path or "")


def _differs(file: Path, name: str, message: str) -> Diagnostic:
    return Diagnostic("OUT003", name, Severity.ERROR, message, path=shown_path(file))
