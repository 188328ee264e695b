"""What a document does wrong by a JSON Schema, in words that name the key, the value and what is allowed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from isorule.source import KeyPath, path_text

if TYPE_CHECKING:
    import jsonschema_rs
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

_SUFFIX = ".schema.json"
_LONGEST = 60
_TYPES = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "null",
    "number": "a number",
    "object": "a table",
    "string": "a text",
}


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is wrong in a document. `path` leads to it; it is the key rather than the value if `at_key`."""

    path: KeyPath
    message: str
    hint: str | None = None
    at_key: bool = False


def schema_names() -> tuple[str, ...]:
    """The names of all schemas, sorted: `elastic-rule` for `elastic-rule.schema.json`."""
    names = (item.name for item in _folder().iterdir())
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX)))


@cache
def schema(name: str) -> Mapping[str, Any]:
    """A schema by its name. Raises FileNotFoundError for an unknown one."""
    text = _folder().joinpath(name + _SUFFIX).read_text(encoding="utf-8")
    found: Mapping[str, Any] = json.loads(text)
    return found


def violations(name: str, document: Mapping[str, object]) -> Iterator[Violation]:
    """All that a document does wrong by the schema of this name, in the order in which the schema asks."""
    if not _surely_keeps(name, document):
        for error in _validator(name).iter_errors(document):
            yield from _explained(_fault(error))


def _folder() -> Traversable:
    packaged = files(__package__)
    if packaged.joinpath(f"elastic-rule{_SUFFIX}").is_file():
        return packaged
    return Path(__file__).parents[3] / "schemas"


def _surely_keeps(name: str, document: Mapping[str, object]) -> bool:
    """Whether a document keeps to its schema, as most do: the quick answer, which has no words for what is wrong."""
    try:
        return _quick_validator(name).is_valid(document)
    except ValueError:  # it holds what JSON has no form of, such as a date of TOML
        return False


@cache
def _quick_validator(name: str) -> jsonschema_rs.Draft202012Validator:
    import jsonschema_rs  # only here, as jsonschema

    return jsonschema_rs.Draft202012Validator(dict(schema(name)))


@cache
def _validator(name: str) -> Draft202012Validator:
    from jsonschema import Draft202012Validator  # only here: it is slow to import

    return Draft202012Validator(schema(name))


@dataclass(frozen=True, slots=True)
class _Fault:
    """What jsonschema says of one error: the keyword that failed, what it asks for, and the value that it met."""

    path: KeyPath
    keyword: object
    limit: Any
    value: Any
    description: str | None
    known: tuple[str, ...]
    message: str


def _fault(error: ValidationError) -> _Fault:
    rule: Mapping[str, Any] = error.schema if isinstance(error.schema, Mapping) else {}
    known = tuple(sorted(rule.get("properties", {})))
    path = tuple(error.absolute_path)
    return _Fault(
        path, error.validator, error.validator_value, error.instance, rule.get("description"), known, error.message
    )


def _explained(fault: _Fault) -> Iterator[Violation]:
    path, limit = fault.path, fault.limit
    match fault.keyword:
        case "additionalProperties" if limit is False:
            yield from _unknown_keys(fault)
        case "required":
            yield _missing_key(fault)
        case "dependentRequired":
            yield from _missing_companions(fault)
        case "not" if "required" in limit:
            yield Violation((*path, *limit["required"][-1:]), _not_together(limit["required"]), at_key=True)
        case "anyOf" if all(list(option) == ["required"] for option in limit):
            keys = ", ".join(key for option in limit for key in option["required"])
            yield Violation(path, f"{_name(path)} needs one of {keys}", fault.description)
        case "enum":
            yield Violation(path, f"{_is(fault)}; it must be {_listed(limit)}", _closest(fault.value, limit))
        case "type":
            yield Violation(path, f"{_is(fault)}; it must be {_types(limit)}", fault.description)
        case "pattern":
            yield Violation(path, f"{_is(fault)}, which does not match {limit}", fault.description)
        case _:
            yield Violation(path, _counted(fault) or f"{_name(path)}: {fault.message}", fault.description)


def _unknown_keys(fault: _Fault) -> Iterator[Violation]:
    for key in fault.value:
        if key not in fault.known:
            close = get_close_matches(key, fault.known, 1)
            hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(fault.known)}"
            path = (*fault.path, key)
            yield Violation(path, f"unknown key {_name(path)}", hint, at_key=True)


def _missing_key(fault: _Fault) -> Violation:
    """jsonschema gives one error for each missing key, and names the key only in the text of its message."""
    key = next(key for key in fault.limit if fault.message.startswith(repr(key)))
    where = f" in {_name(fault.path)}" if fault.path else ""
    return Violation(fault.path, f"the key {key} is missing{where}", at_key=True)


def _missing_companions(fault: _Fault) -> Iterator[Violation]:
    for key, companions in fault.limit.items():
        missing = [name for name in companions if name not in fault.value]
        if key in fault.value and missing and fault.message.startswith(repr(missing[0])):
            path = (*fault.path, key)
            yield Violation(path, f"{_name(path)} needs the key {missing[0]} beside it", at_key=True)


def _not_together(keys: list[str]) -> str:
    return f"the keys {' and '.join(keys)} exclude each other"


def _is(fault: _Fault) -> str:
    return f"{_name(fault.path)} is {_shown(fault.value)}"


def _counted(fault: _Fault) -> str | None:
    """The words for a limit on size or number."""
    limit, name = fault.limit, _name(fault.path)
    match fault.keyword:
        case "minimum":
            return f"{_is(fault)}; it must be {limit} or more"
        case "maximum":
            return f"{_is(fault)}; it must be {limit} or less"
        case "minLength" if limit == 1:
            return f"{name} is empty"
        case "maxLength":
            return f"{name} has {len(fault.value)} characters; at most {limit} are allowed"
        case "minItems" | "minProperties":
            return f"{name} must have {limit} or more entries, not {len(fault.value)}"
        case "maxItems":
            return f"{name} must have {limit} entries at most, not {len(fault.value)}"
        case "uniqueItems":
            return f"{name} names the same thing twice"
        case _:
            return None


def _name(path: KeyPath) -> str:
    return path_text(path) or "the document"


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list):
        return "a list"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _listed(values: list[object]) -> str:
    shown = ", ".join(str(value) for value in values)
    return shown if len(values) == 1 else f"one of {shown}"


def _types(allowed: str | list[str]) -> str:
    return _TYPES[allowed] if isinstance(allowed, str) else " or ".join(_TYPES[name] for name in allowed)


def _closest(value: object, allowed: list[object]) -> str | None:
    close = get_close_matches(str(value).lower(), [str(item) for item in allowed], 1)
    return f"did you mean {close[0]}?" if close else None
