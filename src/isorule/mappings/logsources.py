"""Log sources: Sigma's product, category and service for Elastic's index patterns, and the other way round.

The table is `logsources.toml`. Sigma's values are those of SigmaHQ's taxonomy
(https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-appendix-taxonomy.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

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

    @property
    def logsource(self) -> LogSource:
        """The log source that the row speaks for."""
        return LogSource(self.category, self.product, self.service)


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
    integrations: Mapping[str, LogSource]

    def for_indices(self, indices: tuple[str, ...]) -> LogSource | None:
        """The log source that the index patterns of a rule speak for, without the parts on which they do not agree.

        None where no pattern speaks for one, or they speak for several products.
        """
        return _agreed(row.logsource for index in indices if (row := self._for_index(index)) is not None)

    def for_integrations(self, names: Iterable[str]) -> LogSource | None:
        """The log source that the integrations of a rule speak for, in the same way."""
        return _agreed(found for name in names if (found := self.integrations.get(name)) is not None)

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


def _agreed(found: Iterable[LogSource]) -> LogSource | None:
    """What the log sources that name a product say alike; where none does, what all say alike."""
    sources = tuple(found)
    named = tuple(source for source in sources if source.product is not None) or sources
    if len({source.product for source in named}) != 1:
        return None
    categories = {source.category for source in named}
    services = {source.service for source in named if source.service is not None}
    return LogSource(
        categories.pop() if len(categories) == 1 else None,
        named[0].product,
        services.pop() if len(services) == 1 else None,
    )


_DATA_STREAM: Final = re.compile(r"(?:logs|metrics|traces)-([a-z0-9_]+)\.")


def integrations_of(indices: Iterable[str]) -> tuple[str, ...]:
    """The packages that write into the data streams of index patterns.

    A data stream is called `type-dataset-namespace`, and the dataset of a package `package.stream`
    (https://www.elastic.co/docs/reference/fleet/data-streams).
    """
    found = (match[1] for index in indices if (match := _DATA_STREAM.match(index)) is not None)
    return tuple(dict.fromkeys(found))


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
        integrations={name: LogSource(**parts) for name, parts in table["integrations"].items()},
        kinds=tuple(EventKind(kind["category"], frozenset(kind["types"]), kind["sigma"]) for kind in table["kind"]),
    )
