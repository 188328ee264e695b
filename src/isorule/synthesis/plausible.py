"""Plausible values of fields: what ECS allows, and a packaged table by field and operating system."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any
from zlib import crc32

import tomli

from isorule.evaluation.addresses import address
from isorule.ir.matchers import Scalar
from isorule.ir.schema import FieldSchema, FieldType
from isorule.mappings.ecs_values import ecs_values
from isorule.synthesis.moments import written
from isorule.synthesis.setting import START

_NUMBERS = (FieldType.INTEGER, FieldType.DECIMAL)
_DATES = (FieldType.DATE, FieldType.DATE_NANOS)
_FILES = {"path": "name", "executable": "name", "Image": "OriginalFileName"}


@cache
def _table() -> Mapping[str, Any]:
    return tomli.loads(files(__package__).joinpath("values.toml").read_text(encoding="utf-8"))


def values_of(path: str, schema: FieldSchema, system: str | None, number: int) -> Iterator[Scalar]:
    """Plausible values of a field on an operating system; `number` turns them, so that events differ.

    The last one is a stand-in by the type of the field, of which there are as many as there are numbers.
    """
    kind = schema.type_of(path)
    found = [value for value in _listed(path, system, number) if _suits(value, kind)]
    turned = found[number % len(found) :] + found[: number % len(found)] if found else []
    yield from dict.fromkeys([*turned, _stand_in(kind, number)])


def _listed(path: str, system: str | None, number: int) -> list[Scalar]:
    allowed = ecs_values().of_field.get(path)
    if allowed is not None:
        return list(allowed)
    known = _table()
    tables: list[Mapping[str, Sequence[Scalar]]] = [known["any"], known["linux"]]
    if system is not None:
        tables = [known[system], known["any"]]
    for key in dict.fromkeys((path, path.rpartition(".")[2])):
        for table in tables:
            if key in table:
                return [_numbered(value, f"{path} {number}", number) for value in table[key]]
    return []


def _numbered(value: Scalar, salt: str, number: int) -> Scalar:
    if not isinstance(value, str):
        return value
    return value.replace("%n", str(10 + number % 200)).replace("%h", f"{crc32(salt.encode()) & 0xFFFF:04x}")


def _suits(value: Scalar, kind: FieldType) -> bool:
    match kind:
        case FieldType.IP:
            return isinstance(value, str) and address(value) is not None
        case FieldType.INTEGER | FieldType.DECIMAL:
            return isinstance(value, int | float) and not isinstance(value, bool)
        case FieldType.BOOLEAN | FieldType.DATE | FieldType.DATE_NANOS:
            return False
        case _:
            return isinstance(value, str) or (kind is FieldType.KEYWORD and not isinstance(value, bool))


def _stand_in(kind: FieldType, number: int) -> Scalar:
    if kind in _NUMBERS:
        return number + 1
    if kind in _DATES:
        return written(START)
    if kind is FieldType.BOOLEAN:
        return number % 2 == 0
    if kind is FieldType.IP:
        return f"192.0.2.{1 + number % 250}"
    return f"example-{number + 1}"


def fillings(path: str, system: str | None, place: str) -> tuple[str, ...]:
    """What may stand for the free text of a pattern at a place (`first`, `inner`, `last`)."""
    holds = _held(path)
    table = _table()["fill"]
    for name in (system, "any"):
        found = table.get(name, {}).get(holds)
        if found is not None:
            return tuple(found[place])
    return tuple(table["any"]["text"][place])


def _held(path: str) -> str:
    """What the texts of a field hold: `path`, `command`, `registry`, `domain`, `url`, `name` or `text`."""
    parts = path.split(".")
    for ending in dict.fromkeys((path, ".".join(parts[-2:]), parts[-1])):
        for name, endings in _table()["holds"].items():
            if ending in endings:
                return str(name)
    return "text"


def background_fields(group: str) -> tuple[str, ...]:
    """The fields that events of a group (a category, `endpoint`) have as a rule."""
    return tuple(_table()["background"].get(group, ()))


def name_beside(path: str) -> str | None:
    """The field with the file name that a field with a whole path ends in; None for other fields."""
    head, _, last = path.rpartition(".")
    name = _FILES.get(last)
    return None if name is None else f"{head}.{name}" if head else name


def program_beside(path: str) -> str | None:
    """The field with the name of the program that a field with a command line is about; None for other fields."""
    head, _, last = path.rpartition(".")
    return f"{head}.name" if head and last in ("args", "command_line") else None
