"""Values with nulls in a format that has none: a null becomes a table with one reserved key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_NULL: Final = "isorule:null"


def without_nulls(value: Any) -> Any:
    """A copy of plain values in which every null is the table `{"isorule:null": true}`."""
    if value is None:
        return {_NULL: True}
    if isinstance(value, Mapping):
        return {key: without_nulls(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [without_nulls(part) for part in value]
    return value


def with_nulls(value: Any) -> Any:
    """The values that `without_nulls` was given."""
    if isinstance(value, Mapping):
        if value == {_NULL: True}:
            return None
        return {key: with_nulls(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [with_nulls(part) for part in value]
    return value
