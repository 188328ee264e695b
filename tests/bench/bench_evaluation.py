"""How fast rule sets are, in one process: events per second of CPU time.

    python tests/bench/bench_evaluation.py [--events N] [--streamed N] [--rules 1 10 100] [--write]

(a) Elastic's EQL and kuery rules over ECS events, (b) Sigma's process creation rules and (c) all of its Windows rules
over process starts of the Windows sample, each with a command line of its own, (d) the latter over all events of the
sample as they are. `loop` asks every rule of every event, on a part of the events.
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
from itertools import islice
from pathlib import Path
from typing import Any

import evaluation_streams as streams
from evaluation_report import Report, Row, StreamRow

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


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--events", type=int, default=20_000)
    arguments.add_argument("--streamed", type=int, default=1_000_000)
    arguments.add_argument("--rules", type=int, nargs="+", default=[1, 10, 100, 1_000, 1_400])
    arguments.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    chosen = arguments.parse_args()
    report = Report(machine())
    print(report.machine)
    schema = ecs_schema()
    elastic = shuffled(streams.elastic_rules(schema, (Match,)))
    sigma = shuffled(streams.sigma_rules("rules*/**/process_creation"))
    windows = shuffled(streams.sigma_rules("rules*/windows/**"))
    starts = streams.process_starts()
    counts, size = chosen.rules, chosen.events
    table(report, "(a) Elastic, ECS events", elastic, list(streams.ecs_stream(elastic, size)), schema, counts)
    table(report, "(b) Sigma, process starts", sigma, list(streams.made_unique(starts, size)), None, counts)
    table(report, "(c) Sigma for Windows, starts", windows, list(streams.made_unique(starts, size)), None, counts)
    sample = list(islice(streams.windows_events(), size))
    table(report, "(d) Sigma for Windows, all events", windows, sample, None, counts)
    if chosen.streamed:
        made = streams.made_unique(starts, chosen.streamed)
        stream(report, "(b) all Sigma rules", RuleSet(sigma), made, chosen.streamed)
        sequences = RuleSet(sequence_rules(50))
        stream(report, "50 sequences, 10,000 keys", sequences, sequence_events(chosen.streamed), chosen.streamed)
    if chosen.write:
        report.write()


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


def table(
    report: Report, name: str, rules: list[Rule], events: list[Event], schema: FieldSchema | None, counts: list[int]
) -> None:
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
            row = Row(
                name,
                count,
                alerts,
                "yes" if accelerated else "no",
                f"{rate:,.0f}",
                *decoded,
                f"{loop:,.0f}",
                f"{rate / loop:.1f}",
                f"{candidates:.1f}",
                f"{warm:.2f}",
            )
            report.add(row)


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


def stream(report: Report, name: str, compiled: RuleSet, events: Iterable[Event], count: int) -> None:
    """One pass over events that are made as they are asked for."""
    marks = (count // 10, count // 2, count)
    resident: list[str] = []

    def watched() -> Iterator[Event]:
        for number, event in enumerate(events, 1):
            yield event
            if number in marks:
                resident.append(f"{resident_megabytes():.0f}")

    spent, alerts = timed(lambda: count_of(compiled.feed(watched())))
    problems = ", ".join(problem.name for problem in compiled.problems) or "none"
    report.add(StreamRow(name, f"{count:,}", f"{alerts:,}", f"{count / spent:,.0f}", *resident, problems))


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
