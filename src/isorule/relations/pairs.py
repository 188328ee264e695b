"""What two rules of a corpus have to do with each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, unique


@unique
class Sources(Enum):
    """How the events that two rules read stand to each other.

    SAME; WITHIN: the second reads all that the first reads, and more; AROUND: the other way round; PARTLY: they may
    have some in common; APART: none.
    """

    SAME = "same"
    WITHIN = "within"
    AROUND = "around"
    PARTLY = "partly"
    APART = "apart"

    def turned(self) -> Sources:
        """The same, seen from the second rule."""
        return {Sources.WITHIN: Sources.AROUND, Sources.AROUND: Sources.WITHIN}.get(self, self)


@unique
class Relation(Enum):
    """How the first of two rules stands to the second. Each is proved.

    EQUIVALENT: both alert on the same events. SUBSUMED: whatever the first alerts on, the second alerts on, too.
    SAME_CONDITION and NARROWER_CONDITION: they would be equivalent, or the first subsumed, if they read the same
    sources. DISJOINT_SAME_NAME: they have one name, and no event is for both.
    """

    EQUIVALENT = "equivalent"
    SUBSUMED = "subsumed"
    SAME_CONDITION = "same-condition"
    NARROWER_CONDITION = "narrower-condition"
    DISJOINT_SAME_NAME = "disjoint-same-name"


@dataclass(frozen=True, slots=True)
class Overlap:
    """A relation of two rules, by their numbers in the list that was given.

    Where the first condition is narrower, `witness` is an event that the second matches and the first does not, as the
    evaluator has confirmed. `single_values` says that two conditions exclude each other only for events in which every
    field has one value at most.
    """

    first: int
    second: int
    relation: Relation
    sources: Sources
    witness: Mapping[str, object] | None = None
    single_values: bool = False


@dataclass(frozen=True, slots=True)
class Undecided:
    """Two rules of which nothing could be proved, and why."""

    first: int
    second: int
    why: str


@dataclass(frozen=True, slots=True)
class Overlaps:
    """The pairs found, in the order of the rules; pairs left open; and the numbers of rules that were not compared."""

    pairs: tuple[Overlap, ...]
    undecided: tuple[Undecided, ...] = ()
    not_compared: tuple[int, ...] = ()
