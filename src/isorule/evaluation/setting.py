"""What one evaluation works with."""

from __future__ import annotations

from dataclasses import dataclass

from isorule.evaluation.events import Fields
from isorule.evaluation.keys import Keys
from isorule.evaluation.predicates import PredicateCompiler
from isorule.evaluation.timeline import Clock
from isorule.ir.predicates import Field


@dataclass(frozen=True, slots=True)
class Setting:
    """The fields, the compiler of conditions, the clock of events, and the present in nanoseconds since 1970."""

    fields: Fields
    compiler: PredicateCompiler
    clock: Clock
    now: int

    def keys(self, paths: tuple[str, ...]) -> Keys:
        """Keys of fields that must all have a value."""
        return Keys([self.fields.reader(path) for path in paths], [False] * len(paths))

    def join_keys(self, key_fields: tuple[Field, ...]) -> Keys:
        """Keys of fields, of which the optional ones (EQL `?field`) may be null."""
        return Keys([self.fields.reader(item.path) for item in key_fields], [item.optional for item in key_fields])
