"""Every published rule that a dialect reads can be evaluated; what is refused is named and counted."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from isorule.diagnostics import UnsupportedError
from isorule.dialects.registry import dialect
from isorule.dialects.sigma import read_detection
from isorule.evaluation import evaluate_detection
from isorule.ir.detections import Detection
from isorule.ir.schema import FieldSchema, schema_from

SHARED = Path(__file__).parents[2] / ".." / "shared"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not (SHARED / "corpus").exists(), reason="../shared/corpus is absent"),
]

EVENTS: list[dict[str, Any]] = [
    {},
    {
        "@timestamp": 1714521600000,
        "event": {"category": ["process"], "type": ["start"]},
        "host": {"os": {"type": "windows"}, "id": "h"},
        "process": {"name": "cmd.exe", "args": ["cmd", "/c"], "command_line": "cmd /c x", "entity_id": "p"},
        "Image": "C:\\Windows\\System32\\cmd.exe",
        "CommandLine": "cmd /c x",
        "EventID": 1,
    },
]


def elastic(language: str) -> Iterator[Detection]:
    parse = dialect(language).parse
    assert parse is not None
    for path in sorted((SHARED / "corpus" / "elastic" / "rules").rglob("*.toml")):
        rule = tomllib.loads(path.read_text(encoding="utf-8"))["rule"]
        if rule.get("language") == language:
            yield parse(rule["query"])


def sigma() -> Iterator[Detection]:
    for path in sorted((SHARED / "corpus" / "sigma").glob("rules*/**/*.yml")):
        yield read_detection(yaml.safe_load(path.read_text(encoding="utf-8"))["detection"])


@pytest.fixture(scope="module")
def ecs() -> FieldSchema:
    fields = yaml.safe_load((SHARED / "reference" / "ecs" / "ecs_flat.yml").read_text(encoding="utf-8"))
    types = {name: entry["type"] for name, entry in fields.items()}
    for entry in fields.values():
        types.update({multi["flat_name"]: multi["type"] for multi in entry.get("multi_fields", ())})
    return schema_from(types)


def outcomes(detections: Iterator[Detection], schema: FieldSchema | None) -> Counter[str]:
    found: Counter[str] = Counter()
    for detection in detections:
        try:
            evaluate_detection(detection, EVENTS, schema=schema)
        except UnsupportedError as error:
            found[error.diagnostic.name] += 1
        else:
            found[type(detection).__name__] += 1
    return found


def test_eql(ecs: FieldSchema) -> None:
    assert outcomes(elastic("eql"), ecs) == {"Match": 633, "Sequence": 177, "Sample": 3}


def test_kuery(ecs: FieldSchema) -> None:
    assert outcomes(elastic("kuery"), ecs) == {"Match": 582}


def test_sigma() -> None:
    assert outcomes(sigma(), None) == {"Match": 2890, "unresolved-placeholder": 20}
