"""The representation as JSON values, and back. The schema is `schemas/ir.schema.json`.

A node becomes `{"node": class name, field: value …}`; tuples become lists, enums their values (wildcards of a
pattern `{"wildcard": "*"}`), spans `[start, end]`. Fields at their default are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from types import ModuleType
from typing import Any, get_type_hints

from isorule.diagnostics import Diagnostic, ParseError, Severity
from isorule.ir import detections, matchers, predicates
from isorule.ir.detections import Detection
from isorule.ir.matchers import Wildcard
from isorule.ir.predicates import Predicate
from isorule.source import Span

Json = dict[str, object]


@cache
def node_types() -> dict[str, type[Any]]:
    """Every node class by name."""
    return _classes(matchers, predicates, detections)


def _classes(*modules: ModuleType) -> dict[str, type[Any]]:
    return {
        name: value
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, type) and is_dataclass(value)
    }


def to_json(node: Predicate | Detection) -> Json:
    """A predicate or detection as JSON values."""
    return _node_json(node)


def _node_json(node: object) -> Json:
    out: Json = {"node": type(node).__name__}
    for item in fields(node):  # type: ignore[arg-type]  # only dataclass instances come here (see _value_json)
        value = getattr(node, item.name)
        if item.default is MISSING or value != item.default:
            out[item.name] = _value_json(value)
    return out


def _value_json(value: object) -> object:
    match value:
        case Wildcard():
            return {"wildcard": value.value}
        case Enum():
            return value.value
        case Span():
            return list(value)
        case tuple():
            return [_value_json(item) for item in value]
        case None | bool() | int() | float() | str():
            return value
        case _:
            return _node_json(value)


def from_json(value: Mapping[str, object]) -> Predicate | Detection:
    """The predicate or detection that `to_json` wrote.

    Raises `ParseError` for anything else.
    """
    node = _node(value, "$")
    if not isinstance(node, Predicate | Detection):
        raise _error("$", f"{type(node).__name__} is neither a predicate nor a detection")
    return node


def _error(where: str, message: str) -> ParseError:
    return ParseError(Diagnostic("IR001", "malformed-representation", Severity.ERROR, f"{where}: {message}"))


@cache
def _hints(name: str) -> dict[str, Any]:
    return get_type_hints(node_types()[name])


def _node(value: object, where: str) -> object:
    if not isinstance(value, Mapping):
        raise _error(where, f"expected an object with a `node`, found {type(value).__name__}")
    name = value.get("node")
    node_type = node_types().get(name) if isinstance(name, str) else None
    if node_type is None:
        raise _error(where, f"unknown node {name!r}")
    known = {item.name: item for item in fields(node_type)}
    hints = _hints(str(name))
    unknown = [key for key in value if key != "node" and key not in known]
    if unknown:
        raise _error(where, f"{name} has no field {unknown[0]!r}")
    arguments = {key: _field_value(item, hints[key], f"{where}.{key}") for key, item in value.items() if key != "node"}
    try:
        return node_type(**arguments)
    except TypeError as error:
        raise _error(where, str(error)) from error


def _field_value(value: object, hint: Any, where: str) -> object:
    if isinstance(value, list):
        if "Span" in str(hint):
            return _span(value, where)
        return tuple(_item(item, f"{where}[{index}]") for index, item in enumerate(value))
    if isinstance(value, str) and isinstance(hint, type) and issubclass(hint, Enum):
        try:
            return hint(value)
        except ValueError as error:
            raise _error(where, str(error)) from error
    return _item(value, where)


def _item(value: object, where: str) -> object:
    match value:
        case {"wildcard": str(sign)} if sign in ("*", "?"):
            return Wildcard(sign)
        case Mapping():
            return _node(value, where)
        case list():
            return tuple(_item(item, f"{where}[{index}]") for index, item in enumerate(value))
        case None | bool() | int() | float() | str():
            return value
        case _:
            raise _error(where, f"unexpected {type(value).__name__}")


def _span(value: list[object], where: str) -> Span:
    match value:
        case [int(start), int(end)]:
            return Span(start, end)
        case _:
            raise _error(where, "a span is two whole numbers")
