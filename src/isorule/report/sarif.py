"""SARIF 2.1.0, for GitHub code scanning and editors.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from isorule.checks.check import Check
from isorule.checks.documentation import EXAMPLE, USE_INSTEAD, documentation
from isorule.checks.registry import all_checks
from isorule.diagnostics import Applicability, Diagnostic, Severity
from isorule.report.findings import Findings
from isorule.report.fingerprints import fingerprints
from isorule.report.places import Region, region, region_of, uri
from isorule.source import SourceFile

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}

Json = dict[str, Any]


def findings_sarif(findings: Findings) -> str:
    """One run with a rule for each check that found something, and its findings with their safe and unsafe fixes."""
    ordered = findings.sorted()
    checks = {check.about.code: check for check in all_checks()}
    rules = {item.code: _rule(item, checks.get(item.code)) for item in ordered}
    numbers = {code: number for number, code in enumerate(sorted(rules))}
    run = {
        "tool": {
            "driver": {
                "name": "isorule",
                "semanticVersion": version("isorule"),
                "rules": [rules[code] for code in sorted(rules)],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": _results(ordered, numbers, findings.files),
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _rule(item: Diagnostic, check: Check | None) -> Json:
    if check is None:
        return {"id": item.code, "name": item.name, "shortDescription": {"text": item.name.replace("-", " ")}}
    found = documentation(check)
    told = [name for name in ("What it does", "Why") if name in found.sections]
    parts = [found.sections[name] for name in told]
    markdown = [
        f"## {name}\n{found.sections[name]}" for name in (*told, EXAMPLE, USE_INSTEAD) if name in found.sections
    ]
    return {
        "id": item.code,
        "name": item.name,
        "shortDescription": {"text": found.title},
        "fullDescription": {"text": "\n\n".join(parts)},
        "help": {"text": "\n\n".join(parts), "markdown": "\n\n".join(markdown)},
        "defaultConfiguration": {"level": _LEVELS[check.about.severity]},
    }


def _results(ordered: Sequence[Diagnostic], numbers: Mapping[str, int], files: Mapping[str, SourceFile]) -> list[Json]:
    return [
        _result(item, numbers[item.code], fingerprint, files)
        for item, fingerprint in zip(ordered, fingerprints(ordered, files), strict=True)
    ]


def _result(item: Diagnostic, number: int, fingerprint: str, files: Mapping[str, SourceFile]) -> Json:
    result: Json = {
        "ruleId": item.code,
        "ruleIndex": number,
        "level": _LEVELS[item.severity],
        "message": {"text": item.message if item.hint is None else f"{item.message}\nhint: {item.hint}"},
        "partialFingerprints": {"isoruleFinding/v1": fingerprint},
    }
    if item.path is not None:
        result["locations"] = [_location(item.path, region(item, files))]
    related = [
        _location(
            other.path, region_of(other.span, other.path, files) if other.span is not None else None, other.message
        )
        for other in item.related
        if other.path is not None
    ]
    if related:
        result["relatedLocations"] = related
    fix = _fix(item, files)
    if fix is not None:
        result["fixes"] = [fix]
    return result


def _location(path: str, place: Region | None, message: str | None = None) -> Json:
    physical: Json = {"artifactLocation": {"uri": uri(path)}}
    if place is not None:
        physical["region"] = _region(place)
    location: Json = {"physicalLocation": physical}
    if message is not None:
        location["message"] = {"text": message}
    return location


def _region(place: Region) -> Json:
    return {
        "startLine": place.start.line,
        "startColumn": place.start.column,
        "endLine": place.end.line,
        "endColumn": place.end.column,
    }


def _fix(item: Diagnostic, files: Mapping[str, SourceFile]) -> Json | None:
    if item.fix is None or item.path is None or item.fix.applicability is Applicability.DISPLAY:
        return None
    replacements: list[Json] = []
    for edit in item.fix.edits:
        place = region_of(edit.span, item.path, files)
        if place is None:
            return None
        replacements.append({"deletedRegion": _region(place), "insertedContent": {"text": edit.text}})
    change = {"artifactLocation": {"uri": uri(item.path)}, "replacements": replacements}
    return {"description": {"text": item.fix.title}, "artifactChanges": [change]} if replacements else None
