"""Detections: what a stream of events is asked.

Spans of time are whole milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, unique

from isorule.ir.matchers import Scalar
from isorule.ir.predicates import Field, Predicate
from isorule.source import Span


@unique
class PipeKind(Enum):
    """Which end of the answer a pipe keeps."""

    HEAD = "head"
    TAIL = "tail"


@dataclass(frozen=True, slots=True)
class Pipe:
    """Keep the first or last `count` results."""

    kind: PipeKind
    count: int


@dataclass(frozen=True, slots=True)
class Match:
    """Every single event for which the predicate is true."""

    where: Predicate
    pipes: tuple[Pipe, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """One clause of a sequence or sample: its condition and its own join keys.

    `runs` repeats the clause; a `missing` stage (`![ … ]`) asks that no such event stands in its place.
    """

    where: Predicate
    by: tuple[Field, ...] = ()
    runs: int = 1
    missing: bool = False
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Sequence:
    """Events in order of time that share their join keys (EQL `sequence`).

    `by` are the keys of every stage, put before the stage's own; `maxspan` is in milliseconds.
    """

    stages: tuple[Stage, ...]
    by: tuple[Field, ...] = ()
    maxspan: int | None = None
    until: Stage | None = None
    pipes: tuple[Pipe, ...] = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """Events in any order that share their join keys (EQL `sample`)."""

    stages: tuple[Stage, ...]
    by: tuple[Field, ...] = ()
    pipes: tuple[Pipe, ...] = ()


@unique
class WindowKind(Enum):
    """LOOKBACK: one window a run, as far as the rule looks back. SLIDING: ends at any event. TUMBLING: by the clock."""

    LOOKBACK = "lookback"
    SLIDING = "sliding"
    TUMBLING = "tumbling"


@dataclass(frozen=True, slots=True)
class Window:
    """The span of time over which an aggregate counts; None where the rule's schedule sets it."""

    kind: WindowKind
    span: int | None = None


@unique
class MeasureKind(Enum):
    """What is computed for each group."""

    COUNT = "count"
    CARDINALITY = "cardinality"
    SUM = "sum"
    AVERAGE = "average"
    PERCENTILE = "percentile"
    RULES = "rules"


@dataclass(frozen=True, slots=True)
class Measure:
    """A number for each group of events; `fields` is empty for COUNT, `rank` is the percentile (0 to 100).

    RULES, which only correlations have, is how many of a correlation's items occur.
    """

    kind: MeasureKind
    fields: tuple[str, ...] = ()
    rank: float | None = None


@unique
class Comparison(Enum):
    """How a measure is compared with its threshold."""

    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"
    EQ = "eq"
    NEQ = "neq"


@dataclass(frozen=True, slots=True)
class Having:
    """A condition on a measure."""

    measure: Measure
    comparison: Comparison
    threshold: float


@dataclass(frozen=True, slots=True)
class Aggregate:
    """Groups of events whose measures meet all conditions (threshold rules, Sigma event_count and value_count)."""

    where: Predicate
    by: tuple[str, ...]
    window: Window
    having: tuple[Having, ...]


@dataclass(frozen=True, slots=True)
class NewTerms:
    """Events whose combination of values in `fields` does not occur between `history_start` and the rule's lookback.

    `history_start` is date math (`now-7d`).
    """

    where: Predicate
    fields: tuple[str, ...]
    history_start: str


@dataclass(frozen=True, slots=True)
class IndicatorEntry:
    """A field of the event that equals (or, negated, does not equal) a field of an indicator."""

    event_field: str
    indicator_field: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class IndicatorMatch:
    """Events for which some indicator meets all entries of one of the groups of `mapping`."""

    where: Predicate
    indicators: Predicate
    indicator_indices: tuple[str, ...]
    mapping: tuple[tuple[IndicatorEntry, ...], ...]


@dataclass(frozen=True, slots=True)
class Opaque:
    """A detection that isorule keeps but does not understand, and why. `text` is None where there is no query."""

    language: str
    text: str | None
    why: str
    parameters: tuple[tuple[str, Scalar], ...] = ()


@unique
class CorrelationKind(Enum):
    """What a correlation asks of the hits of its items in a window of time.

    MEASURE: numbers over all of them. TEMPORAL: that the items occur. TEMPORAL_ORDERED: that they occur in their order.
    """

    MEASURE = "measure"
    TEMPORAL = "temporal"
    TEMPORAL_ORDERED = "temporal_ordered"


@dataclass(frozen=True, slots=True)
class CorrelationItem:
    """A rule that a correlation refers to: by which name, what it detects, and its own field for each group key.

    `detection` is an `Opaque` of the language `UNRESOLVED` where no rule of that name or id is known.
    """

    name: str
    detection: Detection
    keys: tuple[Field, ...] = ()
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Occurs:
    """The item of this name occurs in the window."""

    item: str


@dataclass(frozen=True, slots=True)
class AllOccur:
    """All of the terms hold."""

    terms: tuple[Occurrence, ...]


@dataclass(frozen=True, slots=True)
class AnyOccurs:
    """One of the terms holds."""

    terms: tuple[Occurrence, ...]


@dataclass(frozen=True, slots=True)
class NotOccurring:
    """The term does not hold."""

    term: Occurrence


Occurrence = Occurs | AllOccur | AnyOccurs | NotOccurring


@dataclass(frozen=True, slots=True)
class Correlation:
    """Hits of several detections that share their group keys within a sliding window (Sigma correlations).

    `by` names the keys: fields, or aliases that each item resolves in its `keys`. `span` is the window in milliseconds.
    `having` are conditions on measures, all of which must hold; on a temporal kind only on the measure RULES.
    `condition` is an expression over the items of a temporal kind. Where a temporal kind has neither, all items occur.
    """

    kind: CorrelationKind
    items: tuple[CorrelationItem, ...]
    by: tuple[str, ...]
    span: int
    having: tuple[Having, ...] = ()
    condition: Occurrence | None = None


UNRESOLVED = "unresolved-rule"
"""The language of the `Opaque` that stands for a rule which a correlation names and nobody knows."""

Detection = Match | Sequence | Sample | Aggregate | NewTerms | IndicatorMatch | Correlation | Opaque
