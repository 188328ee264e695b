"""The parts of a correlation as they are written."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from isorule.checks.check import CheckedDocument
from isorule.checks.sigma.tables import texts
from isorule.source import KeyPath

CONDITION: Final[KeyPath] = ("correlation", "condition")


def correlation(document: CheckedDocument) -> Mapping[str, object] | None:
    """The table of a correlation, None for any other rule."""
    table = document.get("correlation")
    return table if isinstance(table, Mapping) else None


def rules_of(table: Mapping[str, object]) -> list[str]:
    """The rules that a correlation refers to, as they are written; a single one may stand without a list."""
    rules = table.get("rules")
    return [rules] if isinstance(rules, str) else [name for _, name in texts(rules)]


def grouping(table: Mapping[str, object]) -> list[tuple[KeyPath, str]]:
    """The fields that a correlation groups by, with their places."""
    fields = table.get("group-by")
    if isinstance(fields, str):
        return [(("correlation", "group-by"), fields)]
    return [(("correlation", "group-by", index), name) for index, name in texts(fields)]


def measured(table: Mapping[str, object]) -> list[tuple[KeyPath, str]]:
    """The fields whose values a correlation measures, with their places."""
    condition = table.get("condition")
    fields = condition.get("field") if isinstance(condition, Mapping) else None
    if isinstance(fields, str):
        return [((*CONDITION, "field"), fields)]
    return [((*CONDITION, "field", index), name) for index, name in texts(fields)]


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers that a condition asks for: from `low` to `high`, in whole steps if it counts."""

    low: float = -math.inf
    high: float = math.inf

    @property
    def empty(self) -> bool:
        """Whether no number is in it."""
        return self.low > self.high


def number_range(condition: Mapping[str, object], *, counts: bool) -> Range:
    """The numbers that the comparisons of a condition leave; whole ones only if it counts."""
    low, high = -math.inf, math.inf
    for key, value in condition.items():
        if not isinstance(value, int | float) or isinstance(value, bool):
            continue
        if isinstance(value, float) and not math.isfinite(value):
            continue
        match key:
            case "gte":
                low = max(low, math.ceil(value) if counts else value)
            case "gt":
                low = max(low, math.floor(value) + 1 if counts else math.nextafter(value, math.inf))
            case "lte":
                high = min(high, math.floor(value) if counts else value)
            case "lt":
                high = min(high, math.ceil(value) - 1 if counts else math.nextafter(value, -math.inf))
            case "eq":
                low, high = max(low, value), min(high, value)
    return Range(low, high)
