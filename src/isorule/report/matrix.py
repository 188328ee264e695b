"""The support matrix: what each dialect reads and writes, computed from the capabilities that it declares."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum

from isorule.dialects import Dialect
from isorule.ir.capabilities import Capabilities
from isorule.report.text import table

_AXES = (
    "detections",
    "predicates",
    "subjects",
    "matchers",
    "cases",
    "quantifiers",
    "absents",
    "regex_flavors",
    "relations",
    "functions",
)
"""The fields of `Capabilities` that hold sets, in the order in which they are shown."""


def matrix_text(dialects: Sequence[Dialect]) -> str:
    """A table of what reads and writes, then for each dialect that writes what it can say, axis by axis."""
    rows = [(dialect.name, dialect.title, _yes(dialect.parse), _yes(dialect.emit)) for dialect in dialects]
    parts = [table(("dialect", "title", "reads", "writes"), rows)]
    for dialect in dialects:
        if dialect.capabilities is not None:
            parts.append(f"\n{dialect.name} can write\n{_reach(dialect.capabilities)}")
    return "".join(parts)


def _reach(capabilities: Capabilities) -> str:
    role = "a role of its own" if capabilities.category_role else "a plain field"
    rows = [(axis.replace("_", " "), ", ".join(_names(capabilities, axis)) or "-") for axis in _AXES]
    rows.append(("event category", role))
    width = max(len(label) for label, _ in rows)
    return "".join(f"  {label:{width}}  {text}\n" for label, text in rows)


def matrix_json(dialects: Sequence[Dialect]) -> dict[str, object]:
    """The same as JSON values."""
    return {"dialects": [_dialect_json(dialect) for dialect in dialects]}


def _dialect_json(dialect: Dialect) -> dict[str, object]:
    reach = dialect.capabilities
    writes = None
    if reach is not None:
        writes = {**{axis: _names(reach, axis) for axis in _AXES}, "category_role": reach.category_role}
    return {
        "name": dialect.name,
        "title": dialect.title,
        "reads": dialect.parse is not None,
        "writes": dialect.emit is not None,
        "capabilities": writes,
    }


def _names(capabilities: Capabilities, axis: str) -> list[str]:
    values: Iterable[object] = getattr(capabilities, axis)
    return sorted(str(value.value) if isinstance(value, Enum) else str(value) for value in values)


def _yes(function: object) -> str:
    return "yes" if function is not None else "-"
