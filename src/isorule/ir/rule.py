"""The envelope of a rule: everything but the detection, in one vocabulary for all document formats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, unique

from isorule.ir.detections import Detection
from isorule.source import Embedded, KeyPath, Located, SourceFile

Document = Mapping[str, object]
"""The plain values of a rule file: tables, lists, texts, numbers, Booleans, null."""


@unique
class Level(Enum):
    """Severity of an alert; Elastic has no INFORMATIONAL."""

    INFORMATIONAL = "informational"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Technique:
    """An ATT&CK technique with the sub-techniques that a rule names under it; names may be unknown to the format."""

    id: str
    name: str | None = None
    subtechniques: tuple[Technique, ...] = ()


@dataclass(frozen=True, slots=True)
class Threat:
    """An ATT&CK tactic (`TA0007`) and its techniques."""

    tactic_id: str
    tactic_name: str
    techniques: tuple[Technique, ...] = ()


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a rule says of itself. Dates are ISO texts (`2026-01-21`); absent parts are None or empty."""

    title: str
    id: str | None = None
    name: str | None = None
    description: str | None = None
    authors: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    false_positives: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    level: Level | None = None
    status: str | None = None
    license: str | None = None
    created: str | None = None
    modified: str | None = None


@dataclass(frozen=True, slots=True)
class LogSource:
    """Sigma's description of where events come from; `extra` keeps custom attributes."""

    category: str | None = None
    product: str | None = None
    service: str | None = None
    definition: str | None = None
    extra: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class DataSource:
    """Where a rule's events come from, and which of their fields play a role.

    `taxonomy` names the field names in use: `ecs` for Elastic rules, `sigma` (SigmaHQ's) by default for Sigma.
    `integrations` are the packages of Elastic Agent that collect the events (`metadata.integration`).
    """

    indices: tuple[str, ...] = ()
    logsource: LogSource | None = None
    taxonomy: str = "ecs"
    category_field: str = "event.category"
    timestamp_field: str = "@timestamp"
    tiebreaker_field: str | None = None
    integrations: tuple[str, ...] = ()

    def with_roles(self, given: DataSource) -> DataSource:
        """The source with the fields of another in the roles for which it names none itself."""
        usual = DataSource()
        own_category = self.category_field != usual.category_field
        own_timestamp = self.timestamp_field != usual.timestamp_field
        return replace(
            self,
            category_field=self.category_field if own_category else given.category_field,
            timestamp_field=self.timestamp_field if own_timestamp else given.timestamp_field,
            tiebreaker_field=self.tiebreaker_field or given.tiebreaker_field,
        )


@dataclass(frozen=True, slots=True)
class Schedule:
    """How often a rule runs and how far it looks back, as written (`5m`, `now-9m`)."""

    interval: str | None = None
    lookback: str | None = None
    until: str | None = None
    max_signals: int | None = None


@dataclass(frozen=True, slots=True)
class Suppression:
    """Alerts with equal values in `by` count once within `duration` (value and unit as written)."""

    by: tuple[str, ...] = ()
    duration: tuple[int, str] | None = None
    missing_fields: str | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """The file that a rule was read from: its format, its plain values, and where each of them stands.

    `queries` maps the key path of every query text to its place in the file, for diagnostics inside of it.
    """

    format: str
    file: SourceFile
    document: Document
    places: Mapping[KeyPath, Located] = field(default_factory=dict)
    queries: Mapping[KeyPath, Embedded] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """A detection rule.

    `language` is the query language of the detection (`eql`, `kuery`, `sigma` …), None where it has no query.
    `extras` keeps, by format name, the keys that have no home in the envelope, nested as in that format.
    `references` are the rules that a correlation refers to, in the order of its items, as far as they are known.
    """

    metadata: Metadata
    data_source: DataSource
    detection: Detection
    type: str
    language: str | None = None
    schedule: Schedule | None = None
    suppression: Suppression | None = None
    risk_score: int | None = None
    threats: tuple[Threat, ...] = ()
    extras: Mapping[str, Document] = field(default_factory=dict)
    references: tuple[Rule, ...] = ()
    origin: Origin | None = field(default=None, compare=False, repr=False)
