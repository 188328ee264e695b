"""What a check is, what it sees, and what it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Protocol, runtime_checkable

from isorule.diagnostics import Fix, Severity
from isorule.ir.rule import Document, Rule
from isorule.schemas import span_at
from isorule.source import KeyPath, Located, SourceFile, Span

ELASTIC = "elastic"
SIGMA = "sigma"


@dataclass(frozen=True, slots=True)
class CheckedDocument:
    """A rule as it stands in its file. `rule` is None where the file could not be read as a rule.

    `format` is the name of the document format (`elastic`, `sigma`). Values may be of any type: what is wrong with
    their shape is for the schema check to say, other checks pass over it.
    """

    format: str
    values: Document
    file: SourceFile
    places: Mapping[KeyPath, Located] = field(default_factory=dict, repr=False)
    rule: Rule | None = None

    def span(self, path: KeyPath, *, at_key: bool = False) -> Span | None:
        """Where the value at a path stands, or its key; the nearest key above for a path that leads nowhere."""
        return span_at(self.places, path, at_key=at_key)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check says about the value at a path, or about its key.

    `severity` is given where it is not the check's own.
    """

    path: KeyPath
    message: str
    hint: str | None = None
    at_key: bool = False
    severity: Severity | None = None
    fix: Fix | None = None


@runtime_checkable
class Check(Protocol):
    """A lint check: one subject, one code, one name (both stable), and a docstring that documents it.

    The docstring has the sections "What it does", "Why", "Example", "Use instead" and "References" as Markdown
    headings; the check must fire on the code of "Example" and must not on that of "Use instead".
    """

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity]
    formats: ClassVar[frozenset[str]]

    def findings(self, document: CheckedDocument) -> Iterator[Finding]:
        """All that the check has to say about a document of one of its formats."""
        ...
