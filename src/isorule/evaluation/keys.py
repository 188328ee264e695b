"""Join keys and groups: values as keys that compare by value, and all combinations of many values."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import assert_never

from isorule.evaluation.addresses import Address, address_text
from isorule.evaluation.alerts import KeyValue
from isorule.evaluation.dates import MILLISECOND
from isorule.evaluation.events import EventView, FieldReader
from isorule.evaluation.values import Instant, Value, Version
from isorule.ir.losses import refusal

KeyPart = tuple[int, int | float | str]
"""A rank for the type (absent before everything else) and a value that sorts among its like."""
Key = tuple[KeyPart, ...]

ABSENT: KeyPart = (0, 0)
_MOST_COMBINATIONS = 10_000


def key_part(value: Value) -> KeyPart:
    """A value as a part of a key: equal numbers, instants and addresses are equal however they are written."""
    match value:
        case bool():
            return (1, value)
        case int() | float():
            return (2, value)
        case str():
            return (3, value)
        case Version():
            return (3, value.text)
        case Instant():
            return (4, value.nanos)
        case Address():
            return (5, value.number)
        case _:
            assert_never(value)


def shown(part: KeyPart) -> KeyValue:
    """A part of a key as an alert shows it: dates in milliseconds since 1970, addresses and versions as text."""
    match part:
        case (0, _):
            return None
        case (4, int() as nanos):
            return nanos // MILLISECOND
        case (5, int() as number):
            return address_text(number)
        case (_, value):
            return value


class Keys:
    """Reads the keys of events."""

    __slots__ = ("_optional", "_readers")

    def __init__(self, readers: Sequence[FieldReader], optional: Sequence[bool]) -> None:
        self._readers = tuple(readers)
        self._optional = tuple(optional)

    def keys(self, view: EventView) -> list[Key]:
        """The keys of an event: every combination of the values of the fields, each once.

        None at all where a field has no value, unless the key is optional: then it is null.
        Raises `UnsupportedError` for an event with more than 10,000 combinations.
        """
        columns: list[list[KeyPart]] = []
        count = 1
        for reader, optional in zip(self._readers, self._optional, strict=True):
            column = self._column(view, reader)
            if not column:
                if not optional:
                    return []
                column = [ABSENT]
            count *= len(column)
            columns.append(column)
        if count > _MOST_COMBINATIONS:
            raise refusal(
                "too-many-keys", f"one event has {count} join keys; at most {_MOST_COMBINATIONS} are followed"
            )
        return list(product(*columns))

    def shown(self, key: Key) -> tuple[KeyValue, ...]:
        """A key that `keys` gave, as an alert shows it."""
        return tuple(map(shown, key))

    def _column(self, view: EventView, reader: FieldReader) -> list[KeyPart]:
        return list(dict.fromkeys(map(key_part, view.values(reader))))
