"""Runs `tests/vectors/oracle/explained.toml`: every explained difference is there, and is known by its name."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from oracle_lane import engine, explained, kibana, regexes, subject
from oracle_lane.engine import Answer, Index, Query, Refused
from oracle_lane.sources import eql_condition, lucene_meaning, parsed, pushed_down

from isorule.ir.predicates import Predicate
from isorule.ir.schema import FieldSchema, schema_from

FILE = Path(__file__).parents[1] / "vectors" / "oracle" / "explained.toml"
VECTORS = tomllib.loads(FILE.read_text(encoding="utf-8"))
REASONS = {"version", "engine", "types", "gap"}

pytestmark = [pytest.mark.oracle, pytest.mark.skipif(engine.missing() is not None, reason=str(engine.missing()))]


@dataclass(frozen=True, slots=True)
class Asked:
    """What isorule understands of a vector's query, what the engine is asked, and both answers."""

    where: Predicate
    index: Index
    engine: Answer
    ours: Answer


@pytest.fixture(scope="module")
def found() -> dict[str, Asked]:
    """Every vector by its text, asked in one run for each folding."""
    answers = {}
    for folding in ("unicode", "ascii"):
        cases = [case for case in VECTORS["case"] if case.get("folding", "unicode") == folding and can_ask(case)]
        wheres = [meaning(case) for case in cases]
        indexes = [
            Index(schema(case), [json.loads(case["event"])], [asked(case, where)])
            for case, where in zip(cases, wheres, strict=True)
        ]
        for case, where, index, (theirs,) in zip(
            cases, wheres, indexes, engine.judge(indexes, folding=folding), strict=True
        ):
            answers[repr(case)] = Asked(where, index, theirs, subject.matching(where, index.documents, index.schema))
    return answers


def can_ask(case: dict[str, Any]) -> bool:
    return "kuery" not in case or kibana.missing() is None


def schema(case: dict[str, Any]) -> FieldSchema:
    return schema_from(case.get("schema", {"a": "keyword"}))


def meaning(case: dict[str, Any]) -> Predicate:
    if "kuery" in case:
        return parsed(case["kuery"])
    where = lucene_meaning(case["lucene"]) if "lucene" in case else eql_condition(case["eql"])
    assert not isinstance(where, Refused)
    return where


def asked(case: dict[str, Any], where: Predicate) -> Query:
    if "lucene" in case:
        return {"query_string": {"query": case["lucene"]}}
    if "kuery" in case:
        view = kibana.data_view(schema(case), schema(case).fields) if case.get("data_view") else None
        (query,) = kibana.compiled([(case["kuery"], view)])
    else:
        query = pushed_down(where, schema(case)) or Refused("not pushed down")
    assert not isinstance(query, Refused)
    return query


def outcome(answer: Answer) -> str:
    if isinstance(answer, Refused):
        return "refused"
    return "match" if answer else "none"


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in VECTORS["case"]])
def test_engine_and_evaluator_differ_as_explained(case: dict[str, Any], found: dict[str, Asked]) -> None:
    if not can_ask(case):
        pytest.skip(str(kibana.missing()))
    vector = found[repr(case)]
    assert (outcome(vector.engine), outcome(vector.ours)) == (case["engine"], case["ours"])
    index = vector.index
    if "refused" in (case["engine"], case["ours"]):
        assert explained.of_refusal(vector.where, index.schema, vector.engine, vector.ours) == case["name"]
    else:
        pair = explained.Pair(vector.where, index.documents[0], index.schema, index.queries[0])
        assert explained.of_pair(pair, case.get("folding", "unicode")) == case["name"]


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in VECTORS["regex"]])
def test_expressions_differ_as_explained(case: dict[str, Any]) -> None:
    insensitive = case.get("insensitive", False)
    found = regexes.matcher(case["pattern"], insensitive=insensitive)
    (theirs,) = engine.judge_regexes([(case["pattern"], insensitive, [case["value"]])])
    ours = regexes.ours(found, [case["value"]])
    assert (outcome(theirs), outcome(ours)) == (case["engine"], case["ours"])
    value = None if "refused" in (case["engine"], case["ours"]) else case["value"]
    assert regexes.reason(found, value, ours, theirs) == case["name"]


def test_every_explanation_has_a_vector_and_a_reason() -> None:
    assert {case["name"] for case in VECTORS["case"]} == {*explained.PAIRS, *explained.ASCII_PAIRS, *explained.REFUSALS}
    assert {case["because"] for case in (*VECTORS["case"], *VECTORS["regex"])} <= REASONS
