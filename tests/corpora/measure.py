"""Counts over the rule corpora: parsed, round-tripped, converted, verdicts, refusals; conformance; synthesis.

    python tests/corpora/measure.py            prints the tables
    python tests/corpora/measure.py --write    also writes them to docs/coverage.md

The corpora are read in place from the `shared` folder beside the project.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import isorule
from isorule.diagnostics import Effect
from isorule.dialects import dialect
from isorule.ir.core import core_detection
from isorule.ir.detections import Match, Opaque
from isorule.ir.rule import Rule
from isorule.ir.schema import FieldSchema

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("ISORULE_SHARED", ROOT.parent / "shared"))
ELASTIC = SHARED / "corpus" / "elastic" / "rules"
SIGMA = SHARED / "corpus" / "sigma"


@dataclass
class Row:
    """The counts of one kind of rule."""

    rules: int = 0
    parsed: int = 0
    round_tripped: int = 0
    single_event: int = 0
    converted: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    losses: Counter[str] = field(default_factory=Counter)
    undeclared: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def elastic_files() -> list[Path]:
    return sorted(ELASTIC.rglob("*.toml"))


def sigma_files() -> list[Path]:
    return sorted(path for path in SIGMA.rglob("*.yml") if "regression_data" not in path.parts)


def rules_of(paths: Iterable[Path], faults: list[str]) -> Iterator[Rule]:
    """Every rule of the files; what cannot be read goes to `faults` with its place."""
    for path in paths:
        try:
            yield from isorule.load(path)
        except isorule.IsoruleError as error:
            found = error.diagnostic
            faults.append(f"{path.name}:{found.line}:{found.column}: {found.name}: {found.message}")


def kind_of(path: str, rule: Rule) -> str:
    status = "deprecated" if "_deprecated" in path else "active"
    return f"{rule.type} / {rule.language or '-'} / {status}"


def is_parsed(rule: Rule) -> bool:
    return not isinstance(rule.detection, Opaque)


def round_trips(rule: Rule) -> bool:
    """Whether what the emitter writes for the rule's query (or Sigma detection) reads back as the same."""
    language = dialect(rule.language or "")
    assert language.parse is not None
    assert language.emit is not None
    if rule.language == "sigma":
        back = language.parse(language.emit(rule.detection).text)
        return core_detection(back, FieldSchema(), "") == core_detection(rule.detection, FieldSchema(), "")
    assert rule.origin is not None
    queries = [language.parse(embedded.text) for embedded in rule.origin.queries.values()]
    return all(language.parse(language.emit(query).text) == query for query in queries)


def count(rule: Rule, row: Row, to: str) -> None:
    row.rules += 1
    if is_parsed(rule):
        row.parsed += 1
        row.round_tripped += round_trips(rule)
    row.single_event += isinstance(rule.detection, Match)
    try:
        conversion = isorule.convert(rule, to)
    except isorule.UnsupportedError as error:
        row.refusals[error.diagnostic.name] += 1
        return
    row.converted += 1
    row.verdicts[conversion.verdict.kind.value] += 1
    row.losses.update({loss.name for loss in conversion.losses})
    if not conversion.verdict.same and not any(loss.effect is not Effect.COSMETIC for loss in conversion.losses):
        row.undeclared.append(rule.metadata.title)


def measure_elastic() -> dict[str, Row]:
    """Elastic → Sigma, by type, language and status."""
    rows: dict[str, Row] = {}
    faults: list[str] = []
    for rule in rules_of(elastic_files(), faults):
        assert rule.origin is not None
        count(rule, rows.setdefault(kind_of(rule.origin.file.path, rule), Row()), "sigma")
    if faults:
        rows["unreadable"] = Row(faults=faults)
    return rows


def measure_sigma() -> dict[str, Row]:
    """Sigma → Elastic, by folder."""
    rows: dict[str, Row] = {}
    faults: list[str] = []
    for path in sigma_files():
        folder = path.relative_to(SIGMA).parts[0]
        for rule in rules_of([path], faults):
            count(rule, rows.setdefault(folder, Row()), "elastic")
    if faults:
        rows["unreadable"] = Row(faults=faults)
    return rows


def table(title: str, rows: dict[str, Row]) -> list[str]:
    columns = "kind | rules | parsed | round trip | single-event | converted | verdicts | refused by reason | losses"
    lines = [f"## {title}", "", f"| {columns} |"]
    lines.append("| --- | ---: | ---: | ---: | ---: | ---: | --- | --- | --- |")
    for kind, row in sorted(rows.items()):
        cells = (kind, row.rules, row.parsed, row.round_tripped, row.single_event, row.converted)
        counts = (_counts(row.verdicts), _counts(row.refusals), _counts(row.losses))
        lines.append(f"| {' | '.join(map(str, (*cells, *counts)))} |")
    faults = [fault for row in rows.values() for fault in row.faults]
    lines += ["", *(f"- unreadable: `{fault}`" for fault in faults)]
    return lines


CORRELATION_STEP = 4
"""Every so many active rule files are compared with their correlations on streams; all of them take four minutes."""


def correlation_lines() -> list[str]:
    """How the rules over several events agree with their correlations."""
    import correlation_streams  # found beside this file where it is run as a script

    active = [path for path in elastic_files() if "_deprecated" not in path.parts]
    title, *lines = correlation_streams.section(correlation_streams.measured(active[::CORRELATION_STEP]))
    return [title, "", f"One active rule file in {CORRELATION_STEP}.", *lines]


def verdict_lines() -> list[str]:
    """What verdicts find of edited rules."""
    import verdict_figures  # found beside this file where it is run as a script

    return verdict_figures.section()


def check_lines() -> list[str]:
    """What each check finds, and how much of it is right."""
    import check_counts  # found beside this file where it is run as a script

    return check_counts.section()


def backend_lines() -> list[str]:
    """The recorded figures of pySigma's backends, which need not be installed here."""
    sys.path.insert(0, str(ROOT / "tests" / "backends"))
    import backend_figures

    return backend_figures.section()


def _counts(counter: Counter[str]) -> str:
    ranked = sorted(counter.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name} {number}" for name, number in ranked)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/coverage.md")
    arguments = parser.parse_args()
    if not ELASTIC.is_dir():
        print(f"no corpora at {SHARED}", file=sys.stderr)
        return 2
    start = time.perf_counter()
    import fields_coverage  # these are found beside this file where it is run as a script
    import synthesis
    from conformance import rows, section

    lines = table("Elastic rules to Sigma", measure_elastic()) + table("Sigma rules to Elastic", measure_sigma())
    lines += [*section(rows()), ""]
    lines += synthesis.section(synthesis.rows(elastic_files(), sigma_files()))
    lines += correlation_lines()
    lines += verdict_lines()
    lines += backend_lines()
    lines += fields_coverage.section(SIGMA, ELASTIC)
    lines += check_lines()
    print("\n".join(lines))
    print(f"\n{time.perf_counter() - start:.1f} s", file=sys.stderr)
    if arguments.write:
        head = ["# Coverage", "", "Written by `python tests/corpora/measure.py --write`; do not edit.", ""]
        (ROOT / "docs" / "coverage.md").write_text("\n".join(head + lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
