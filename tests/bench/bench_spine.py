"""How fast the spine is: parsing against PyPI's `eql`, and the whole Elastic corpus to Sigma.

    python tests/bench/bench_spine.py [--peer]

Prints a table with the machine and, in one run, ratios. `--peer` makes an environment of its own for the package `eql`
(AGPL, never a dependency), times the same queries there, and removes it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from pathlib import Path

import tomli

import isorule
from isorule.dialects import dialect

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("ISORULE_SHARED", ROOT.parent / "shared"))
ELASTIC = SHARED / "corpus" / "elastic" / "rules"

PEER = """
import json, sys, time
import eql
from eql.parser import (allow_sample, allow_negation, allow_runs, elasticsearch_syntax, ignore_missing_functions,
                        skip_optimizations, elasticsearch_validate_optional_fields)
queries = json.load(sys.stdin)
parsed = 0
with elasticsearch_syntax, ignore_missing_functions, skip_optimizations, allow_sample, allow_negation, allow_runs, \\
        elasticsearch_validate_optional_fields:
    start = time.perf_counter()
    for query in queries:
        try:
            eql.parse_query(query)
            parsed += 1
        except Exception:  # whatever the peer raises, the query counts as not parsed
            pass
    seconds = time.perf_counter() - start
print(json.dumps({"seconds": seconds, "parsed": parsed}))
"""


def best_of(times: int, action: Callable[[], object]) -> float:
    found = []
    for _ in range(times):
        start = time.perf_counter()
        action()
        found.append(time.perf_counter() - start)
    return min(found)


def eql_queries(paths: list[Path]) -> list[str]:
    rules = (tomli.loads(path.read_text("utf-8"))["rule"] for path in paths if "_deprecated" not in path.parts)
    return [rule["query"] for rule in rules if rule["type"] == "eql"]


def peer_seconds(queries: list[str]) -> tuple[float, int]:
    """Seconds that PyPI's `eql` takes for the queries, and how many it parses."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / "bin" / "python"
        subprocess.run([python, "-m", "pip", "-q", "install", "eql==1.0.1", "setuptools<81"], check=True)
        done = subprocess.run(
            [python, "-c", PEER], input=json.dumps(queries), capture_output=True, text=True, check=True
        )
    result = json.loads(done.stdout.splitlines()[-1])
    return result["seconds"], result["parsed"]


def convert_corpus(paths: list[Path]) -> int:
    converted = 0
    for path in paths:
        for rule in isorule.load(path):
            try:
                isorule.convert(rule, "sigma")
                converted += 1
            except isorule.IsoruleError:
                continue
    return converted


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", action="store_true", help="time PyPI's eql, too")
    arguments = parser.parse_args()
    if not ELASTIC.is_dir():
        print(f"no corpora at {SHARED}", file=sys.stderr)
        return 2
    paths = sorted(ELASTIC.rglob("*.toml"))
    queries = eql_queries(paths)
    parse = dialect("eql").parse
    assert parse is not None
    mine = best_of(5, lambda: [parse(query) for query in queries])
    machine = platform.processor() or platform.machine()
    print(f"machine: {machine}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"parse {len(queries)} EQL queries: {mine:.3f} s, {mine / len(queries) * 1000:.3f} ms a query")
    if arguments.peer:
        seconds, parsed = peer_seconds(queries)
        each = seconds / len(queries) * 1000
        print(f"PyPI eql 1.0.1 ({parsed} of them parsed): {seconds:.3f} s, {each:.3f} ms a query")
        print(f"ratio: {seconds / mine:.1f}")
    start = time.perf_counter()
    converted = convert_corpus(paths)
    seconds = time.perf_counter() - start
    print(f"load + convert + compare {len(paths)} Elastic rules to Sigma ({converted} converted): {seconds:.2f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
