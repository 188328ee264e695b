"""JSON for programs: stable bytes, one version number for the whole shape."""

from __future__ import annotations

import json

from isorule.diagnostics import Severity, to_json
from isorule.report.findings import Findings

VERSION = 1
"""Raised when a key is taken away or changes its meaning; new keys do not raise it."""


def document(values: dict[str, object]) -> str:
    """A whole JSON document with the version of its shape, indented, one line break at its end."""
    return json.dumps({"version": VERSION, **values}, ensure_ascii=False, indent=2) + "\n"


def line(values: dict[str, object]) -> str:
    """One line of NDJSON."""
    return json.dumps(values, ensure_ascii=False, separators=(", ", ": ")) + "\n"


def findings_json(findings: Findings) -> str:
    """The findings as `{"version", "diagnostics", "summary"}`."""
    return document(
        {
            "diagnostics": [to_json(item) for item in findings.sorted()],
            "summary": {
                "files": findings.checked,
                **{severity.value: findings.count(severity) for severity in Severity},
            },
        }
    )
