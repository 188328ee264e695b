"""How checks are found: through entry points, those of isorule like those of a plug-in."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.metadata import entry_points
from typing import Final

from isorule.checks.check import Check

GROUP: Final = "isorule.checks"
"""An entry point of this group names a check's class, or a tuple of such classes."""


@cache
def all_checks() -> tuple[Check, ...]:
    """One instance of every installed check, with its default options, in the order of their codes."""
    found = [kind() for point in entry_points(group=GROUP) for kind in _classes(point.load())]
    return tuple(sorted((item for item in found if isinstance(item, Check)), key=lambda check: check.about.code))


def _classes(loaded: object) -> Iterable[type[object]]:
    classes = loaded if isinstance(loaded, tuple) else (loaded,)
    return tuple(item for item in classes if isinstance(item, type))


def find_check(name: str) -> Check | None:
    """The check of a name or code, None for any other text."""
    return next((check for check in all_checks() if name in (check.about.name, check.about.code)), None)
