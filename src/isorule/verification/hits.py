"""Proofs about temporal correlations whose rules count: correlations of correlations.

Such a correlation takes part in another one by its hits, one at each event at which its conditions hold. As long as
the outer one has given no alert, nothing is used up; so it gives one wherever the hits of all of its rules lie in its
window, in order where that counts, and it is enough to show that they do at the first alert of the other side.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from isorule.ir.detections import (
    Aggregate,
    Comparison,
    Correlation,
    CorrelationKind,
    Detection,
    Having,
    Match,
    MeasureKind,
    Sample,
    Sequence,
)
from isorule.ir.predicates import Field
from isorule.verification.chains import Chain
from isorule.verification.relations import Columns, Relation, Relations, in_order, key_columns, keyed
from isorule.verification.thresholds import aggregated, as_aggregate


@dataclass(frozen=True, slots=True)
class _Rule:
    """A rule of a temporal correlation: the fields of the group keys as its events have them, and how it counts.

    `group` are the fields by which the events that are counted belong together. It has no more than the keys.
    """

    keys: tuple[Field, ...]
    counting: Aggregate | None = None

    @property
    def group(self) -> frozenset[str]:
        return frozenset(() if self.counting is None else self.counting.by)


@dataclass(frozen=True, slots=True)
class _Rules:
    """The rules of a temporal correlation of which all must occur."""

    rules: tuple[_Rule, ...]
    ordered: bool
    span: int

    @property
    def keys(self) -> tuple[tuple[Field, ...], ...]:
        return tuple(rule.keys for rule in self.rules)

    @classmethod
    def of(cls, correlation: Correlation) -> _Rules | None:
        """The rules; None where one of them is neither plain nor counts the events of one rule, or not all need occur.

        The conditions of the rules stand in the places of the rules.
        """
        if correlation.kind is CorrelationKind.MEASURE or correlation.having or correlation.condition is not None:
            return None
        found: list[_Rule] = []
        for item in correlation.items:
            match item.detection:
                case Match(_, ()):
                    rule = _Rule(item.keys)
                case Correlation() as inner:
                    counting = as_aggregate(inner)
                    if not isinstance(counting, Aggregate):
                        return None
                    fields = dict(zip(inner.by, counting.by, strict=True))
                    keys = tuple(Field(fields.get(key.path, key.path)) for key in item.keys)
                    rule = _Rule(keys, counting)
                case _:
                    return None
            if any(key.optional for key in item.keys) or not rule.group <= {key.path for key in rule.keys}:
                return None
            found.append(rule)
        return cls(tuple(found), correlation.kind is CorrelationKind.TEMPORAL_ORDERED, correlation.span)


def hit_wherever(first: Detection, second: Correlation, relations: Relations) -> bool:
    """Whether it is proved that a temporal correlation gives an alert on every stream on which the first side does."""
    rules = _Rules.of(second)
    if rules is None or not rules.rules:
        return False
    match first:
        case Aggregate():
            return _hit_by_group(first, rules, relations)
        case Match() | Sequence() | Sample() | Correlation():
            chain = Chain.of(first)
            if chain is not None:
                return _hit_by_chain(chain, rules, relations)
            others = _Rules.of(first) if isinstance(first, Correlation) else None
            return others is not None and _hit_by_rules(others, rules, relations)
        case _:
            return False


def holds_at_hit(first: Correlation, second: Aggregate, relations: Relations) -> bool:
    """Whether it is proved that an aggregate holds at some event of every alert of a temporal correlation."""
    rules = _Rules.of(first)
    if rules is None:
        return False

    def some_hit(aggregate: Aggregate) -> bool:
        return any(
            rule.counting is not None and aggregated(rule.counting, aggregate, relations.at(place, 0))
            for place, rule in enumerate(rules.rules)
        )

    return some_hit(second) or (_hold_together(rules, second) and all(map(some_hit, _one_by_one(second))))


def _hold_together(rules: _Rules, second: Aggregate) -> bool:
    """Whether hits for each of two conditions, of which one is a count of two, are hits for both.

    At the later of two hits both of their events count, so the count holds there. Where it did not hold at the earlier
    one, the values that were counted then were all of that one event, which still counts at the later one.
    """
    counts = [condition for condition in second.having if condition.measure.kind is MeasureKind.COUNT]
    values = [condition for condition in second.having if condition.measure.kind is MeasureKind.CARDINALITY]
    if len(counts) != 1 or len(values) != 1 or len(second.having) != 2:
        return False
    needed = _needed(tuple(counts))
    grouped = all({key.path for key in rule.keys} == rule.group == set(second.by) for rule in rules.rules)
    span = second.window.span
    return needed is not None and needed <= 2 and grouped and span is not None and rules.span <= span


def _one_by_one(aggregate: Aggregate) -> list[Aggregate]:
    return [replace(aggregate, having=(condition,)) for condition in aggregate.having]


def _hit_by_group(first: Aggregate, second: _Rules, relations: Relations) -> bool:
    """All rules have their hit at the event at which the aggregate holds."""
    if second.ordered and len(second.rules) > 1:
        return False
    paths = {tuple(key.path for key in keys) for keys in second.keys}
    return (
        len(paths) == 1
        and set(next(iter(paths))) <= set(first.by)
        and all(
            rule.counting is not None and aggregated(first, rule.counting, relations.at(0, place))
            for place, rule in enumerate(second.rules)
        )
    )


def _hit_by_chain(first: Chain, second: _Rules, relations: Relations) -> bool:
    """Every rule has its hit at an event of the chain, which with those before it is counted there."""

    def fits(columns: Columns) -> Relation:
        def meets(ours: int, theirs: int) -> bool:
            here = first.slots[ours]
            return keyed(first.keys[here], second.keys[theirs], columns) and relations.within(here, theirs)

        def hits(ours: int, theirs: int) -> bool:
            counting = second.rules[theirs].counting
            if not meets(ours, theirs) or counting is None:
                return meets(ours, theirs)
            needed = _needed(counting.having)
            if needed is None or (needed > 1 and (first.shared or not first.ordered)):
                return False
            counted = sum(meets(before, theirs) for before in range(ours + 1))
            return counted >= needed and (needed == 1 or first.ends_within(counting.window.span))

        return hits

    columns = key_columns(tuple(first.keys[slot] for slot in first.slots), second.keys, whole=False)
    return first.ends_within(second.span) and any(
        _arranged(len(first.slots), first.ordered, second, fits(one)) for one in columns
    )


def _hit_by_rules(first: _Rules, second: _Rules, relations: Relations) -> bool:
    """Every rule has its hit where a rule of the first side has one."""

    def fits(columns: Columns) -> Relation:
        def hits(ours: int, theirs: int) -> bool:
            if not keyed(first.rules[ours].keys, second.rules[theirs].keys, columns):
                return False
            counted, counting = first.rules[ours].counting, second.rules[theirs].counting
            if counted is not None and first.rules[ours].group != {key.path for key in first.rules[ours].keys}:
                return False  # a key that any of the counted events has, not only the last
            if counting is None:
                return relations.within(ours, theirs)
            if counted is None:
                return _needed(counting.having) == 1 and relations.within(ours, theirs)
            return aggregated(counted, counting, relations.at(ours, theirs))

        return hits

    return first.span <= second.span and any(
        _arranged(len(first.rules), first.ordered, second, fits(one))
        for one in key_columns(first.keys, second.keys, whole=False)
    )


def _arranged(offered: int, ordered: bool, second: _Rules, fits: Relation) -> bool:
    """Whether every rule of the second side has its place among those offered; one event may stand for several."""
    wanted = range(len(second.rules))
    if second.ordered and len(second.rules) > 1:
        return ordered and in_order(len(second.rules), offered, fits)
    return all(any(fits(ours, theirs) for ours in range(offered)) for theirs in wanted)


def _needed(having: tuple[Having, ...]) -> int | None:
    """How many events meet all conditions from then on; None where they ask for more than many events."""
    least = 1
    for condition in having:
        if condition.measure.kind is not MeasureKind.COUNT:
            return None
        match condition.comparison:
            case Comparison.GTE:
                least = max(least, math.ceil(condition.threshold))
            case Comparison.GT:
                least = max(least, math.floor(condition.threshold) + 1)
            case _:
                return None
    return least
