"""JSON lines: one finding a line, for programs that read a stream."""

from __future__ import annotations

from isorule.diagnostics import to_json
from isorule.report.findings import Findings
from isorule.report.json import line


def findings_jsonl(findings: Findings) -> str:
    """One JSON object for each diagnostic, in the order of output."""
    return "".join(line(to_json(item)) for item in findings.sorted())
