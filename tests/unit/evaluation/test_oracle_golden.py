"""The evaluator against recorded answers of Lucene and Kibana (`tests/oracle/record.py` writes them)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from isorule.dialects.registry import dialect
from isorule.evaluation import compile_predicate
from isorule.ir.axes import Case, RegexFlavor
from isorule.ir.detections import Match
from isorule.ir.json_form import from_json
from isorule.ir.matchers import Regex
from isorule.ir.predicates import Predicate
from isorule.ir.regex import compile_regex
from isorule.ir.schema import schema_from

GOLDEN = Path(__file__).parents[2] / "vectors" / "oracle" / "golden"
LANGUAGES = ("kuery", "eql", "lucene")


@cache
def recorded(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    return content


def condition(query: dict[str, Any]) -> Predicate:
    for language in LANGUAGES:
        if language in query:
            parse = dialect(language).parse
            assert parse is not None
            detection = parse(query[language])
            assert isinstance(detection, Match)
            return detection.where
    where = from_json(query["where"])
    assert isinstance(where, Predicate)
    return where


@pytest.mark.parametrize("name", [*LANGUAGES, "predicates", "phrases", "terms"])
def test_events_match_as_in_lucene(name: str) -> None:
    golden = recorded(name)
    schema = schema_from(golden["schema"])
    now = datetime.fromtimestamp(golden["now"] / 1000, UTC)
    wrong = []
    pairs = matches = 0
    for query in golden["queries"]:
        first, count = query["events"]
        events = golden["events"][first : first + count]
        check = compile_predicate(condition(query), schema, now=now)
        found = [number for number, event in enumerate(events) if check(event) is True]
        pairs, matches = pairs + count, matches + len(found)
        wrong += [(query, events[number]) for number in sorted(set(found) ^ set(query["matches"]))]
    assert wrong == []
    assert pairs > 20_000
    assert matches > 2_000


def test_expressions_match_as_in_lucene() -> None:
    wrong = []
    for entry in recorded("regexes")["regexes"]:
        case = Case.INSENSITIVE if entry["insensitive"] else Case.SENSITIVE
        check = compile_regex(Regex(entry["pattern"], RegexFlavor.LUCENE, case, anchored=True, dotall=True))
        found = [number for number, value in enumerate(entry["values"]) if check(value)]
        if found != entry["matches"]:
            wrong.append((entry, found))
    assert wrong == []
