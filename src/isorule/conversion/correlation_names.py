"""Correlations whose rules are given other field names: group keys, aliases and what is measured follow them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from isorule.diagnostics import Effect
from isorule.ir.detections import Correlation, CorrelationItem, Having
from isorule.ir.losses import Loss, loss, refusal
from isorule.ir.predicates import Field
from isorule.ir.rule import Rule


class MappedRule(Protocol):
    """A rule with other field names, and what that changes."""

    @property
    def rule(self) -> Rule:
        """The rule."""

    @property
    def losses(self) -> tuple[Loss, ...]:
        """What its new names change."""


KeyOf = Callable[[Rule, str], tuple[str, tuple[Loss, ...]]]
"""What a field is called in the events of a mapped rule, outside of its conditions, and what that changes."""


def mapped_correlation(
    rule: Rule, correlation: Correlation, map_part: Callable[[Rule], MappedRule], key_of: KeyOf, taxonomy: str
) -> tuple[Rule, tuple[Loss, ...]]:
    """The correlation over its rules as `map_part` gives them, with the names of `taxonomy`, and what that changes.

    A group key keeps its name where the items call it differently; then the items' own keys say which field it is. A
    correlation of which not all rules are known stays as it is, and a loss says so. Raises UnsupportedError where the
    rules keep what is counted in different fields.
    """
    if len(rule.references) != len(correlation.items):
        message = "not all rules of this correlation are known, nor where their fields come from: they keep their names"
        return rule, (loss("logsource-unmapped", Effect.COSMETIC, message),)
    parts = [map_part(part) for part in rule.references]
    names = [_Names(before, part.rule, key_of) for before, part in zip(rule.references, parts, strict=True)]
    keys = [
        tuple(name(path) for path in _keys(item, correlation))
        for item, name in zip(correlation.items, names, strict=True)
    ]
    agreed = [{own[place] for own in keys} for place in range(len(correlation.by))]
    by = tuple(found.pop() if len(found) == 1 else old for found, old in zip(agreed, correlation.by, strict=True))
    items = tuple(
        replace(item, detection=part.rule.detection, keys=tuple(map(Field, own)))
        for item, part, own in zip(correlation.items, parts, keys, strict=True)
    )
    having = tuple(_measured(condition, names) for condition in correlation.having)
    changed = replace(
        rule,
        detection=replace(correlation, items=items, by=by, having=having),
        references=tuple(part.rule for part in parts),
        data_source=replace(rule.data_source, taxonomy=taxonomy),
    )
    of_parts = [item for part in parts for item in part.losses]
    return changed, tuple(dict.fromkeys([*of_parts, *(item for name in names for item in name.losses)]))


class _Names:
    """What the keys of an item are called: fields of its events, or group keys of the correlation that it is."""

    def __init__(self, before: Rule, after: Rule, key_of: KeyOf) -> None:
        self.losses: list[Loss] = []
        self._rule = after
        self._key_of = key_of
        self._inner: dict[str, str] | None = None
        if isinstance(before.detection, Correlation) and isinstance(after.detection, Correlation):
            self._inner = dict(zip(before.detection.by, after.detection.by, strict=True))

    def __call__(self, path: str) -> str:
        if self._inner is not None:
            return self._inner.get(path, path)
        name, losses = self._key_of(self._rule, path)
        self.losses += losses
        return name


def _keys(item: CorrelationItem, correlation: Correlation) -> tuple[str, ...]:
    return tuple(key.path for key in item.keys) or correlation.by


def _measured(having: Having, names: Sequence[_Names]) -> Having:
    """A condition on a measure whose fields all items call the same."""
    found = {tuple(map(name, having.measure.fields)) for name in names}
    if len(found) != 1:
        raise refusal("several-logsources", "the rules of this correlation keep what it counts in different fields")
    return replace(having, measure=replace(having.measure, fields=found.pop()))
