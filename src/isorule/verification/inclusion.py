"""Proofs from the structure of two detections: that one gives an alert on every stream on which the other does."""

from __future__ import annotations

import re
from dataclasses import replace

from isorule.evaluation.dates import bound
from isorule.ir.detections import (
    Aggregate,
    Correlation,
    Detection,
    IndicatorEntry,
    IndicatorMatch,
    Match,
    NewTerms,
    Pipe,
    Sample,
    Sequence,
)
from isorule.ir.predicates import Const, Predicate
from isorule.ir.walk import map_predicates, predicates
from isorule.verification.chains import Chain, chained, chains_equal
from isorule.verification.hits import hit_wherever, holds_at_hit
from isorule.verification.relations import Relations
from isorule.verification.thresholds import aggregated, as_aggregate

_UNROUNDED = re.compile(r"now-\d+[smhdw]")
"""Date math in units that always take as long."""


def included(first: Detection, second: Detection, relations: Relations) -> bool:
    """Whether it is proved that the second gives an alert on every stream on which the first does."""
    if any(pipe.count == 0 for pipe in _pipes(second)):
        return False
    if equal(without_pipes(first), without_pipes(second), relations):
        return True
    first, second = as_aggregate(first), as_aggregate(second)
    match first, second:
        case (
            Match() | Sequence() | Sample() | Correlation() as ours,
            Match() | Sequence() | Sample() | Correlation() as theirs,
        ):
            chains = Chain.of(ours), Chain.of(theirs)
            if chains[0] is not None and chains[1] is not None:
                return chained(chains[0], chains[1], relations)
            return isinstance(theirs, Correlation) and hit_wherever(ours, theirs, relations)
        case (Aggregate(), Correlation()):
            return hit_wherever(first, second, relations)
        case (Correlation(), Aggregate()):
            return holds_at_hit(first, second, relations)
        case (Aggregate(), Aggregate()):
            return aggregated(first, second, relations)
        case (NewTerms(), NewTerms()):
            shorter = _starts_no_later(first.history_start, second.history_start)
            return shorter and set(first.fields) == set(second.fields) and relations.same(0, 0)
        case (IndicatorMatch(), IndicatorMatch()):
            return relations.within(0, 0) and relations.within(1, 1) and _mapped(first, second)
        case (NewTerms() | IndicatorMatch() | Aggregate(), Match()):
            return relations.within(0, 0)
        case _:
            return False


def _starts_no_later(first: str, second: str) -> bool:
    """Whether a history begins no later than another one, at any time: in whole units, none of which varies."""
    if first == second:
        return True
    starts = [bound(text, False, 0) if _UNROUNDED.fullmatch(text) else None for text in (first, second)]
    return starts[0] is not None and starts[1] is not None and starts[0] <= starts[1]


def equal(first: Detection, second: Detection, relations: Relations) -> bool:
    """Whether it is proved that both give the same alerts on every stream."""
    if _pipes(first) != _pipes(second):
        return False
    if map_predicates(first, _blank) == map_predicates(second, _blank) and all(
        relations.same(place, place) for place in range(len(predicates(first)))
    ):
        return True
    first, second = as_aggregate(first), as_aggregate(second)
    match first, second:
        case (Sequence() | Sample() | Correlation() as ours, Sequence() | Sample() | Correlation() as theirs):
            chains = Chain.of(ours), Chain.of(theirs)
            if type(ours) is not type(theirs) or chains[0] is None or chains[1] is None:
                return False
            return chains_equal(chains[0], chains[1], relations)
        case (Aggregate(), Aggregate()):
            same_shape = replace(first, where=second.where, by=(), having=()) == replace(second, by=(), having=())
            return (
                same_shape
                and sorted(first.by) == sorted(second.by)
                and set(first.having) == set(second.having)
                and relations.same(0, 0)
            )
        case (NewTerms(), NewTerms()):
            return (
                first.history_start == second.history_start
                and sorted(first.fields) == sorted(second.fields)
                and relations.same(0, 0)
            )
        case (IndicatorMatch(), IndicatorMatch()):
            groups = {frozenset(group) for group in first.mapping} == {frozenset(group) for group in second.mapping}
            return groups and relations.same(0, 0) and relations.same(1, 1)
        case _:
            return False


def _blank(_condition: Predicate) -> Predicate:
    return Const(True)


def piped_within(first: Detection, second: Detection) -> bool:
    """Whether two detections of which only the pipes may differ give no alert on the first side alone."""
    match _pipes(first), _pipes(second):
        case ours, theirs if ours == theirs:
            return True
        case _, ():
            return True
        case (Pipe(ours, few),), (Pipe(theirs, many),):
            return ours is theirs and few <= many
        case _:
            return False


def without_pipes(detection: Detection) -> Detection:
    """The detection as it would be without its pipes."""
    return replace(detection, pipes=()) if isinstance(detection, Match | Sequence | Sample) else detection


def _pipes(detection: Detection) -> tuple[Pipe, ...]:
    return detection.pipes if isinstance(detection, Match | Sequence | Sample) else ()


def _mapped(first: IndicatorMatch, second: IndicatorMatch) -> bool:
    """Whether each group of entries of the first side has one of the second that asks for no more."""
    groups: list[frozenset[IndicatorEntry]] = [frozenset(group) for group in second.mapping]
    return all(any(group <= set(ours) for group in groups) for ours in first.mapping)
