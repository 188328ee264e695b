"""How fast rule sets are, in one process: events per second of CPU time.

    python tests/bench/bench_evaluation.py [--events N] [--streamed N] [--rules 1 10 100]

(a) Elastic's EQL and kuery rules over ECS events, (b) Sigma's Windows process creation rules over process starts of the
Windows sample, each with a command line of its own. `loop` asks every rule of every event, on a part of the events.
`warm` is what the first thousand events take, with the count after which gates are chosen anew; it is not in the rates.
Memory is the resident set of the process. The corpora are read in place from the `shared` folder beside the project.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import evaluation_streams as streams

from isorule.dialects.registry import dialect
from isorule.evaluation import Alert, RuleSet, compile_predicate
from isorule.evaluation.events import EventView
from isorule.evaluation.literals import accelerator_installed
from isorule.ir.detections import Match
from isorule.ir.rule import DataSource, Metadata, Rule
from isorule.ir.schema import FieldSchema
from isorule.mappings.ecs import ecs_schema

try:
    from orjson import loads as fast_loads
except ImportError:
    fast_loads = None

Event = Mapping[str, Any]

WARM = 1_000
HEAD = (
    f"{'rules':<16} {'count':>5} {'alerts':>7} {'accel.':>6} {'mappings':>9} {'json':>8} {'orjson':>8} "
    f"{'loop':>9} {'ratio':>7} {'cand.':>6} {'warm s':>7}"
)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--events", type=int, default=20_000)
    arguments.add_argument("--streamed", type=int, default=1_000_000)
    arguments.add_argument("--rules", type=int, nargs="+", default=[1, 10, 100, 1_000])
    chosen = arguments.parse_args()
    print(machine())
    print(HEAD)
    schema = ecs_schema()
    elastic = shuffled(streams.elastic_rules(schema, (Match,)))
    sigma = shuffled(streams.sigma_rules("rules*/windows/process_creation"))
    table("(a) Elastic, ECS", elastic, list(streams.ecs_stream(elastic, chosen.events)), schema, chosen.rules)
    starts = streams.process_starts()
    table("(b) Sigma, starts", sigma, list(streams.made_unique(starts, chosen.events)), None, chosen.rules)
    if chosen.streamed:
        print(f"\n{'stream':<44} {'events':>9} {'alerts':>7} {'ev/s':>8}  resident MB after a tenth, a half, all")
        stream("(b) all Sigma rules", RuleSet(sigma), streams.made_unique(starts, chosen.streamed), chosen.streamed)
        sequences = RuleSet(sequence_rules(50))
        stream("50 sequences, 10,000 keys", sequences, sequence_events(chosen.streamed), chosen.streamed)
        print("problems:", [problem.name for problem in sequences.problems])


def shuffled(rules: list[Rule]) -> list[Rule]:
    """The same mixture for every number of rules."""
    random.Random(0).shuffle(rules)
    return rules


def machine() -> str:
    info = Path("/proc/cpuinfo")
    names = [line.partition(": ")[2] for line in info.read_text().splitlines()] if info.exists() else []
    cpu = next((name for name in names if "GHz" in name or "EPYC" in name or "Intel" in name), platform.machine())
    fast = "ahocorasick_rs" if accelerator_installed() else "no accelerator installed"
    return f"{cpu}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}, {fast}"


def table(name: str, rules: list[Rule], events: list[Event], schema: FieldSchema | None, counts: list[int]) -> None:
    lines = [json.dumps(event).encode() for event in events]
    for count in sorted({min(count, len(rules)) for count in (*counts, len(rules))}):
        loop, sample, expected = looped(rules[:count], events, schema)
        for accelerated in (True, False) if accelerator_installed() else (False,):
            compiled = RuleSet(rules[:count], schema=schema, accelerated=accelerated)
            warm, _ = timed(lambda compiled=compiled: sum(1 for _ in compiled.feed(events[:WARM])))
            spent, alerts = timed(lambda compiled=compiled: sum(1 for _ in compiled.feed(events)))
            if found := sum(1 for _ in compiled.feed(events[:sample])) - expected:
                raise SystemExit(f"{name}: the rule set finds {found} more alerts than the loop")
            rate = len(events) / spent
            decoded = [decoding(compiled, lines, loads) for loads in (json.loads, fast_loads)]
            candidates = sum(len(compiled.candidates(EventView(event))) for event in events[:500]) / min(
                500, len(events)
            )
            print(
                f"{name:<16} {count:5} {alerts:7} {'yes' if accelerated else 'no':>6} {rate:9,.0f} "
                f"{decoded[0]:>8} {decoded[1]:>8} {loop:9,.0f} {rate / loop:7.1f} {candidates:6.1f} {warm:7.2f}",
                flush=True,
            )


def decoding(compiled: RuleSet, lines: list[bytes], loads: Callable[[bytes], Event] | None) -> str:
    if loads is None:
        return "-"
    spent, _ = timed(lambda: sum(1 for _ in compiled.feed(map(loads, lines))))
    return f"{len(lines) / spent:,.0f}"


def looped(rules: list[Rule], events: list[Event], schema: FieldSchema | None) -> tuple[float, int, int]:
    """Events per second of asking every rule, on how many events that was measured, and what was found."""
    checks = [compile_predicate(rule.detection.where, schema) for rule in rules if isinstance(rule.detection, Match)]
    sample = max(50, min(len(events), 300_000 // len(rules)))
    spent, found = timed(lambda: sum(check(event) is True for event in events[:sample] for check in checks))
    return sample / spent, sample, found


def timed(run: Callable[[], int]) -> tuple[float, int]:
    started = time.process_time()
    found = run()
    return time.process_time() - started, found


def stream(name: str, compiled: RuleSet, events: Iterable[Event], count: int) -> None:
    """One pass over events that are made as they are asked for."""
    marks = {count // 10, count // 2, count}
    resident: list[str] = []

    def watched() -> Iterator[Event]:
        for number, event in enumerate(events, 1):
            yield event
            if number in marks:
                resident.append(f"{resident_megabytes():.0f}")

    spent, alerts = timed(lambda: count_of(compiled.feed(watched())))
    print(f"{name:<44} {count:9,} {alerts:7} {count / spent:8,.0f}  {', '.join(resident)}", flush=True)


def count_of(alerts: Iterator[Alert]) -> int:
    return sum(1 for _ in alerts)


def resident_megabytes() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def sequence_rules(count: int) -> list[Rule]:
    """Two and three stages, with and without `until` and missing events, all joined by host and user."""
    parse = dialect("eql").parse
    assert parse is not None
    rules = []
    for number in range(count):
        middle = f'![file where file.name == "f{number}"] ' if number % 3 == 1 else ""
        last = f" [network where destination.port == {number}]" if number % 2 else ""
        until = f' until [process where process.name == "x{number}"]' if number % 5 == 0 else ""
        query = (
            f'sequence by host.id, user.name with maxspan=5m [process where process.name : "p{number}"] {middle}'
            f'[registry where registry.path : "*\\\\run{number}\\\\*"]{last}{until}'
        )
        rules.append(Rule(Metadata(f"sequence {number}"), DataSource(), parse(query), "eql", language="eql"))
    return rules


def sequence_events(count: int) -> Iterator[Event]:
    """Events a few milliseconds apart, each of one of 10,000 pairs of host and user."""
    chance = random.Random(5)
    time_of_event = 1_700_000_000_000
    for number in range(count):
        time_of_event += 2
        rule = chance.randrange(50)
        host, user = chance.randrange(2_000), number % 5
        event: dict[str, Any] = {
            "@timestamp": time_of_event,
            "host": {"id": f"h{host}"},
            "user": {"name": f"u{user}"},
        }
        match number % 4:
            case 0:
                event |= {"event": {"category": ["process"]}, "process": {"name": f"p{rule}"}}
            case 1:
                event |= {"event": {"category": ["registry"]}, "registry": {"path": f"HKLM\\run{rule}\\a"}}
            case 2:
                event |= {"event": {"category": ["network"]}, "destination": {"port": rule}}
            case _:
                event |= {"event": {"category": ["file"]}, "file": {"name": f"f{rule}"}}
        yield event


if __name__ == "__main__":
    main()
