"""Counts over the corpora with mapped fields: Sigma to Elastic in ECS, Elastic's Windows rules to SigmaHQ's names."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import isorule
from isorule.diagnostics import Effect
from isorule.ir.rule import Rule

sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))

import bench_sigma_backends  # found beside the other measurements


@dataclass
class FieldsRow:
    """The counts of rules converted with mapped fields."""

    rules: int = 0
    converted: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    losses: Counter[str] = field(default_factory=Counter)
    changes: Counter[tuple[str, str]] = field(default_factory=Counter)
    shown: Counter[tuple[str, str]] = field(default_factory=Counter)
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
        if not found.verdict.same:
            names = {item.name for item in found.losses if item.effect is not Effect.COSMETIC}
            change = (found.verdict.kind.value, ", ".join(sorted(names)))
            self.changes[change] += 1
            self.shown[change] += bool(found.verdict.witnesses)
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
        *bench_sigma_backends.section(),
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
        total.changes += row.changes
        total.shown += row.shown
    lines = [f"## {title}", "", "| kind | rules | converted | verdicts | refused by reason | losses |"]
    lines.append("| --- | ---: | ---: | --- | --- | --- |")
    for name, row in [*sorted(rows.items()), ("all", total)]:
        cells = (name, row.rules, row.converted, _counts(row.verdicts), _counts(row.refusals), _counts(row.losses))
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return [*lines, "", *_changes(total), ""]


def _changes(total: FieldsRow) -> list[str]:
    """What verdicts other than `identical` rest on: the losses of a rule that are not cosmetic."""
    lines = ["| verdict | by the losses | rules | with an event that shows it |", "| --- | --- | ---: | ---: |"]
    for (verdict, names), number in sorted(total.changes.items(), key=lambda item: (-item[1], item[0])):
        lines.append(f"| {verdict} | {names or '-'} | {number} | {total.shown[verdict, names]} |")
    return lines


def _counts(counter: Counter[str]) -> str:
    ranked = sorted(counter.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name} {number}" for name, number in ranked)
