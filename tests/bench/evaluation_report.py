"""What the benchmark of rule sets measured, as a document."""

from __future__ import annotations

from dataclasses import astuple, dataclass, field, fields
from pathlib import Path

DOCUMENT = Path(__file__).parents[2] / "docs" / "benchmarks.md"
_INTRODUCTION = """# Benchmarks

Written by `python tests/bench/bench_evaluation.py --write`; do not edit.

Rates are events per second of CPU time, of one process on one core: the machines are shared and differ from run to
run, so the ratio says more than the rate. `loop` asks every rule of every event (the same compiled conditions without
an index, on a part of the events), in the same run; `ratio` is the rate from mappings over it. Every table line is
checked: the rule set and the loop found the same number of alerts.

- `accel.`: with the automaton of the extra `isorule[fast]`, or without.
- `mappings`: events are Python mappings; `json`, `orjson`: they are lines of NDJSON as bytes, and decoding counts.
- `cand.`: rules that are looked at for an event, on average.
- `warm s`: seconds for the first thousand events, with the count after which gates are chosen anew; not in the rates.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One rule set on one list of events."""

    rules: str
    count: int
    alerts: int
    accelerated: str
    mappings: str
    json: str
    orjson: str
    loop: str
    ratio: str
    candidates: str
    warm: str

    def line(self) -> str:
        """For the terminal."""
        return (
            f"{self.rules:<34} {self.count:5} {self.alerts:7} {self.accelerated:>6} {self.mappings:>9} {self.json:>8} "
            f"{self.orjson:>8} {self.loop:>8} {self.ratio:>7} {self.candidates:>6} {self.warm:>7}"
        )


@dataclass(frozen=True, slots=True)
class StreamRow:
    """One rule set on a stream of events that is made while it runs; memory is the resident set of the process."""

    stream: str
    events: str
    alerts: str
    rate: str
    after_a_tenth: str
    after_a_half: str
    after_all: str
    problems: str

    def line(self) -> str:
        """For the terminal."""
        memory = ", ".join((self.after_a_tenth, self.after_a_half, self.after_all))
        return f"{self.stream:<44} {self.events:>9} {self.alerts:>7} {self.rate:>8}  {memory} MB  {self.problems}"


@dataclass(slots=True)
class Report:
    """All rows of a run, printed as they come."""

    machine: str
    rows: list[Row] = field(default_factory=list)
    streams: list[StreamRow] = field(default_factory=list)

    def add(self, row: Row | StreamRow) -> None:
        """Print a row and keep it."""
        print(row.line(), flush=True)
        if isinstance(row, Row):
            self.rows.append(row)
        else:
            self.streams.append(row)

    def write(self) -> None:
        """Write the document."""
        heads = ("rules", "count", "alerts", "accel.", "mappings", "json", "orjson", "loop", "ratio", "cand.", "warm s")
        parts = [_INTRODUCTION, f"Machine: {self.machine}.\n", "## Rule sets\n", _table(heads, self.rows)]
        if self.streams:
            heads = ("stream", "events", "alerts", "events/s", "MB after a tenth", "a half", "all", "problems")
            parts += ["## Streams\n", _table(heads, self.streams)]
        DOCUMENT.write_text("\n".join(parts), encoding="utf-8")


def _table(heads: tuple[str, ...], rows: list[Row] | list[StreamRow]) -> str:
    named = [astuple(row) for row in rows]
    columns = len(fields(rows[0])) if rows else len(heads)
    lines = [heads, ("---", *["---:"] * (columns - 1)), *named]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)
