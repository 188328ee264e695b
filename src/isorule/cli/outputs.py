"""Where converted rules go: one file for each rule, in a tree that mirrors the input, or one file for all of them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from isorule.cli.inputs import Input
from isorule.cli.manifest import Entry, digest, read_manifest, write_manifest
from isorule.cli.targets import Target
from isorule.diagnostics import Diagnostic, Severity
from isorule.report.conversions import ConversionRecord, Status
from isorule.source.files import shown_path, write_file


@dataclass(frozen=True, slots=True)
class Output:
    """A file to write: its path, its place below the output folder, its text, and what gives it.

    `entry` is what the folder's manifest keeps of it; None for a file that stands alone.
    """

    path: Path
    place: str
    text: str
    source: str
    entry: Entry | None = None


_ENDING = re.compile(r"\.[A-Za-z][A-Za-z0-9]*")


def is_file(out: str) -> bool:
    """Whether `-o` names one file for all rules: one that exists, or a name with an ending (`all.yml`, not `v1.2`)."""
    path = Path(out)
    if path.exists() or out.endswith(("/", "\\")):
        return path.is_file()
    return _ENDING.fullmatch(path.suffix) is not None


Group = tuple[Input, Sequence[ConversionRecord]]
"""A file and the records of its rules."""


def place(items: Sequence[Group], target: Target, out: Path) -> list[ConversionRecord]:
    """The records with their `output` set: the input's place below its argument, with the target's suffix.

    The rules of a file that holds several are numbered from 1 (`name-1.toml`). A rule whose place is taken, or is its
    own source, becomes an error: no file is ever written over another rule's.
    """
    sources = _sources(item for item, _ in items)
    taken: dict[PurePosixPath, str] = {}
    placed: list[ConversionRecord] = []
    for item, records in items:
        several = sum(record.status is not Status.PART for record in records) > 1
        for record in records:
            if record.status is not Status.CONVERTED:
                placed.append(record)
                continue
            number = f"-{record.index + 1}" if several else ""
            output = item.relative.with_name(f"{item.relative.stem}{number}{target.suffix}")
            if os.path.realpath(out / output) in sources:
                placed.append(_misplaced(record, "output-is-input", f"{output} is a source of this conversion"))
            elif output in taken:
                placed.append(_misplaced(record, "output-collision", f"{output} is taken by {taken[output]}"))
            else:
                taken[output] = record.path
                placed.append(replace(record, output=output.as_posix()))
    return placed


def _sources(items: Iterable[Input]) -> set[str]:
    """The inputs without symbolic links; unlike `Path.resolve`, `realpath` says something of a circle of links, too."""
    return {os.path.realpath(item.shown) for item in items if item.data is None}


def overwrites(file: Path, items: Iterable[Input]) -> bool:
    """Whether a file is one of the inputs."""
    return os.path.realpath(file) in _sources(items)


def _misplaced(record: ConversionRecord, name: str, message: str) -> ConversionRecord:
    hint = "convert it to another folder (-o)"
    found = Diagnostic("OUT001", name, Severity.ERROR, message, hint=hint, path=record.path)
    return replace(record, status=Status.ERROR, text=None, losses=(), verdict=None, diagnostic=found)


def tree(items: Iterable[Group], contents: Mapping[str, bytes], out: Path) -> list[Output]:
    """A file for each record that has a place below `out`; `contents` are the bytes of the inputs."""
    found: list[Output] = []
    for item, records in items:
        for record in records:
            if record.output is not None and record.text is not None:
                source = digest(contents.get(item.shown, b""))
                entry = Entry(item.relative.as_posix(), source, digest(record.text.encode()))
                found.append(Output(out / record.output, record.output, record.text, record.path, entry))
    return found


def write(outputs: Iterable[Output], folder: Path | None = None) -> list[Diagnostic]:
    """Write what is not there yet, and the manifest of the folder; gives a diagnostic for each that cannot be."""
    found: list[Diagnostic] = []
    made: dict[str, Entry] = {}
    for output in outputs:
        try:
            if current(output) != output.text.encode():
                output.path.parent.mkdir(parents=True, exist_ok=True)
                write_file(output.path, output.text)
            if output.entry is not None:
                made[output.place] = output.entry
        except OSError as error:
            found.append(_unwritable(output.path, error))
    if folder is not None and made:
        try:
            write_manifest(folder, made, gone=_gone(folder, made))
        except OSError as error:
            found.append(_unwritable(folder, error))
    return found


def _gone(folder: Path, made: Mapping[str, Entry]) -> list[str]:
    """Files of the manifest that are there no more."""
    return [name for name in read_manifest(folder) if name not in made and not (folder / name).exists()]


def current(output: Output) -> bytes | None:
    """What stands in the file now; None where there is none."""
    try:
        return output.path.read_bytes()
    except OSError:
        return None


def _unwritable(path: Path, error: OSError) -> Diagnostic:
    message = f"the file cannot be written: {error.strerror or error}"
    return Diagnostic("OUT002", "unwritable-file", Severity.ERROR, message, path=shown_path(path))
