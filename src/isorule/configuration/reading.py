"""Finds the configuration of a folder and reads it, with the place of everything that is wrong in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from isorule.configuration.finding import PROJECT_FILE
from isorule.configuration.model import CODE, NAME, Configuration, ConfigurationError
from isorule.diagnostics import Diagnostic, Severity
from isorule.schemas import span_at, violations
from isorule.source import KeyPath, SourceFile, Span
from isorule.source.files import read_file
from isorule.source.reading import Reading, SourceError
from isorule.source.toml_values import read_toml

_TABLE: Final[KeyPath] = ("tool", "isorule")


def read_configuration(path: Path) -> Configuration:
    """The configuration in a file: all of an `isorule.toml` (or a file of any other name), or `[tool.isorule]`.

    Raises ConfigurationError for a file that cannot be used, or a `pyproject.toml` without `[tool.isorule]`.
    """
    found = configuration_in(path)
    if found is None:
        raise _error(f"{path.name} has no table [tool.isorule]")
    return found


def configuration_in(path: Path) -> Configuration | None:
    """The configuration in a file, None for a `pyproject.toml` that has none. Raises as `read_configuration` does."""
    in_project = path.name == PROJECT_FILE
    try:
        file = read_file(path)
        if in_project and "isorule" not in file.text:
            return None
        reading = read_toml(file)
    except SourceError as error:
        raise _unreadable(error, path) from error
    prefix = _TABLE if in_project else ()
    table: Any = reading.values
    for part in prefix:
        table = table.get(part) if isinstance(table, Mapping) else None
    if not isinstance(table, Mapping):
        return None
    _require_valid(table, prefix, reading)
    return _configuration(table, path.absolute().parent, reading)


def _require_valid(table: Mapping[str, Any], prefix: KeyPath, reading: Reading) -> None:
    found = tuple(
        Diagnostic(
            CODE,
            NAME,
            Severity.ERROR,
            item.message,
            hint=item.hint,
            span=span_at(reading.places, (*prefix, *item.path), at_key=item.at_key),
        ).located(reading.file)
        for item in violations("config", table)
    )
    if found:
        raise ConfigurationError(found, reading.file)


def _configuration(table: Mapping[str, Any], root: Path, reading: Reading) -> Configuration:
    def texts(key: str) -> tuple[str, ...]:
        return tuple(table.get(key, ()))

    def path(key: str) -> Path | None:
        return root / table[key] if key in table else None

    ignores = table.get("per-file-ignores", {})
    return Configuration(
        root,
        select=texts("select") if "select" in table else None,
        extend_select=texts("extend-select"),
        ignore=texts("ignore"),
        per_file_ignores=tuple((pattern, tuple(selectors)) for pattern, selectors in ignores.items()),
        exclude=texts("exclude"),
        severity=table.get("severity", {}),
        options=table.get("checks", {}),
        fail_on=Severity(table["fail-on"]) if "fail-on" in table else None,
        baseline=path("baseline"),
        cache_dir=path("cache-dir"),
        file=reading.file,
        places=reading.places,
    )


def _unreadable(error: SourceError, path: Path) -> ConfigurationError:
    file = error.file or (read_file(path) if error.name != "unreadable-file" else SourceFile(path.name, ""))
    found = Diagnostic(CODE, NAME, Severity.ERROR, error.message, hint=error.hint, span=error.span)
    return ConfigurationError((found.located(file),), file)


def _error(message: str) -> ConfigurationError:
    return ConfigurationError((Diagnostic(CODE, NAME, Severity.ERROR, message, span=Span(0, 0)),))
