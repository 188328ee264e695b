"""Rules of a corpus that have to do with each other, in words and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from isorule.ir.rule import DataSource, LogSource, Rule
from isorule.relations import Overlap, Overlaps, Relation, Sources, Undecided
from isorule.report.text import counted, tally

_SOURCES = {
    Sources.SAME: "both read the same sources",
    Sources.WITHIN: "the second reads more sources",
    Sources.AROUND: "the first reads more sources",
    Sources.PARTLY: "they may have sources in common",
    Sources.APART: "they read different sources",
}
_RELATION = {
    Relation.EQUIVALENT: "both alert on the same events",
    Relation.SUBSUMED: "the second alerts on whatever the first alerts on",
    Relation.SAME_CONDITION: "they ask the same",
    Relation.NARROWER_CONDITION: "the second asks for less than the first",
    Relation.DISJOINT_SAME_NAME: "they have the same name, and no event is for both",
}


@dataclass(frozen=True, slots=True)
class Compared:
    """The rules of a run with the names of their files, and what was found."""

    rules: Sequence[Rule]
    paths: Sequence[str]
    overlaps: Overlaps


def overlaps_text(compared: Compared) -> str:
    """A line for each pair with both files, and why below it."""
    lines: list[str] = []
    for pair in compared.overlaps.pairs:
        first, second = compared.paths[pair.first], compared.paths[pair.second]
        lines += [f"{pair.relation.value:18}  {first}  {second}", f"  {_sentence(compared, pair)}"]
        if pair.witness is not None:
            lines.append(f"  only the second matches: {json.dumps(dict(pair.witness), ensure_ascii=False)}")
    for left in compared.overlaps.undecided:
        lines += [f"{'undecided':18}  {compared.paths[left.first]}  {compared.paths[left.second]}", f"  {left.why}"]
    return "".join(f"{line}\n" for line in lines)


def _sentence(compared: Compared, pair: Overlap) -> str:
    doubt = " (unless a field has several values)" if pair.single_values else ""
    return f"{_RELATION[pair.relation]}{doubt}; {_sources(compared, pair)}"


def _sources(compared: Compared, pair: Overlap) -> str:
    said = _SOURCES[pair.sources]
    if pair.sources is Sources.SAME:
        return said
    first, second = (_source(compared.rules[number].data_source) for number in (pair.first, pair.second))
    return f"{said}: {first} and {second}"


def _source(source: DataSource) -> str:
    if source.logsource is not None:
        return _logsource(source.logsource)
    return ", ".join(source.indices) or "any index"


def _logsource(source: LogSource) -> str:
    named = (("category", source.category), ("product", source.product), ("service", source.service))
    return " ".join(f"{name} {value}" for name, value in named if value) or "any log source"


def overlaps_json(compared: Compared) -> dict[str, object]:
    """All pairs as JSON values, and what was not compared."""
    return {
        "pairs": [_pair_json(compared, pair) for pair in compared.overlaps.pairs],
        "undecided": [_undecided_json(compared, left) for left in compared.overlaps.undecided],
        "not_compared": [_rule_json(compared, number) for number in compared.overlaps.not_compared],
    }


def _pair_json(compared: Compared, pair: Overlap) -> dict[str, object]:
    return {
        "relation": pair.relation.value,
        "first": _rule_json(compared, pair.first),
        "second": _rule_json(compared, pair.second),
        "sources": pair.sources.value,
        "single_values": pair.single_values,
        "message": _sentence(compared, pair),
        "witness": dict(pair.witness) if pair.witness is not None else None,
    }


def _undecided_json(compared: Compared, left: Undecided) -> dict[str, object]:
    return {
        "first": _rule_json(compared, left.first),
        "second": _rule_json(compared, left.second),
        "reason": left.why,
    }


def _rule_json(compared: Compared, number: int) -> dict[str, object]:
    metadata = compared.rules[number].metadata
    return {"path": compared.paths[number], "id": metadata.id, "title": metadata.title}


def overlaps_summary(compared: Compared) -> str:
    """How many rules were compared, and how many pairs there are, by relation."""
    found = compared.overlaps
    count = len(compared.rules) - len(found.not_compared)
    names = [pair.relation.value for pair in found.pairs] + ["undecided" for _ in found.undecided]
    pairs = f"{counted(len(names), 'pair')}: {tally(names)}" if names else "no pairs"
    left_out = f", {len(found.not_compared)} not compared" if found.not_compared else ""
    return f"{counted(count, 'rule')} compared{left_out}; {pairs}"
