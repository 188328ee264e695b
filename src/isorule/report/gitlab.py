"""GitLab's code quality report.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

import json

from isorule.diagnostics import Severity
from isorule.report.findings import Findings
from isorule.report.fingerprints import fingerprints
from isorule.report.places import region

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def findings_gitlab(findings: Findings) -> str:
    """A JSON list with one entry for each diagnostic; fingerprints stay the same while lines move."""
    ordered = findings.sorted()
    entries = []
    for item, fingerprint in zip(ordered, fingerprints(ordered, findings.files), strict=True):
        place = region(item, findings.files)
        start, end = (place.start, place.end) if place is not None else ((1, 1), (1, 1))
        entries.append(
            {
                "description": item.message if item.hint is None else f"{item.message} ({item.hint})",
                "check_name": item.name,
                "fingerprint": fingerprint,
                "severity": _SEVERITIES[item.severity],
                "location": {
                    "path": item.path or "",
                    "positions": {
                        "begin": {"line": start[0], "column": start[1]},
                        "end": {"line": end[0], "column": end[1]},
                    },
                },
            }
        )
    return json.dumps(entries, ensure_ascii=False, indent=2) + "\n"
