"""What comparing two detections gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, unique

from isorule.ir.predicates import Test

Event = Mapping[str, object]


@unique
class VerdictKind(Enum):
    """How the second of two detections stands to the first.

    IDENTICAL: the same core. EQUIVALENT: proved to match the same events. WIDER: matches more. NARROWER: misses some.
    DIVERGENT: both. UNDECIDED: not known; never a pass.
    """

    IDENTICAL = "identical"
    EQUIVALENT = "equivalent"
    WIDER = "wider"
    NARROWER = "narrower"
    DIVERGENT = "divergent"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Deciding:
    """The tests that tell the two sides apart on one witness: one of each side, None where no single test decides."""

    first: Test | None
    second: Test | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A verdict, the events on which the two sides differ where there are any, and why in one sentence.

    Where there are two witnesses, the first side matches the first and the second side the second. `deciding` has an
    entry for each witness; the spans of its tests are those of the texts that the sides were read from.
    """

    kind: VerdictKind
    witness: tuple[Event, ...] | None = None
    reason: str | None = None
    deciding: tuple[Deciding, ...] = ()

    @property
    def same(self) -> bool:
        """Whether the two sides are known to mean the same."""
        return self.kind in (VerdictKind.IDENTICAL, VerdictKind.EQUIVALENT)
