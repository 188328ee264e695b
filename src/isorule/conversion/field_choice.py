"""What a caller says of fields: their types, the names that they should have, or both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike, fspath

from isorule.conversion.fields import FieldMapping
from isorule.conversion.mapping_files import field_mapping

FieldTypes = Mapping[str, object]
"""A table `path -> type`, or an Elasticsearch mapping document."""

FieldsArgument = FieldTypes | str | PathLike[str] | Sequence[FieldTypes | str | PathLike[str]] | None
"""Types, the name or the file of a field mapping (`ecs`, `sigmahq`, `mine.yml`), or one of each in a list."""


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """Types in place of the packaged ECS, and the field names that a rule should have; None where not given."""

    types: FieldTypes | None = None
    mapping: FieldMapping | None = None


def field_choice(given: FieldsArgument) -> FieldChoice:
    """What the argument says; of two of a kind the last one holds.

    Raises UnknownNameError for a name that is no mapping, ParseError for what is wrong in a mapping file.
    """
    if given is None:
        return FieldChoice()
    types: FieldTypes | None = None
    mapping: FieldMapping | None = None
    items = [given] if isinstance(given, Mapping | str | PathLike) else given
    for item in items:
        if isinstance(item, Mapping):
            types = item
        else:
            mapping = field_mapping(fspath(item))
    return FieldChoice(types, mapping)
