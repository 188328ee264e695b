"""What a condition could do without, and why: the results of an analysis."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique

from isorule.ir.predicates import Predicate
from isorule.source import Span


@unique
class FindingKind(Enum):
    """What is said of a term, as it stands in the text.

    NEVER_TRUE: nothing meets it, whatever stands around it. ALWAYS_TRUE: everything does. DEAD: nothing meets it where
    it stands, because of other terms. DUPLICATE: another term says the same. SUBSUMED: an alternative that others
    beside it cover (`foobar*` beside `foo*`). IMPLIED: the rule means the same without it, because of other terms.
    """

    NEVER_TRUE = "never-true"
    ALWAYS_TRUE = "always-true"
    DEAD = "dead"
    DUPLICATE = "duplicate"
    SUBSUMED = "subsumed"
    IMPLIED = "implied"


@unique
class Scope(Enum):
    """Of which events a finding is true: of all, or of those in which every field has one value at most.

    Fields that the schema says hold lists may have several values in either case.
    """

    ALL_EVENTS = "all-events"
    SINGLE_VALUES = "single-values"


@dataclass(frozen=True, slots=True)
class Part:
    """A term of a condition: its predicate (for a value of a list a test for this value alone), and where it stands.

    `negated` says that an odd number of `not` stand around it.
    """

    predicate: Predicate
    span: Span | None
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """A term that the rule means the same without, or that makes it a rule for nothing.

    `by` are the other terms that this rests on, as few as will do; it is empty where the term is so by itself.
    """

    kind: FindingKind
    part: Part
    by: tuple[Part, ...] = ()
    scope: Scope = Scope.ALL_EVENTS


@unique
class Reach(Enum):
    """What a condition matches: SOME events, NONE, ALL, or NOT_DECIDED."""

    SOME = "some"
    NONE = "none"
    ALL = "all"
    NOT_DECIDED = "not-decided"


@dataclass(frozen=True, slots=True)
class ConditionAnalysis:
    """The findings on one condition of a detection, in the order of the text; all of them hold together.

    `not_analysed` says why there was no analysis: the condition has no findings then, and its reach is NOT_DECIDED.
    """

    predicate: Predicate
    reach: Reach
    findings: tuple[Finding, ...]
    not_analysed: str | None = None


@dataclass(frozen=True, slots=True)
class Analysis:
    """The conditions of a detection, one each, in the order of the text."""

    conditions: tuple[ConditionAnalysis, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings on all conditions."""
        return tuple(finding for condition in self.conditions for finding in condition.findings)
