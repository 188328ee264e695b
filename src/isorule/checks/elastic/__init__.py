"""Metadata of Elastic rules: what stands around the query, by itself and against the rest of the rule."""

from isorule.checks.elastic import (
    dates,
    grouping,
    guide,
    indices,
    links,
    names,
    schedule,
    systems,
    tag_agreement,
    tags,
    texts,
    types,
)

CHECKS = (
    *schedule.CHECKS,
    *dates.CHECKS,
    *names.CHECKS,
    *tags.CHECKS,
    *tag_agreement.CHECKS,
    *systems.CHECKS,
    *indices.CHECKS,
    *types.CHECKS,
    *grouping.CHECKS,
    *links.CHECKS,
    *guide.CHECKS,
    *texts.CHECKS,
)
"""The checks of this family."""
