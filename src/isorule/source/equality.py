"""When two documents are the same."""

from __future__ import annotations

import math
from collections.abc import Mapping


def same_values(one: object, other: object) -> bool:
    """Whether two values are equal in type, too: `1`, `1.0` and `true` are three values; lists and tuples are one."""
    if isinstance(one, str):  # most values are texts, and asking for a mapping is slow
        return isinstance(other, str) and one == other
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same_values(value, other[key]) for key, value in one.items())
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(same_values(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one):
        return math.isnan(other)
    return type(one) is type(other) and one == other
