"""JUnit XML: a suite for each file with findings, a failed case for each finding.

https://github.com/testmoapp/junitxml (there is no specification; this is what readers agree on)
"""

from __future__ import annotations

import re
from itertools import groupby
from xml.etree import ElementTree as ET

from isorule.diagnostics import Diagnostic, Severity
from isorule.report.findings import Findings
from isorule.report.text import counted

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def findings_junit(findings: Findings) -> str:
    """A failure for each error and warning, a passed case with a note for each info; a file without any has no suite.

    A run without findings has one case that passed.
    """
    ordered = findings.sorted()
    failures = sum(item.severity is not Severity.INFO for item in ordered)
    root = ET.Element("testsuites", name="isorule", tests=str(len(ordered) or 1), failures=str(failures), errors="0")
    for path, group in groupby(ordered, key=lambda item: item.path or ""):
        _add_suite(root, path, list(group))
    if not ordered:
        suite = ET.SubElement(root, "testsuite", name="isorule", tests="1", failures="0", errors="0")
        ET.SubElement(suite, "testcase", name=f"{counted(findings.checked, 'file')} checked", classname="isorule")
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _add_suite(root: ET.Element, path: str, items: list[Diagnostic]) -> None:
    failures = sum(item.severity is not Severity.INFO for item in items)
    suite = ET.SubElement(
        root, "testsuite", name=_clean(path), tests=str(len(items)), failures=str(failures), errors="0"
    )
    for item in items:
        place = f"{item.line}:{item.column}" if item.line is not None else "file"
        case = ET.SubElement(suite, "testcase", name=f"{item.name} at {place}", classname=_clean(path))
        if item.line is not None:
            case.set("file", _clean(path))
            case.set("line", str(item.line))
        text = item.message if item.hint is None else f"{item.message}\nhint: {item.hint}"
        if item.severity is Severity.INFO:
            ET.SubElement(case, "system-out").text = _clean(text)
        else:
            failure = ET.SubElement(case, "failure", type=item.severity.value, message=_clean(item.message))
            failure.text = _clean(f"{path}:{place}: {text} ({item.code})")


def _clean(text: str) -> str:
    """A text without the characters that XML 1.0 cannot hold."""
    return _FORBIDDEN.sub("\ufffd", text)
