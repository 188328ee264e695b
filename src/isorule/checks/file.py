"""Checks of whole files: a file that cannot be read as a rule is a finding, too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from isorule.checks.check import ELASTIC, SIGMA, CheckedDocument
from isorule.checks.registry import check_document, check_rule
from isorule.diagnostics import Diagnostic, IsoruleError, sort_key
from isorule.documents import document_format, format_of_path
from isorule.source import SourceFile
from isorule.source.files import read_file
from isorule.source.reading import Reading, SourceError
from isorule.source.toml_values import read_toml
from isorule.source.yaml_values import read_yaml

_SHAPE = frozenset({"missing-key", "wrong-type", "unknown-value", "no-rule"})
"""What the readers of documents say of a document's shape; the schema check says it of all keys at once."""


def check_file(path: str | Path) -> list[Diagnostic]:
    """Findings on every rule of a file, in the order of the file.

    Raises UnknownNameError for a file of an unknown kind; whatever is wrong within the file is a finding.
    """
    name = format_of_path(path)
    try:
        rules = document_format(name).load(path)
    except IsoruleError as error:
        return _of_unreadable(Path(path), name, error.diagnostic)
    return sorted((item for rule in rules for item in check_rule(rule)), key=sort_key)


def _of_unreadable(path: Path, name: str, problem: Diagnostic) -> list[Diagnostic]:
    """What can be said of a file that is no rule: the problem, and all that checks see without a rule."""
    found = [
        diagnostic
        for reading in _readings(path, name)
        for diagnostic in check_document(CheckedDocument(name, reading.values, reading.file, reading.places))
    ]
    if problem.name not in _SHAPE or not any(item.name == "schema" for item in found):
        found.append(problem)
    return sorted(found, key=sort_key)


def _readings(path: Path, name: str) -> tuple[Reading, ...]:
    read = _READERS.get(name)
    if read is None:
        return ()
    try:
        return read(read_file(path))
    except SourceError:
        return ()


def _toml(file: SourceFile) -> tuple[Reading, ...]:
    return (read_toml(file),)


_READERS: Mapping[str, Callable[[SourceFile], tuple[Reading, ...]]] = {ELASTIC: _toml, SIGMA: read_yaml}
