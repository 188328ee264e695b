"""The contract between checks and the engine: what a check is, what it sees, and what it says.

A check is a class with `about` and one of four methods, by what it looks at:

- `in_file`: a file as a whole (its name, its text, its number of documents);
- `in_rule`: one rule, as plain values with the place of each, and as an `isorule.ir` rule where it could be read;
- `in_detection`: what one rule detects, condition by condition, for rules whose detection isorule understands;
- `facts` and `in_collection`: all rules of a run, from what the check kept of each.

Its docstring is its documentation (see `documentation`). A check with options is a frozen dataclass: each field is an
option with its default, and the configuration makes another instance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Final, Protocol, TypeVar, runtime_checkable

from isorule.diagnostics import Fix, Severity
from isorule.ir.rule import Document, Rule
from isorule.schemas import span_at
from isorule.source import Embedded, KeyPath, Located, SourceFile, Span
from isorule.source.reading import Segments
from isorule.source.toml_strings import toml_segments
from isorule.source.yaml_strings import yaml_segments

if TYPE_CHECKING:
    from isorule.checks.detection import CheckedDetection
    from isorule.checks.facts import Collected, CollectionFinding, Fact

ELASTIC: Final = "elastic"
SIGMA: Final = "sigma"
BOTH: Final = frozenset({ELASTIC, SIGMA})

_SEGMENTS: Final[Mapping[str, Segments]] = {ELASTIC: toml_segments, SIGMA: yaml_segments}

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class About:
    """What is fixed about a check: `code` (`ATTACK002`) and `name` (`attack-revoked`) are both stable.

    The letters of the code are the check's group. `enabled` is false for a check that runs only where it is selected.
    """

    code: str
    name: str
    severity: Severity
    formats: frozenset[str] = BOTH
    enabled: bool = True

    @property
    def group(self) -> str:
        """The letters of the code: `ATTACK`."""
        return self.code.rstrip("0123456789")


@dataclass(frozen=True, slots=True)
class CheckedDocument:
    """A rule as it stands in its file. `rule` is None where the file could not be read as a rule.

    `format` is the name of the document format (`elastic`, `sigma`), `index` counts the documents of the file from 0.
    Values may be of any type: what is wrong with their shape is for the schema check to say, other checks pass over it.
    """

    format: str
    values: Document
    file: SourceFile
    places: Mapping[KeyPath, Located] = field(default_factory=dict, repr=False)
    rule: Rule | None = None
    index: int = 0
    _made: dict[Callable[..., Any], Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def span(self, path: KeyPath, *, at_key: bool = False) -> Span | None:
        """Where the value at a path stands, or its key; the nearest key above for a path that leads nowhere."""
        return span_at(self.places, path, at_key=at_key)

    def get(self, *path: str | int) -> object:
        """The value at a path, None where it leads nowhere (and where null is written)."""
        value: object = self.values
        for part in path:
            match value, part:
                case dict() | Mapping(), str():  # asking for a mapping is slow, and most are dicts
                    value = value.get(part)
                case list(), int() if 0 <= part < len(value):
                    value = value[part]
                case _:
                    return None
        return value

    def embedded(self, path: KeyPath) -> Embedded | None:
        """The text at a path with the place of each of its characters in the file; None where there is no text."""
        value = self.get(*path)
        if not isinstance(value, str) or path not in self.places:
            return None
        segments = _SEGMENTS[self.format](self.file.text, self.places[path].value, value)
        return Embedded(self.file, value, segments)

    def within(self, path: KeyPath, start: int, end: int) -> Span | None:
        """Where the characters `start` to `end` of the text at a path stand in the file."""
        text = self.embedded(path)
        return None if text is None else text.span(Span(start, end))

    def once(self, make: Callable[[CheckedDocument], Made]) -> Made:
        """What a function makes of this document, made once for all checks that ask for it."""
        if make not in self._made:
            self._made[make] = make(self)
        found: Made = self._made[make]
        return found


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file of rules; `documents` is empty where it is not well-formed."""

    format: str
    file: SourceFile
    documents: tuple[CheckedDocument, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check says about a place: the value at a key path (or its key, if `at_key`), or a span of the file.

    `severity` is given where it is not the check's own. `related` are other places of the same file that explain it.
    """

    place: KeyPath | Span
    message: str
    hint: str | None = None
    at_key: bool = False
    severity: Severity | None = None
    fix: Fix | None = None
    related: tuple[tuple[str, KeyPath | Span], ...] = ()


@runtime_checkable
class Check(Protocol):
    """What all checks have; see the module."""

    about: ClassVar[About]


@runtime_checkable
class FileCheck(Protocol):
    """A check of whole files."""

    about: ClassVar[About]

    def in_file(self, file: CheckedFile) -> Iterator[Finding]:
        """All that the check has to say about a file of one of its formats."""
        ...


@runtime_checkable
class RuleCheck(Protocol):
    """A check of single rules."""

    about: ClassVar[About]

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """All that the check has to say about a document of one of its formats."""
        ...


@runtime_checkable
class DetectionCheck(Protocol):
    """A check of what rules detect; it sees only detections that isorule understands."""

    about: ClassVar[About]

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """All that the check has to say about the detection of a rule of one of its formats."""
        ...


@runtime_checkable
class CollectionCheck(Protocol):
    """A check of all rules of a run. Facts are JSON values, so that they can be kept between runs."""

    about: ClassVar[About]

    def facts(self, document: CheckedDocument) -> Iterator[Fact]:
        """What the check needs to know of one rule."""
        ...

    def in_collection(self, facts: Iterable[Collected]) -> Iterator[CollectionFinding]:
        """All that the check has to say, from its facts on every rule of the run, in the order of the files."""
        ...
