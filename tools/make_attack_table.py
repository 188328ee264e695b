"""Make the packaged ATT&CK tables, `src/isorule/attack/attack-*.json`, from MITRE's STIX data.

Reads `attack/{enterprise,mobile,ics}-attack-18.1.json.gz` (STIX bundles), `attack/attack_v18_to_v19.yaml` (ids that
v19 replaced) and `tools/attack_v19.toml` (what else v19 changed; the two must agree).

    python tools/make_attack_table.py [--reference ../shared/reference]
"""

from __future__ import annotations

import argparse
import gzip
import json
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "isorule" / "attack"
NOTICE = (
    "© 2025 The MITRE Corporation. "
    "This work is reproduced and distributed with the permission of The MITRE Corporation."
)
DOMAINS = ("enterprise", "mobile", "ics")
SPLIT = "TA0005"
"""The tactic that v19 split in two; which part a technique went to is not in the data at hand, so both are given."""

Row = dict[str, Any]
Table = dict[str, Row]


def main() -> None:
    """Write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reference", type=Path, default=ROOT / ".." / "shared" / "reference")
    for name, text in table_texts(parser.parse_args().reference).items():
        (PACKAGE / name).write_text(text, encoding="utf-8", newline="\n")


def table_texts(reference: Path) -> dict[str, str]:
    """The texts of the tables by file name: the same input gives the same text."""
    folder = reference / "attack"
    tactics: Table = {}
    techniques: Table = {}
    for domain in DOMAINS:
        with gzip.open(folder / f"{domain}-attack-18.1.json.gz", "rt", encoding="utf-8") as stream:
            objects = json.load(stream)["objects"]
        _add(tactics, _tactics(objects, domain))
        _add(techniques, _techniques(objects, domain))
    changes = tomllib.loads((ROOT / "tools" / "attack_v19.toml").read_text(encoding="utf-8"))
    _agree(changes, yaml.safe_load((folder / "attack_v18_to_v19.yaml").read_text(encoding="utf-8")))
    return {
        "attack-18.1.json": _text("18.1", True, tactics, techniques),
        "attack-19.json": _text("19", False, *_next_version(tactics, techniques, changes)),
    }


def _add(table: Table, rows: Table) -> None:
    """Join the rows of a domain; an id that is in use anywhere wins over the same id out of use."""
    for key, row in rows.items():
        if key not in table or _out_of_use(table[key]):
            table[key] = row
        elif not _out_of_use(row):
            raise SystemExit(f"{key} is in use in two domains")


def _out_of_use(row: Row) -> bool:
    return bool(row.get("revoked") or row.get("deprecated"))


def _external_id(item: Mapping[str, Any]) -> str:
    references = item["external_references"]
    return str(next(ref["external_id"] for ref in references if ref["source_name"].startswith("mitre")))


def _tactics(objects: Iterable[Mapping[str, Any]], domain: str) -> Table:
    found = (item for item in objects if item["type"] == "x-mitre-tactic" and not item.get("x_mitre_deprecated"))
    return {
        _external_id(item): {"name": item["name"], "shortname": item["x_mitre_shortname"], "domain": domain}
        for item in found
    }


def _techniques(objects: list[Mapping[str, Any]], domain: str) -> Table:
    ids = {item["id"]: _external_id(item) for item in objects if item["type"] == "attack-pattern"}
    tactics = {row["shortname"]: key for key, row in _tactics(objects, domain).items()}
    replaced = {
        item["source_ref"]: ids.get(item["target_ref"])
        for item in objects
        if item["type"] == "relationship" and item["relationship_type"] == "revoked-by"
    }
    rows: Table = {}
    for item in sorted((item for item in objects if item["type"] == "attack-pattern"), key=_out_of_use_object):
        phases = sorted(
            {tactics[p["phase_name"]] for p in item.get("kill_chain_phases", []) if p["phase_name"] in tactics}
        )
        row: Row = {"name": item["name"], "domain": domain, "tactics": phases}
        if item.get("revoked"):
            row["revoked"] = replaced.get(item["id"]) or True
        elif item.get("x_mitre_deprecated"):
            row["deprecated"] = True
        rows.setdefault(ids[item["id"]], row)
    return rows


def _out_of_use_object(item: Mapping[str, Any]) -> tuple[bool, str]:
    return (bool(item.get("revoked") or item.get("x_mitre_deprecated")), str(item["id"]))


def _agree(changes: Mapping[str, Any], published: Mapping[str, Any]) -> None:
    """Stop where the two sources on v19 contradict each other."""
    revoked, names = changes["revoked"], changes["techniques"]
    for old, new in {**published["techniques"], **published["subtechniques"]}.items():
        if new["id"] in names and (revoked.get(old) != new["id"] or names[new["id"]]["name"] != new["name"]):
            raise SystemExit(f"the sources on v19 disagree about {old}")


def _next_version(tactics: Table, techniques: Table, changes: Mapping[str, Any]) -> tuple[Table, Table]:
    new_tactics = dict(tactics)
    for key, (name, shortname) in changes["tactics"].items():
        new_tactics[key] = {"name": name, "shortname": shortname, "domain": "enterprise"}
    parts = sorted(changes["tactics"])
    new_techniques: Table = {}
    for key, row in techniques.items():
        split = [part for tactic in row["tactics"] for part in (parts if tactic == SPLIT else [tactic])]
        new_techniques[key] = {**row, "name": changes["renamed"].get(key, row["name"]), "tactics": sorted(split)}
    for key, target in changes["revoked"].items():
        new_techniques[key] = {**new_techniques[key], "revoked": target}
    for key, row in changes["techniques"].items():
        new_techniques[key] = {"name": row["name"], "domain": "enterprise", "tactics": row.get("tactics", [])}
    return new_tactics, new_techniques


def _text(version: str, complete: bool, tactics: Table, techniques: Table) -> str:
    head = {"notice": NOTICE, "version": version, "complete": complete}
    lines = [f"  {_json(key)}: {_json(value)}," for key, value in head.items()]
    return "{\n" + "\n".join([*lines, _rows("tactics", tactics) + ",", _rows("techniques", techniques)]) + "\n}\n"


def _rows(name: str, table: Table) -> str:
    rows = ",\n".join(f"    {_json(key)}: {_json(table[key])}" for key in sorted(table))
    return f"  {_json(name)}: {{\n{rows}\n  }}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    main()
