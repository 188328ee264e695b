"""Fixes put into a file, pass by pass, and only where the file still says the same but for what they name."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from isorule.checks.file import readings, report_file
from isorule.checks.outcome import Hides
from isorule.checks.run import settle
from isorule.checks.selection import Plan
from isorule.diagnostics import Applicability, Diagnostic, Fix, TextEdit
from isorule.source import KeyPath, SourceFile, Span
from isorule.source.equality import same_values
from isorule.source.reading import Reading

MAX_PASSES: Final = 10
"""A fix may lead to a finding with another fix; two checks that undo each other must not go on for ever."""

_Mark = tuple[str, str, tuple[tuple[str, str], ...]]
_GONE: Final = "\x00changed"


@dataclass(frozen=True, slots=True)
class Mended:
    """A file after its fixes.

    `fixed` are the findings whose fixes were made; `dropped` those whose fix would have changed more than it says, or
    still had something to mend after the last pass.
    """

    file: SourceFile
    fixed: tuple[Diagnostic, ...]
    dropped: tuple[Diagnostic, ...]


def mend(
    file: SourceFile, form: str, chosen: Plan, allowed: frozenset[Applicability], hides: Hides | None = None
) -> Mended:
    """The file with every allowed fix made that can be made.

    Fixes that overlap are made one after the other, each on the text that the one before it left. After every pass the
    file is read again; a fix after which any value differs that it does not name is taken back.
    """
    fixed: list[Diagnostic] = []
    dropped: dict[_Mark, Diagnostic] = {}
    for number in range(MAX_PASSES + 1):
        found = settle({file.path: report_file(file, form, chosen)}, chosen, hides=hides)
        fixable = [item for item in found if _is_allowed(item, allowed) and _mark(file, item) not in dropped]
        if number == MAX_PASSES:
            dropped |= {_mark(file, item): item for item in fixable}
        if not fixable or number == MAX_PASSES:
            break
        now = _apart(fixable)
        after = _edited(file, form, now)
        if after is None:
            now, after, bad = _one_by_one(file, form, now)
            dropped |= {_mark(file, item): item for item in bad}
        if now:
            fixed += now
            file = after
    return Mended(file, tuple(fixed), tuple(dropped.values()))


def _is_allowed(item: Diagnostic, allowed: frozenset[Applicability]) -> bool:
    return item.fix is not None and bool(item.fix.edits) and item.fix.applicability in allowed


def _mark(file: SourceFile, item: Diagnostic) -> _Mark:
    """What makes a fix the same one in the next pass; lines above may have been added or taken away."""
    changes = tuple((file.text[edit.span.start : edit.span.end], edit.text) for edit in _fix(item).edits)
    return (item.code, item.message, changes)


def _fix(item: Diagnostic) -> Fix:
    assert item.fix is not None
    return item.fix


def _apart(fixable: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Fixes that do not touch one another, the first in the file first."""
    chosen: list[Diagnostic] = []
    taken: list[Span] = []
    for item in sorted(fixable, key=lambda item: (min(edit.span for edit in _fix(item).edits), item.code)):
        spans = [edit.span for edit in _fix(item).edits]
        if not any(_touch(span, other) for span in spans for other in taken):
            chosen.append(item)
            taken += spans
    return chosen


def _touch(one: Span, other: Span) -> bool:
    return one.start <= other.end and other.start <= one.end


def _one_by_one(
    file: SourceFile, form: str, items: Sequence[Diagnostic]
) -> tuple[list[Diagnostic], SourceFile, list[Diagnostic]]:
    """The fixes that keep the file's other values, the file with them, and the fixes that do not."""
    kept: list[Diagnostic] = []
    bad: list[Diagnostic] = []
    best = file
    for item in items:
        after = _edited(file, form, [*kept, item])
        if after is None:
            bad.append(item)
        else:
            kept.append(item)
            best = after
    return kept, best, bad


def _edited(file: SourceFile, form: str, items: Sequence[Diagnostic]) -> SourceFile | None:
    """The file with fixes made; None where it then says something that they do not name."""
    before = readings(file, form)
    after = SourceFile(file.path, apply_edits(file.text, [edit for item in items for edit in _fix(item).edits]))
    again = readings(after, form)
    if not before or len(again) != len(before):
        return None
    for number, (old, new) in enumerate(zip(before, again, strict=True)):
        keys = [key for item in items if _document(before, _fix(item)) == number for key in _fix(item).keys]
        if not same_values(_without(old.values, keys), _without(new.values, keys)):
            return None
    return after


def _document(documents: Sequence[Reading], fix: Fix) -> int:
    """The number of the document that a fix edits."""
    at = fix.edits[0].span.start
    begins = [document.places[()].value.start if () in document.places else 0 for document in documents]
    return max((number for number, begin in enumerate(begins) if begin <= at), default=0)


def _without(values: Mapping[str, object], keys: Sequence[KeyPath]) -> object:
    """The values with those at the paths left out."""
    found: Any = copy.deepcopy(dict(values))
    for path in keys:
        table = found
        for part in path[:-1]:
            table = _inner(table, part)
        if isinstance(table, dict) and path:
            table.pop(path[-1], None)
        elif isinstance(table, list) and path and isinstance(path[-1], int) and path[-1] < len(table):
            table[path[-1]] = _GONE
    return found


def _inner(value: Any, part: str | int) -> Any:
    match value, part:
        case dict(), str():
            return value.get(part)
        case list(), int() if part < len(value):
            return value[part]
        case _:
            return None


def apply_edits(text: str, edits: Sequence[TextEdit]) -> str:
    """A text with edits made that do not overlap; inserted line breaks are those of the text."""
    newline: Callable[[str], str] = _crlf if "\r\n" in text else str
    out: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: edit.span):
        out += (text[at : edit.span.start], newline(edit.text))
        at = edit.span.end
    return "".join((*out, text[at:]))


def _crlf(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\n", "\r\n")
