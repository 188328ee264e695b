"""How fast the evaluator is: Sigma process creation rules on real Windows events, in one process.

    python tests/bench/bench_evaluate.py [--events N] [--rules 1 100 500]

Prints events per second of a loop over all rules and of `RuleSet`, with the ratio of the two, and checks that both
find the same. Reads the corpora in place from the `shared` folder beside the project.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import yaml

from isorule.diagnostics import IsoruleError
from isorule.dialects.sigma import read_detection
from isorule.evaluation import RuleSet, compile_predicate
from isorule.evaluation.events import EventView
from isorule.ir.detections import Match
from isorule.ir.rule import DataSource, Metadata, Rule

HEAD = (
    f"{'events':>22} {'rules':>6} {'alerts':>7} {'loop ev/s':>10} {'RuleSet ev/s':>13} {'ratio':>6} {'candidates':>11}"
)
SHARED = Path(__file__).parents[2] / ".." / "shared"


def process_rules() -> Iterator[Rule]:
    """Sigma's process creation rules that the evaluator takes."""
    for path in sorted((SHARED / "corpus" / "sigma" / "rules" / "windows" / "process_creation").glob("*.yml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        try:
            rule = Rule(Metadata(document["title"]), DataSource(), read_detection(document["detection"]), "sigma")
            RuleSet([rule])
        except IsoruleError:
            continue
        yield rule


def windows_events() -> Iterator[Mapping[str, Any]]:
    with gzip.open(SHARED / "events" / "otrf-windows-sample.ndjson.gz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--events", type=int, default=20_000)
    arguments.add_argument("--rules", type=int, nargs="+", default=[1, 100, 500])
    chosen = arguments.parse_args()
    started = time.perf_counter()
    rules = list(process_rules())
    print(f"{len(rules)} rules read and compiled in {time.perf_counter() - started:.1f} s")
    everything = list(islice(windows_events(), chosen.events))
    starts = [event for event in windows_events() if event.get("EventID") in (1, 4688)]
    print(HEAD)
    for name, events in (("all", everything), ("process creation", starts)):
        for count in (*chosen.rules, len(rules)):
            report(f"{len(events)} {name}", rules[:count], events)


def report(name: str, rules: list[Rule], events: list[Mapping[str, Any]]) -> None:
    sample = events[: max(1, min(len(events), 2_000_000 // (20 * len(rules) + 1)))]
    checks = [compile_predicate(rule.detection.where) for rule in rules if isinstance(rule.detection, Match)]
    started = time.perf_counter()
    expected = sum(check(event) is True for event in sample for check in checks)
    loop = len(sample) / (time.perf_counter() - started)
    compiled = RuleSet(rules)
    started = time.perf_counter()
    alerts = sum(1 for _ in compiled.feed(events))
    indexed = len(events) / (time.perf_counter() - started)
    found = sum(1 for _ in compiled.feed(sample))
    if found != expected:
        raise SystemExit(f"the rule set finds {found} alerts, the loop {expected}")
    candidates = sum(len(compiled.candidates(EventView(event))) for event in sample) / len(sample)
    speeds = f"{loop:10,.0f} {indexed:13,.0f} {indexed / loop:6.1f}"
    print(f"{name:>22} {len(rules):6} {alerts:7} {speeds} {candidates:10.1f}")


if __name__ == "__main__":
    main()
