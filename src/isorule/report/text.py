"""Text for a terminal: tables, counts, diagnostics with the place underlined."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from isorule.diagnostics import Severity, render
from isorule.report.findings import Findings


def findings_text(findings: Findings) -> str:
    """One block for each diagnostic; nothing where there is none."""
    return "".join(f"{render(item, findings.files)}\n" for item in findings.sorted())


def findings_summary(findings: Findings) -> str:
    """One line: how many files were looked at and what was found."""
    found = [counted(findings.count(severity), severity.value) for severity in Severity if findings.count(severity)]
    return f"{counted(findings.checked, 'file')} checked: {', '.join(found) or 'nothing found'}"


def counted(number: int, noun: str) -> str:
    """A number with its noun: `1 rule`, `2 rules`. (`info` has no plural.)"""
    plural = "" if number == 1 or noun == Severity.INFO.value else "s"
    return f"{number} {noun}{plural}"


def tally(names: Iterable[str]) -> str:
    """How often each name occurs, the most frequent first: `3 wider, 1 narrower`."""
    ranked = sorted(Counter(names).items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{number} {name}" for name, number in ranked)


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns side by side under their headers, each as wide as its widest cell; no blanks at line ends."""
    lines = [tuple(headers), *(tuple(row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, tuple("-" * width for width in widths))
    return "".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() + "\n" for line in lines
    )
