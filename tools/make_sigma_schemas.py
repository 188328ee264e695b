"""Make the schemas of Sigma correlations and of filters, each by itself, from `schemas/sigma-rule.schema.json`.

Editors tie a schema to a pattern of file names (`mr_*.yml`, `mf_*.yml`), and then say less where a schema has only one
kind of document.

python tools/make_sigma_schemas.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SCHEMAS = Path(__file__).parents[1] / "schemas"
KINDS = {"correlation": "A Sigma 2.1 correlation", "filter": "A Sigma 2.1 filter"}

Json = dict[str, Any]


def main() -> None:
    """Write the schemas."""
    for kind in KINDS:
        path = SCHEMAS / f"sigma-{kind}.schema.json"
        path.write_text(schema_text(kind), encoding="utf-8", newline="\n")


def schema_text(kind: str) -> str:
    """The text of the schema of one kind of document: the same rule schema gives the same text."""
    whole: Json = json.loads((SCHEMAS / "sigma-rule.schema.json").read_text(encoding="utf-8"))
    definitions: Json = whole["$defs"]
    own: Json = definitions[f"{kind}-document"]
    schema: Json = {
        "$schema": whole["$schema"],
        "$id": f"urn:isorule:schema:sigma-{kind}",
        "title": KINDS[kind],
        "description": "Made by tools/make_sigma_schemas.py. " + whole["description"],
        "type": "object",
        "required": ["title", *own.get("required", []), kind],
        "properties": whole["properties"] | own["properties"],
    }
    schema["$defs"] = {name: definitions[name] for name in sorted(_used(schema, definitions))}
    return json.dumps(schema, indent=2) + "\n"


def _used(node: object, definitions: Json) -> set[str]:
    """The names of the definitions that a part of the schema refers to, at any remove."""
    found: set[str] = set()
    pending = [node]
    while pending:
        match pending.pop():
            case {"$ref": str(reference)}:
                name = reference.rpartition("/")[2]
                if name not in found:
                    found.add(name)
                    pending.append(definitions[name])
            case dict() as table:
                pending.extend(table.values())
            case list() as items:
                pending.extend(items)
            case _:
                continue
    return found


if __name__ == "__main__":
    main()
