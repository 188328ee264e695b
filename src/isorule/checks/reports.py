"""What checking one file gives, light enough to be kept and read again without the checks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from isorule.checks.facts import Collected
from isorule.diagnostics import Diagnostic
from isorule.source import KeyPath, Span

WHOLE_FILE: Final = 1 << 30
"""More lines than a file has."""


@dataclass(frozen=True, slots=True)
class Ignore:
    """A comment that silences findings on the lines `first` to `last`.

    `span` is the comment, `removal` what to take away with it; `key` leads to the query that it stands in, if it does.
    """

    selectors: tuple[str, ...]
    reason: str
    first: int
    last: int
    span: Span
    line: int
    column: int
    removal: Span
    key: KeyPath | None = None


def silencing(ignores: Sequence[Ignore], line: int | None) -> Iterator[Ignore]:
    """The comments that speak for a line; a finding without a line is silenced for the whole file only."""
    at = line if line is not None else WHOLE_FILE
    return (item for item in ignores if item.first <= at <= item.last)


@dataclass(frozen=True, slots=True)
class FileReport:
    """What checking one file gave: diagnostics before anything is ignored, facts by the name of their check, and the
    comments that silence findings."""

    diagnostics: tuple[Diagnostic, ...]
    facts: tuple[tuple[str, Collected], ...] = ()
    ignores: tuple[Ignore, ...] = ()
