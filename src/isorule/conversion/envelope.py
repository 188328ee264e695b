"""The envelope of a rule on the other side: defaults for what one format has and the other has not.

What has no home on the other side stays in `Rule.extras`, which the writers keep under `custom: isorule:` (Sigma) and
`[rule.meta.isorule]` (Elastic), so that the way back restores it.
"""

from __future__ import annotations

import uuid
from dataclasses import replace

from isorule.attack import attack
from isorule.conversion.attack_tags import tags_of
from isorule.conversion.logsource import indices_of, logsource_of
from isorule.documents.sigma_homes import DEFAULT_TAXONOMY
from isorule.ir.detections import Match
from isorule.ir.predicates import Predicate
from isorule.ir.rule import DataSource, Level, Rule, Schedule, Threat
from isorule.mappings.logsources import integrations_of

RISK_SCORES = {Level.INFORMATIONAL: 21, Level.LOW: 21, Level.MEDIUM: 47, Level.HIGH: 73, Level.CRITICAL: 99}
"""Elastic's canonical risk score for each severity."""

DEFAULT_SCHEDULE = Schedule(interval="5m", lookback="now-9m")

_STATUS_OF_MATURITY = {"production": "stable", "development": "experimental", "deprecated": "deprecated"}
_MATURITY_OF_STATUS = {
    "stable": "production",
    "test": "production",
    "deprecated": "deprecated",
    "unsupported": "deprecated",
}

ELASTIC_ATTACK = "18.1"
_SYSTEMS = {"windows": "Windows", "linux": "Linux", "macos": "macOS"}

NAMESPACE = uuid.UUID("5a6f1c1e-6f0b-5c4e-9a52-6a8f0d6c2b11")
"""Ids of rules that have none are version 5 UUIDs in this namespace, so that the same rule always gets the same id."""


def as_sigma(rule: Rule, where: Predicate, lowered: Predicate) -> Rule:
    """The Sigma rule for a rule; `where` has its roles resolved, `lowered` is the new detection.

    A Sigma rule keeps its envelope.
    """
    if rule.type == "sigma":
        return replace(rule, detection=Match(lowered), origin=None)
    metadata = rule.metadata
    source = rule.data_source
    return replace(
        rule,
        metadata=replace(
            metadata,
            id=metadata.id or _derived_id(rule),
            tags=(*tags_of(rule.threats), *_kept_tags(metadata.tags)),
            status=_STATUS_OF_MATURITY.get(metadata.status or "", "experimental"),
        ),
        data_source=_sigma_source(source, where),
        detection=Match(lowered),
        type="sigma",
        language="sigma",
        origin=None,
    )


def _sigma_source(source: DataSource, where: Predicate) -> DataSource:
    """The source with a log source; one whose fields have Sigma's names already has its own."""
    if source.taxonomy == DEFAULT_TAXONOMY and source.logsource is not None:
        return source
    return replace(source, logsource=logsource_of(source, where), taxonomy="ecs")


def _kept_tags(tags: tuple[str, ...]) -> tuple[str, ...]:
    """Tags that are already Sigma tags (`namespace.name`)."""
    return tuple(tag for tag in tags if "." in tag and tag == tag.lower() and " " not in tag)


def as_elastic(rule: Rule, lowered: Predicate, language: str) -> Rule:
    """The Elastic rule for a Sigma rule; `lowered` is the new detection in the query language `language`.

    A rule that was an Elastic rule before gets nothing that it had not.
    """
    metadata = rule.metadata
    source = rule.data_source
    level = metadata.level or Level.MEDIUM
    was_elastic = "elastic" in rule.extras
    threats = elastic_threats(rule.threats)
    return replace(
        rule,
        metadata=replace(
            metadata,
            id=metadata.id or _derived_id(rule),
            tags=metadata.tags if was_elastic else _elastic_tags(rule, threats),
            status=elastic_maturity(metadata.status),
            level=elastic_level(level),
        ),
        data_source=source if was_elastic else _elastic_source(source),
        detection=Match(lowered),
        type="eql" if language == "eql" else "query",
        language=language,
        schedule=rule.schedule if was_elastic else rule.schedule or DEFAULT_SCHEDULE,
        risk_score=rule.risk_score if rule.risk_score is not None else RISK_SCORES[level],
        threats=threats,
        origin=None,
    )


def elastic_level(level: Level) -> Level:
    """The severity that Elastic has for a level."""
    return Level.LOW if level is Level.INFORMATIONAL else level


def elastic_maturity(status: str | None) -> str:
    """The maturity that Elastic has for a Sigma status."""
    return _MATURITY_OF_STATUS.get(status or "", "development")


def elastic_threats(threats: tuple[Threat, ...]) -> tuple[Threat, ...]:
    """Threats with the names that Elastic's rules use."""
    return tuple(_as_elastic_names_it(threat) for threat in threats)


def _as_elastic_names_it(threat: Threat) -> Threat:
    """The threat with its tactic's name of ATT&CK 18.1, which Elastic's rules follow (`Defense Evasion`)."""
    tactic = attack(ELASTIC_ATTACK).tactic(threat.tactic_id)
    return threat if tactic is None else replace(threat, tactic_name=tactic.name)


def _elastic_tags(rule: Rule, threats: tuple[Threat, ...]) -> tuple[str, ...]:
    """Tags in Elastic's vocabulary; Sigma's own tags stay in the rule's extras."""
    product = rule.data_source.logsource.product if rule.data_source.logsource is not None else None
    system = _SYSTEMS.get(product or "")
    return (
        *(("Domain: Endpoint", f"OS: {system}") if system else ()),
        "Use Case: Threat Detection",
        *(f"Tactic: {threat.tactic_name}" for threat in threats),
    )


def _elastic_source(source: DataSource) -> DataSource:
    if source.indices:
        return source
    indices = indices_of(source.logsource)
    return replace(source, indices=indices, integrations=source.integrations or integrations_of(indices))


def _derived_id(rule: Rule) -> str:
    return str(uuid.uuid5(NAMESPACE, rule.metadata.title))
