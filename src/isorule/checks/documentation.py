"""The docstring of a check, taken apart."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from isorule.checks.check import Check
from isorule.checks.selection import option_types

EXAMPLE: Final = "Example"
USE_INSTEAD: Final = "Use instead"
OPTIONS: Final = "Options"
FIX: Final = "Fix"
REFERENCES: Final = "References"
SECTIONS: Final = ("What it does", "Why", EXAMPLE, USE_INSTEAD, OPTIONS, FIX, REFERENCES)
"""The headings of a documentation in their order; only a check with options has "Options".

"Fix" begins with `None.`, `Safe:`, `Unsafe:` or `Shown only:`, and says what is mended and why that is safe or not.
"""

_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_CODE = re.compile(r"^```(\w+)(?: file=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Example:
    """A piece of a rule in a documentation, written as a code block: ```` ```toml file=linux/name.toml ````.

    `language` is `toml` (Elastic), `yaml` (Sigma), or the query language of a bare query (`eql`, `kuery`, `lucene`,
    `esql`). `path` is the name of the file that it stands in, where that matters.
    """

    language: str
    text: str
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Documentation:
    """What a check's docstring says: its first line, and its sections by heading, as Markdown."""

    title: str
    sections: Mapping[str, str]

    def examples(self, section: str) -> tuple[Example, ...]:
        """The code blocks of a section."""
        found = _CODE.finditer(self.sections.get(section, ""))
        return tuple(Example(block[1], block[3], block[2]) for block in found)


def documentation(check: Check) -> Documentation:
    """The documentation of a check."""
    head, *parts = _HEADING.split(inspect.getdoc(type(check)) or "")
    sections = {name.strip(): text.strip() for name, text in zip(parts[::2], parts[1::2], strict=True)}
    return Documentation(head.strip(), sections)


def expected_sections(check: Check) -> tuple[str, ...]:
    """The headings that the documentation of a check must have, in order."""
    return tuple(name for name in SECTIONS if name != OPTIONS or option_types(check))
