"""What all events of one rule are made with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatchcase

from isorule.evaluation.dates import nanos
from isorule.evaluation.events import Fields
from isorule.ir.rule import Rule
from isorule.ir.schema import FieldSchema

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
"""The time of the first event of every match: output has no clock."""


@dataclass(frozen=True, slots=True)
class Setting:
    """The field types, the fields with a role, and the seed. `now` is when the rule runs."""

    schema: FieldSchema
    fields: Fields
    category_field: str
    timestamp_field: str
    tiebreaker_field: str | None
    seed: int
    now: datetime = START
    _of_pattern: dict[str, str] = field(default_factory=dict, compare=False, repr=False)

    @property
    def present(self) -> int:
        """`now` in nanoseconds since 1970."""
        return nanos(self.now)

    def field_of(self, pattern: str) -> str:
        """One of the fields that a pattern of paths stands for: a listed one, or one with `0` in place of each `*`."""
        if pattern not in self._of_pattern:
            listed = (path for path in sorted(self.schema.fields) if fnmatchcase(path, pattern))
            self._of_pattern[pattern] = next(listed, pattern.replace("*", "0"))
        return self._of_pattern[pattern]


def setting_of(rule: Rule, schema: FieldSchema, seed: int) -> Setting:
    """The setting for a rule."""
    source = rule.data_source
    return Setting(schema, Fields(schema), source.category_field, source.timestamp_field, source.tiebreaker_field, seed)
