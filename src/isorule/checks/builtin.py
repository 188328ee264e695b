"""The checks of isorule itself: one family a line. They register through the same entry point as those of a plug-in."""

from __future__ import annotations

from typing import Final

from isorule.checks import (
    attack,
    comments,
    elastic,
    identity,
    logic,
    notes,
    references,
    sameness,
    schema,
    severity,
    sigma,
)

CHECKS: Final = (
    *schema.CHECKS,
    *severity.CHECKS,
    *attack.CHECKS,
    *elastic.CHECKS,
    *identity.CHECKS,
    *sameness.CHECKS,
    *references.CHECKS,
    *logic.CHECKS,
    *notes.CHECKS,
    *sigma.CHECKS,
    *comments.CHECKS,
)
