"""Near misses of single conditions and of streams, as the vectors say; and every answer asked of the evaluator anew."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import isorule
from isorule.evaluation import evaluate_detection
from isorule.evaluation.events import leaves
from isorule.ir.rule import Rule
from isorule.mappings import ecs_schema
from isorule.synthesis import Case, Synthesis

VECTORS = Path(__file__).resolve().parents[2] / "vectors" / "synthesis"

RULE = """[metadata]
creation_date = "2026/01/02"
maturity = "production"
updated_date = "2026/01/02"

[rule]
author = ["isorule"]
description = "A rule."
from = "now-9m"
index = ["logs-*"]
language = "{language}"
license = "Apache-2.0"
name = "A rule"
risk_score = 21
rule_id = "0c7a1f3e-5b1d-4a55-9c5e-000000000001"
severity = "low"
type = "{type}"
query = '''
{query}
'''
{more}
"""


def rule_of(query: str, language: str = "eql", kind: str | None = None, more: str = "") -> Rule:
    kind = kind or ("eql" if language == "eql" else "query")
    (rule,) = isorule.loads(RULE.format(query=query, language=language, type=kind, more=more), "elastic")
    return rule


def cases(name: str) -> Iterator[Any]:
    for case in tomllib.loads((VECTORS / f"{name}.toml").read_text(encoding="utf-8"))["case"]:
        yield pytest.param(case, id=case["name"])


def answer(rule: Rule, case: Case) -> int:
    times = [datetime.fromisoformat(str(event["@timestamp"])) for event in case.events]
    alerts = evaluate_detection(
        rule.detection,
        case.events,
        schema=ecs_schema(),
        now=max(times),
        history=case.history,
        indicators=case.indicators,
    )
    return len(alerts)


def made(rule: Rule, **options: Any) -> Synthesis:
    """What is made for a rule, every answer of which is the evaluator's."""
    found = isorule.synth(rule, near_miss=True, **options)
    assert found.matching
    assert [case.alerts for case in found.cases] == [answer(rule, case) for case in found.cases]
    assert all(case.alerts for case in found.matching)
    return found


def value_at(event: Any, path: str) -> object:
    values = [value for at, value in leaves(event) if at == path]
    return values[0] if len(values) == 1 else values


@pytest.mark.parametrize("case", list(cases("conditions")))
def test_near_misses_of_a_condition(case: dict[str, Any]) -> None:
    found = made(rule_of(case["query"], case.get("language", "eql")))
    wanted = case["condition"]
    own = [one for one in found.cases if one.condition is not None and one.condition.text == wanted]
    assert wanted in [condition.text for condition in found.conditions]
    assert [gap.name for gap in found.gaps if gap.condition.text == wanted] == ([case["gap"]] if "gap" in case else [])
    if "gap" in case:
        assert not [one for one in own if not one.matches]
        return
    assert sorted({one.kind.value for one in own if not one.matches}) == case["kinds"]
    assert sorted({one.kind.value for one in own if one.matches}) == case.get("also", [])
    for kind, values in case.get("values", {}).items():
        (event,) = next(one for one in own if one.kind.value == kind and not one.matches).events
        assert {path: value_at(event, path) for path in values} == values


@pytest.mark.parametrize("case", list(cases("streams")))
def test_near_misses_of_a_stream(case: dict[str, Any]) -> None:
    found = made(rule_of(case["query"]))
    events = found.matching[0].events
    assert len(events) == case["events"]
    times = [str(event["@timestamp"]) for event in events]
    assert times == sorted(set(times))
    whole = {one.kind.value: one.condition for one in found.near_misses if one.condition and one.condition.words}
    for kind, words in case["kinds"].items():
        assert whole[kind] is not None
        assert whole[kind].words == words
    for first, second in case.get("same", []):
        assert value_at(events[0], first) == value_at(events[1], second) != []
