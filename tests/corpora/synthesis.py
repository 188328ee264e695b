"""Counts of synthesis over the rule corpora: rules with a confirmed match, conditions with a near miss, and times.

    python tests/corpora/synthesis.py [STEP]     prints the tables, for every STEP-th file

`measure.py --write` puts the same tables into docs/coverage.md, without the times. A match is confirmed where the
evaluator, asked anew, gives an alert for its events; a near miss where it gives none. A condition without a near miss
has a reason.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import measure

from isorule.evaluation import evaluate_detection
from isorule.ir.detections import Opaque
from isorule.ir.rule import Rule
from isorule.mappings import ecs_schema
from isorule.synthesis import Case, Synthesis, synthesize


@dataclass
class Count:
    """The counts of one kind of rule."""

    rules: int = 0
    matched: int = 0
    conditions: int = 0
    missed: int = 0
    near_misses: int = 0
    gaps: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    open_conditions: list[str] = field(default_factory=list)

    def quantile(self, share: float) -> float:
        """Milliseconds of the processor."""
        ranked = sorted(self.seconds) or [0.0]
        return 1000 * ranked[min(len(ranked) - 1, int(len(ranked) * share))]


def is_asked(rule: Rule) -> bool:
    """Whether the rule has a query that isorule reads; deprecated rules are left out."""
    path = rule.origin.file.path if rule.origin is not None else ""
    return not isinstance(rule.detection, Opaque) and "_deprecated" not in Path(path).parts


def count(rule: Rule, row: Count) -> None:
    start = time.process_time()
    found = synthesize(rule, ecs_schema(), matching=1, near_miss=True)
    row.seconds.append(time.process_time() - start)
    row.rules += 1
    add(rule, found, row)


def add(rule: Rule, found: Synthesis, row: Count) -> None:
    """Adds what was made to the counts, asked of the evaluator anew."""
    title = rule.metadata.title
    for case in found.cases:
        if alerts(rule, case) != case.alerts:
            row.wrong.append(title)
    if found.matching:
        row.matched += 1
    else:
        row.unmatched.append(title)
        row.reasons.update(problem.name for problem in found.problems)
    missed = {condition for condition in found.conditions if condition not in {gap.condition for gap in found.gaps}}
    row.conditions += len(found.conditions)
    row.missed += sum(condition in missed for condition in found.conditions)
    row.near_misses += sum(not case.matches for case in found.cases)
    row.gaps.update(gap.name for gap in found.gaps)
    row.open_conditions += [
        f"{title}: {gap.condition.words or gap.condition.text}" for gap in found.gaps if gap.name == "no-near-miss"
    ]


def alerts(rule: Rule, case: Case) -> int:
    """What the evaluator gives for a case when the rule runs at the time of its newest event."""
    source = rule.data_source
    times = [datetime.fromisoformat(str(event["@timestamp"])) for event in case.events if "@timestamp" in event]
    found = evaluate_detection(
        rule.detection,
        case.events,
        schema=ecs_schema(),
        category_field=source.category_field,
        timestamp_field=source.timestamp_field,
        tiebreaker_field=source.tiebreaker_field,
        now=max(times, default=None),
        history=case.history,
        indicators=case.indicators,
    )
    return len(found)


def rows(elastic: Iterable[Path], sigma: Iterable[Path]) -> dict[str, Count]:
    """The counts by type of rule."""
    found: dict[str, Count] = {}
    for rule in measure.rules_of([*elastic, *sigma], []):
        if is_asked(rule):
            shape = type(rule.detection).__name__.lower()
            count(rule, found.setdefault(f"{rule.type} / {rule.language} / {shape}", Count()))
    return found


def section(found: dict[str, Count]) -> list[str]:
    """The counts as a section of a Markdown page."""
    why = "without, by reason"
    columns = f"kind | rules | with a match | {why} | conditions | with a near miss | {why} | near misses"
    lines = ["## Synthesis", "", f"| {columns} |", "| --- | ---: | ---: | --- | ---: | ---: | --- | ---: |"]
    for kind, row in sorted(found.items()):
        cells = (
            kind,
            row.rules,
            f"{row.matched} ({_share(row.matched, row.rules)})",
            _counts(row.reasons),
            row.conditions,
            f"{row.missed} ({_share(row.missed, row.conditions)})",
            _counts(row.gaps),
            row.near_misses,
        )
        lines.append(f"| {' | '.join(map(str, cells))} |")
    wrong = [title for row in found.values() for title in row.wrong]
    lines += ["", f"Cases for which the evaluator, asked anew, gives another answer: {len(wrong)}.", ""]
    return lines


def _share(part: int, whole: int) -> str:
    return f"{100 * part / max(1, whole):.1f} %"


def _counts(counter: Counter[str]) -> str:
    return ", ".join(
        f"{name} {number}" for name, number in sorted(counter.items(), key=lambda item: (-item[1], item[0]))
    )


def main() -> int:
    if not measure.ELASTIC.is_dir():
        print(f"no corpora at {measure.SHARED}", file=sys.stderr)
        return 2
    step = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    found = rows(measure.elastic_files()[::step], measure.sigma_files()[::step])
    print("\n".join(section(found)))
    for kind, row in sorted(found.items()):
        times = f"median {row.quantile(0.5):.1f} ms, p99 {row.quantile(0.99):.0f} ms, worst {row.quantile(1):.0f} ms"
        print(f"{kind}: {times}", file=sys.stderr)
        for name, titles in (("wrong", row.wrong), ("unmatched", row.unmatched), ("open", row.open_conditions)):
            print("".join(f"  {name}: {title}\n" for title in titles), end="", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
