"""The parts of a rule by slot (`metadata.title`, `schedule.interval`), and the rule made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from isorule.documents.homes import Parts
from isorule.ir.detections import Detection
from isorule.ir.rule import DataSource, Document, Metadata, Origin, Rule, Schedule


def rule_of(
    parts: Parts, detection: Detection, *, taxonomy: str, extras: Mapping[str, Document], origin: Origin
) -> Rule:
    """The rule with these parts; `parts` has `metadata.title` and `rule.type`."""
    source = DataSource(taxonomy=taxonomy)
    given = _group(parts, "source")
    schedule = _group(parts, "schedule")
    return Rule(
        metadata=Metadata(**_group(parts, "metadata")),
        data_source=replace(source, **given),
        detection=detection,
        schedule=Schedule(**schedule) if schedule else None,
        extras=extras,
        origin=origin,
        **_group(parts, "rule"),
    )


def _group(parts: Parts, name: str) -> Parts:
    return {slot.removeprefix(f"{name}."): value for slot, value in parts.items() if slot.startswith(f"{name}.")}


def parts_of(rule: Rule) -> Parts:
    """The parts of a rule by slot."""
    parts: Parts = {}
    for group, holder in (("metadata", rule.metadata), ("source", rule.data_source), ("schedule", rule.schedule)):
        if holder is not None:
            parts |= {f"{group}.{item.name}": getattr(holder, item.name) for item in fields(holder)}
    for name in ("type", "language", "suppression", "risk_score", "threats"):
        value: Any = getattr(rule, name)
        parts[f"rule.{name}"] = value
    return parts
