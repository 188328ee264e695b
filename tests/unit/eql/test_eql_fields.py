"""What Elasticsearch refuses once it knows the fields (tests/vectors/eql/fields.toml), and full text read exactly."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from isorule.diagnostics import Severity
from isorule.dialects.eql import parse
from isorule.dialects.eql.errors import CODES
from isorule.dialects.eql.exact import with_exact_fields
from isorule.dialects.eql.verify import verify_fields
from isorule.evaluation import evaluate_detection
from isorule.ir.schema import FieldSchema, schema_from
from isorule.source import Span

VECTORS = Path(__file__).parents[2] / "vectors" / "eql" / "fields.toml"


def cases() -> Iterator[tuple[FieldSchema, Mapping[str, Any]]]:
    for group in tomllib.loads(VECTORS.read_text(encoding="utf-8"))["group"]:
        schema = schema_from(json.loads(group["mapping"]))
        for case in group["case"]:
            assert case["source"]
            yield schema, case


REFUSED = [pytest.param(schema, case, id=case["query"]) for schema, case in cases() if "query" in case]
ACCEPTED = [pytest.param(schema, query, id=query) for schema, case in cases() for query in case.get("accepted", ())]


@pytest.mark.parametrize(("schema", "case"), REFUSED)
def test_refused(schema: FieldSchema, case: Mapping[str, Any]) -> None:
    before, *marked = re.split("[«»]", case["query"])
    found = verify_fields(parse("".join((before, *marked))), schema)
    assert [item.name for item in found] == case.get("names", [case["error"]])
    first = found[0]
    assert first.code == CODES[first.name]
    assert first.severity is Severity.ERROR
    assert first.span == (Span(len(before), len(before) + len(marked[0])) if marked else None)
    assert case.get("hint", "") in (first.hint or "")


@pytest.mark.parametrize(("schema", "query"), ACCEPTED)
def test_accepted(schema: FieldSchema, query: str) -> None:
    assert verify_fields(parse(query), schema) == []


def test_other_roles() -> None:
    schema = schema_from({"properties": {"time": {"type": "date"}, "kind": {"type": "keyword"}}})
    detection = parse("process where true")
    assert verify_fields(detection, schema, category_field="kind", timestamp_field="time") == []
    missing = verify_fields(detection, schema, category_field="sort", timestamp_field="when", tiebreaker_field="number")
    assert [item.name for item in missing] == [
        "unknown-timestamp-field",
        "unknown-tiebreaker-field",
        "unknown-category-field",
    ]


MAPPING = {"properties": {"host": {"type": "text", "fields": {"raw": {"type": "keyword"}}}, "body": {"type": "text"}}}
EVENTS = [{"host": "Big Red Dog"}, {"host": "red"}, {"host": "RED"}, {}]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('any where host : "red"', [1, 2]),
        ('any where host == "red"', [1]),
        ('any where host : "*red*"', [0, 1, 2]),
        ('any where not host in~ ("red", "x")', [0, 3]),
        ("any where length(host) == 3", [1, 2]),
        ('any where host : "red" and body == null', [1, 2]),
    ],
)
def test_full_text_is_read_by_its_keyword(query: str, expected: list[int]) -> None:
    schema = schema_from(MAPPING)
    alerts = evaluate_detection(with_exact_fields(parse(query), schema), EVENTS, schema=schema)
    assert [EVENTS.index(alert.events[0]) for alert in alerts] == expected


def test_join_keys_are_read_by_their_keyword() -> None:
    schema = schema_from(MAPPING)
    query = "sequence by host [any where true] by body [any where true] by ?host until [any where true] by host"
    exact = (
        "sequence by host.raw [any where true] by body [any where true] by ?host.raw until [any where true] by host.raw"
    )
    assert with_exact_fields(parse(query), schema) == parse(exact)
    assert with_exact_fields(parse("sample by host [any where true] [any where true]"), schema) == parse(
        "sample by host.raw [any where true] [any where true]"
    )
