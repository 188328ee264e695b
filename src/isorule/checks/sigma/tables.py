"""What Sigma's taxonomy and SigmaHQ's conventions say, as tables; read at the first question."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

from isorule.checks.check import CheckedDocument

PARTS: Final = ("product", "category", "service")


class Parts(NamedTuple):
    """The three parts of a log source that tell which it is."""

    product: str | None = None
    category: str | None = None
    service: str | None = None

    def within(self, other: Parts) -> bool:
        """Whether every part that this one has is that of the other: the other is the same or a narrower source."""
        return all(mine is None or mine == theirs for mine, theirs in zip(self, other, strict=True))

    def text(self) -> str:
        """`product windows, category process_creation`."""
        return ", ".join(f"{name} {part}" for name, part in zip(PARTS, self, strict=True) if part is not None)


@dataclass(frozen=True, slots=True)
class Row:
    """What is known of a log source; the keys are those of `logsources.toml`."""

    fields: frozenset[str] = frozenset()
    covered: frozenset[str] = frozenset()
    provider: frozenset[str] = frozenset()
    sysmon: frozenset[int] = frozenset()
    prefix: str | None = None
    definition: bool = False


@cache
def rows() -> Mapping[Parts, Row]:
    """All log sources of the table."""
    return {_parts(row): _row(row) for row in _read("logsources.toml")["logsource"]}


@cache
def known_parts(part: str) -> frozenset[str]:
    """The names that a part (`product`, `category`, `service`) may have."""
    number = PARTS.index(part)
    return frozenset(name for parts in rows() if (name := parts[number]) is not None)


@cache
def is_known(parts: Parts) -> bool:
    """Whether a log source is one of the table, or wider than one."""
    return any(parts.within(row) for row in rows())


@cache
def generic_categories() -> Mapping[int, Mapping[str, int]]:
    """The categories that stand for each Sysmon event, with the number of events that each of them stands for."""
    found: dict[int, dict[str, int]] = {}
    for parts, row in rows().items():
        for event in row.sysmon:
            if parts.category is not None:
                found.setdefault(event, {})[parts.category] = len(row.sysmon)
    return found


@cache
def words(name: str) -> Any:
    """A table of `words.toml`."""
    return _read("words.toml")[name]


def parts_of(document: CheckedDocument) -> Parts | None:
    """The log source of a document; None where it has none, or one whose parts are no texts."""
    table = document.get("logsource")
    if not isinstance(table, Mapping) or any(not isinstance(table.get(part), str | None) for part in PARTS):
        return None
    found = _parts(table)
    return found if any(found) else None


def row_of(document: CheckedDocument) -> Row | None:
    """What is known of the log source of a document that uses Sigma's own field names; None where nothing is."""
    taxonomy = document.get("taxonomy")
    parts = parts_of(document)
    return rows().get(parts) if parts is not None and taxonomy in (None, "sigma") else None


def texts(value: object) -> Sequence[tuple[int, str]]:
    """The texts of a list with their numbers."""
    items = value if isinstance(value, list) else []
    return [(index, item) for index, item in enumerate(items) if isinstance(item, str)]


def _parts(table: Mapping[str, Any]) -> Parts:
    return Parts(*(table.get(part) for part in PARTS))


def _row(table: Mapping[str, Any]) -> Row:
    return Row(
        frozenset(table.get("fields", ())),
        frozenset(table.get("covered", ())),
        frozenset(table.get("provider", ())),
        frozenset(table.get("sysmon", ())),
        table.get("prefix"),
        table.get("definition", False),
    )


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))
