"""What an evaluation gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from isorule.ir.matchers import Scalar
from isorule.ir.rule import Rule

KeyValue = Scalar | None


@dataclass(frozen=True, slots=True)
class Alert:
    """One answer of a detection.

    `events` are the very objects that were given: one for a single-event match, one for each clause of a sequence or
    sample with None in the place of a missing-event clause, all events of the group for an aggregate. `keys` are the
    values that the events share: dates in milliseconds since 1970, addresses in canonical text, None for an absent
    value. `rule` is set by `RuleSet`.
    """

    events: tuple[Mapping[str, object] | None, ...]
    rule: Rule | None = None
    keys: tuple[KeyValue, ...] = ()
