"""Whether a value keeps to a schema: only yes or no, and quickly. What is wrong where it does not is asked elsewhere.

A schema is made into functions, one for each of its keywords. Known are those that the schemas of this package use, as
JSON Schema 2020-12 defines them (https://json-schema.org/draft/2020-12/json-schema-validation).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

Holds = Callable[[Any], bool]
Schema = Mapping[str, Any]

_DEFINITION: Final = "#/$defs/"
_READ_ELSEWHERE: Final = frozenset(
    {"$schema", "$id", "$defs", "title", "description", "patternProperties", "properties", "then", "else"}
)
"""Keywords that ask nothing, and those that another one is read together with."""


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_TYPES: Final[Mapping[str, Holds]] = {
    "array": lambda value: isinstance(value, list),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: _is_number(value) and (isinstance(value, int) or value.is_integer()),
    "null": lambda value: value is None,
    "number": _is_number,
    "object": lambda value: isinstance(value, dict),
    "string": lambda value: isinstance(value, str),
}


def keeps(schema: Schema) -> Holds:
    """Whether a value keeps to the schema.

    Raises KeyError for a keyword that is not known here, and for a reference to another schema.
    """
    return _Compiler(schema).holds(schema)


class _Compiler:
    def __init__(self, root: Schema) -> None:
        self._definitions: Mapping[str, Schema] = root.get("$defs", {})
        self._made: dict[str, Holds] = {}

    def holds(self, schema: Schema | bool) -> Holds:
        if isinstance(schema, bool):
            return lambda _: schema
        keywords = [keyword for keyword in schema if keyword not in _READ_ELSEWHERE]
        if not _MEMBERS.isdisjoint(schema) and "additionalProperties" not in schema:
            keywords.append("additionalProperties")
        asked = [self._keyword(keyword, schema) for keyword in keywords]
        return asked[0] if len(asked) == 1 else _every(asked)

    def _keyword(self, keyword: str, schema: Schema) -> Holds:
        limit = schema.get(keyword, True)
        match keyword:
            case "$ref":
                return self._reference(limit)
            case "allOf":
                return _every([self.holds(part) for part in limit])
            case "anyOf":
                return _at_least_one([self.holds(part) for part in limit])
            case "oneOf":
                parts = [self.holds(part) for part in limit]
                return lambda value: sum(part(value) for part in parts) == 1
            case "not":
                refused = self.holds(limit)
                return lambda value: not refused(value)
            case "if":
                when, then, otherwise = map(self.holds, (limit, schema.get("then", True), schema.get("else", True)))
                return lambda value: then(value) if when(value) else otherwise(value)
            case "additionalProperties":
                return self._members(schema, limit)
            case "items":
                return self._items(limit, len(schema.get("prefixItems", ())))
            case "prefixItems":
                first = [self.holds(part) for part in limit]
                return _of(list, lambda value: all(part(item) for part, item in zip(first, value, strict=False)))
            case _:
                return _SIMPLE[keyword](limit)

    def _reference(self, target: str) -> Holds:
        """What a reference asks; a definition may refer to itself."""
        name = target.removeprefix(_DEFINITION)
        if name not in self._made:

            def of_itself(value: Any) -> bool:
                return self._made[name](value)

            self._made[name] = of_itself
            self._made[name] = self.holds(self._definitions[name])
        return self._made[name]

    def _members(self, schema: Schema, others: Schema | bool) -> Holds:
        named = {key: self.holds(part) for key, part in schema.get("properties", {}).items()}
        patterns = [(re.compile(key), self.holds(part)) for key, part in schema.get("patternProperties", {}).items()]
        unnamed = self.holds(others)

        def holds(value: dict[str, Any]) -> bool:
            for key, item in value.items():
                of_patterns = [part for pattern, part in patterns if pattern.search(key)] if patterns else []
                own = named.get(key) or (unnamed if not of_patterns else None)
                if not ((own is None or own(item)) and all(part(item) for part in of_patterns)):
                    return False
            return True

        return _of(dict, holds)

    def _items(self, schema: Schema | bool, first: int) -> Holds:
        item = self.holds(schema)
        return _of(list, lambda value: all(map(item, value[first:])))


_MEMBERS: Final = frozenset({"properties", "patternProperties"})


def _every(asked: list[Holds]) -> Holds:
    def holds(value: Any) -> bool:
        for one in asked:  # noqa: SIM110  (a generator takes twice as long, and this is called most of all)
            if not one(value):
                return False
        return True

    return holds


def _at_least_one(asked: list[Holds]) -> Holds:
    return lambda value: any(one(value) for one in asked)


def _of(kind: type, holds: Holds) -> Holds:
    """What is asked of values of one kind only."""
    return lambda value: not isinstance(value, kind) or holds(value)


def _of_number(holds: Holds) -> Holds:
    return lambda value: not _is_number(value) or holds(value)


def _type(limit: str | list[str]) -> Holds:
    if isinstance(limit, str):
        return _TYPES[limit]
    return _at_least_one([_TYPES[name] for name in limit])


def _one_of(options: list[Any]) -> Holds:
    allowed = [_identity(option) for option in options]
    return lambda value: _identity(value) in allowed


def _identity(value: Any) -> object:
    """Equal for values that are the same in JSON, where true is not 1."""
    if isinstance(value, list):
        return list, tuple(map(_identity, value))
    if isinstance(value, dict):
        return dict, frozenset((key, _identity(item)) for key, item in value.items())
    return isinstance(value, bool), value


def _unique(wanted: bool) -> Holds:
    return _of(list, lambda value: not wanted or len(set(map(_identity, value))) == len(value))


def _companions(limit: Mapping[str, list[str]]) -> Holds:
    return _of(dict, lambda value: all(name in value for key in limit if key in value for name in limit[key]))


def _pattern(limit: str) -> Holds:
    found = re.compile(limit).search
    return _of(str, lambda value: found(value) is not None)


_SIMPLE: Final[Mapping[str, Callable[[Any], Holds]]] = {
    "const": lambda limit: _one_of([limit]),
    "dependentRequired": _companions,
    "enum": _one_of,
    "maxItems": lambda limit: _of(list, lambda value: len(value) <= limit),
    "maxLength": lambda limit: _of(str, lambda value: len(value) <= limit),
    "maximum": lambda limit: _of_number(lambda value: value <= limit),
    "minItems": lambda limit: _of(list, lambda value: len(value) >= limit),
    "minLength": lambda limit: _of(str, lambda value: len(value) >= limit),
    "minProperties": lambda limit: _of(dict, lambda value: len(value) >= limit),
    "minimum": lambda limit: _of_number(lambda value: value >= limit),
    "pattern": _pattern,
    "required": lambda limit: _of(dict, lambda value: all(key in value for key in limit)),
    "type": _type,
    "uniqueItems": _unique,
}
