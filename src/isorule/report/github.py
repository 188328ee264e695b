"""Annotations of GitHub Actions.

https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections.abc import Mapping

from isorule.diagnostics import Diagnostic, Severity
from isorule.report.findings import Findings
from isorule.report.places import region
from isorule.source import SourceFile

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def findings_github(findings: Findings) -> str:
    """One workflow command for each diagnostic."""
    return "".join(f"{_command(item, findings.files)}\n" for item in findings.sorted())


def _command(item: Diagnostic, files: Mapping[str, SourceFile]) -> str:
    properties = {"title": f"isorule {item.name} ({item.code})"}
    if item.path is not None:
        properties["file"] = item.path
    found = region(item, files)
    if found is not None:
        properties["line"] = str(found.start.line)
        properties["endLine"] = str(found.end.line)
        if found.start.line == found.end.line:  # columns are not allowed otherwise
            properties["col"] = str(found.start.column)
            properties["endColumn"] = str(found.end.column)
    text = item.message if item.hint is None else f"{item.message}\nhint: {item.hint}"
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{_COMMANDS[item.severity]} {listed}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
