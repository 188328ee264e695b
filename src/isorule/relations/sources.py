"""How the events that two rules read stand to each other, by index patterns or by Sigma's log source."""

from __future__ import annotations

import re
from functools import lru_cache

from isorule.ir.rule import DataSource, LogSource
from isorule.relations.pairs import Sources


def sources_of(first: DataSource, second: DataSource) -> Sources:
    """How the sources of two rules stand to each other.

    A part of a log source that is not given stands for every value of it (Sigma specification, "log source"). An index
    pattern lies within another where the other matches it letter by letter. Rules that name fields by different
    taxonomies read nothing in common; one that names no source may read what any other reads.
    """
    if first.taxonomy != second.taxonomy:
        return Sources.APART
    if first.logsource is not None and second.logsource is not None:
        return _of_logsources(first.logsource, second.logsource)
    if first.logsource is not None or second.logsource is not None:
        return Sources.PARTLY
    return _of_indices(first.indices, second.indices)


def _of_logsources(first: LogSource, second: LogSource) -> Sources:
    parts = [
        (first.category, second.category),
        (first.product, second.product),
        (first.service, second.service),
        (repr(first.extra) if first.extra else None, repr(second.extra) if second.extra else None),
    ]
    if any(one is not None and other is not None and one.lower() != other.lower() for one, other in parts):
        return Sources.APART
    within = all(other is None or one is not None for one, other in parts)
    around = all(one is None or other is not None for one, other in parts)
    return _placed(within, around)


def _of_indices(first: tuple[str, ...], second: tuple[str, ...]) -> Sources:
    if not first or not second:
        return Sources.SAME if first == second else Sources.PARTLY
    within, around = _all_within(first, second), _all_within(second, first)
    if within or around or any(_meet(one, other) for one in first for other in second):
        return _placed(within, around)
    return Sources.APART


def _placed(within: bool, around: bool) -> Sources:
    if within and around:
        return Sources.SAME
    return Sources.WITHIN if within else Sources.AROUND if around else Sources.PARTLY


@lru_cache(maxsize=4096)
def _all_within(patterns: tuple[str, ...], others: tuple[str, ...]) -> bool:
    return all(any(_covers(other, pattern) for other in others) for pattern in patterns)


@lru_cache(maxsize=65536)
def _covers(pattern: str, other: str) -> bool:
    """Whether all names of the other pattern match this one."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), other, re.DOTALL) is not None


@lru_cache(maxsize=65536)
def _meet(one: str, other: str) -> bool:
    """Whether some name may match both patterns, judged by what stands before the first star and after the last."""
    if "*" not in one or "*" not in other:
        return _covers(one, other) or _covers(other, one)
    starts = one.partition("*")[0], other.partition("*")[0]
    ends = one.rpartition("*")[2], other.rpartition("*")[2]
    return _one_begins(*starts) and _one_begins(ends[0][::-1], ends[1][::-1])


def _one_begins(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)
