"""Command lines: values that are a part of one, compared with the whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, Final

from isorule.checks.check import BOTH, SIGMA, About, Finding
from isorule.checks.detection import CheckedDetection
from isorule.checks.logic.written import path_of, place_of, values
from isorule.diagnostics import Severity
from isorule.ir.matchers import Equals, Like, Matcher, Tokens
from isorule.ir.schema import FieldType
from isorule.mappings import ecs_schema

_FIELD: Final = re.compile(r"(?:.*[._])?(?:parent)?command_?line", re.IGNORECASE)
_PART: Final = re.compile(r"\s|--?(?!\w*sh\b|su\b)\w")
"""How no command line begins: with a blank, or with an option. A shell that is logged in to is called `-bash`."""


class CommandLinePart:
    """A part of a command line that is compared with the whole of it.

    ## What it does
    Finds values that begin with a blank or with an option (`-enc`), without a wildcard before them, on fields that hold
    whole command lines.

    ## Why
    A command line begins with the program. The value is never met: a detection that never fires, or an exclusion that
    excludes nothing. Most often `contains` or a star is missing.

    ## Example
    ```yaml
    detection:
      selection:
        CommandLine: ' --dump-hashes'
      condition: selection
    ```

    ## Use instead
    ```yaml
    detection:
      selection:
        CommandLine|contains: ' --dump-hashes'
      condition: selection
    ```

    ## Fix
    None. The rule then matches what it did not match before.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-appendix-modifiers.md
    - https://www.elastic.co/docs/reference/ecs/ecs-process#field-process-command-line
    """

    about: ClassVar = About("QUERY015", "command-line-part", Severity.WARNING, BOTH)

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """One finding for each such value."""
        for condition, test, _ in detection.leaves():
            path = path_of(test.subject)
            if path is None or not _FIELD.fullmatch(path) or ecs_schema().type_of(path) is FieldType.TEXT:
                continue
            for value in values(test.matcher):
                place = condition.span(place_of(value))
                if place is not None and _PART.match(_beginning(value)):
                    better = "write `|contains`" if detection.document.format == SIGMA else "write `*` before it"
                    yield Finding(place, "no command line begins like this, but all of it is compared", better)


def _beginning(value: Matcher) -> str:
    """The text that a value has to begin with."""
    match value:
        case Equals(str() as text) | Tokens(text):
            return text if text.strip() else ""
        case Like((str() as text, *_)):
            return text
        case _:
            return ""


CHECKS: Final = (CommandLinePart,)
"""The checks of command lines."""
