"""Edits of detections over several events: each changes one place, and gives None where there is no such place."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from isorule.ir.detections import Aggregate, Detection, Having, IndicatorMatch, NewTerms, Sample, Sequence, Stage
from isorule.ir.predicates import Const, Field, Not

Edit = Callable[[Detection, random.Random], Detection | None]


def longer_span(detection: Detection, _rng: random.Random) -> Detection | None:
    if isinstance(detection, Sequence) and detection.maxspan is not None:
        return replace(detection, maxspan=detection.maxspan * 2)
    return None


def shorter_span(detection: Detection, _rng: random.Random) -> Detection | None:
    if isinstance(detection, Sequence) and detection.maxspan is not None and detection.maxspan > 1:
        return replace(detection, maxspan=detection.maxspan // 2)
    return None


def no_span(detection: Detection, _rng: random.Random) -> Detection | None:
    if isinstance(detection, Sequence) and detection.maxspan is not None:
        return None if any(stage.missing for stage in detection.stages) else replace(detection, maxspan=None)
    return None


def other_order(detection: Detection, rng: random.Random) -> Detection | None:
    """Two neighbouring clauses of a sequence exchanged; they keep their keys."""
    if not isinstance(detection, Sequence) or len(detection.stages) < 2:
        return None
    at = rng.randrange(len(detection.stages) - 1)
    stages = list(detection.stages)
    stages[at], stages[at + 1] = stages[at + 1], stages[at]
    return replace(detection, stages=tuple(stages))


def fewer_keys(detection: Detection, rng: random.Random) -> Detection | None:
    if isinstance(detection, Sequence | Sample | Aggregate) and detection.by:
        at = rng.randrange(len(detection.by))
        return replace(detection, by=detection.by[:at] + detection.by[at + 1 :])
    return None


def more_keys(detection: Detection, _rng: random.Random) -> Detection | None:
    match detection:
        case Sequence(by=by) | Sample(by=by):
            return replace(detection, by=(*by, Field("other.key")))
        case Aggregate(by=names):
            return replace(detection, by=(*names, "other.key"))
        case NewTerms(fields=fields):
            return replace(detection, fields=(*fields, "other.key"))
        case _:
            return None


def other_key(detection: Detection, rng: random.Random) -> Detection | None:
    match detection:
        case Sequence(by=by) | Sample(by=by) if by:
            at = rng.randrange(len(by))
            return replace(detection, by=(*by[:at], Field("other.key"), *by[at + 1 :]))
        case Aggregate(by=names) if names:
            return replace(detection, by=("other.key", *names[1:]))
        case NewTerms(fields=fields):
            return replace(detection, fields=("other.key", *fields[1:]))
        case _:
            return None


def with_until(detection: Detection, _rng: random.Random) -> Detection | None:
    if isinstance(detection, Sequence) and detection.until is None:
        own = tuple(Field("stopped.by") for _ in detection.stages[0].by)
        return replace(detection, until=Stage(Const(True), own))
    return None


def without_until(detection: Detection, _rng: random.Random) -> Detection | None:
    return replace(detection, until=None) if isinstance(detection, Sequence) and detection.until is not None else None


def one_run_more(detection: Detection, rng: random.Random) -> Detection | None:
    if not isinstance(detection, Sequence):
        return None
    at = rng.choice([place for place, stage in enumerate(detection.stages) if not stage.missing])
    return _at(detection, at, replace(detection.stages[at], runs=detection.stages[at].runs + 1))


def one_run_less(detection: Detection, _rng: random.Random) -> Detection | None:
    if not isinstance(detection, Sequence):
        return None
    places = [place for place, stage in enumerate(detection.stages) if stage.runs > 1]
    if not places:
        return None
    return _at(detection, places[0], replace(detection.stages[places[0]], runs=detection.stages[places[0]].runs - 1))


def one_clause_less(detection: Detection, rng: random.Random) -> Detection | None:
    if isinstance(detection, Sequence | Sample) and len(detection.stages) > 2:
        at = rng.randrange(len(detection.stages))
        left = detection.stages[:at] + detection.stages[at + 1 :]
        return replace(detection, stages=left) if any(not stage.missing for stage in left) else None
    return None


def missing_clause(detection: Detection, _rng: random.Random) -> Detection | None:
    """A clause in the middle must be missing."""
    if isinstance(detection, Sequence) and len(detection.stages) > 2 and detection.maxspan is not None:
        middle = detection.stages[1]
        return None if middle.missing or middle.runs > 1 else _at(detection, 1, replace(middle, missing=True))
    return None


def negated_clause(detection: Detection, rng: random.Random) -> Detection | None:
    """The condition of one clause, of a threshold, of new terms or of events with indicators, turned round."""
    match detection:
        case Sequence() | Sample():
            at = rng.randrange(len(detection.stages))
            return _at(detection, at, replace(detection.stages[at], where=Not(detection.stages[at].where)))
        case Aggregate(where) | NewTerms(where) | IndicatorMatch(where):
            return replace(detection, where=Not(where))
        case _:
            return None


def higher_threshold(detection: Detection, _rng: random.Random) -> Detection | None:
    return _with_threshold(detection, 1)


def lower_threshold(detection: Detection, _rng: random.Random) -> Detection | None:
    return _with_threshold(detection, -1)


def _with_threshold(detection: Detection, more: int) -> Detection | None:
    if not isinstance(detection, Aggregate) or not detection.having:
        return None
    first: Having = detection.having[0]
    if first.threshold + more < 1:
        return None
    return replace(detection, having=(replace(first, threshold=first.threshold + more), *detection.having[1:]))


def no_entry(detection: Detection, _rng: random.Random) -> Detection | None:
    """One entry less in the first group of an indicator mapping that has several, or one group less."""
    if not isinstance(detection, IndicatorMatch):
        return None
    if len(detection.mapping[0]) > 1:
        return replace(detection, mapping=(detection.mapping[0][1:], *detection.mapping[1:]))
    return replace(detection, mapping=detection.mapping[1:]) if len(detection.mapping) > 1 else None


def _at(detection: Sequence | Sample, place: int, stage: Stage) -> Detection:
    return replace(detection, stages=(*detection.stages[:place], stage, *detection.stages[place + 1 :]))


EDITS: dict[str, Edit] = {
    "longer span": longer_span,
    "shorter span": shorter_span,
    "no span": no_span,
    "other order": other_order,
    "fewer keys": fewer_keys,
    "more keys": more_keys,
    "other key": other_key,
    "with until": with_until,
    "without until": without_until,
    "one run more": one_run_more,
    "one run less": one_run_less,
    "one clause less": one_clause_less,
    "a clause must be missing": missing_clause,
    "a condition negated": negated_clause,
    "higher threshold": higher_threshold,
    "lower threshold": lower_threshold,
    "one entry less": no_entry,
}


def keys_at_the_clauses(detection: Detection, _rng: random.Random) -> Detection | None:
    match detection:
        case Sequence(stages, by) if by:
            until = detection.until
            until = None if until is None else replace(until, by=(*by, *until.by))
            return replace(detection, stages=_keyed(stages, by), by=(), until=until)
        case Sample(stages, by) if by:
            return replace(detection, stages=_keyed(stages, by), by=())
        case _:
            return None


def _keyed(stages: tuple[Stage, ...], by: tuple[Field, ...]) -> tuple[Stage, ...]:
    return tuple(replace(stage, by=(*by, *stage.by)) for stage in stages)


def keys_the_other_way_round(detection: Detection, _rng: random.Random) -> Detection | None:
    match detection:
        case Sequence(by=by) | Sample(by=by) if len(by) > 1:
            return replace(detection, by=by[::-1])
        case Aggregate(by=names) if len(names) > 1:
            return replace(detection, by=names[::-1])
        case NewTerms(fields=fields) if len(fields) > 1:
            return replace(detection, fields=fields[::-1])
        case _:
            return None


def runs_written_out(detection: Detection, _rng: random.Random) -> Detection | None:
    if isinstance(detection, Sequence) and any(stage.runs > 1 for stage in detection.stages):
        stages = (replace(stage, runs=1) for stage in detection.stages for _ in range(stage.runs))
        return replace(detection, stages=tuple(stages))
    return None


def conditions_twice_negated(detection: Detection, _rng: random.Random) -> Detection | None:
    match detection:
        case Sequence(stages) | Sample(stages):
            return replace(detection, stages=tuple(replace(stage, where=Not(Not(stage.where))) for stage in stages))
        case Aggregate(where) | NewTerms(where) | IndicatorMatch(where):
            return replace(detection, where=Not(Not(where)))
        case _:
            return None


def sample_reversed(detection: Detection, _rng: random.Random) -> Detection | None:
    return replace(detection, stages=detection.stages[::-1]) if isinstance(detection, Sample) else None


REWRITINGS: dict[str, Edit] = {
    "keys at the clauses": keys_at_the_clauses,
    "keys the other way round": keys_the_other_way_round,
    "runs written out": runs_written_out,
    "conditions twice negated": conditions_twice_negated,
    "sample the other way round": sample_reversed,
}
