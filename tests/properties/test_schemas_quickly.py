"""The quick answer that a document keeps to its schema never hides what jsonschema finds, whatever is changed in it."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from isorule.schemas import schema, violations

ELASTIC: dict[str, Any] = {
    "metadata": {"creation_date": "2026/11/21", "maturity": "production", "updated_date": "2026/11/21"},
    "rule": {
        "author": ["isorule"],
        "description": "What it finds.",
        "index": ["logs-*"],
        "language": "kuery",
        "name": "A rule",
        "query": "event.code: 1",
        "risk_score": 47,
        "rule_id": "6a3b1f7e-58b3-4d6e-9d0b-8a1f5d1c2e3f",
        "severity": "medium",
        "type": "threshold",
        "threshold": {"field": ["user.id"], "value": 5, "cardinality": [{"field": "host.id", "value": 2}]},
        "threat": [
            {
                "framework": "MITRE ATT&CK",
                "tactic": {
                    "id": "TA0002",
                    "name": "Execution",
                    "reference": "https://attack.mitre.org/tactics/TA0002/",
                },
                "technique": [
                    {
                        "id": "T1059",
                        "name": "Command and Scripting Interpreter",
                        "reference": "https://attack.mitre.org/techniques/T1059/",
                    }
                ],
            }
        ],
    },
}
SIGMA: dict[str, Any] = {
    "title": "A rule",
    "id": "6a3b1f7e-58b3-4d6e-9d0b-8a1f5d1c2e3f",
    "related": [{"id": "6a3b1f7e-58b3-4d6e-9d0b-8a1f5d1c2e3f", "type": "derived"}],
    "tags": ["attack.execution", "attack.t1059"],
    "date": "2026-11-21",
    "logsource": {"product": "windows", "category": "process_creation"},
    "detection": {"selection": [{"Image|endswith": ["\\cmd.exe", 1]}], "condition": "selection"},
    "level": "high",
}
CORRELATION: dict[str, Any] = {
    "title": "A correlation",
    "correlation": {
        "type": "value_count",
        "rules": ["a", "b"],
        "group-by": ["User"],
        "timespan": "5m",
        "condition": {"field": "Host", "gte": 3},
        "aliases": {"User": {"a": "user"}},
    },
}
KEYS = ["correlation", "filter", "id", "type", "query", "tags", "timeline_id", "field", "gte", "unheard-of"]
SCALARS = [None, True, False, 0, 1, -1, 1.0, 2.5, 100, float("inf"), "", "x", "eql", "query", "now-9m", "2026-01-01"]
VALUES = st.sampled_from([*SCALARS, [], ["x", "x"], [1, True], [1, 1.0], [{}], {}, {"a": 1}, {"field": []}])


def paths(value: object, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield here
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from paths(part, (*here, key))


@pytest.mark.parametrize(
    ("name", "document"),
    [("elastic-rule", ELASTIC), ("sigma-rule", SIGMA), ("sigma-rule", CORRELATION)],
    ids=["elastic", "sigma", "correlation"],
)
def test_the_unchanged_documents_keep_to_their_schema(name: str, document: dict[str, Any]) -> None:
    assert list(violations(name, document)) == []


@given(st.data())
@pytest.mark.parametrize(
    ("name", "document"),
    [("elastic-rule", ELASTIC), ("sigma-rule", SIGMA), ("sigma-rule", CORRELATION)],
    ids=["elastic", "sigma", "correlation"],
)
def test_changed_documents_keep_to_their_schema_where_jsonschema_says_so(
    name: str, document: dict[str, Any], data: st.DataObject
) -> None:
    changed = copy.deepcopy(document)
    for _ in range(data.draw(st.integers(1, 3))):
        *above, last = data.draw(st.sampled_from([path for path in paths(changed) if path]))
        holder: Any = changed
        for key in above:
            holder = holder[key]
        match data.draw(st.sampled_from(["remove", "replace", "add"])):
            case "remove" if len(changed) > 1:
                del holder[last]
            case "add" if isinstance(holder, dict):
                holder[data.draw(st.sampled_from(KEYS))] = copy.deepcopy(data.draw(VALUES))
            case _:
                holder[last] = copy.deepcopy(data.draw(VALUES))
    assert (not list(violations(name, changed))) is Draft202012Validator(schema(name)).is_valid(changed)
