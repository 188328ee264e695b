"""A file of old findings, so that a team can switch checks on and see only what is new."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from isorule.diagnostics import Diagnostic
from isorule.report.fingerprints import fingerprints
from isorule.source import SourceFile

VERSION = 1


class BaselineError(Exception):
    """A text that is no baseline."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """The fingerprints of old findings."""

    known: frozenset[str]

    def new(self, diagnostics: Sequence[Diagnostic], files: Mapping[str, SourceFile]) -> list[Diagnostic]:
        """The diagnostics (in the order of output) that are not old."""
        names = fingerprints(diagnostics, files)
        return [item for item, name in zip(diagnostics, names, strict=True) if name not in self.known]


def baseline_text(diagnostics: Sequence[Diagnostic], files: Mapping[str, SourceFile]) -> str:
    """The baseline of diagnostics (in the order of output): JSON, one finding a line, for small diffs."""
    names = fingerprints(diagnostics, files)
    rows = [
        {"path": item.path or "", "check": item.name, "fingerprint": name}
        for item, name in zip(diagnostics, names, strict=True)
    ]
    rows.sort(key=lambda row: (row["path"], row["check"], row["fingerprint"]))
    lines = ",\n".join(f"    {json.dumps(row, ensure_ascii=False)}" for row in rows)
    body = f"[\n{lines}\n  ]" if rows else "[]"
    return f'{{\n  "version": {VERSION},\n  "findings": {body}\n}}\n'


def read_baseline(text: str) -> Baseline:
    """The baseline in a text.

    Raises BaselineError for any other text, or a version that this isorule does not know.
    """
    try:
        values: Any = json.loads(text)
        if values["version"] != VERSION:
            raise BaselineError(f"its version is {values['version']}, known is {VERSION}")
        return Baseline(frozenset(str(row["fingerprint"]) for row in values["findings"]))
    except (ValueError, TypeError, KeyError) as error:
        raise BaselineError("it is not a file that --write-baseline wrote") from error
