"""Elasticsearch's own EQL test data: every live query gives the expected events and join keys, in order.

What the files mean is said in ../shared/conformance/README.md.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from isorule.diagnostics import IsoruleError
from isorule.dialects.registry import dialect
from isorule.evaluation import Alert, compile_predicate, evaluate_detection, evaluate_operand
from isorule.ir import predicates
from isorule.ir.detections import Detection, Match
from isorule.ir.schema import FieldSchema, schema_from

ROOT = Path(__file__).parents[2]
CONFORMANCE = ROOT / ".." / "shared" / "conformance"
EQL = CONFORMANCE / "eql"
GAPS = ROOT / "tests" / "vectors" / "evaluation" / "eql_functions_gaps.toml"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CONFORMANCE.exists(), reason="../shared/conformance is absent"),
]

ASKED_FOR = 50
FILE_TIME_STEPS = 10_000
FILE_TIME_EPOCH = 11_644_473_600_000

Event = Mapping[str, Any]


@dataclass(frozen=True)
class EventSet:
    """The events of a query file, their types, and the names of the fields that play a role."""

    queries: int
    mappings: tuple[str, ...]
    id_field: str
    tiebreaker_field: str | None


SETS = {
    "test_queries": EventSet(133, ("events",), "serial_event_id", "serial_event_id"),
    "test_missing_events": EventSet(26, ("missing-events",), "sequence", "sequence"),
    "test_sample": EventSet(25, ("sample1", "sample2", "sample3"), "id", None),
}


@cache
def queries(name: str) -> list[dict[str, Any]]:
    with (EQL / f"{name}.toml").open("rb") as file:
        found: list[dict[str, Any]] = tomllib.load(file)["queries"]
    return found


def events_of(name: str) -> list[Event]:
    if name == "test_queries":
        found = json.loads((EQL / "events.json").read_text(encoding="utf-8"))
        return [{**event, "@timestamp": event["timestamp"] // FILE_TIME_STEPS - FILE_TIME_EPOCH} for event in found]
    files = (EQL / "data" / f"{mapping}.data" for mapping in SETS[name].mappings)
    return [_iso_dates(event) for file in files for event in json.loads(file.read_text(encoding="utf-8"))]


def _iso_dates(event: Event) -> Event:
    """The one field whose mapping names a date format of its own (`dd-MM-yyyy`), written as an ISO date."""
    day_first = re.fullmatch(r"(\d\d)-(\d\d)-(\d{4})", event.get("@timestamp_pretty", ""))
    return {**event, "@timestamp_pretty": "-".join(reversed(day_first.groups()))} if day_first else event


def schema_of(name: str) -> FieldSchema:
    properties: dict[str, object] = {}
    for mapping in SETS[name].mappings:
        document = json.loads((EQL / "data" / f"{mapping}.mapping").read_text(encoding="utf-8"))
        properties.update(document["properties"])
    return schema_from({"properties": properties})


@pytest.mark.parametrize(
    ("name", "query"),
    [(name, query) for name in SETS for query in (queries(name) if EQL.exists() else [])],
    ids=lambda value: value["name"] if isinstance(value, dict) else value,
)
def test_query(name: str, query: dict[str, Any]) -> None:
    roles = SETS[name]
    events = events_of(name)
    found = evaluate_detection(
        parse(query["query"]),
        events,
        schema=schema_of(name),
        category_field="event_type",
        tiebreaker_field=roles.tiebreaker_field,
        limit=query.get("size", ASKED_FOR),
    )
    ids = [-1 if event is None else event[roles.id_field] for alert in found for event in alert.events]
    expected = query["expected_event_ids"]
    acceptable = expected if expected and isinstance(expected[0], list) else [expected]
    assert ids in acceptable
    if "join_keys" in query:
        assert key_texts(found) == query["join_keys"]


def key_texts(alerts: list[Alert]) -> list[str]:
    keys = (key for alert in alerts for key in alert.keys)
    return ["null" if key is None else str(key).lower() if isinstance(key, bool) else str(key) for key in keys]


def test_no_query_is_left_out() -> None:
    assert {name: len(queries(name)) for name in SETS} == {name: roles.queries for name, roles in SETS.items()}


def parse(text: str) -> Detection:
    eql = dialect("eql")
    assert eql.parse is not None
    return eql.parse(text)


# Values of single expressions.

LITERALS = {
    "null": ("null",),
    "bool": ("true", "false"),
    "int": ("0", "-1", "42"),
    "string": ('""', '"hello"'),
    "float": ("0.0", "-2.5"),
}
REFUSED = object()


@dataclass(frozen=True)
class Expression:
    """An expression, rewritten to Elasticsearch's syntax, and its expected value (None for null)."""

    section: str
    text: str
    expected: object


def expressions() -> Iterator[Expression]:
    for file in ("test_string_functions", "test_folding"):
        with (CONFORMANCE / "eql-functions" / f"{file}.toml").open("rb") as opened:
            sections = tomllib.load(opened)
        for section, content in sections.items():
            folded = bool(content.get("case_insensitive"))
            for case in (*content.get("fold", {}).get("tests", ()), *content.get("tests", ())):
                yield Expression(section, rewritten(case["expression"], folded), case.get("expected"))
            for loop in content.get("loop", ()):
                place = f"${loop['param']['name']}"
                for literal in (text for kind in loop["param"]["type"] for text in LITERALS[kind]):
                    for case in loop["fold"]["tests"]:
                        yield Expression(section, case["expression"].replace(place, literal), case.get("expected"))


def rewritten(text: str, folded: bool) -> str:
    """Double quotes; and the forms without letter case in the sections that ask for it."""
    text = re.sub(r"'([^']*)'", r'"\1"', text)
    if not folded:
        return text
    text = re.sub(r"\b(startsWith|endsWith)\(", r"\1~(", text)
    return text.replace(" in (", " in~ (").replace("==", ":")


def value_of(expression: Expression) -> object:
    """The value of an expression without fields; REFUSED where the query is no EQL of Elasticsearch."""
    try:
        if re.search(r"^null [!=]= |^\S+ [!=]= null$", expression.text):
            return compile_predicate(where_of(expression.text))({})
        presence = where_of(f"({expression.text}) == null")
    except IsoruleError:
        return REFUSED
    assert isinstance(presence, predicates.Not)
    assert isinstance(presence.term, predicates.Test)
    operand = presence.term.subject
    assert isinstance(operand, predicates.Operand)
    (value,) = evaluate_operand(operand, {})
    return value


def where_of(condition: str) -> predicates.Predicate:
    detection = parse(f"any where {condition}")
    assert isinstance(detection, Match)
    return detection.where


def test_function_values() -> None:
    """Every value holds, apart from the gaps that are listed with their reasons; and those are real gaps."""
    with GAPS.open("rb") as file:
        gaps = tomllib.load(file)["gaps"]
    total = 0
    missed: list[str] = []
    excused: Counter[int] = Counter()
    for expression in expressions():
        total += 1
        value = value_of(expression)
        holds = value == expression.expected and type(value) is type(expression.expected)
        if holds:
            continue
        index = next((at for at, gap in enumerate(gaps) if covers(gap, expression)), None)
        if index is None:
            missed.append(f"{expression.section}: {expression.text} gives {value!r}, not {expression.expected!r}")
        else:
            excused[index] += 1
    assert missed == []
    assert [excused[index] for index in range(len(gaps))] == [gap["cases"] for gap in gaps]
    assert (total, total - excused.total()) == (310, 246)


def covers(gap: dict[str, Any], expression: Expression) -> bool:
    return gap["section"] == expression.section and re.search(gap["pattern"], expression.text) is not None
