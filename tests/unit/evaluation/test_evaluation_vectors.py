"""One runner for the vectors of the evaluator (tests/vectors/evaluation/cases_*.toml).

A file has `[[group]]`s of events (`events` is JSON, one object a line), their `schema` (path = type) or `mapping`
(JSON) and other arguments; each `[[group.case]]` has a detection (`eql`, `kuery`, `lucene`, `dsl`, `sigma` as YAML,
`ir` as JSON, or `rules`, a Sigma file whose last document is evaluated) and what is expected:

- `matches`: the indexes of the events that a single-event detection matches;
- `answers`: the indexes of the events of each alert, -1 for a missing-event clause; `keys`: the keys of each alert;
- `refused`: the name of the diagnostic.

`source` says where the expectation comes from.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from isorule.diagnostics import UnsupportedError
from isorule.dialects.registry import dialect
from isorule.dialects.sigma import read_detection
from isorule.documents import document_format
from isorule.evaluation import Alert, RuleSet, evaluate_detection
from isorule.ir.detections import Detection, Match
from isorule.ir.json_form import from_json
from isorule.ir.rule import DataSource, Metadata, Rule
from isorule.ir.schema import FieldSchema, schema_from
from isorule.source import SourceFile

VECTORS = Path(__file__).parents[2] / "vectors" / "evaluation"


def cases() -> Iterator[Any]:
    for path in sorted(VECTORS.glob("cases_*.toml")):
        with path.open("rb") as file:
            groups = tomllib.load(file)["group"]
        for group in groups:
            for case in group["case"]:
                yield pytest.param(group, case, id=f"{path.stem.removeprefix('cases_')}: {case['name']}")


def detection_of(case: Mapping[str, Any]) -> Detection:
    for name in ("eql", "kuery", "lucene", "dsl"):
        if name in case:
            parse = dialect(name).parse
            assert parse is not None
            return parse(case[name])
    if "rules" in case:
        return document_format("sigma").read(SourceFile("rules.yml", case["rules"]))[-1].detection
    if "sigma" in case:
        return read_detection(yaml.safe_load(case["sigma"]))
    node = from_json(json.loads(case["ir"]))
    return node if isinstance(node, Detection) else Match(node)


def schema(group: Mapping[str, Any]) -> FieldSchema | None:
    if "mapping" in group:
        return schema_from(json.loads(group["mapping"]))
    return schema_from(group["schema"]) if "schema" in group else None


def lines(text: str) -> list[Mapping[str, object]]:
    return [json.loads(line) for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize(("group", "case"), list(cases()))
def test_case(group: Mapping[str, Any], case: Mapping[str, Any]) -> None:
    assert case["source"]
    events = lines(group["events"])
    before = json.dumps(events)
    now = group.get("now")

    def run() -> list[Alert]:
        return evaluate_detection(
            detection_of(case),
            events,
            schema=schema(group),
            category_field=group.get("category_field", "event.category"),
            timestamp_field=group.get("timestamp_field", "@timestamp"),
            tiebreaker_field=group.get("tiebreaker_field"),
            now=datetime.fromisoformat(now).astimezone(UTC) if now is not None else None,
            history=lines(group.get("history", "")),
            indicators=lines(group.get("indicators", "")),
            limit=case.get("limit"),
        )

    if "refused" in case:
        with pytest.raises(UnsupportedError) as refusal:
            run()
        assert refusal.value.diagnostic.name == case["refused"]
        return
    alerts = run()
    found = [[index_of(event, events) for event in alert.events] for alert in alerts]
    expected = case["answers"] if "answers" in case else [[index] for index in case["matches"]]
    assert found == expected
    if "keys" in case:
        assert [list(alert.keys) for alert in alerts] == case["keys"]
    assert json.dumps(events) == before


def single_event_cases() -> Iterator[Any]:
    return (case for case in cases() if "matches" in case.values[1] and "indicators" not in case.values[0])


@pytest.mark.parametrize(("group", "case"), list(single_event_cases()))
def test_a_rule_set_answers_the_same(group: Mapping[str, Any], case: Mapping[str, Any]) -> None:
    """An event that the index over many rules kept from its rule would be missed."""
    now = group.get("now")
    source = DataSource(category_field=group.get("category_field", "event.category"))
    events = lines(group["events"])
    rules = RuleSet(
        [Rule(Metadata(""), source, detection_of(case), "eql")],
        schema=schema(group),
        now=datetime.fromisoformat(now).astimezone(UTC) if now is not None else None,
    )
    assert [index for index, event in enumerate(events) if list(rules.feed([event]))] == case["matches"]


def index_of(event: object, events: list[Mapping[str, object]]) -> int:
    """The place of the very object; -1 for a missing event."""
    return -1 if event is None else next(index for index, item in enumerate(events) if item is event)


def test_there_are_enough_cases() -> None:
    names = [case.id for case in cases()]
    assert len(names) == len(set(names))
    assert len(names) >= 100
