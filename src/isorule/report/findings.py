"""Findings: the diagnostics of a run, and the formats in which they can be written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module

from isorule.diagnostics import Diagnostic, Severity, sort_key
from isorule.source import SourceFile

FORMATS: Mapping[str, str] = {
    "text": "isorule.report.text:findings_text",
    "json": "isorule.report.json:findings_json",
    "jsonl": "isorule.report.jsonl:findings_jsonl",
    "sarif": "isorule.report.sarif:findings_sarif",
    "github": "isorule.report.github:findings_github",
    "gitlab": "isorule.report.gitlab:findings_gitlab",
    "junit": "isorule.report.junit:findings_junit",
}
"""Where the writer of each format stands; it is imported when asked for."""


@dataclass(frozen=True, slots=True)
class Findings:
    """The diagnostics of a run over `checked` files.

    `files` gives the text of a file by the path that its diagnostics show; a file that it lacks is not quoted.
    """

    diagnostics: tuple[Diagnostic, ...]
    checked: int
    files: Mapping[str, SourceFile]

    def sorted(self) -> list[Diagnostic]:
        """The diagnostics in the order of output: file, place, code."""
        return sorted(self.diagnostics, key=sort_key)

    def count(self, severity: Severity) -> int:
        """How many diagnostics have this severity."""
        return sum(item.severity is severity for item in self.diagnostics)

    def at_least(self, severity: Severity) -> bool:
        """Whether some diagnostic is as grave as this or graver."""
        return any(item.severity.rank <= severity.rank for item in self.diagnostics)


def finding_formats() -> tuple[str, ...]:
    """The names of the formats."""
    return tuple(FORMATS)


def render_findings(findings: Findings, form: str) -> str:
    """The findings as a text in a format of `finding_formats`; it ends with a line break unless it is empty."""
    module, _, name = FORMATS[form].partition(":")
    write: Callable[[Findings], str] = getattr(import_module(module), name)
    return write(findings)
