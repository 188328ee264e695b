"""What a check of detections sees: conditions with the place of each of their parts in the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from isorule.checks.check import ELASTIC, CheckedDocument
from isorule.ir.detections import Correlation, Detection, IndicatorMatch, Opaque
from isorule.ir.predicates import Predicate, Test
from isorule.ir.rule import Rule
from isorule.ir.walk import Polarity, leaves, predicates
from isorule.mappings import ecs_schema
from isorule.source import Embedded, KeyPath, Span

if TYPE_CHECKING:
    from isorule.analysis import Analysis

Made = TypeVar("Made")

QUERY: KeyPath = ("rule", "query")
INDICATOR_QUERY: KeyPath = ("rule", "threat_query")

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
"""What date math counts from, so that findings are the same on every day."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a detection: of the event, of one stage of a sequence, or of the indicators.

    `text` is the query that the spans of the predicate count in, None where they count in the file already. `number`
    counts the conditions of a detection from 0.
    """

    predicate: Predicate
    text: Embedded | None
    number: int = 0

    def span(self, inner: Span | None) -> Span | None:
        """The place in the file of a span of the predicate, or of a matcher in it; None stays None."""
        return inner if inner is None or self.text is None else self.text.span(inner)

    def leaves(self) -> Iterator[tuple[Test, Polarity]]:
        """Every test of the condition with its polarity, in the order of the text."""
        return leaves(self.predicate)


@dataclass(frozen=True, slots=True)
class CheckedDetection:
    """What a rule detects, with its document. Its detection is never `Opaque` or a correlation."""

    document: CheckedDocument
    rule: Rule
    detection: Detection
    conditions: tuple[Condition, ...]
    _made: dict[Callable[..., Any], Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def language(self) -> str | None:
        """The query language of the rule (`eql`, `kuery`, `lucene`, `sigma` …)."""
        return self.rule.language

    @property
    def analysis(self) -> Analysis:
        """What its conditions could do without, under the types of ECS; a condition each, in the order of
        `conditions`."""
        return self.once(_analysis)

    @property
    def query(self) -> Embedded | None:
        """The query text of an Elastic rule."""
        return self.document.once(_queries).get(QUERY)

    def span(self, inner: Span | None) -> Span:
        """The place in the file of a span of the rule's query; that of the whole query or detection for None."""
        text = self.query
        if inner is None:
            path: KeyPath = QUERY if self.document.format == ELASTIC else ("detection",)
            return self.document.span(path, at_key=True) or Span(0, 0)
        return inner if text is None else text.span(inner)

    def leaves(self) -> tuple[tuple[Condition, Test, Polarity], ...]:
        """Every test of every condition, in the order of the text."""
        return self.once(_leaves)

    def once(self, make: Callable[[CheckedDetection], Made]) -> Made:
        """What a function makes of this detection, made once for all checks that ask for it."""
        if make not in self._made:
            self._made[make] = make(self)
        found: Made = self._made[make]
        return found


def checked_detection(document: CheckedDocument) -> CheckedDetection | None:
    """The detection of a document; None where isorule does not understand it, and for a correlation, whose parts are
    rules of their own."""
    rule = document.rule
    if rule is None or isinstance(rule.detection, Opaque | Correlation):
        return None
    queries = document.once(_queries)
    found = predicates(rule.detection)
    conditions = tuple(
        Condition(predicate, queries.get(_home(rule.detection, number)), number)
        for number, predicate in enumerate(found)
    )
    return CheckedDetection(document, rule, rule.detection, conditions)


def _analysis(detection: CheckedDetection) -> Analysis:
    from isorule.analysis import analyse  # only for checks that ask for it: it is slow to import

    rule = detection.rule
    return analyse(detection.detection, ecs_schema(), category_field=rule.data_source.category_field, now=MOMENT)


def _leaves(detection: CheckedDetection) -> tuple[tuple[Condition, Test, Polarity], ...]:
    return tuple(
        (condition, test, polarity) for condition in detection.conditions for test, polarity in condition.leaves()
    )


def _home(detection: Detection, number: int) -> KeyPath:
    """The key of the query that the condition of a number stands in."""
    return INDICATOR_QUERY if isinstance(detection, IndicatorMatch) and number == 1 else QUERY


def _queries(document: CheckedDocument) -> dict[KeyPath, Embedded]:
    """The queries of an Elastic rule; the spans of a Sigma detection count in the file."""
    if document.format != ELASTIC:
        return {}
    found = ((path, document.embedded(path)) for path in (QUERY, INDICATOR_QUERY))
    return {path: text for path, text in found if text is not None}
