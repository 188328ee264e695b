"""Comparing what an engine answers with what the evaluator answers, pair by pair of query and event."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from isorule.ir.predicates import Predicate
from isorule.ir.schema import FieldSchema
from oracle_lane import explained, subject
from oracle_lane.engine import Answer, Index, Query, Refused, judge

Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """A query as its author wrote it, as isorule understands it (if it does), and as the engine is asked."""

    text: str
    predicate: Predicate | Refused
    query: Query


@dataclass(frozen=True, slots=True)
class Batch:
    """Queries that are asked of the same events."""

    schema: FieldSchema
    events: Sequence[Event]
    cases: Sequence[Case]

    @property
    def index(self) -> Index:
        return Index(self.schema, self.events, [case.query for case in self.cases])


@dataclass
class Tally:
    """What a comparison found. A refusal is a query that one side, or both, did not answer."""

    name: str
    queries: int = 0
    events: int = 0
    pairs: int = 0
    matches: int = 0
    refused_by_both: int = 0
    explained: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        share = 100 * self.matches / self.pairs if self.pairs else 0.0
        reasons = ", ".join(f"{name} {count}" for name, count in sorted(self.explained.items())) or "none"
        return (
            f"{self.name}: {self.queries} queries, {self.events} events, {self.pairs} pairs, "
            f"{self.matches} matches ({share:.0f} %), {len(self.differences)} unexplained; "
            f"refused by both {self.refused_by_both}; explained: {reasons}"
        )


def compare(name: str, batches: Sequence[Batch], *, folding: str = "unicode") -> Tally:
    """The evaluator against Lucene on every pair of the batches."""
    tally = Tally(name)
    answers = judge([batch.index for batch in batches], folding=folding)
    for batch, found in zip(batches, answers, strict=True):
        tally.events += len(batch.events)
        for case, engine in zip(batch.cases, found, strict=True):
            meant = case.predicate
            ours = meant if isinstance(meant, Refused) else subject.matching(meant, batch.events, batch.schema)
            _count(tally, batch, case, engine, ours, folding)
    return tally


def _count(tally: Tally, batch: Batch, case: Case, engine: Answer, ours: Answer, folding: str) -> None:
    tally.queries += 1
    if isinstance(case.predicate, Refused) or isinstance(engine, Refused) or isinstance(ours, Refused):
        if isinstance(engine, Refused) and isinstance(ours, Refused):
            tally.refused_by_both += 1
            return
        reason = explained.of_refusal(case.predicate, batch.schema, engine, ours)
        if reason is None:
            tally.differences.append(f"{case.text}\n  {json.dumps(case.query)}\n  engine: {engine}\n  ours: {ours}")
        else:
            tally.explained[reason] += 1
        return
    tally.pairs += len(batch.events)
    tally.matches += len(engine)
    for number in sorted(engine ^ ours):
        pair = explained.Pair(case.predicate, batch.events[number], batch.schema, case.query)
        reason = explained.of_pair(pair, folding)
        if reason is None:
            event = json.dumps(batch.events[number], ensure_ascii=False)
            answers = f"engine: {number in engine}, ours: {number in ours}"
            tally.differences.append(
                f"{case.text}\n  {json.dumps(case.query, ensure_ascii=False)}\n  {event}\n  {answers}"
            )
        else:
            tally.explained[reason] += 1


def batched(
    cases: Sequence[Case], size: int, events: Callable[[Predicate], Sequence[Event]], schema: FieldSchema
) -> list[Batch]:
    """Cases in groups, each with the events made for its members."""
    groups = [cases[start : start + size] for start in range(0, len(cases), size)]
    return [Batch(schema, _events(group, events), group) for group in groups]


def _events(cases: Sequence[Case], make: Callable[[Predicate], Sequence[Event]]) -> list[Event]:
    return [event for case in cases if not isinstance(case.predicate, Refused) for event in make(case.predicate)]
