"""The types of the fields of the Elastic Common Schema, and of other fields that published rules use.

The table `ecs.json` is made by `tools/make_ecs_table.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from isorule.ir.analyzers import pattern_analyzer
from isorule.ir.schema import FieldInfo, FieldSchema, FieldType, field_type, precision_of

CASELESS = ".caseless"
"""The name of the lower-cased form that Elastic's integrations give to keyword fields (`process.name.caseless`).

It is a `keyword` multi-field with the normalizer `lowercase` in the packages of https://github.com/elastic/integrations
that have it (endpoint, windows, system, crowdstrike, m365_defender, sentinel_one_cloud_funnel).
"""


@cache
def ecs_schema() -> FieldSchema:
    """Types of fields by ECS 9.5 and by the fields outside ECS that Elastic's rules use.

    The schema is open: a field that it does not list is a keyword. A path ending in `.caseless` is a keyword that its
    mapping lower-cases. Read once, at the first call.
    """
    text = files(__package__).joinpath("ecs.json").read_text(encoding="utf-8")
    table = json.loads(text)
    names: Mapping[str, str] = table["fields"]
    kinds = {name: _info(name) for name in set(names.values())}
    fields = {path: kinds[name] for path, name in names.items()}
    for path, pattern in table["patterns"].items():
        fields[path] = replace(fields[path], analyzer=pattern_analyzer(pattern, pattern))
    return FieldSchema(_EcsFields(fields))


def _info(name: str) -> FieldInfo:
    plain = name.removesuffix("[]")
    return FieldInfo(field_type(plain), many=name.endswith("[]"), precision=precision_of(plain))


@dataclass(frozen=True, slots=True)
class _EcsFields(Mapping[str, FieldInfo]):
    """The listed fields, and an answer for every `.caseless` path; iteration gives the listed ones."""

    listed: Mapping[str, FieldInfo]

    def __getitem__(self, path: str) -> FieldInfo:
        known = self.listed.get(path)
        if known is not None:
            return known
        if not path.endswith(CASELESS):
            raise KeyError(path)
        base = self.listed.get(path.removesuffix(CASELESS))
        return FieldInfo(FieldType.KEYWORD, folded=True, many=base is not None and base.many)

    def get(self, path: str, default: FieldInfo | None = None) -> FieldInfo | None:  # type: ignore[override]  # faster than by exceptions, which Mapping uses
        """What is known of a field, or the default."""
        known = self.listed.get(path)
        if known is None and path.endswith(CASELESS):
            return self[path]
        return default if known is None else known

    def __iter__(self) -> Iterator[str]:
        return iter(self.listed)

    def __len__(self) -> int:
        return len(self.listed)
