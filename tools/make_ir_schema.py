"""Make `schemas/ir.schema.json`, the shape of what `isorule.ir.json_form.to_json` writes, from the node classes.

python tools/make_ir_schema.py
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import MISSING, fields
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from isorule.ir import detections, matchers, predicates
from isorule.ir.json_form import node_types
from isorule.ir.matchers import Wildcard
from isorule.source import Span

SCHEMA = Path(__file__).parents[1] / "schemas" / "ir.schema.json"
UNIONS = {
    "Detection": detections.Detection,
    "Matcher": matchers.Matcher,
    "Occurrence": detections.Occurrence,
    "Predicate": predicates.Predicate,
    "Subject": predicates.Subject,
    "Operand": predicates.Operand,
}
"""The unions of nodes that have a name, so that the schema can refer to them."""

Json = dict[str, Any]


def main() -> None:
    """Write the schema."""
    SCHEMA.write_text(schema_text(), encoding="utf-8", newline="\n")


def schema_text() -> str:
    """The text of the schema: the same node classes give the same text."""
    definitions: Json = {
        "Span": {
            "description": "Offsets of the first code point and of the one after the last.",
            "type": "array",
            "items": {"type": "integer", "minimum": 0},
            "minItems": 2,
            "maxItems": 2,
        },
        "Wildcard": {
            "description": "A wildcard of a pattern: any run of characters, or exactly one.",
            "type": "object",
            "required": ["wildcard"],
            "additionalProperties": False,
            "properties": {"wildcard": {"enum": [sign.value for sign in Wildcard]}},
        },
    }
    definitions |= {name: _any_of(get_args(union)) for name, union in UNIONS.items()}
    definitions |= {name: _node(name, kind) for name, kind in sorted(node_types().items())}
    schema: Json = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:isorule:schema:ir",
        "title": "A predicate or detection of isorule as JSON",
        "description": "Made by tools/make_ir_schema.py. Fields at their default value are left out.",
        "anyOf": [{"$ref": "#/$defs/Detection"}, {"$ref": "#/$defs/Predicate"}],
        "$defs": definitions,
    }
    return json.dumps(schema, indent=2) + "\n"


def _node(name: str, kind: type[Any]) -> Json:
    hints = get_type_hints(kind)
    required = [item.name for item in fields(kind) if item.default is MISSING and item.default_factory is MISSING]
    return {
        "description": _first_line(kind),
        "type": "object",
        "required": ["node", *required],
        "additionalProperties": False,
        "properties": {"node": {"const": name}, **{item.name: _value(hints[item.name]) for item in fields(kind)}},
    }


def _first_line(kind: type[Any]) -> str:
    return (kind.__doc__ or "").strip().partition("\n")[0]


def _value(hint: Any) -> Json:
    known = next((name for name, union in UNIONS.items() if hint == union), None)
    if known is not None:
        return {"$ref": f"#/$defs/{known}"}
    if get_origin(hint) is tuple:
        return _tuple(get_args(hint))
    if get_origin(hint) in (Union, UnionType):
        return _any_of(get_args(hint))
    return _plain(hint)


def _tuple(items: tuple[Any, ...]) -> Json:
    """A tuple of any length, or one with a fixed shape."""
    if items[1:] == (...,):
        return {"type": "array", "items": _value(items[0])}
    shape = [_value(item) for item in items]
    return {"type": "array", "prefixItems": shape, "minItems": len(shape), "maxItems": len(shape)}


def _plain(hint: Any) -> Json:
    names = {str: "string", bool: "boolean", int: "integer", float: "number", NoneType: "null"}
    if hint in names:
        return {"type": names[hint]}
    if hint is Span or hint is Wildcard or hint in node_types().values():
        return {"$ref": f"#/$defs/{hint.__name__}"}
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {"enum": [item.value for item in hint]}
    raise SystemExit(f"no JSON form is known for {hint}")


def _any_of(parts: tuple[Any, ...]) -> Json:
    """A union: a union with a name in it is found again by its parts, plain types are joined in one `type`."""
    options = list(_options(parts))
    plain = [item["type"] for item in options if set(item) == {"type"}]
    others = [item for item in options if set(item) != {"type"}]
    if plain:
        others.append({"type": plain[0] if len(plain) == 1 else plain})
    return others[0] if len(others) == 1 else {"anyOf": others}


def _options(parts: tuple[Any, ...]) -> Iterator[Json]:
    rest = list(parts)
    for name, union in UNIONS.items():
        members = get_args(union)
        if len(rest) > len(members) and all(member in rest for member in members):
            yield {"$ref": f"#/$defs/{name}"}
            rest = [item for item in rest if item not in members]
    yield from map(_value, rest)


if __name__ == "__main__":
    main()
