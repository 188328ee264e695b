"""Make the packaged table of field types, `src/isorule/mappings/ecs.json`, from public data.

Reads `ecs/ecs_flat.yml` of the Elastic Common Schema, `elastic/non-ecs-schema.json` (fields outside ECS that published
rules use, by index pattern) and `tools/integration_fields.toml`. The table maps a field path to the name of its mapping
type, with `[]` behind it where the field holds lists by convention (`process.args` -> `keyword[]`). What is below a
flattened field is a keyword, as is every field that is not listed. `patterns` has what parts the words of full text
where the analyzer is not the standard one.

    python tools/make_ecs_table.py [--reference ../shared/reference]
"""

from __future__ import annotations

import argparse
import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

import yaml

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "src" / "isorule" / "mappings" / "ecs.json"
NOTICE = (
    "Names and types of fields of the Elastic Common Schema (https://github.com/elastic/ecs), Apache License 2.0, "
    "reduced to a table. See NOTICE."
)
ECS_VERSION = "9.5"
INTEGRATIONS = Path(__file__).with_name("integration_fields.toml")


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reference", type=Path, default=ROOT / ".." / "shared" / "reference")
    TABLE.write_text(table_text(parser.parse_args().reference), encoding="utf-8", newline="\n")


def table_text(reference: Path) -> str:
    """The text of the table: the same input gives the same text."""
    ecs_text = (reference / "ecs" / "ecs_flat.yml").read_text(encoding="utf-8")
    ecs = yaml.load(ecs_text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    others = json.loads((reference / "elastic" / "non-ecs-schema.json").read_text(encoding="utf-8"))
    # Elastic's own schema for its rules, which they are checked with, wins over one version of an integration.
    integrations = {path: name for path, name in integration_fields() if "*" not in path and name != "flattened"}
    fields = {**integrations, **dict(_other_fields(others)), **dict(_ecs_fields(ecs))}
    head = {"notice": NOTICE, "ecs_version": ECS_VERSION}
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}," for key, value in head.items()]
    rows = ",\n".join(f"    {json.dumps(path)}: {json.dumps(fields[path])}" for path in sorted(fields))
    lines.append(f'  "patterns": {json.dumps(dict(sorted(integration_patterns())))},')
    return "{\n" + "\n".join(lines) + '\n  "fields": {\n' + rows + "\n  }\n}\n"


def _ecs_fields(ecs: Mapping[str, Mapping[str, object]]) -> Iterator[tuple[str, str]]:
    lists = {path for path, entry in ecs.items() if "array" in cast("list[str]", entry["normalize"])}
    for path, entry in ecs.items():
        # a field inside a list of objects has many values without a mark of its own (dns.answers.name)
        mark = "[]" if path in lists or any(parent in lists for parent in _parents(path)) else ""
        yield path, f"{entry['type']}{mark}"
        for multi_field in cast("list[dict[str, str]]", entry.get("multi_fields", [])):
            yield multi_field["flat_name"], f"{multi_field['type']}{mark}"


def integration_fields() -> Iterator[tuple[str, str]]:
    """The fields of Elastic's integrations and their types; `*` in a path stands for every place of a list."""
    for group in tomllib.loads(INTEGRATIONS.read_text(encoding="utf-8"))["fields"]:
        for name, paths in group.items():
            if isinstance(paths, list):
                yield from ((f"{group['under']}.{path}", name) for path in paths)


def integration_patterns() -> Iterator[tuple[str, str]]:
    """The fields of Elastic's integrations whose words a pattern parts, and the pattern."""
    for group in tomllib.loads(INTEGRATIONS.read_text(encoding="utf-8"))["fields"]:
        yield from ((f"{group['under']}.{path}", pattern) for path, pattern in group.get("patterns", {}).items())


def _parents(path: str) -> Iterator[str]:
    at = path.find(".")
    while at >= 0:
        yield path[:at]
        at = path.find(".", at + 1)


def _other_fields(patterns: Mapping[str, Mapping[str, object]]) -> Iterator[tuple[str, str]]:
    """Fields by name; where index patterns disagree, `text` wins (the careful choice: it has no exact comparison)."""
    types: dict[str, set[str]] = {}
    for shape in patterns.values():
        for path, name in _flat(shape, ""):
            types.setdefault(path, set()).add(name)
    for path, names in types.items():
        yield path, "text" if "text" in names else min(names)


def _flat(shape: Mapping[str, object], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in shape.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)


if __name__ == "__main__":
    main()
