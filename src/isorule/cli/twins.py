"""Converted files that are kept, compared with what their rules give now: `--check` and `--diff`."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from isorule.cli.manifest import Entry, digest, read_manifest
from isorule.cli.outputs import Output, current
from isorule.diagnostics import Diagnostic, Severity
from isorule.source.files import shown_path


def differences(outputs: Sequence[Output]) -> list[Diagnostic]:
    """What a run would change: files that are missing, stale or were edited, each with the reason, by path."""
    folders = {_folder(output) for output in outputs}
    kept = {folder: read_manifest(folder) for folder in folders}
    found = [_difference(output, kept[_folder(output)].get(output.place)) for output in outputs]
    return sorted((item for item in found if item is not None), key=lambda item: item.path or "")


def _folder(output: Output) -> Path:
    return output.path.parents[len(Path(output.place).parts) - 1]


def _difference(output: Output, kept: Entry | None) -> Diagnostic | None:
    data = current(output)
    if data is None:
        return _differs(output.path, "missing-output", f"no such file, but {output.source} gives it")
    if data == output.text.encode():
        return None
    if kept is None or output.entry is None:
        return _differs(output.path, "stale-output", f"differs from what {output.source} gives")
    changed = kept.source_sha256 != output.entry.source_sha256
    if digest(data) != kept.sha256:
        also = f", and {output.source} has changed, too" if changed else ""
        return _differs(output.path, "edited-output", f"was edited since it was made from {output.source}{also}")
    if changed:
        return _differs(output.path, "stale-output", f"{output.source} has changed since this was made from it")
    message = f"isorule or its options have changed since this was made from {output.source}"
    return _differs(output.path, "stale-output", message)


def orphans(folder: Path, outputs: Iterable[Output], suffix: str, sources: Mapping[str, str]) -> list[Diagnostic]:
    """Files below a folder that no rule gives. `sources` are the inputs by their place below their argument."""
    if not folder.is_dir():
        return []
    expected = {output.path for output in outputs}
    kept = read_manifest(folder)
    found: list[Diagnostic] = []
    for path in sorted(folder.rglob(f"*{suffix}")):
        place = path.relative_to(folder)
        if path.is_file() and path not in expected and not any(part.startswith(".") for part in place.parts):
            found.append(_differs(path, "orphan-output", _why_orphan(kept.get(place.as_posix()), sources)))
    return found


def _why_orphan(entry: Entry | None, sources: Mapping[str, str]) -> str:
    if entry is None:
        return "no rule gives this file"
    if entry.source in sources:
        return f"{sources[entry.source]} gave this file and does so no more"
    return f"{entry.source}, which gave this file, is not among the rules any more"


def diff_text(outputs: Iterable[Output]) -> str:
    """The changes of a run as one unified diff, by path; empty where there are none."""
    parts: list[str] = []
    for output in sorted(outputs, key=lambda item: item.path.as_posix()):
        data = current(output)
        if data == output.text.encode():
            continue
        name = shown_path(output.path)
        before = (data or b"").decode("utf-8", errors="backslashreplace").splitlines(keepends=True)
        after = output.text.splitlines(keepends=True)
        lines = difflib.unified_diff(before, after, name if data is not None else "/dev/null", name)
        parts += [line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines]
    return "".join(parts)


def _differs(file: Path, name: str, message: str) -> Diagnostic:
    return Diagnostic("OUT003", name, Severity.ERROR, message, path=shown_path(file))
