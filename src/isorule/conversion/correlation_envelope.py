"""The Elastic rule around what a Sigma correlation becomes: its type, its indices and its schedule."""

from __future__ import annotations

from dataclasses import replace

from isorule.conversion.envelope import DEFAULT_SCHEDULE, as_elastic
from isorule.conversion.logsource import indices_of
from isorule.conversion.spans import interval, lookback, span_text
from isorule.ir.detections import Correlation
from isorule.ir.predicates import Const
from isorule.ir.rule import Rule, Schedule
from isorule.mappings.logsources import integrations_of


def elastic_around(rule: Rule, kind: str, language: str, span: int, *, bounded: bool) -> Rule:
    """The Elastic rule for a correlation over `span` milliseconds, still without its detection.

    It looks back so far that every window of the span is seen whole by some run. Where the detection is `bounded` by a
    span of its own, a new rule looks back the usual time if that is enough; else it would find more the longer it did.
    """
    elastic = as_elastic(rule, Const(True), language)
    source = elastic.data_source
    if "elastic" not in rule.extras:
        found = [pattern for base in _bases(rule) for pattern in indices_of(base.data_source.logsource)]
        indices = tuple(dict.fromkeys(found))
        source = replace(source, indices=indices, integrations=integrations_of(indices))
    schedule = _schedule(rule, span, bounded=bounded)
    return replace(elastic, type=kind, data_source=source, schedule=schedule, references=())


def looked_back(rule: Rule, span: int) -> bool:
    """Whether the rule was an Elastic rule that looks back just as far."""
    return "elastic" in rule.extras and rule.schedule is not None and lookback(rule) == span


def was_threshold(rule: Rule) -> bool:
    """Whether the rule was a threshold rule of Elastic."""
    kept = rule.extras.get("elastic", {}).get("rule")
    return isinstance(kept, dict) and kept.get("type") == "threshold"


def _schedule(rule: Rule, span: int, *, bounded: bool) -> Schedule:
    needed = span + interval(rule)
    if rule.schedule is not None and (looked_back(rule, span) or lookback(rule) >= needed):
        return rule.schedule
    usual = lookback(replace(rule, schedule=DEFAULT_SCHEDULE))
    if bounded and rule.schedule is None and needed <= usual:
        return DEFAULT_SCHEDULE
    return replace(rule.schedule or DEFAULT_SCHEDULE, lookback=f"now-{span_text(needed)}")


def _bases(rule: Rule) -> tuple[Rule, ...]:
    """The rules of single events that a correlation comes down to."""
    if not isinstance(rule.detection, Correlation):
        return (rule,)
    return tuple(base for part in rule.references for base in _bases(part))
