"""What isorule found, written for people and for programs.

One file per subject: `findings` is what a run of checks gives, with one file per format that writes it (`text`,
`json`, `jsonl`, `sarif`, `github`, `gitlab`, `junit`), and `baseline` what of it is old; `conversions`, `matrix` and
`plain` turn conversions, dialects and detections into rows and sentences.
A new format of findings is one function `Findings -> str` and one line in `findings.FORMATS`.
"""

from isorule.report.findings import Findings, finding_formats, render_findings

__all__ = ["Findings", "finding_formats", "render_findings"]
