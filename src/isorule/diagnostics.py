"""One type for all that isorule has to say about a place: syntax errors, findings, losses, failed checks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum, unique

from isorule.source import Embedded, KeyPath, SourceFile, Span


@unique
class Severity(Enum):
    """How much a diagnostic matters; ordered by `rank`."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the gravest."""
        return ("error", "warning", "info").index(self.value)


@unique
class Effect(Enum):
    """What a conversion loss does to the set of events that match.

    The direction is seen from the whole rule, so lowering flips it under every enclosing negation.
    """

    COSMETIC = "cosmetic"
    WIDENS = "widens"
    NARROWS = "narrows"
    CHANGES = "changes"

    def under_negation(self) -> Effect:
        """The effect of the same loss inside one more `not`."""
        if self is Effect.WIDENS:
            return Effect.NARROWS
        if self is Effect.NARROWS:
            return Effect.WIDENS
        return self


@unique
class Applicability(Enum):
    """Whether a fix may be applied without asking: it keeps the meaning, may change it, or is only shown."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    DISPLAY = "display"


@dataclass(frozen=True, slots=True)
class TextEdit:
    """Replace the characters of `span` by `text`."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits of one file that belong together, and how safe they are.

    `keys` are the paths of the values of the document that the edits change, each with all below it; every other value
    must be the same when the edited file is read again.
    """

    title: str
    edits: tuple[TextEdit, ...]
    applicability: Applicability = Applicability.SAFE
    keys: tuple[KeyPath, ...] = ()


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that explains a diagnostic."""

    message: str
    span: Span | None = None
    path: str | None = None
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """Something to say about a place in a file.

    `code` is short and stable (`EQL001`), `name` is kebab-case and reads after "allow" (`single-quoted-string`).
    `span` counts code points of the file named by `path`; a parser that knows only a query gives spans of the query,
    and `located` moves them into the file. `line` and `column` count from 1. `effect` is set for conversion losses.
    """

    code: str
    name: str
    severity: Severity
    message: str
    hint: str | None = None
    path: str | None = None
    line: int | None = None
    column: int | None = None
    span: Span | None = None
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    effect: Effect | None = None

    def located(self, where: SourceFile | Embedded) -> Diagnostic:
        """The same diagnostic placed in a file: `span` becomes a span of the file, line and column are filled in."""
        file = where.file if isinstance(where, Embedded) else where
        outer: _Outer = where.span if isinstance(where, Embedded) else _same
        span = outer(self.span) if self.span is not None else None
        position = file.position(span.start) if span is not None else None
        return replace(
            self,
            path=file.path,
            span=span,
            line=position.line if position else None,
            column=position.column if position else None,
            related=tuple(_locate_related(item, file, outer) for item in self.related),
            fix=_locate_fix(self.fix, outer),
        )


_Outer = Callable[[Span], Span]


def _same(span: Span) -> Span:
    return span


def _locate_related(item: Related, file: SourceFile, outer: _Outer) -> Related:
    if item.span is None or item.path is not None:
        return item
    span = outer(item.span)
    position = file.position(span.start)
    return replace(item, span=span, path=file.path, line=position.line, column=position.column)


def _locate_fix(fix: Fix | None, outer: _Outer) -> Fix | None:
    if fix is None:
        return None
    return replace(fix, edits=tuple(TextEdit(outer(edit.span), edit.text) for edit in fix.edits))


