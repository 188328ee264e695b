"""Proofs about detections that find chains of events: matches, sequences, samples, temporal correlations.

A sequence finds some match wherever there is one: the newest partial match takes the place of an older one, which began
earlier and so is never the better one under `maxspan`. That fails beside missing-event clauses, which judge the one
match that was found: there the ordinary clauses must be the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from isorule.ir.detections import Correlation, CorrelationKind, Match, Sample, Sequence
from isorule.ir.predicates import Field
from isorule.verification.outline import outline
from isorule.verification.relations import Columns, Relation, Relations, in_order, key_columns, keyed, matching


@dataclass(frozen=True, slots=True)
class Chain:
    """A match, sequence, sample or temporal correlation: its ordinary clauses by their conditions, and what stops it.

    Each run is a clause. `missing` has the condition of each missing-event clause and how many ordinary clauses stand
    before it. `shared` says that one event may stand for several clauses.
    """

    ordered: bool
    slots: tuple[int, ...]
    keys: tuple[tuple[Field, ...], ...]
    missing: tuple[tuple[int, int], ...] = ()
    until: int | None = None
    span: int | None = None
    shared: bool = False

    @classmethod
    def of(cls, detection: Match | Sequence | Sample | Correlation) -> Chain | None:
        """The chain of a detection; None of a correlation that asks for more than that its rules occur."""
        parts = outline(detection)
        keys = tuple(clause.keys for clause in parts.clauses)
        if isinstance(detection, Match):
            return cls(True, parts.slots, keys)
        if isinstance(detection, Sample):
            return cls(False, parts.slots, keys)
        if isinstance(detection, Correlation):
            plain = all(isinstance(item.detection, Match) and not item.detection.pipes for item in detection.items)
            if not plain or detection.having or detection.condition is not None or not detection.items:
                return None
            ordered = detection.kind is CorrelationKind.TEMPORAL_ORDERED
            return cls(ordered, parts.slots, keys, span=detection.span, shared=not ordered)
        missing = tuple(stop for stop in parts.stops if stop[0] < len(detection.stages))
        waits = len(parts.slots) > 1  # a match of one event is never partial, so nothing can stop it
        until = len(detection.stages) if detection.until is not None and waits else None
        return cls(True, parts.slots, keys, missing, until, detection.maxspan)

    def ends_within(self, span: int | None) -> bool:
        """Whether all of its events lie within so many milliseconds; within any time, where there is no span."""
        return span is None or len(self.slots) == 1 or (self.span is not None and self.span <= span)


def chained(first: Chain, second: Chain, relations: Relations) -> bool:
    """Whether it is proved that the second finds a chain on every stream on which the first does."""
    alone = len(second.slots) == 1
    if (second.ordered and not first.ordered and not alone) or (first.shared and not second.shared):
        return False
    if second.missing:
        return _vetoed(first, second, relations)
    if not alone and second.span is not None and (first.span is None or first.span > second.span):
        return False
    whole = second.until is not None
    return any(
        _stopped(first, second, relations, columns) and _placed(first, second, relations, columns)
        for columns in key_columns(first.keys, second.keys, whole=whole)
    )


def _stopped(first: Chain, second: Chain, relations: Relations, columns: Columns) -> bool:
    """Whether whatever stops the second side stops the first one."""
    if second.until is None:
        return True
    if first.until is None:
        return False
    alike = keyed(first.keys[first.until], second.keys[second.until], columns, exact=True)
    return alike and relations.without(first.until, second.until)


def _placed(first: Chain, second: Chain, relations: Relations, columns: Columns) -> bool:
    """Whether each clause of the second side has one of the first side that is met only where it is met."""

    def fits(ours: int, theirs: int) -> bool:
        here, there = first.slots[ours], second.slots[theirs]
        return keyed(first.keys[here], second.keys[there], columns) and relations.within(here, there)

    if second.ordered and first.ordered:
        return in_order(len(second.slots), len(first.slots), fits)
    if second.shared:
        return all(any(fits(ours, theirs) for ours in range(len(first.slots))) for theirs in range(len(second.slots)))
    return matching(len(second.slots), len(first.slots), fits)


def _vetoed(first: Chain, second: Chain, relations: Relations) -> bool:
    """The proof beside missing-event clauses: the same matches are found, and the second turns down no more of them.

    Matches of one event are the same under every span, and a shorter one turns down fewer.
    """
    if len(first.slots) != len(second.slots) or not _same_matches(first, second):
        return False
    if [before for _, before in first.missing] != [before for _, before in second.missing]:
        return False
    pairs = list(zip(first.slots, second.slots, strict=True))
    vetoes = [(ours, theirs) for (ours, _), (theirs, _) in zip(first.missing, second.missing, strict=True)]
    return any(
        all(keyed(first.keys[ours], second.keys[theirs], columns, exact=True) for ours, theirs in (*pairs, *vetoes))
        and _stopped(first, second, relations, columns)
        and all(relations.same(ours, theirs) for ours, theirs in pairs)
        and all(relations.without(ours, theirs) for ours, theirs in vetoes)
        for columns in key_columns(first.keys, second.keys, whole=True)
    )


def _same_matches(first: Chain, second: Chain) -> bool:
    """Whether the spans let both sides find the same matches, and the second turn down no more."""
    if len(second.slots) == 1 and first.span is not None and second.span is not None:
        return second.span <= first.span
    return first.span == second.span


def chains_equal(first: Chain, second: Chain, relations: Relations) -> bool:
    """Whether it is proved that both find the same chains on every stream."""
    same_shape = (
        first.span == second.span
        and first.ordered is second.ordered
        and len(first.slots) == len(second.slots)
        and [before for _, before in first.missing] == [before for _, before in second.missing]
        and (first.until is None) is (second.until is None)
    )
    if not same_shape:
        return False
    stops = [(ours, theirs) for (ours, _), (theirs, _) in zip(first.missing, second.missing, strict=True)]
    if first.until is not None and second.until is not None:
        stops.append((first.until, second.until))
    for columns in key_columns(first.keys, second.keys, whole=True):

        def alike(ours: int, theirs: int, columns: Columns = columns) -> bool:
            same_keys = keyed(first.keys[ours], second.keys[theirs], columns, exact=True)
            return same_keys and relations.same(ours, theirs)

        def slots_alike(ours: int, theirs: int, alike: Relation = alike) -> bool:
            return alike(first.slots[ours], second.slots[theirs])

        count = len(first.slots)
        placed = (
            all(slots_alike(place, place) for place in range(count))
            if first.ordered
            else matching(count, count, slots_alike)
        )
        if placed and all(alike(ours, theirs) for ours, theirs in stops):
            return True
    return False
