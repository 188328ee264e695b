"""Reading the tables of an ATT&CK version from MITRE's STIX data."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from isorule.attack.tables import AttackVersion, version_of
from isorule.diagnostics import Diagnostic, Severity, UnknownNameError

Row = dict[str, Any]
Table = dict[str, Row]

_OTHERS = frozenset(
    {
        "campaign",
        "course-of-action",
        "intrusion-set",
        "malware",
        "tool",
        "x-mitre-analytic",
        "x-mitre-asset",
        "x-mitre-data-component",
        "x-mitre-data-source",
        "x-mitre-detection-strategy",
    }
)
_DOMAINS: Mapping[str, str] = {"mobile-attack": "mobile", "ics-attack": "ics"}


def read_stix(path: Path) -> AttackVersion:
    """The tables in a STIX 2.x bundle, as https://github.com/mitre-attack/attack-stix-data has them; also with gzip.

    The version is that of the collection in the bundle, or the name of the file where it has none. Raises
    `UnknownNameError` for a file that cannot be read as such a bundle.
    """
    try:
        data = path.read_bytes()
        bundle = json.loads(gzip.decompress(data) if path.suffix == ".gz" else data)
        objects: list[Mapping[str, Any]] = bundle["objects"]
        tactics, techniques = tactic_rows(objects), technique_rows(objects)
        others = [_external_id(item) for item in objects if _is_other(item)]
    except (OSError, EOFError, ValueError, KeyError, TypeError, StopIteration) as error:
        raise _unreadable(path, str(error) or type(error).__name__) from error
    if not tactics or not techniques:
        raise _unreadable(path, "it has no tactics and techniques")
    found = (item.get("x_mitre_version") for item in objects if item.get("type") == "x-mitre-collection")
    version = next((str(item) for item in found if item), path.name.partition(".json")[0])
    return version_of(
        {"version": version, "complete": True, "tactics": tactics, "techniques": techniques, "others": others}
    )


def _unreadable(path: Path, reason: str) -> UnknownNameError:
    message = f"{path} cannot be read as STIX data of ATT&CK: {reason}"
    return UnknownNameError(Diagnostic("NAME003", "unknown-attack-version", Severity.ERROR, message))


def tactic_rows(objects: Iterable[Mapping[str, Any]]) -> Table:
    """The tactics in use, by id."""
    found = (item for item in objects if item["type"] == "x-mitre-tactic" and not _out_of_use(item))
    return {
        _external_id(item): {"name": item["name"], "shortname": item["x_mitre_shortname"], "domain": _domain(item)}
        for item in found
    }


def technique_rows(objects: list[Mapping[str, Any]]) -> Table:
    """All techniques and sub-techniques, by id; one in use wins over the same id out of use."""
    ids = {item["id"]: _external_id(item) for item in objects if item["type"] == "attack-pattern"}
    tactics = {row["shortname"]: key for key, row in tactic_rows(objects).items()}
    replaced = {
        item["source_ref"]: ids.get(item["target_ref"])
        for item in objects
        if item["type"] == "relationship" and item["relationship_type"] == "revoked-by"
    }
    rows: Table = {}
    patterns = (item for item in objects if item["type"] == "attack-pattern")
    for item in sorted(patterns, key=lambda item: (_out_of_use(item), str(item["id"]))):
        phases = {tactics[p["phase_name"]] for p in item.get("kill_chain_phases", []) if p["phase_name"] in tactics}
        row: Row = {"name": item["name"], "domain": _domain(item), "tactics": sorted(phases)}
        if item.get("revoked"):
            row["revoked"] = replaced.get(item["id"]) or True
        elif item.get("x_mitre_deprecated"):
            row["deprecated"] = True
        rows.setdefault(ids[item["id"]], row)
    return rows


def _is_other(item: Mapping[str, Any]) -> bool:
    """Whether an object is a group, software or the like in use; data components have no id before version 18."""
    return item["type"] in _OTHERS and "external_references" in item and not _out_of_use(item)


def _out_of_use(item: Mapping[str, Any]) -> bool:
    return bool(item.get("revoked") or item.get("x_mitre_deprecated"))


def _external_id(item: Mapping[str, Any]) -> str:
    references = item["external_references"]
    return str(next(ref["external_id"] for ref in references if ref["source_name"].startswith("mitre")))


def _domain(item: Mapping[str, Any]) -> str:
    """The first domain that an object is of: enterprise, mobile or ics."""
    named = item.get("x_mitre_domains") or ["enterprise-attack"]
    return _DOMAINS.get(str(named[0]), "enterprise")
