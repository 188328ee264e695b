"""Counts over the rule corpora through pySigma's backends, and how long it takes; kept in figures.toml.

    python tests/backends/backend_figures.py                             prints the counts of installed backends
    python tests/backends/backend_figures.py --write --date 2026-11-21   also keeps them in figures.toml

tests/backends/run.sh makes environments with backends; that for Elasticsearch has figures of its own, beside isorule's
(tests/bench/bench_sigma_backends.py). What figures.toml has of other backends stays. The page
docs/coverage.md is made from it (`section`), so that it needs no backend.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomli_w

import isorule
from isorule import backends

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("ISORULE_SHARED", ROOT.parent / "shared"))
FIGURES = Path(__file__).with_name("figures.toml")
TOP = 4
LENGTH = 120
"""Of the messages of backends that refuse, so many are kept, and so many characters of each."""


@dataclass(frozen=True)
class Case:
    """A corpus through a backend."""

    corpus: str
    backend: str
    format: str = "default"
    pipelines: tuple[str, ...] = ()


CASES = (
    Case("sigma", "splunk", pipelines=("splunk_windows",)),
    Case("sigma", "kusto"),
    Case("sigma", "kusto", pipelines=("microsoft_xdr",)),
    Case("sigma", "sqlite"),
    Case("elastic", "splunk"),
    Case("elastic", "sqlite"),
)


def files(corpus: str) -> list[Path]:
    """The rule files of a corpus."""
    folder = SHARED / "corpus" / corpus
    if corpus == "elastic":
        return sorted((folder / "rules").rglob("*.toml"))
    return sorted(path for path in folder.rglob("*.yml") if "regression_data" not in path.parts)


def rules(corpus: str, every: int) -> Iterator[isorule.Rule]:
    for path in files(corpus)[::every]:
        yield from isorule.load(path)


def run(case: Case, every: int) -> dict[str, Any]:
    """The counts of a case."""
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    said: Counter[str] = Counter()
    verdicts: Counter[str] = Counter()
    losses: Counter[str] = Counter()
    given = list(rules(case.corpus, every))
    start = time.perf_counter()
    for rule in given:
        try:
            made = isorule.convert(
                rule, f"{backends.PREFIX}{case.backend}", format=case.format, pipelines=case.pipelines
            )
        except isorule.UnsupportedError as error:
            reasons[error.diagnostic.name] += 1
            if error.diagnostic.name.startswith(("backend-", "pysigma-")):
                said[shortened(error.diagnostic.message)] += 1
            continue
        counts["converted"] += 1
        verdicts[made.verdict.kind.value] += 1
        losses.update({loss.name for loss in made.losses})
    seconds = time.perf_counter() - start
    return {
        "corpus": case.corpus,
        "backend": case.backend,
        "format": case.format,
        "pipelines": list(case.pipelines),
        "versions": [*backends.versions(case.backend)],
        "every": every,
        "rules": len(given),
        "converted": counts["converted"],
        "refused": len(given) - counts["converted"],
        "seconds": round(seconds, 1),
        "reasons": ranked(reasons),
        "verdicts": ranked(verdicts),
        "losses": ranked(losses),
        "said": ranked(said, TOP),
    }


def shortened(message: str) -> str:
    """The beginning of what a backend said; some list all fields that they know."""
    return message if len(message) <= LENGTH else f"{message[:LENGTH]}…"


def ranked(counter: Counter[str], most: int | None = None) -> dict[str, int]:
    return dict(sorted(counter.items(), key=lambda item: (-item[1], item[0]))[:most])


def timing(backend: str) -> dict[str, Any]:
    """Seconds of the command over the Sigma corpus: the first run, the second, and the first with two processes."""
    folder = str(SHARED / "corpus" / "sigma" / "rules")
    with tempfile.TemporaryDirectory() as work:
        base = [sys.executable, "convert", folder, "--to", backend, "--max-loss", "any", "-o", "out"]
        cold = timed(base, work, "a")
        second = timed(base, work, "a")
        two = timed([*base, "--jobs", "2"], work, "b")
    files = len(list(Path(folder).rglob("*.yml")))
    return {"backend": backend, "files": files, "first": cold, "second": second, "two": two}


def timed(command: Sequence[str], folder: str, cache: str) -> float:
    script = "import sys; from isorule.cli import main; sys.argv = ['isorule', *sys.argv[1:]]; main()"
    environment = {**os.environ, "ISORULE_CACHE_DIR": str(Path(folder) / cache)}
    start = time.perf_counter()
    subprocess.run(
        [command[0], "-c", script, *command[1:]], cwd=folder, env=environment, capture_output=True, check=False
    )
    return round(time.perf_counter() - start, 1)


def read_figures() -> dict[str, Any]:
    return tomllib.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.is_file() else {"run": [], "timing": []}


def keep(runs: Sequence[dict[str, Any]], timings: Sequence[dict[str, Any]]) -> None:
    """Put new figures in the place of old ones of the same case."""
    before = read_figures()
    order = [(case.corpus, case.backend, case.format, list(case.pipelines)) for case in CASES]
    known = {_key(item): item for item in (*before["run"], *runs)}
    kept = sorted(known.values(), key=lambda item: order.index(_case(item)) if _case(item) in order else len(order))
    times = {item["backend"]: item for item in (*before["timing"], *timings)}
    values = {"run": kept, "timing": [times[name] for name in sorted(times)]}
    head = "# Written by tests/backends/backend_figures.py; docs/coverage.md is made from it.\n\n"
    FIGURES.write_text(head + tomli_w.dumps(values), encoding="utf-8")


def _case(item: Mapping[str, Any]) -> tuple[str, str, str, list[str]]:
    return (item["corpus"], item["backend"], item["format"], item["pipelines"])


def _key(item: Mapping[str, Any]) -> str:
    return repr(_case(item))


def section() -> list[str]:
    """The lines of docs/coverage.md on backends, from figures.toml."""
    figures = read_figures()
    lines = ["## Through pySigma's backends", ""]
    lines += ["Recorded by `tests/backends/backend_figures.py`. `undecided`: isorule does not read the language.", ""]
    lines += ["| rules | backend | pipelines | rules | converted | refused by reason | verdicts | losses |"]
    lines += ["| --- | --- | --- | ---: | ---: | --- | --- | --- |"]
    for item in figures["run"]:
        form = "" if item["format"] == "default" else f" ({item['format']})"
        cells = (
            item["corpus"],
            f"{item['backend']}{form}",
            ", ".join(item["pipelines"]) or "-",
            item["rules"] if item["every"] == 1 else f"{item['rules']} (one file in {item['every']})",
            item["converted"],
            _counts(item["reasons"]),
            _counts(item["verdicts"]),
            _counts(item["losses"]),
        )
        lines.append(f"| {' | '.join(map(str, cells))} |")
    told = [item for item in figures["run"] if item["said"]]
    said = [f"- {item['backend']}, {item['corpus']}: {_counts(item['said'])}" for item in told]
    versions = sorted({name for item in figures["run"] for name in item["versions"]})
    dates = sorted({item["date"] for item in figures["run"]})
    lines += ["", "What backends said where they refused, or what was wrong with what they wrote:", "", *said, ""]
    lines += [f"Measured {', '.join(dates)} with {', '.join(versions)}.", ""]
    lines += ["| `isorule convert` of Sigma rules to | files | first run | second run | first run, `--jobs 2` |"]
    lines += ["| --- | ---: | ---: | ---: | ---: |"]
    for item in figures["timing"]:
        cells = (item["backend"], item["files"], *(f"{item[name]} s" for name in ("first", "second", "two")))
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return [*lines, ""]


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name.replace('|', '&#124;')} {number}" for name, number in counts.items())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="keep the figures")
    parser.add_argument("--date", help="the day of the measurement, for --write")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="one file of N")
    parser.add_argument("--no-timing", action="store_true", help="counts only")
    arguments = parser.parse_args()
    if arguments.write and not arguments.date:
        parser.error("--write needs --date")
    if not (SHARED / "corpus").is_dir():
        print(f"no corpora at {SHARED}", file=sys.stderr)
        return 2
    installed = backends.backend_names()
    runs: list[dict[str, Any]] = []
    for case in CASES:
        if case.backend in installed:
            runs.append({"date": arguments.date or "", **run(case, arguments.every)})
            print(tomli_w.dumps(runs[-1]), flush=True)
            if arguments.write:
                keep(runs, [])
    timed_with = [name for name in ("splunk", "sqlite") if name in installed and not arguments.no_timing]
    timings = [timing(name) for name in timed_with]
    print(tomli_w.dumps({"timing": timings}))
    if arguments.write:
        keep(runs, timings)
    return 0


if __name__ == "__main__":
    sys.exit(main())
