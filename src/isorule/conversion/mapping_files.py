"""Field mappings by name: the packaged ones, and a user's own file."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from isorule.conversion.fields import FieldMapping
from isorule.diagnostics import Diagnostic, ParseError, Severity, UnknownNameError
from isorule.documents.problems import parse_error
from isorule.mappings.tables import ECS, ecs_taxonomy, taxonomy_of
from isorule.schemas import schema_diagnostics, span_at
from isorule.source import SourceFile, Span
from isorule.source.files import read_file
from isorule.source.reading import Reading, SourceError
from isorule.source.yaml_values import read_yaml

SIGMAHQ: Final = "sigmahq"
"""The names of SigmaHQ's taxonomy, from those of ECS."""

SUFFIXES: Final = (".yml", ".yaml")

_CODE: Final = "MAP001"
_NAME: Final = "mapping-format"
_VALUE_WORDS: Final = ("text", "address", "words", "argument")


def field_mapping(name: str) -> FieldMapping:
    """The mapping of a name: `ecs`, `sigmahq`, or the path of a mapping file (`.yml`, `.yaml`).

    Raises UnknownNameError for another name, and ParseError, with file and line, for what is wrong in a file.
    """
    if name == ECS:
        return FieldMapping(ecs_taxonomy(), to_sigma=False)
    if name == SIGMAHQ:
        return FieldMapping(ecs_taxonomy(), to_sigma=True)
    if not name.endswith(SUFFIXES):
        message = f"no field mapping is called {name!r}"
        hint = f"{ECS}, {SIGMAHQ}, or a mapping file (.yml)"
        raise UnknownNameError(Diagnostic("NAME006", "unknown-mapping", Severity.ERROR, message, hint=hint))
    return _of_file(name, _stamp(Path(name)))


def _stamp(path: Path) -> int:
    """When a file was last written, so that a changed one is read again."""
    return path.stat().st_mtime_ns if path.is_file() else 0


@lru_cache(maxsize=16)
def _of_file(name: str, _written: int) -> FieldMapping:
    reading = _reading(Path(name))
    found = mapping_diagnostics(reading)
    if found:
        raise ParseError(found[0])
    document: Any = reading.values
    base = ecs_taxonomy() if document.get("extends") == ECS else None
    return FieldMapping(taxonomy_of(document, base=base))


def _reading(path: Path) -> Reading:
    file = SourceFile(str(path), "")
    try:
        file = read_file(path)
        readings = read_yaml(file)
        if len(readings) != 1:
            raise SourceError("one-document", f"a mapping file is one document, this has {len(readings)}", Span(0, 0))
    except SourceError as error:
        raise parse_error(error, file) from error
    return readings[0]


def mapping_diagnostics(reading: Reading) -> list[Diagnostic]:
    """All that is wrong in a mapping file: what its schema says, then names of tables that it does not have."""
    found = schema_diagnostics(
        "mapping", reading.values, file=reading.file, places=reading.places, code=_CODE, name=_NAME
    )
    return found or _unknown_tables(reading)


def _unknown_tables(reading: Reading) -> list[Diagnostic]:
    values: Any = reading.values
    tables = values.get("spellings", {})
    found: list[Diagnostic] = []
    for at, section in enumerate(values["sources"]):
        for name, entry in section.get("fields", {}).items():
            for key in ("values", "begins"):
                word = entry.get(key) if isinstance(entry, dict) else None
                known = isinstance(word, dict) or word is None or word in tables
                if not known and not (key == "values" and word in _VALUE_WORDS):
                    span = span_at(reading.places, ("sources", at, "fields", name, key))
                    message = f"`spellings` has no table {word!r}"
                    hint = f"one of {', '.join(sorted(tables)) or 'none: `spellings` is empty'}"
                    item = Diagnostic(_CODE, _NAME, Severity.ERROR, message, hint=hint, span=span)
                    found.append(item.located(reading.file))
    return found
