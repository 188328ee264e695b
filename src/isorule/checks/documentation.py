"""The docstring of a check, taken apart."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass

from isorule.checks.check import Check

EXAMPLE = "Example"
USE_INSTEAD = "Use instead"
SECTIONS = ("What it does", "Why", EXAMPLE, USE_INSTEAD, "References")

_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_CODE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Example:
    """A piece of a rule in a documentation; `language` is `toml` (Elastic) or `yaml` (Sigma)."""

    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Documentation:
    """What a check's docstring says: its first line, and its sections by heading, as Markdown."""

    title: str
    sections: Mapping[str, str]

    def examples(self, section: str) -> tuple[Example, ...]:
        """The code blocks of a section."""
        return tuple(Example(found[1], found[2]) for found in _CODE.finditer(self.sections.get(section, "")))


def documentation(check: Check) -> Documentation:
    """The documentation of a check."""
    head, *parts = _HEADING.split(inspect.getdoc(type(check)) or "")
    sections = {name.strip(): text.strip() for name, text in zip(parts[::2], parts[1::2], strict=True)}
    return Documentation(head.strip(), sections)
