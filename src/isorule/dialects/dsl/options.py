"""What Kibana takes into account when it writes Query DSL for a query: its settings and the fields of the data view.

Names follow `KueryQueryOptions` and `DataViewFieldBase` of Kibana's `kbn-es-query` (github.com/elastic/kibana).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, unique


@unique
class Wording(Enum):
    """KIBANA writes what Kibana sends, letter for letter. EXACT differs where that does not say what is meant.

    Kibana passes a field pattern that it cannot expand on as a name, and leaves blanks in a wildcard value for
    Elasticsearch to split it at (https://github.com/elastic/kibana/issues/255223). EXACT lets Elasticsearch expand the
    pattern where a query can, else refuses it, and keeps the value whole.
    """

    KIBANA = "kibana"
    EXACT = "exact"


@dataclass(frozen=True, slots=True)
class KueryOptions:
    """Settings in force.

    `case_insensitive` and `nested_ignore_unmapped` are left out of the query where None. `date_format_tz` is a time
    zone as Elasticsearch takes it (`UTC`, `America/Phoenix`, `+01:00`); Kibana's `Browser` has no meaning here.
    """

    filters_in_must_clause: bool = False
    allow_leading_wildcards: bool = True
    case_insensitive: bool | None = None
    nested_ignore_unmapped: bool | None = None
    date_format_tz: str | None = None
    wording: Wording = Wording.KIBANA


@dataclass(frozen=True, slots=True)
class IndexField:
    """A field of a data view: Kibana's type (`string`, `date` …), the mapping types, and the nested object it is in."""

    name: str
    type: str = ""
    es_types: tuple[str, ...] = ()
    nested: str | None = None

    @property
    def is_keyword(self) -> bool:
        """Whether it is a keyword in every index; the other members of the keyword family do not count."""
        return self.es_types == ("keyword",)

    @property
    def is_full_text(self) -> bool:
        """Whether it is analyzed in some index."""
        return not {"text", "match_only_text"}.isdisjoint(self.es_types)


@dataclass(frozen=True, slots=True)
class IndexPattern:
    """The fields of a data view, by name."""

    fields: Mapping[str, IndexField] = field(default_factory=dict)

    @classmethod
    def of(cls, *fields: IndexField) -> IndexPattern:
        """A data view of these fields."""
        return cls({item.name: item for item in fields})
