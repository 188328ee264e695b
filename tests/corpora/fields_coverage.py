"""Counts over the corpora with mapped fields: Sigma to Elastic in ECS, Elastic's Windows rules to SigmaHQ's names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import isorule
from isorule.ir.rule import Rule

PYSIGMA = (
    ("eql", 3750, 3757, 402, "refused by Elastic's own EQL parser"),
    ("esql", 3648, 3757, 885, "with a pattern that Elasticsearch refuses"),
    ("lucene", 3750, 3757, 210, "expressions that match whole values only"),
)
"""pySigma's Elasticsearch backend 2.1.1 with ecs_windows on SigmaHQ's whole repository: format, accepted, rules, and
the accepted ones with a defect (`../shared/reference/peers-convert.md` §2.1, §2.4; 657 more kept a field unmapped)."""


@dataclass
class FieldsRow:
    """The counts of rules converted with mapped fields."""

    rules: int = 0
    converted: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    losses: Counter[str] = field(default_factory=Counter)
    undeclared: list[str] = field(default_factory=list)

    def add(self, rule: Rule, to: str, fields: str) -> None:
        """Convert a rule and count what became of it."""
        self.rules += 1
        try:
            found = isorule.convert(rule, to, fields=fields)
        except isorule.UnsupportedError as error:
            self.refusals[error.diagnostic.name] += 1
            return
        self.converted += 1
        self.verdicts[found.verdict.kind.value] += 1
        self.losses.update({item.name for item in found.losses})
        if not found.verdict.same and all(item.effect.value == "cosmetic" for item in found.losses if item.effect):
            self.undeclared.append(rule.metadata.title)


def rules_of(paths: Iterable[Path]) -> Iterator[Rule]:
    for path in paths:
        yield from isorule.load(path)


def sigma_to_ecs(corpus: Path, step: int = 1) -> dict[str, FieldsRow]:
    """Sigma rules to Elastic rules in ECS, by product (or category, where a rule names none)."""
    paths = sorted(path for path in corpus.rglob("*.yml") if "regression_data" not in path.parts)
    rows: dict[str, FieldsRow] = {}
    for rule in rules_of(paths[::step]):
        source = rule.data_source.logsource
        name = (source.product or source.category or source.service or "-") if source is not None else "-"
        rows.setdefault(name, FieldsRow()).add(rule, "elastic", "ecs")
    return rows


def elastic_to_sigmahq(corpus: Path, step: int = 1) -> dict[str, FieldsRow]:
    """Elastic's active Windows rules to Sigma rules with SigmaHQ's names, by type."""
    rows: dict[str, FieldsRow] = {}
    for rule in rules_of(sorted((corpus / "windows").rglob("*.toml"))[::step]):
        rows.setdefault(f"{rule.type} / {rule.language or '-'}", FieldsRow()).add(rule, "sigma", "sigmahq")
    return rows


def section(sigma: Path, elastic: Path) -> list[str]:
    """The tables for docs/coverage.md."""
    return [
        *_table("Sigma rules to Elastic rules, fields in ECS", sigma_to_ecs(sigma)),
        "pySigma's Elasticsearch backend on SigmaHQ's repository, as measured in 2026-11 (no verdicts):",
        "",
        "| format | rules | accepted | of these defective |",
        "| --- | ---: | ---: | --- |",
        *(f"| {name} | {rules} | {accepted} | {bad} {what} |" for name, accepted, rules, bad, what in PYSIGMA),
        "",
        *_table("Elastic's Windows rules to Sigma, fields of SigmaHQ", elastic_to_sigmahq(elastic)),
    ]


def _table(title: str, rows: dict[str, FieldsRow]) -> list[str]:
    total = FieldsRow()
    for row in rows.values():
        total.rules += row.rules
        total.converted += row.converted
        total.verdicts += row.verdicts
        total.refusals += row.refusals
        total.losses += row.losses
    lines = [f"## {title}", "", "| kind | rules | converted | verdicts | refused by reason | losses |"]
    lines.append("| --- | ---: | ---: | --- | --- | --- |")
    for name, row in [*sorted(rows.items()), ("all", total)]:
        cells = (name, row.rules, row.converted, _counts(row.verdicts), _counts(row.refusals), _counts(row.losses))
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return [*lines, ""]


def _counts(counter: Counter[str]) -> str:
    ranked = sorted(counter.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name} {number}" for name, number in ranked)
