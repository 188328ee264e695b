"""The clauses of a rule over several events as rules of their own, ready to get the fields of their log sources."""

from __future__ import annotations

from dataclasses import replace

from isorule.ir.detections import Correlation
from isorule.ir.rule import Rule


def placed_anew(rule: Rule, source: Rule) -> Rule:
    """A correlation whose rules have no log source yet, so that mapping finds the one that each condition tells.

    `source` is the rule that it was made of, whose index patterns and integrations hold for all of them.
    """
    return _over(rule, source.data_source.indices, source.data_source.integrations)


def without_indices(rule: Rule) -> Rule:
    """A correlation whose rules have no index patterns, which the correlation itself has."""
    if not isinstance(rule.detection, Correlation):
        return rule
    return replace(rule, references=tuple(map(_bare, rule.references)))


def _bare(rule: Rule) -> Rule:
    bare = without_indices(rule)
    return replace(bare, data_source=replace(bare.data_source, indices=(), integrations=()))


def _over(rule: Rule, indices: tuple[str, ...], integrations: tuple[str, ...]) -> Rule:
    parts = tuple(_over(part, indices, integrations) for part in rule.references)
    if isinstance(rule.detection, Correlation):
        return replace(rule, references=parts, origin=None)
    place = replace(rule.data_source, logsource=None, indices=indices, integrations=integrations)
    return replace(rule, data_source=place, origin=None)
