"""The checks of isorule itself: one family a line. They register through the same entry point as those of a plug-in."""

from __future__ import annotations

from typing import Final

from isorule.checks import attack, comments, identity, references, schema, severity

CHECKS: Final = (
    *schema.CHECKS,
    *severity.CHECKS,
    *attack.CHECKS,
    *identity.CHECKS,
    *references.CHECKS,
    *comments.CHECKS,
)
