"""Which rule of one side belongs to which of the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import NamedTuple

from isorule.ir.detections import Detection
from isorule.ir.rule import Rule
from isorule.source import SourceFile


@dataclass(frozen=True, slots=True)
class Side:
    """A rule or detection to compare; `label` is its file, or the query as it was given.

    `query` is the text of a query that was given itself, `noun` what it is (`EQL query`).
    """

    label: str
    id: str | None
    subject: Rule | Detection
    query: SourceFile | None = None
    noun: str | None = None


class Pair(NamedTuple):
    """Two sides that belong together; None where a side has no partner."""

    first: Side | None
    second: Side | None


def paired(first: Sequence[Side], second: Sequence[Side]) -> list[Pair]:
    """One side each are a pair. Else rules pair by id, then by the stem of their file; what is left stands alone.

    An id or stem that occurs twice on one side pairs nothing: which of the two is meant cannot be known.
    """
    if len(first) == len(second) == 1:
        return [Pair(first[0], second[0])]
    pairs: list[Pair] = []
    for key in (_id, _stem):
        partners = _unique(second, key)
        pairs += [Pair(side, partners[name]) for name, side in _unique(first, key).items() if name in partners]
        first, second = _without(first, pairs), _without(second, pairs)
    pairs += [Pair(side, None) for side in first]
    pairs += [Pair(None, side) for side in second]
    return sorted(pairs, key=_order)


def _without(sides: Sequence[Side], pairs: Sequence[Pair]) -> list[Side]:
    """The sides that are in no pair yet, told by identity: two files may hold equal rules."""
    done = {id(side) for pair in pairs for side in pair}
    return [side for side in sides if id(side) not in done]


def _id(side: Side) -> str | None:
    return side.id


def _stem(side: Side) -> str | None:
    return PurePosixPath(side.label).stem


def _unique(sides: Sequence[Side], key: Callable[[Side], str | None]) -> dict[str, Side]:
    found: dict[str, list[Side]] = {}
    for side in sides:
        name = key(side)
        if name is not None:
            found.setdefault(name, []).append(side)
    return {name: same[0] for name, same in found.items() if len(same) == 1}


def _order(pair: Pair) -> tuple[str, str]:
    return (pair.first.label if pair.first else "", pair.second.label if pair.second else "")
