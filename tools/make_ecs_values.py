"""Make the packaged table of values that ECS allows or expects, `src/isorule/mappings/ecs_values.json`.

Reads `ecs/ecs_flat.yml` of the Elastic Common Schema: the values of each field that names them, and for each
`event.category` the types that go with it.

    python tools/make_ecs_values.py [--reference ../shared/reference]
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "src" / "isorule" / "mappings" / "ecs_values.json"
NOTICE = (
    "Values of fields of the Elastic Common Schema (https://github.com/elastic/ecs), Apache License 2.0, reduced to a "
    "table. See NOTICE."
)


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reference", type=Path, default=ROOT / ".." / "shared" / "reference")
    TABLE.write_text(table_text(parser.parse_args().reference), encoding="utf-8", newline="\n")


def table_text(reference: Path) -> str:
    """The text of the table: the same input gives the same text."""
    text = (reference / "ecs" / "ecs_flat.yml").read_text(encoding="utf-8")
    ecs: dict[str, dict[str, Any]] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    values: dict[str, list[str]] = {}
    types: dict[str, list[str]] = {}
    for path, entry in sorted(ecs.items()):
        allowed = entry.get("allowed_values", [])
        names = [item["name"] for item in allowed] or entry.get("expected_values", [])
        if names:
            values[path] = names
        if path == "event.category":
            types = {item["name"]: item["expected_event_types"] for item in allowed}
    tables = {"values": values, "types": types}
    body = ",\n".join(f'  "{name}": {{\n{_rows(table)}\n  }}' for name, table in tables.items())
    return f'{{\n  "notice": {json.dumps(NOTICE)},\n{body}\n}}\n'


def _rows(table: dict[str, list[str]]) -> str:
    return ",\n".join(f"    {json.dumps(key)}: {json.dumps(found)}" for key, found in sorted(table.items()))


if __name__ == "__main__":
    main()
