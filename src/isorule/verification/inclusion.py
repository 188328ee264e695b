"""Proofs from the structure of two detections: that one gives an alert on every stream on which the other does.

`within(i, j)` says whether the i-th condition of the first side is proved to hold only where the j-th of the second
does, `without(i, j)` the other way round. A sequence finds some match wherever there is one: the newest partial match
takes the place of an older one, which began earlier and so is never the better one under `maxspan`. That fails beside
missing-event clauses, which judge the one match that was found: there the ordinary clauses must be the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import permutations

from isorule.ir.detections import (
    Aggregate,
    Comparison,
    Correlation,
    CorrelationKind,
    Detection,
    Having,
    IndicatorEntry,
    IndicatorMatch,
    Match,
    MeasureKind,
    NewTerms,
    Pipe,
    Sample,
    Sequence,
    Window,
    WindowKind,
)
from isorule.ir.predicates import Const, Field, Predicate
from isorule.ir.walk import map_predicates, predicates
from isorule.verification.outline import outline

Relation = Callable[[int, int], bool]

_MOST_COLUMNS = 5
"""Of more join keys only the order in which they stand is tried."""


@dataclass(frozen=True, slots=True)
class Relations:
    """What is proved of the conditions of two sides, by their places."""

    within: Relation
    without: Relation

    def same(self, first: int, second: int) -> bool:
        """Whether the two conditions hold of the same events."""
        return self.within(first, second) and self.without(first, second)

    def turned(self) -> Relations:
        """The same with the sides exchanged."""
        return Relations(lambda i, j: self.without(j, i), lambda i, j: self.within(j, i))


def included(first: Detection, second: Detection, relations: Relations) -> bool:
    """Whether it is proved that the second gives an alert on every stream on which the first does."""
    if any(pipe.count == 0 for pipe in _pipes(second)):
        return False
    if equal(without_pipes(first), without_pipes(second), relations):
        return True
    first, second = _as_aggregate(first), _as_aggregate(second)
    match first, second:
        case (
            Match() | Sequence() | Sample() | Correlation() as ours,
            Match() | Sequence() | Sample() | Correlation() as theirs,
        ):
            chains = _Chain.of(ours), _Chain.of(theirs)
            return chains[0] is not None and chains[1] is not None and _chained(chains[0], chains[1], relations)
        case (Aggregate(), Aggregate()):
            return _aggregated(first, second, relations)
        case (NewTerms(), NewTerms()):
            later = first.history_start == second.history_start
            return later and set(first.fields) == set(second.fields) and relations.same(0, 0)
        case (IndicatorMatch(), IndicatorMatch()):
            return relations.within(0, 0) and relations.within(1, 1) and _mapped(first, second)
        case _:
            return False


def equal(first: Detection, second: Detection, relations: Relations) -> bool:
    """Whether it is proved that both give the same alerts on every stream."""
    if _pipes(first) != _pipes(second):
        return False
    if map_predicates(first, _blank) == map_predicates(second, _blank) and all(
        relations.same(place, place) for place in range(len(predicates(first)))
    ):
        return True
    first, second = _as_aggregate(first), _as_aggregate(second)
    match first, second:
        case (Sequence() | Sample() | Correlation() as ours, Sequence() | Sample() | Correlation() as theirs):
            chains = _Chain.of(ours), _Chain.of(theirs)
            if type(ours) is not type(theirs) or chains[0] is None or chains[1] is None:
                return False
            return _chains_equal(chains[0], chains[1], relations)
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


def _as_aggregate(detection: Detection) -> Detection:
    """A correlation that measures the events of one rule, as the aggregate that it is."""
    match detection:
        case Correlation(CorrelationKind.MEASURE, (item,), span=span, having=having, condition=None) if isinstance(
            item.detection, Match
        ):
            if item.detection.pipes or any(key.optional for key in item.keys):
                return detection
            by = tuple(key.path for key in item.keys)
            return Aggregate(item.detection.where, by, Window(WindowKind.SLIDING, span), having)
        case _:
            return detection


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


@dataclass(frozen=True, slots=True)
class _Chain:
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
    def of(cls, detection: Match | Sequence | Sample | Correlation) -> _Chain | None:
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


Columns = tuple[int, ...]
"""For each join key of the second side the one of the first that it stands for."""


def _columns(first: _Chain, second: _Chain, whole: bool) -> list[Columns]:
    """The ways in which the keys of the second side may be keys of the first; all of those, where `whole`."""
    ours, theirs = len(first.keys[0]), len(second.keys[0])
    if any(len(keys) != ours for keys in first.keys) or any(len(keys) != theirs for keys in second.keys):
        return []
    if theirs > ours or (whole and theirs != ours):
        return []
    if ours > _MOST_COLUMNS:
        return [tuple(range(theirs))]
    return list(permutations(range(ours), theirs))


def _keyed(first: tuple[Field, ...], second: tuple[Field, ...], columns: Columns, *, exact: bool = False) -> bool:
    """Whether an event with its keys on the first side has the ones of the columns on the second side, too."""
    return all(
        first[ours].path == theirs.path and (first[ours].optional == theirs.optional or (theirs.optional and not exact))
        for ours, theirs in zip(columns, second, strict=True)
    )


def _chained(first: _Chain, second: _Chain, relations: Relations) -> bool:
    alone = len(second.slots) == 1
    if (second.ordered and not first.ordered and not alone) or (first.shared and not second.shared):
        return False
    if second.missing:
        return _vetoed(first, second, relations)
    if second.span is not None and len(second.slots) > 1 and (first.span is None or first.span > second.span):
        return False
    whole = second.until is not None
    return any(
        _stopped(first, second, relations, columns) and _placed(first, second, relations, columns)
        for columns in _columns(first, second, whole)
    )


def _stopped(first: _Chain, second: _Chain, relations: Relations, columns: Columns) -> bool:
    """Whether whatever stops the second side stops the first one."""
    if second.until is None:
        return True
    if first.until is None:
        return False
    keyed = _keyed(first.keys[first.until], second.keys[second.until], columns, exact=True)
    return keyed and relations.without(first.until, second.until)


def _placed(first: _Chain, second: _Chain, relations: Relations, columns: Columns) -> bool:
    """Whether each clause of the second side has one of the first side that is met only where it is met."""

    def fits(ours: int, theirs: int) -> bool:
        here, there = first.slots[ours], second.slots[theirs]
        return _keyed(first.keys[here], second.keys[there], columns) and relations.within(here, there)

    if second.ordered and first.ordered:
        place = 0
        for ours in range(len(first.slots)):
            if place < len(second.slots) and fits(ours, place):
                place += 1
        return place == len(second.slots)
    if second.shared:
        return all(any(fits(ours, theirs) for ours in range(len(first.slots))) for theirs in range(len(second.slots)))
    return _matching(len(second.slots), len(first.slots), lambda theirs, ours: fits(ours, theirs))


def _matching(wanting: int, offered: int, fits: Relation) -> bool:
    """Whether each of some can have one of the offered for itself (bipartite matching along augmenting paths)."""
    holder: dict[int, int] = {}

    def place(one: int, tried: set[int]) -> bool:
        for other in range(offered):
            if other in tried or not fits(one, other):
                continue
            tried.add(other)
            if other not in holder or place(holder[other], tried):
                holder[other] = one
                return True
        return False

    return all(place(one, set()) for one in range(wanting))


def _vetoed(first: _Chain, second: _Chain, relations: Relations) -> bool:
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
        all(_keyed(first.keys[ours], second.keys[theirs], columns, exact=True) for ours, theirs in (*pairs, *vetoes))
        and _stopped(first, second, relations, columns)
        and all(relations.same(ours, theirs) for ours, theirs in pairs)
        and all(relations.without(ours, theirs) for ours, theirs in vetoes)
        for columns in _columns(first, second, True)
    )


def _same_matches(first: _Chain, second: _Chain) -> bool:
    """Whether the spans let both sides find the same matches, and the second turn down no more."""
    if len(second.slots) == 1 and first.span is not None and second.span is not None:
        return second.span <= first.span
    return first.span == second.span


def _chains_equal(first: _Chain, second: _Chain, relations: Relations) -> bool:
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
    for columns in _columns(first, second, True):

        def alike(ours: int, theirs: int, columns: Columns = columns) -> bool:
            keyed = _keyed(first.keys[ours], second.keys[theirs], columns, exact=True)
            return keyed and relations.same(ours, theirs)

        def slots_alike(ours: int, theirs: int, alike: Relation = alike) -> bool:
            return alike(first.slots[ours], second.slots[theirs])

        count = len(first.slots)
        placed = (
            all(slots_alike(place, place) for place in range(count))
            if first.ordered
            else _matching(count, count, slots_alike)
        )
        if placed and all(alike(ours, theirs) for ours, theirs in stops):
            return True
    return False


_GROWING = (MeasureKind.COUNT, MeasureKind.CARDINALITY)
_AT_LEAST = (Comparison.GT, Comparison.GTE)


def _aggregated(first: Aggregate, second: Aggregate, relations: Relations) -> bool:
    """Fewer groups, longer windows and lower thresholds give no fewer alerts where measures only grow with events."""
    growing = all(
        having.measure.kind in _GROWING and having.comparison in _AT_LEAST for having in (*first.having, *second.having)
    )
    weaker = all(any(_implies(ours, theirs) for ours in first.having) for theirs in second.having)
    if not growing:
        same_groups = sorted(first.by) == sorted(second.by) and first.window == second.window
        return weaker and same_groups and relations.same(0, 0)
    return weaker and set(second.by) <= set(first.by) and _spanned(first, second) and relations.within(0, 0)


def _implies(first: Having, second: Having) -> bool:
    """Whether the second condition on a measure holds wherever the first one does."""
    if first == second:
        return True
    if first.measure != second.measure:
        return False
    low, high = first.threshold, second.threshold
    match first.comparison, second.comparison:
        case Comparison.GTE, Comparison.GT:
            return low > high
        case ((Comparison.GT | Comparison.GTE | Comparison.EQ), (Comparison.GT | Comparison.GTE)):
            return low >= high if first.comparison is not Comparison.EQ else _beyond(low, second)
        case Comparison.LTE, Comparison.LT:
            return low < high
        case ((Comparison.LT | Comparison.LTE), (Comparison.LT | Comparison.LTE)):
            return low <= high
        case Comparison.EQ, (Comparison.LT | Comparison.LTE | Comparison.NEQ):
            return _beyond(low, second)
        case _:
            return False


def _beyond(value: float, having: Having) -> bool:
    match having.comparison:
        case Comparison.GT:
            return value > having.threshold
        case Comparison.GTE:
            return value >= having.threshold
        case Comparison.LT:
            return value < having.threshold
        case Comparison.LTE:
            return value <= having.threshold
        case Comparison.NEQ:
            return value != having.threshold
        case _:
            return value == having.threshold


def _spanned(first: Aggregate, second: Aggregate) -> bool:
    ours, theirs = first.window, second.window
    if ours == theirs or theirs == Window(WindowKind.LOOKBACK):
        return True
    if ours.kind is not theirs.kind or ours.span is None or theirs.span is None:
        return False
    if ours.kind is WindowKind.TUMBLING:
        return theirs.span % ours.span == 0
    return ours.span <= theirs.span


def _mapped(first: IndicatorMatch, second: IndicatorMatch) -> bool:
    """Whether each group of entries of the first side has one of the second that asks for no more."""
    groups: list[frozenset[IndicatorEntry]] = [frozenset(group) for group in second.mapping]
    return all(any(group <= set(ours) for group in groups) for ours in first.mapping)
