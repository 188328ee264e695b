"""What checks of collections keep of each rule, and what they say of all of them."""

from __future__ import annotations

from dataclasses import dataclass

from isorule.diagnostics import Diagnostic, Related, Severity
from isorule.source import KeyPath, SourceFile, Span

Json = str | int | float | bool | list["Json"] | dict[str, "Json"] | None


@dataclass(frozen=True, slots=True)
class Fact:
    """What a check keeps of one place of a rule; `value` is made of JSON values and comes back as it is."""

    value: Json
    place: KeyPath | Span
    at_key: bool = False


@dataclass(frozen=True, slots=True)
class Collected:
    """A fact with its place among all files: file, span, line and column (from 1), and the document's number in it."""

    value: Json
    format: str
    path: str
    index: int
    span: Span
    line: int
    column: int


def collected(fact: Fact, span: Span, file: SourceFile, form: str, index: int) -> Collected:
    """A fact placed in its file."""
    position = file.position(span.start)
    return Collected(fact.value, form, file.path, index, span, position.line, position.column)


@dataclass(frozen=True, slots=True)
class CollectionFinding:
    """What a check says about the place of a fact; `related` are the places of other facts that explain it."""

    at: Collected
    message: str
    hint: str | None = None
    related: tuple[tuple[str, Collected], ...] = ()
    severity: Severity | None = None

    def diagnostic(self, code: str, name: str, severity: Severity) -> Diagnostic:
        """The finding as a diagnostic of a check."""
        at = self.at
        related = tuple(
            Related(message, other.span, other.path, other.line, other.column) for message, other in self.related
        )
        return Diagnostic(
            code,
            name,
            self.severity or severity,
            self.message,
            self.hint,
            at.path,
            at.line,
            at.column,
            at.span,
            related,
        )
