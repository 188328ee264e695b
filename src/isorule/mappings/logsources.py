"""Log sources: Sigma's product, category and service for Elastic's index patterns, and the other way round.

The table is `logsources.toml`. Sigma's values are those of SigmaHQ's taxonomy
(https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-appendix-taxonomy.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import tomli

from isorule.ir.rule import LogSource


@dataclass(frozen=True, slots=True)
class LogSourceRow:
    """A log source and its index patterns; `prefixes` are beginnings of patterns that speak for it."""

    prefixes: tuple[str, ...]
    product: str | None
    category: str | None
    service: str | None
    indices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EventKind:
    """Sigma's category for events of an Elastic category, narrowed by `event.type` where `types` is not empty."""

    category: str
    types: frozenset[str]
    sigma: str


@dataclass(frozen=True, slots=True)
class LogSources:
    """The whole table."""

    rows: tuple[LogSourceRow, ...]
    kinds: tuple[EventKind, ...]

    def for_indices(self, indices: tuple[str, ...]) -> LogSourceRow | None:
        """The row that the index patterns of a rule speak for; None where no row or more than one product does."""
        found = {row for index in indices if (row := self._for_index(index)) is not None}
        if len({row.product for row in found}) != 1:
            return None
        return next(row for row in self.rows if row in found)

    def _for_index(self, index: str) -> LogSourceRow | None:
        return next((row for row in self.rows if row.prefixes and index.startswith(row.prefixes)), None)

    def category(self, event_category: str, event_types: frozenset[str]) -> str | None:
        """Sigma's category for events of an Elastic category and types; None where Sigma has no name for it."""
        for kind in self.kinds:
            if kind.category == event_category and (not kind.types or (event_types and event_types <= kind.types)):
                return kind.sigma
        return None

    def indices(self, logsource: LogSource) -> tuple[str, ...] | None:
        """The index patterns of a Sigma log source; None for one that the table does not know."""
        for row in self.rows:
            wanted = (
                (row.product, logsource.product),
                (row.category, logsource.category),
                (row.service, logsource.service),
            )
            if all(mine is None or mine == yours for mine, yours in wanted):
                return row.indices
        return None


@cache
def logsources() -> LogSources:
    """The packaged table, read at the first call."""
    table = tomli.loads(files(__package__).joinpath("logsources.toml").read_text(encoding="utf-8"))
    return LogSources(
        rows=tuple(
            LogSourceRow(
                prefixes=tuple(row.get("pattern", ())),
                product=row.get("product"),
                category=row.get("category"),
                service=row.get("service"),
                indices=tuple(row["indices"]),
            )
            for row in table["row"]
        ),
        kinds=tuple(EventKind(kind["category"], frozenset(kind["types"]), kind["sigma"]) for kind in table["kind"]),
    )
