"""Edits of the corpus's sequences, samples, thresholds, new terms and indicator rules: found, with confirmed streams.

A part of the rules in the plain run; `python tests/corpora/test_stream_verdicts.py` takes all of them.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))

import measure
import stream_edits

from isorule.evaluation import evaluate_detection
from isorule.ir.detections import Aggregate, Detection, IndicatorMatch, NewTerms, Sample, Sequence
from isorule.ir.rule import Rule
from isorule.mappings import ecs_schema
from isorule.verification import Verdict, VerdictKind, Witness, compare

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not measure.ELASTIC.is_dir(), reason=f"the rule corpora are not at {measure.SHARED}"),
]

KINDS = (Sequence, Sample, Aggregate, NewTerms, IndicatorMatch)


@dataclass
class Run:
    """Verdicts by edit, what was not found, what the evaluator does not confirm, and seconds."""

    by_edit: dict[str, Counter[str]] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def add(self, title: str, edit: str, first: Detection, second: Detection) -> Verdict:
        start = time.perf_counter()
        verdict = compare(first, second, ecs_schema())
        self.seconds.append(time.perf_counter() - start)
        self.by_edit.setdefault(edit, Counter())[verdict.kind.value] += 1
        if verdict.kind is VerdictKind.UNDECIDED:
            self.open.append(f"{title} / {edit}: {verdict.reason}")
        elif verdict.same:
            self.same.append(f"{title} / {edit}")
        if not all(confirmed(witness, first, second) for witness in verdict.witnesses):
            self.wrong.append(f"{title} / {edit}")
        return verdict

    @property
    def total(self) -> int:
        return sum(counts.total() for counts in self.by_edit.values())

    @property
    def shown(self) -> int:
        """Edits for which there is a confirmed stream, also where the other direction is open."""
        return self.total - len(self.same) - len([one for one in self.open if "gives" not in one])

    def __str__(self) -> str:
        ranked = sorted(self.seconds)
        times = f"median {1000 * ranked[len(ranked) // 2]:.0f} ms, p99 {1000 * ranked[int(len(ranked) * 0.99)]:.0f} ms"
        kinds = sum(self.by_edit.values(), Counter[str]())
        counts = ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))
        return f"{self.total} comparisons: {counts}; a confirmed stream for {self.shown}; {times}"


def confirmed(witness: Witness, first: Detection, second: Detection) -> bool:
    """Whether the evaluator gives the alerts of the witness for both sides, and not the same."""
    places = {id(event): place for place, event in enumerate(witness.events)}
    found = []
    for side in (first, second):
        alerts = evaluate_detection(
            side,
            witness.events,
            schema=ecs_schema(),
            history=witness.history,
            indicators=witness.indicators,
            now=witness.now,
        )
        found.append(
            tuple(tuple(None if event is None else places[id(event)] for event in alert.events) for alert in alerts)
        )
    return found == [witness.first, witness.second] and Counter(found[0]) != Counter(found[1])


def stream_rules(step: int) -> Iterator[Rule]:
    rules = [rule for rule in measure.rules_of(measure.elastic_files(), []) if isinstance(rule.detection, KINDS)]
    yield from rules[::step]


def edited(rules: Iterator[Rule], edits: dict[str, stream_edits.Edit], seed: int) -> Run:
    run = Run()
    for number, rule in enumerate(rules):
        for name, edit in edits.items():
            changed = edit(rule.detection, random.Random(f"{seed} {number} {name}"))
            if changed is not None:
                run.add(rule.metadata.title, name, rule.detection, changed)
    return run


def test_edits_of_streams_are_found() -> None:
    run = edited(stream_rules(step=24), stream_edits.EDITS, seed=1)
    print(run)
    assert run.wrong == []
    assert run.shown + len(run.same) >= 0.99 * run.total, run.open
    assert len(run.by_edit) >= 12


def test_rewritings_of_streams_are_proved() -> None:
    run = edited(stream_rules(step=8), stream_edits.REWRITINGS, seed=2)
    print(run)
    assert run.open == []
    assert len(run.same) == run.total
    assert run.total > 30


if __name__ == "__main__":
    for name, edits in (("edits", stream_edits.EDITS), ("rewritings", stream_edits.REWRITINGS)):
        result = edited(stream_rules(step=int(sys.argv[1]) if len(sys.argv) > 1 else 1), edits, seed=3)
        print(f"{name}: {result}")
        for edit_name, kinds in result.by_edit.items():
            print(f"  {edit_name}: {dict(kinds)}")
        print(*(f"same: {line}" for line in result.same if name == "edits"), sep="\n")
        print(*(f"open: {line}" for line in result.open), sep="\n")
        print(*(f"wrong: {line}" for line in result.wrong), sep="\n")
