"""Sigma rules by the specification, its appendices, and SigmaHQ's conventions.

`tables` has log sources, fields and words as data, `items` the items of a detection as they are written. What only
SigmaHQ asks for is in `sigmahq_*`, has codes `SIGMAHQ…`, and runs only where it is selected. Conditions, modifiers and
values of queries are the subject of `isorule.checks.logic`.
"""

from __future__ import annotations

from typing import Final

from isorule.checks.sigma import (
    correlations,
    dates,
    fields,
    identities,
    keys,
    links,
    logsources,
    pysigma,
    referring,
    sigmahq_files,
    sigmahq_keys,
    sigmahq_sources,
    sigmahq_tags,
    sigmahq_texts,
    sigmahq_titles,
    tags,
)

CHECKS: Final = (
    *logsources.CHECKS,
    *fields.CHECKS,
    *tags.CHECKS,
    *dates.CHECKS,
    *identities.CHECKS,
    *keys.CHECKS,
    *links.CHECKS,
    *correlations.CHECKS,
    *referring.CHECKS,
    *sigmahq_titles.CHECKS,
    *sigmahq_texts.CHECKS,
    *sigmahq_keys.CHECKS,
    *sigmahq_tags.CHECKS,
    *sigmahq_sources.CHECKS,
    *sigmahq_files.CHECKS,
    *pysigma.CHECKS,
)
"""The checks of this family."""
