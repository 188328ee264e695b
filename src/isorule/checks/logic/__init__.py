"""Checks of what rules ask of events."""

from __future__ import annotations

from typing import Final

from isorule.checks.logic import (
    cases,
    conditions,
    convertible,
    esql,
    fields,
    grouping,
    modifiers,
    redundancy,
    regexes,
    sequences,
    values,
    wildcards,
)

CHECKS: Final = (
    *redundancy.CHECKS,
    *wildcards.CHECKS,
    *cases.CHECKS,
    *fields.CHECKS,
    *sequences.CHECKS,
    *regexes.CHECKS,
    *esql.CHECKS,
    *grouping.CHECKS,
    *conditions.CHECKS,
    *modifiers.CHECKS,
    *values.CHECKS,
    *convertible.CHECKS,
)
"""The checks of this family."""
