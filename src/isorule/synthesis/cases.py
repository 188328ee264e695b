"""What synthesis gives: cases with the evaluator's answer, and what could not be made and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, unique

from isorule.diagnostics import Diagnostic
from isorule.ir.predicates import Test
from isorule.source import KeyPath, Span

Event = Mapping[str, object]


@unique
class Kind(Enum):
    """In what respect a case differs from the match that it was made from; the value is its name in fixture files."""

    MATCH = "match"
    LETTER_CASE = "letter case"
    MISSING = "missing field"
    OTHER = "other value"
    EXCLUDED = "excluded value"
    EDGE = "edge of a range"
    NETWORK = "outside the network"
    NUMBER_AS_TEXT = "number as text"
    SEVERAL = "one more value"
    ORDER = "other order"
    SPAN = "outside the window"
    KEY = "other key"
    FEWER = "one event less"
    MORE = "one event more"
    ENDED = "ended before"
    UNWANTED = "event that must be missing"
    SEEN = "already seen"
    INDICATOR = "other indicator"


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of a rule.

    It is a test (`negated` where the rule asks for its opposite), or something about the whole stream in `words`.
    `part` says to which event of a stream it belongs (`event 2`, `until`, `indicators`). `span` is its place in the
    text that `query` names in the rule's file, or in the file itself where that is None; `text` and `line` are what
    stands there.
    """

    words: str | None = None
    test: Test | None = field(default=None, repr=False)
    negated: bool = False
    part: str | None = None
    span: Span | None = None
    query: KeyPath | None = None
    text: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """Events, and how many alerts the evaluator gives for them when the rule runs at the time of the newest.

    `base` is the index among the cases of the match that a single event differs from in one respect.
    """

    kind: Kind
    events: tuple[Event, ...]
    alerts: int
    condition: Condition | None = None
    history: tuple[Event, ...] = ()
    indicators: tuple[Event, ...] = ()
    base: int | None = None

    @property
    def matches(self) -> bool:
        """Whether the rule gives an alert."""
        return self.alerts > 0


@dataclass(frozen=True, slots=True)
class Gap:
    """A condition for which no near miss was made: `name` is the stable reason, `why` says it in words."""

    condition: Condition
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Synthesis:
    """The cases for one rule; matches first. `conditions` are those for which near misses were asked for.

    `problems` has a diagnostic for everything that was asked for and not made.
    """

    cases: tuple[Case, ...]
    conditions: tuple[Condition, ...] = ()
    gaps: tuple[Gap, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
    started: datetime | None = None

    @property
    def matching(self) -> tuple[Case, ...]:
        """The cases made to match."""
        return tuple(case for case in self.cases if case.kind is Kind.MATCH)

    @property
    def near_misses(self) -> tuple[Case, ...]:
        """The cases that fail because of one condition."""
        return tuple(case for case in self.cases if not case.matches)
