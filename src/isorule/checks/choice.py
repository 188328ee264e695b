"""What a user asks for: which diagnostics are meant, and how grave they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Final

from isorule.diagnostics import Severity

ALL: Final = "ALL"
OFF: Final = "off"

_PREFIX = re.compile(r"[A-Z]+[0-9]*")


def selects(selector: str, code: str, name: str) -> bool:
    """Whether a selector means a diagnostic: by `ALL`, the code or its beginning (`ATTACK`, `ATTACK00`), the name, or
    a pattern for names (`attack-*`)."""
    if selector == ALL:
        return True
    if _PREFIX.fullmatch(selector):
        letters = code.rstrip("0123456789")
        return letters == selector if selector.isalpha() else code.startswith(selector)
    return fnmatchcase(name, selector)


def selects_any(selectors: Iterable[str], code: str, name: str) -> bool:
    """Whether one of the selectors means a diagnostic."""
    return any(selects(selector, code, name) for selector in selectors)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a user asks for; all selectors are those of `selects`.

    `select` replaces the checks that are on by default (None keeps them), `extend` adds to them, `ignore` takes away
    and has the last word. `severities` maps selectors to `error`, `warning`, `info` or `off`; later ones win. `options`
    maps selectors to options of the checks.
    """

    select: tuple[str, ...] | None = None
    extend: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severities: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, object]] = field(default_factory=dict)

    def severity(self, code: str, name: str, given: Severity) -> Severity | None:
        """How grave a diagnostic is for the user; None where it is not to be shown."""
        if selects_any(self.ignore, code, name):
            return None
        found = given
        for selector, value in self.severities.items():
            if selects(selector, code, name):
                if value == OFF:
                    return None
                found = Severity(value)
        return found


class SelectionError(Exception):
    """A selector, severity or option that means nothing. `subject` is the offending text, to be found in its source."""

    def __init__(self, subject: tuple[str, ...], message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.subject = subject
        self.message = message
        self.hint = hint
