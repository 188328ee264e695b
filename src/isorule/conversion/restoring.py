"""Giving a rule that was a Sigma rule before its Sigma envelope back.

An Elastic rule keeps under `[rule.meta.isorule.sigma]` what it has no key for, and what it says less exactly. Each of
those values holds as long as the Elastic rule still says what it was given for it; what was edited since then wins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from isorule.attack.tags import threats_from_tags
from isorule.conversion.envelope import DEFAULT_SCHEDULE, RISK_SCORES, elastic_level, elastic_maturity, elastic_threats
from isorule.conversion.logsource import indices_of
from isorule.documents.sigma_homes import DEFAULT_TAXONOMY, LOGSOURCE
from isorule.ir.rule import Level, Rule
from isorule.mappings.logsources import integrations_of


def as_it_was(sigma: Rule, elastic: Rule) -> Rule:
    """The Sigma rule made of an Elastic rule, with the envelope that the rule had when it was a Sigma rule before."""
    kept = sigma.extras.get("sigma")
    if kept is None:
        return sigma
    level = _kept_level(kept, elastic)
    status = kept.get("status")
    tags = kept.get("tags")
    metadata = sigma.metadata
    if level is not None:
        metadata = replace(metadata, level=level)
    if isinstance(status, str) and elastic_maturity(status) == elastic.metadata.status:
        metadata = replace(metadata, status=status)
    threats = threats_from_tags(tags) if isinstance(tags, list) else ()
    if isinstance(tags, list) and elastic_threats(threats) == elastic.threats:
        metadata = replace(metadata, tags=tuple(tags))
        sigma = replace(sigma, threats=threats)
    return _without_defaults(replace(sigma, metadata=metadata), elastic, kept)


def _kept_level(kept: Mapping[str, object], elastic: Rule) -> Level | None:
    """The level before, where Elastic's severity is the one that it was given; no level is told by an empty text."""
    found = kept.get("level")
    level = next((level for level in Level if level.value == found), None)
    return level if level is not None and elastic_level(level) is elastic.metadata.level else None


def _without_defaults(sigma: Rule, elastic: Rule, kept: Mapping[str, object]) -> Rule:
    source = sigma.data_source
    table = kept.get("logsource")
    logsource = LOGSOURCE.read(table) if isinstance(table, Mapping) else source.logsource
    taxonomy = kept.get("taxonomy", DEFAULT_TAXONOMY)
    source = replace(source, logsource=logsource, taxonomy=str(taxonomy))
    if source.indices == indices_of(logsource):
        generated = integrations_of(source.indices)
        source = replace(
            source, indices=(), integrations=() if source.integrations == generated else source.integrations
        )
    level = sigma.metadata.level or Level.MEDIUM
    return replace(
        sigma,
        data_source=source,
        schedule=None if elastic.schedule == DEFAULT_SCHEDULE else sigma.schedule,
        risk_score=None if elastic.risk_score == RISK_SCORES[level] else sigma.risk_score,
    )
