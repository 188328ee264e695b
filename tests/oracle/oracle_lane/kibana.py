"""Kibana as judge of kuery: the npm package `kbn-es-query` compiles it to Query DSL."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from isorule.ir.schema import FieldInfo, FieldSchema, FieldType
from oracle_lane.engine import Refused

HOME = Path(__file__).parents[1]
SCRIPT = HOME / "kibana" / "compile.cjs"

DataView = list[dict[str, Any]]


@cache
def missing() -> str | None:
    """What is not installed for this engine; None where nothing is."""
    if shutil.which("node") is None:
        return "node is not installed"
    if not (HOME / "node_modules" / "kbn-es-query").is_dir():
        return "the npm package kbn-es-query is not installed (tests/oracle/install.sh)"
    return None


def compiled(questions: Sequence[tuple[str, DataView | None]]) -> list[Mapping[str, Any] | Refused]:
    """The Query DSL that Kibana makes of each kuery text for a data view, or for none."""
    given = "".join(json.dumps({"text": text, "fields": fields}) + "\n" for text, fields in questions)
    command = ["node", str(SCRIPT)]
    done = subprocess.run(command, input=given, capture_output=True, text=True, encoding="utf-8", check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return [Refused(answer["error"]) if "error" in answer else answer["dsl"] for answer in answers]


def data_view(schema: FieldSchema, paths: Iterable[str]) -> DataView:
    """The fields of a data view as Kibana describes them."""
    nested = schema.nested_paths()
    view = []
    for path in paths:
        info = schema[path]
        if info.type in (FieldType.OBJECT, FieldType.NESTED):
            continue
        entry: dict[str, Any] = {"name": path, "type": _kibana_type(info), "esTypes": [_elasticsearch_type(info)]}
        around = [outer for outer in nested if path.startswith(f"{outer}.")]
        if around:
            entry["subType"] = {"nested": {"path": max(around, key=len)}}
        view.append(entry)
    return view


def _elasticsearch_type(info: FieldInfo) -> str:
    return {FieldType.INTEGER: "long", FieldType.DECIMAL: "double"}.get(info.type, info.type.value)


def _kibana_type(info: FieldInfo) -> str:
    match info.type:
        case FieldType.INTEGER | FieldType.DECIMAL:
            return "number"
        case FieldType.DATE | FieldType.DATE_NANOS:
            return "date"
        case FieldType.BOOLEAN | FieldType.IP:
            return str(info.type.value)
        case _:
            return "string"
