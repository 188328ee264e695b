"""The values that the Elastic Common Schema allows or expects in its fields.

The table `ecs_values.json` is made by `tools/make_ecs_values.py`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class EcsValues:
    """Field path → values, and event category → event types that go with it; both in the order of ECS."""

    of_field: Mapping[str, tuple[str, ...]]
    types_of_category: Mapping[str, tuple[str, ...]]


@cache
def ecs_values() -> EcsValues:
    """The packaged table, read at the first call."""
    table = json.loads(files(__package__).joinpath("ecs_values.json").read_text(encoding="utf-8"))
    return EcsValues(
        {path: tuple(values) for path, values in table["values"].items()},
        {category: tuple(types) for category, types in table["types"].items()},
    )