class IsoruleError(Exception):
    """Base of every error that isorule raises on bad input; `diagnostic` says what and where."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


class ParseError(IsoruleError):
    """A text is not a sentence of its language."""


class UnsupportedError(IsoruleError):
    """A target cannot say this, or isorule does not read it; the diagnostic gives the reason code."""


class UnknownNameError(IsoruleError):
    """No dialect, document format, rule or check goes by this name."""


def sort_key(diagnostic: Diagnostic) -> tuple[str, int, int, str]:
    """Order of output: by file, then place, then code."""
    return (diagnostic.path or "", diagnostic.line or 0, diagnostic.column or 0, diagnostic.code)


def to_json(diagnostic: Diagnostic) -> dict[str, object]:
    """A diagnostic as JSON values; absent parts are left out."""
    out: dict[str, object] = {
        "code": diagnostic.code,
        "name": diagnostic.name,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "hint": diagnostic.hint,
        "path": diagnostic.path,
        "line": diagnostic.line,
        "column": diagnostic.column,
        "span": list(diagnostic.span) if diagnostic.span is not None else None,
        "effect": diagnostic.effect.value if diagnostic.effect is not None else None,
        "related": [_related_json(item) for item in diagnostic.related] or None,
        "fix": _fix_json(diagnostic.fix) if diagnostic.fix is not None else None,
    }
    return {key: value for key, value in out.items() if value is not None}


def _related_json(item: Related) -> dict[str, object]:
    values = {"message": item.message, "path": item.path, "line": item.line, "column": item.column}
    return {key: value for key, value in values.items() if value is not None}


def _fix_json(fix: Fix) -> dict[str, object]:
    edits = [{"span": list(edit.span), "text": edit.text} for edit in fix.edits]
    return {"title": fix.title, "applicability": fix.applicability.value, "edits": edits}


def render(diagnostic: Diagnostic, files: Mapping[str, SourceFile] | None = None) -> str:
    """A diagnostic as text for a terminal, the place underlined where the file's text is at hand.

    `files` maps `Diagnostic.path` to its text.
    """
    place = diagnostic.path or "<unknown>"
    if diagnostic.line is not None:
        place += f":{diagnostic.line}:{diagnostic.column}"
    lines = [f"{place}: {diagnostic.severity.value}[{diagnostic.name}] {diagnostic.message} ({diagnostic.code})"]
    file = (files or {}).get(diagnostic.path or "")
    if file is not None and diagnostic.span is not None:
        lines += _underlined(file, diagnostic.span)
    lines += [_related_line(item) for item in diagnostic.related]
    if diagnostic.hint:
        lines.append(f"  hint: {diagnostic.hint}")
    if diagnostic.fix:
        lines.append(f"  fix ({diagnostic.fix.applicability.value}): {diagnostic.fix.title}")
    return "\n".join(lines)


def _related_line(item: Related) -> str:
    place = f"{item.path}:{item.line}:{item.column}: " if item.path and item.line else ""
    return f"  note: {place}{item.message}"


def _underlined(file: SourceFile, span: Span) -> list[str]:
    """The first line of the span with carets under it; tabs are shown as one blank so that the carets stand right.

    Of a long line only the surroundings of the span are shown.
    """
    position = file.position(span.start)
    text = file.line(position.line).replace("\t", " ")
    at = position.column - 1
    width = max(1, min(span.end - span.start, len(text) - at))
    text, at = _cropped(text, at)
    width = min(width, max(1, len(text) - at))
    gutter = str(position.line)
    blank = " " * len(gutter)
    return [f" {blank} |", f" {gutter} | {text}", f" {blank} | {' ' * at}{'^' * width}"]


_SHOWN = 160
_BEFORE = 60


def _cropped(text: str, at: int) -> tuple[str, int]:
    """At most `_SHOWN` characters of a line, some of them before the place, and where the place stands in them."""
    if len(text) <= _SHOWN:
        return text, at
    start = max(0, min(at - _BEFORE, len(text) - _SHOWN))
    head = "…" if start else ""
    tail = "…" if start + _SHOWN < len(text) else ""
    return head + text[start : start + _SHOWN] + tail, at - start + len(head)


def render_all(diagnostics: Iterable[Diagnostic], files: Mapping[str, SourceFile] | None = None) -> str:
    """Diagnostics in output order, one block each."""
    return "\n".join(render(item, files) for item in sorted(diagnostics, key=sort_key))
