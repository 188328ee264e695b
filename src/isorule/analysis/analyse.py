"""The analysis of a detection: what its conditions could do without."""

from __future__ import annotations

from datetime import UTC, datetime

from isorule.analysis.effort import MOST_WORK, Effort, TooLargeError
from isorule.analysis.findings import Analysis, ConditionAnalysis, Finding, Reach
from isorule.analysis.search import Key, Search
from isorule.analysis.terms import inner_predicates, terms_of
from isorule.analysis.theory import Theory
from isorule.evaluation.dates import nanos
from isorule.ir.detections import Detection
from isorule.ir.predicates import Predicate
from isorule.ir.resolve import resolve, resolve_category
from isorule.ir.schema import FieldSchema
from isorule.ir.walk import predicates
from isorule.source import Span
from isorule.verification.budget import Budget

BUDGET = Budget(steps=500_000, states=20_000, seconds=None)
"""What the analysis of one condition may cost; without a clock, so that findings are the same every time."""

_PASSES = 4


def analyse(
    detection: Detection,
    schema: FieldSchema,
    *,
    category_field: str = "event.category",
    now: datetime | None = None,
    budget: Budget = BUDGET,
) -> Analysis:
    """What every condition of a detection could do without, under the field types of `schema`.

    Each finding is proved; what is not decided within the budget (of each condition) is no finding. `category_field`
    plays the event category, `now` is what date math counts from (the present, where it is not given). An `Opaque`
    detection has no conditions. A condition that is too large to be analysed says so.
    """
    moment = nanos(now or datetime.now(UTC))
    return Analysis(
        tuple(
            _within_reason(resolve(resolve_category(where, category_field), schema), schema, moment, budget)
            for where in predicates(detection)
        )
    )


def _within_reason(predicate: Predicate, schema: FieldSchema, now: int, budget: Budget) -> ConditionAnalysis:
    try:
        return _condition(predicate, schema, now, budget, Effort(MOST_WORK))
    except TooLargeError:
        return ConditionAnalysis(predicate, Reach.NOT_DECIDED, (), not_analysed="too large")


def _condition(
    predicate: Predicate, schema: FieldSchema, now: int, budget: Budget, effort: Effort
) -> ConditionAnalysis:
    kept: frozenset[Key] = frozenset()
    for _ in range(_PASSES):
        root = terms_of(predicate)
        reach, findings, mixed = Search(root, Theory(root, schema, now, budget, effort), kept).run()
        if not mixed:
            break
        kept |= mixed
    else:
        findings = []
    for inner in inner_predicates(root):
        findings += _condition(inner, schema, now, budget, effort).findings
    return ConditionAnalysis(predicate, reach, _once(findings))


def _once(findings: list[Finding]) -> tuple[Finding, ...]:
    """The findings in the order of the text, those on a text that is used several times once."""
    found: dict[Span | int, Finding] = {}
    for at, finding in enumerate(findings):
        found.setdefault(finding.part.span or at, finding)
    return tuple(sorted(found.values(), key=_order))


def _order(finding: Finding) -> tuple[int, int]:
    span = finding.part.span
    return (span.start, -span.end) if span is not None else (-1, 0)
