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
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from isorule.attack.stix import Table, tactic_rows, technique_rows

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "isorule" / "attack"
NOTICE = (
    "© 2025 The MITRE Corporation. "
    "This work is reproduced and distributed with the permission of The MITRE Corporation."
)
DOMAINS = ("enterprise", "mobile", "ics")
SPLIT = "TA0005"
"""The tactic that v19 split in two; which part a technique went to is not in the data at hand, so both are given."""


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
        _add(tactics, tactic_rows(objects))
        _add(techniques, technique_rows(objects))
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


def _out_of_use(row: Mapping[str, Any]) -> bool:
    return bool(row.get("revoked") or row.get("deprecated"))


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
