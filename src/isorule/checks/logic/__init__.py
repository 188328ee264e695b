"""Checks of what rules ask of events."""

from __future__ import annotations

from typing import Final

from isorule.checks.logic import (
    cases,
    command_lines,
    conditions,
    convertible,
    esql,
    expressions,
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
    *command_lines.CHECKS,
    *fields.CHECKS,
    *sequences.CHECKS,
    *regexes.CHECKS,
    *expressions.CHECKS,
    *esql.CHECKS,
    *grouping.CHECKS,
    *conditions.CHECKS,
    *modifiers.CHECKS,
    *values.CHECKS,
    *convertible.CHECKS,
)
"""The checks of this family."""
