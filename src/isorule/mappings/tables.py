"""Reading taxonomies from tables: the packaged ones, and those of a user's mapping file.

Both have the form of `schemas/mapping.schema.json`. The packaged ones are the files of `taxonomies/`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

import tomli

from isorule.ir.rule import LogSource
from isorule.mappings.taxonomy import (
    Account,
    Address,
    Argument,
    AsText,
    FieldRow,
    Fields,
    FullText,
    Hashes,
    Prefixed,
    Reading,
    RegistryData,
    Rewrite,
    Same,
    Section,
    Spelled,
    Taxonomy,
)

ECS: Final = "ecs"
"""The packaged taxonomy: the Elastic Common Schema, as Elastic Agent, Winlogbeat and Elastic Defend fill it."""


@cache
def ecs_taxonomy() -> Taxonomy:
    """ECS for the log sources of SigmaHQ's rules; read at the first call."""
    folder = files(__package__).joinpath("taxonomies")
    sections: list[Section] = []
    for item in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if item.name.endswith(".toml"):
            sections += sections_of(tomli.loads(item.read_text(encoding="utf-8")))
    return Taxonomy(ECS, tuple(sections))


def taxonomy_of(document: Mapping[str, Any], *, base: Taxonomy | None = None) -> Taxonomy:
    """The taxonomy of a mapping document that its schema accepts; its sections come after those of `base`."""
    return Taxonomy(document["name"], (*(base.sections if base is not None else ()), *sections_of(document)))


def sections_of(document: Mapping[str, Any]) -> tuple[Section, ...]:
    """The sections of a mapping document that its schema accepts."""
    spellings = document.get("spellings", {})
    return tuple(
        section
        for table in document.get("sources", ())
        for logsource in _logsources(table["logsource"])
        for section in (_section(table, logsource, spellings),)
    )


def _logsources(value: Any) -> Iterable[LogSource]:
    """One log source, or several that share a section."""
    for table in value if isinstance(value, list) else [value]:
        yield LogSource(table.get("category"), table.get("product"), table.get("service"))


def _section(table: Mapping[str, Any], logsource: LogSource, spellings: Mapping[str, Any]) -> Section:
    rows: list[FieldRow] = []
    prefixes: list[tuple[str, str]] = []
    for name, entry in table.get("fields", {}).items():
        if name.endswith("*"):
            prefixes.append((name[:-1], str(entry).removesuffix("*")))
        else:
            rows.append(_row(name, entry, spellings))
    return Section(
        logsource,
        tuple(rows),
        tuple(prefixes),
        tuple(_reading(path, entry) for path, entry in table.get("reads", {}).items()),
        _texts(table.get("without")),
        _alternatives(table.get("requires")),
        _alternatives(table.get("means")),
        _fields(table.get("sets", {})),
        _alternatives(table.get("native")),
        table.get("unmapped"),
        table.get("separator"),
        tuple(table.get("empty", ())),
    )


def _row(name: str, entry: Any, spellings: Mapping[str, Any]) -> FieldRow:
    if isinstance(entry, str):
        return FieldRow(name, (entry,))
    return FieldRow(
        name,
        (*_texts(entry.get("to")), *_texts(entry.get("also"))),
        _rewrite(entry, spellings),
        _texts(entry.get("alias")),
        _texts(entry.get("name")),
        _texts(entry.get("extension")),
        _texts(entry.get("arguments")),
        _texts(entry.get("key")),
        entry.get("nested"),
        entry.get("unconfirmed"),
    )


def _rewrite(entry: Mapping[str, Any], spellings: Mapping[str, Any]) -> Rewrite:
    if "begins" in entry:
        return Prefixed(_spellings(spellings[entry["begins"]]))
    if "hashes" in entry:
        return Hashes(tuple((name, path) for name, paths in entry["hashes"].items() for path in _texts(paths)))
    if "account" in entry:
        return Account(entry["account"]["domain"], entry["account"]["name"])
    if "registry_data" in entry:
        return RegistryData(entry["registry_data"])
    if "network" in entry:
        return Address(entry["network"])
    match entry.get("values"):
        case None:
            return Same()
        case "text":
            return AsText()
        case "address":
            return Address()
        case "words":
            return FullText()
        case "argument":
            return Argument()
        case Mapping() as table:
            return Spelled(_spellings(table))
        case str() as name:
            return Spelled(_spellings(spellings[name]))
        case values:
            raise AssertionError(f"the schema lets no such values pass: {values!r}")


def _spellings(table: Mapping[str, Any]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((word, _texts(ways)) for word, ways in table.items())


def _reading(path: str, entry: Mapping[str, Any]) -> Reading:
    return Reading(path, entry["from"], tuple(entry["values"].items()), _spellings(entry.get("wider", {})))


def _alternatives(value: Any) -> tuple[Fields, ...]:
    if value is None:
        return ()
    return tuple(_fields(table) for table in (value if isinstance(value, list) else [value]))


def _fields(table: Mapping[str, Any]) -> Fields:
    return tuple((path, _texts(values)) for path, values in table.items())


def _texts(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(map(str, value)) if isinstance(value, list) else (str(value),)
