"""What comparing two detections gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, unique

from isorule.ir.predicates import Test

Event = Mapping[str, object]
Alerts = tuple[tuple[int | None, ...], ...]
"""The alerts of one side on a stream: of each alert the places of its events in the stream, from 0.

None stands for a missing-event clause; a sequence names the events of its clauses, a threshold all events of a group.
"""


@unique
class VerdictKind(Enum):
    """How the second of two detections stands to the first.

    IDENTICAL: the same core. EQUIVALENT: proved to match the same events. WIDER: matches more. NARROWER: misses some.
    DIVERGENT: both. UNDECIDED: not known; never a pass.

    What a single event is for a condition, a stream of events is for a detection over several events: WIDER says that
    the second gives an alert on every stream on which the first does, and on others; EQUIVALENT, that both give the
    same alerts on every stream.
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

    first: Test | None = None
    second: Test | None = None


@dataclass(frozen=True, slots=True)
class Witness:
    """A stream of events on which the sides differ, as small as it could be made, and what the evaluator says of it.

    For conditions on single events it is one event. `history` is what a new-terms rule has seen before, `indicators`
    what an indicator rule matches against, `now` the present that the answers were given at, None where they do not
    depend on it. `why` is one sentence; the spans of `deciding` are those of the texts that
    the sides were read from.
    """

    events: tuple[Event, ...]
    first: Alerts
    second: Alerts
    why: str
    deciding: Deciding = Deciding()
    history: tuple[Event, ...] = ()
    indicators: tuple[Event, ...] = ()
    now: datetime | None = None

    @property
    def single(self) -> bool:
        """Whether one event, and nothing beside it, tells the sides apart."""
        return len(self.events) == 1 and not self.history and not self.indicators


@dataclass(frozen=True, slots=True)
class Verdict:
    """A verdict, why in one sentence, and witnesses where the sides are known to differ.

    Where there are two witnesses, the first side alerts on the first and the second side on the second.
    """

    kind: VerdictKind
    reason: str | None = None
    witnesses: tuple[Witness, ...] = ()

    @property
    def same(self) -> bool:
        """Whether the two sides are known to mean the same."""
        return self.kind in (VerdictKind.IDENTICAL, VerdictKind.EQUIVALENT)

    @property
    def witness(self) -> tuple[Event, ...] | None:
        """The events of the witnesses, one of each; None where there is none, or one of them is a stream."""
        if not self.witnesses or not all(witness.single for witness in self.witnesses):
            return None
        return tuple(witness.events[0] for witness in self.witnesses)

    @property
    def deciding(self) -> tuple[Deciding, ...]:
        """The deciding tests of each witness."""
        return tuple(witness.deciding for witness in self.witnesses)
