"""pySigma's Elasticsearch backend and isorule over the same Sigma rules: what each converts, and what means the same.

    python tests/bench/bench_sigma_backends.py                             prints the counts
    python tests/bench/bench_sigma_backends.py --write --date 2026-11-21   also keeps them in sigma_backends.toml

It runs in an environment with `pysigma-backend-elasticsearch` (tests/backends/run.sh makes one) and says nothing in
another. pySigma's rules get the fields of its pipeline `ecs_windows`, isorule's those of ECS. A rule of pySigma means
the same where isorule reads its language (EQL, Lucene) and proves that of the rule as the pipeline changes it, so that
the pipeline's own mapping is not judged. Seconds are processor time of the tool alone, for all rules in one process.
"""

from __future__ import annotations

import argparse
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomli_w

import isorule
from isorule import backends
from isorule.backends.catalogue import backend_class

HERE = Path(__file__).parent
FIGURES = HERE / "sigma_backends.toml"
PIPELINE = "ecs_windows"
FORMATS = ("eql", "esql", "lucene")
PUBLISHED = {
    "eql": (3757, 3750, "402 refused by Elastic's own EQL parser"),
    "esql": (3757, 3648, "885 with a pattern that Elasticsearch refuses"),
    "lucene": (3757, 3750, "210 expressions that match whole values only"),
}
"""The same backend on SigmaHQ's whole repository: rules, accepted, and what was wrong with accepted ones
(`../shared/reference/peers-convert.md` §2.1 and §2.4)."""

sys.path.insert(0, str(HERE.parent / "backends"))

import backend_figures  # noqa: E402  # found beside the other figures of backends


def own(to: str, fields: str | None = None) -> dict[str, Any]:
    """Isorule's conversion to a language, or to Elastic rules with other fields."""
    given = list(backend_figures.rules("sigma", 1))
    verdicts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    start = time.process_time()
    for rule in given:
        try:
            verdicts[isorule.convert(rule, to, fields=fields).verdict.kind.value] += 1
        except isorule.UnsupportedError as error:
            reasons[error.diagnostic.name] += 1
    seconds = time.process_time() - start
    form = to if fields is None else f"{to}, fields={fields}"
    return record("isorule", form, len(given), verdicts, reasons, seconds)


def theirs(form: str) -> dict[str, Any]:
    """PySigma's conversion, and what isorule says of each result."""
    found = backend_figures.run(backend_figures.Case("sigma", form, pipelines=(PIPELINE,)), 1)
    row = record("pySigma", form, found["rules"], found["verdicts"], found["reasons"], timed(form))
    return {**row, "losses": found["losses"], "versions": found["versions"]}


def timed(form: str) -> float:
    """Seconds of processor time that pySigma alone takes; a rule that it refuses counts."""
    from sigma.collection import SigmaCollection
    from sigma.exceptions import SigmaError

    texts = [path.read_text(encoding="utf-8") for path in backend_figures.files("sigma")]
    backend = backend_class(form)(processing_pipeline=backends.resolved((PIPELINE,)))
    start = time.process_time()
    for text in texts:
        for rule in SigmaCollection.from_yaml(text).rules:
            try:
                backend.convert_rule(rule)
            except (SigmaError, NotImplementedError):
                continue
    return time.process_time() - start


def record(
    tool: str, form: str, rules: int, verdicts: Mapping[str, int], reasons: Mapping[str, int], seconds: float
) -> dict[str, Any]:
    invalid = reasons.get("backend-output-invalid", 0)
    refused = sum(reasons.values()) - invalid
    return {
        "tool": tool,
        "format": form,
        "rules": rules,
        "converted": rules - refused,
        "refused": refused,
        "invalid": invalid,
        "seconds": round(seconds, 1),
        "verdicts": backend_figures.ranked(Counter(verdicts)),
    }


def section() -> list[str]:
    """The lines of docs/coverage.md, from the figures that are kept."""
    figures = tomllib.loads(FIGURES.read_text(encoding="utf-8"))
    lines = ["## Beside pySigma's Elasticsearch backend", ""]
    lines += [
        "Recorded by `tests/bench/bench_sigma_backends.py`, which says how. What a mapping of fields changes counts in"
    ]
    lines += [
        "isorule's first row only: the others are compared with the rule as its fields are named there. The earlier"
    ]
    lines += [
        "figures are of SigmaHQ's whole repository and have no verdicts (`../shared/reference/peers-convert.md`).",
        "",
    ]
    lines += [
        "| tool | to | rules | converted | refused | not of its language | mean the same | CPU seconds | earlier |"
    ]
    lines += ["| --- | --- | ---: | ---: | ---: | ---: | --- | ---: | --- |"]
    for row in figures["row"]:
        verdicts = Counter(row["verdicts"])
        same = verdicts["identical"] + verdicts["equivalent"]
        read = row["converted"] - row["invalid"] - (0 if same else verdicts["undecided"])
        known = f"{same} of {row['converted']}" if read else "not read"
        earlier = PUBLISHED.get(row["format"]) if row["tool"] == "pySigma" else None
        told = "-" if earlier is None else f"{earlier[1]} of {earlier[0]} accepted, {earlier[2]}"
        cells = (*(row[name] for name in ("tool", "format", "rules", "converted", "refused", "invalid")), known)
        lines.append(f"| {' | '.join(map(str, (*cells, row['seconds'], told)))} |")
    return [*lines, "", f"Measured {figures['date']} with {', '.join(figures['versions'])}.", ""]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="keep the figures")
    parser.add_argument("--date", help="the day of the measurement, for --write")
    arguments = parser.parse_args()
    if arguments.write and not arguments.date:
        parser.error("--write needs --date")
    if not (backend_figures.SHARED / "corpus").is_dir() or not set(FORMATS) <= set(backends.backend_names()):
        print("needs the corpora and pysigma-backend-elasticsearch", file=sys.stderr)
        return 0
    rows = [own("elastic", "ecs"), own("eql"), own("lucene"), *map(theirs, FORMATS)]
    versions = sorted({name for row in rows for name in row.pop("versions", ())})
    text = tomli_w.dumps({"date": arguments.date or "", "versions": versions, "row": rows})
    print(text)
    if arguments.write:
        head = "# Written by tests/bench/bench_sigma_backends.py; docs/coverage.md is made from it.\n\n"
        FIGURES.write_text(head + text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
