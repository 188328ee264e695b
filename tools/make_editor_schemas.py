"""Make the schemas for editors, `schemas/editor/*.schema.json`, from the full ones.

Editors such as Even Better TOML (taplo) repeat what is wrong with a table at every key below it: one missing key of
`[rule]` gives more than a hundred errors. The schemas for editors therefore have constraints of single values only
(types, fixed lists, limits, patterns); what concerns a table as a whole is for `isorule check` to say.

    python tools/make_editor_schemas.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SCHEMAS = Path(__file__).parents[1] / "schemas"
NAMES = ("config", "elastic-rule", "fixture", "mapping", "sigma-correlation", "sigma-filter", "sigma-rule")
"""The schemas of files that people write."""

Json = dict[str, Any]

_BRANCHES = ("allOf", "anyOf", "oneOf")
_OF_TABLES = frozenset(
    {
        *_BRANCHES,
        "contains",
        "dependentRequired",
        "dependentSchemas",
        "else",
        "if",
        "maxProperties",
        "minProperties",
        "not",
        "propertyNames",
        "required",
        "then",
        "unevaluatedProperties",
    }
)
_OF_LISTS = frozenset({"maxItems", "minItems", "uniqueItems"})
_LEAF = frozenset(
    {
        "const",
        "description",
        "enum",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "format",
        "maxLength",
        "maximum",
        "minLength",
        "minimum",
        "pattern",
        "type",
    }
)


def main() -> None:
    """Write the schemas."""
    folder = SCHEMAS / "editor"
    folder.mkdir(exist_ok=True)
    for name in NAMES:
        (folder / f"{name}.schema.json").write_text(schema_text(name), encoding="utf-8", newline="\n")


def schema_text(name: str) -> str:
    """The text of the schema for editors: the same full schema gives the same text."""
    whole: Json = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    made = _loosened(whole, whole.get("$defs", {}))
    made["$id"] = f"urn:isorule:schema:editor:{name}"
    made["title"] = f"{whole['title']} (for editors)"
    made["$comment"] = "Made by tools/make_editor_schemas.py."
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


def _loosened(node: Json, definitions: Json) -> Json:
    """A schema without what it asks of tables and lists as a whole; the keys of its branches become its own."""
    kept = {key: value for key, value in node.items() if key not in _OF_TABLES and key not in _OF_LISTS}
    if kept.get("additionalProperties") is False:
        del kept["additionalProperties"]
    properties = dict(kept.get("properties", {}))
    for branch in _branches(node, definitions):
        for key, value in branch.get("properties", {}).items():
            if isinstance(value, dict):
                properties.setdefault(key, value)
    if properties:
        kept["properties"] = properties
    for key in ("properties", "patternProperties", "$defs"):
        if key in kept:
            kept[key] = {name: _value(item, definitions) for name, item in kept[key].items()}
    for key in ("items", "additionalProperties"):
        if key in kept:
            kept[key] = _value(kept[key], definitions)
    for key in _BRANCHES:
        options = node.get(key, ())
        if options and all(set(option) <= _LEAF for option in options):
            kept[key] = options
    return kept


def _value(node: Any, definitions: Json) -> Any:
    return _loosened(node, definitions) if isinstance(node, dict) else node


def _branches(node: Json, definitions: Json) -> list[Json]:
    """Every schema that may hold for a table besides, at any remove, in the order of the text."""
    found: list[Json] = []
    below = [node[key] for key in ("then", "else") if key in node]
    below += [option for key in _BRANCHES for option in node.get(key, ())]
    for item in below:
        target = definitions.get(str(item.get("$ref")).rpartition("/")[2], item) if isinstance(item, dict) else None
        if isinstance(target, dict):
            found += [target, *_branches(target, definitions)]
    return found


if __name__ == "__main__":
    main()
