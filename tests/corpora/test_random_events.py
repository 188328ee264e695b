"""No randomly drawn event contradicts a verdict: all conversions of single-event rules, both ways.

A part of the corpora with few events each in the plain run. All of it, with 10,000 events for each rule, takes
three quarters of an hour: `python tests/corpora/test_random_events.py [--events N] [--step N] [--side elastic|sigma]`
prints the counts.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))

import measure
import random_events

import isorule
from isorule.conversion import Conversion
from isorule.evaluation import compile_predicate
from isorule.ir.detections import Match
from isorule.ir.resolve import resolve_category
from isorule.ir.rule import Rule
from isorule.mappings import ecs_schema
from isorule.verification import VerdictKind

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not measure.ELASTIC.is_dir(), reason=f"the rule corpora are not at {measure.SHARED}"),
]

MATCHED_BY_SECOND = (VerdictKind.IDENTICAL, VerdictKind.EQUIVALENT, VerdictKind.WIDER)
MATCHED_BY_FIRST = (VerdictKind.IDENTICAL, VerdictKind.EQUIVALENT, VerdictKind.NARROWER)


@dataclass
class Counts:
    """Conversions, events put to them, how many matched, and events that contradict a verdict."""

    rules: int = 0
    events: int = 0
    matched: int = 0
    rules_matched: int = 0
    contradicted: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        share = self.rules_matched / max(1, self.rules)
        return (
            f"{self.rules} conversions, {self.events} events, {self.matched} of them matches; "
            f"{share:.1%} of the rules matched some; {len(self.contradicted)} contradicted"
        )


def conversions(side: str, step: int) -> Iterator[tuple[Rule, Conversion]]:
    paths, to = (measure.elastic_files(), "sigma") if side == "elastic" else (measure.sigma_files(), "elastic")
    for rule in measure.rules_of(paths[::step], []):
        if isinstance(rule.detection, Match) and not rule.detection.pipes:
            try:
                made = isorule.convert(rule, to)
            except isorule.UnsupportedError:
                continue
            yield rule, made


def put(rule: Rule, made: Conversion, events: int, counts: Counts) -> None:
    """Draws events for a rule and its translation, and holds the answers against the verdict."""
    schema = ecs_schema()
    assert isinstance(rule.detection, Match)
    assert isinstance(made.rule.detection, Match)
    categories = (rule.data_source.category_field, made.rule.data_source.category_field)
    sides = tuple(
        resolve_category(match.where, category)
        for match, category in zip((rule.detection, made.rule.detection), categories, strict=True)
    )
    source = random_events.Source((sides[0], sides[1]), schema, categories[0], random.Random(rule.metadata.title))
    answers = random_events.draw(
        compile_predicate(sides[0], schema), compile_predicate(sides[1], schema), source, events
    )
    counts.rules += 1
    counts.events += answers.drawn
    counts.matched += answers.matched
    counts.rules_matched += answers.matched > 0
    kind = made.verdict.kind
    if answers.first_only is not None and kind in MATCHED_BY_SECOND:
        counts.contradicted.append(f"{rule.metadata.title}: {kind.value}, only the rule matches {answers.first_only}")
    if answers.second_only is not None and kind in MATCHED_BY_FIRST:
        counts.contradicted.append(f"{rule.metadata.title}: {kind.value}, not the rule matches {answers.second_only}")


@pytest.mark.parametrize(("side", "step"), [("elastic", 12), ("sigma", 25)])
def test_no_drawn_event_contradicts_a_verdict(side: str, step: int) -> None:
    counts = Counts()
    for rule, made in conversions(side, step):
        put(rule, made, 150, counts)
    print(f"{side}: {counts}")
    assert counts.contradicted == []
    assert counts.rules > 60
    # Events that no rule matches would prove nothing.
    assert counts.rules_matched > 0.6 * counts.rules


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--step", type=int, default=1)
    parser.add_argument("--side", choices=["elastic", "sigma"], action="append")
    arguments = parser.parse_args()
    contradicted = 0
    for side in arguments.side or ["elastic", "sigma"]:
        start = time.perf_counter()
        counts = Counts()
        for rule, made in conversions(side, arguments.step):
            put(rule, made, arguments.events, counts)
            if counts.rules % 50 == 0:
                print(f"{side}: {counts}; {time.perf_counter() - start:.0f} s", file=sys.stderr, flush=True)
        print(f"{side}: {counts}; {time.perf_counter() - start:.0f} s", *counts.contradicted, sep="\n")
        contradicted += len(counts.contradicted)
    return 1 if contradicted else 0


if __name__ == "__main__":
    sys.exit(main())
