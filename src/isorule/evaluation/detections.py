"""Detections over a list of events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import assert_never

from isorule.evaluation.aggregates import aggregate_alerts
from isorule.evaluation.alerts import Alert
from isorule.evaluation.correlations import correlation_alerts
from isorule.evaluation.dates import nanos
from isorule.evaluation.events import EventView, Fields
from isorule.evaluation.indicators import indicator_alerts
from isorule.evaluation.new_terms import new_terms_alerts
from isorule.evaluation.operands import OperandCompiler
from isorule.evaluation.pipes import piped
from isorule.evaluation.predicates import PredicateCompiler
from isorule.evaluation.samples import sample_alerts
from isorule.evaluation.sequences import sequence_alerts
from isorule.evaluation.setting import Setting
from isorule.evaluation.timeline import clock
from isorule.evaluation.values import Value
from isorule.ir.detections import (
    Aggregate,
    Correlation,
    Detection,
    IndicatorMatch,
    Match,
    NewTerms,
    Opaque,
    Sample,
    Sequence,
)
from isorule.ir.losses import refusal
from isorule.ir.predicates import Operand, Predicate
from isorule.ir.schema import FieldSchema

CATEGORY_FIELD = "event.category"
TIMESTAMP_FIELD = "@timestamp"


def evaluate_detection(
    detection: Detection,
    events: Iterable[Mapping[str, object]],
    *,
    schema: FieldSchema | None = None,
    category_field: str = CATEGORY_FIELD,
    timestamp_field: str = TIMESTAMP_FIELD,
    tiebreaker_field: str | None = None,
    now: datetime | None = None,
    history: Iterable[Mapping[str, object]] = (),
    indicators: Iterable[Mapping[str, object]] = (),
    limit: int | None = None,
) -> list[Alert]:
    """What a detection gives for events.

    Without a schema every field is a keyword. Single-event matches come in order of time (then tiebreaker, then as
    given; events without a time last). `now` is what date math counts from and where a LOOKBACK window with a span
    ends: the present, and no end, where it is not given. `history` is for NewTerms, `indicators` for IndicatorMatch.
    `limit` keeps the first alerts, after all pipes.

    Raises `UnsupportedError` for what cannot be evaluated: a detection that isorule does not understand, an unresolved
    placeholder, a malformed network block or date, an expression that is refused.
    """
    fields = Fields(schema or FieldSchema())
    present = nanos(now or datetime.now(UTC))
    compiler = PredicateCompiler(fields, category_field, present)
    by = clock(fields, timestamp_field, tiebreaker_field)
    setting = Setting(fields, compiler, by, present)
    views = [EventView(event) for event in events]
    match detection:
        case Match(where, pipes):
            matched = sorted(_where(compiler, where, views), key=by.order)
            found = piped([Alert((view.event,)) for view in matched], pipes)
        case Sequence():
            found = sequence_alerts(detection, views, setting)
        case Sample():
            found = sample_alerts(detection, views, setting)
        case Aggregate(where):
            matched = _where(compiler, where, views)
            found = aggregate_alerts(detection, matched, setting, present if now is not None else None)
        case NewTerms():
            found = new_terms_alerts(detection, views, list(map(EventView, history)), setting)
        case IndicatorMatch():
            found = indicator_alerts(detection, views, list(map(EventView, indicators)), setting)
        case Correlation():
            found = correlation_alerts(detection, views, setting)
        case Opaque(language, _, why):
            raise refusal("opaque-detection", f"a detection in {language} cannot be evaluated: {why}")
        case _:
            assert_never(detection)
    return found if limit is None else found[:limit]


def _where(compiler: PredicateCompiler, where: Predicate, views: list[EventView]) -> list[EventView]:
    check = compiler.check(where)
    return [view for view in views if check(view) is True]


def compile_predicate(
    predicate: Predicate,
    schema: FieldSchema | None = None,
    *,
    category_field: str = CATEGORY_FIELD,
    now: datetime | None = None,
) -> Callable[[Mapping[str, object]], bool | None]:
    """A predicate as a function of an event: true, false or null (None).

    Raises `UnsupportedError` as `evaluate_detection` does.
    """
    compiler = PredicateCompiler(Fields(schema or FieldSchema()), category_field, nanos(now or datetime.now(UTC)))
    check = compiler.check(predicate)
    return lambda event: check(EventView(event))


def evaluate_operand(
    operand: Operand,
    event: Mapping[str, object],
    schema: FieldSchema | None = None,
    *,
    category_field: str = CATEGORY_FIELD,
) -> tuple[Value | None, ...]:
    """All values that an operand has for an event: (None,) where it is null, one for each combination of values.

    Raises `UnsupportedError` as `evaluate_detection` does.
    """
    return OperandCompiler(Fields(schema or FieldSchema()), category_field).operand(operand)(EventView(event))
