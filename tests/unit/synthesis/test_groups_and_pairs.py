"""Rules that count, that compare with a history, and that compare with indicators."""

from __future__ import annotations

import pytest

import isorule
from isorule.evaluation.events import leaves
from isorule.ir.detections import Aggregate, Comparison, Having, Measure, MeasureKind, Window, WindowKind
from isorule.ir.matchers import Equals
from isorule.ir.predicates import Field, Test
from isorule.ir.rule import DataSource, Metadata, Rule
from isorule.synthesis import Kind, Synthesis
from isorule.synthesis.aggregates import sizes

HEAD = """[metadata]
creation_date = "2026/01/02"
maturity = "production"
updated_date = "2026/01/02"

[rule]
author = ["isorule"]
description = "A rule."
from = "now-9m"
index = ["logs-*"]
language = "kuery"
license = "Apache-2.0"
name = "A rule"
risk_score = 21
rule_id = "0c7a1f3e-5b1d-4a55-9c5e-000000000001"
severity = "low"
type = "{type}"
query = "{query}"
{more}
"""
CARDINALITY = (
    '[rule.threshold]\nfield = ["host.id"]\nvalue = 4\n'
    '[[rule.threshold.cardinality]]\nfield = "process.name"\nvalue = 3\n'
)
NEW_TERMS = (
    '[rule.new_terms]\nfield = "new_terms_fields"\nvalue = ["user.name", "host.id"]\n'
    '[[rule.new_terms.history_window_start]]\nfield = "history_window_start"\nvalue = "now-7d"\n'
)
INDICATORS = (
    'threat_query = \'@timestamp >= "now-30d/d" and threat.indicator.ip:*\'\nthreat_index = ["logs-ti_*"]\n'
    '[[rule.threat_mapping]]\n[[rule.threat_mapping.entries]]\nfield = "source.ip"\ntype = "mapping"\n'
    'value = "threat.indicator.ip"\n'
)


def made(kind: str, query: str, more: str) -> Synthesis:
    (rule,) = isorule.loads(HEAD.format(type=kind, query=query, more=more), "elastic")
    return isorule.synth(rule, near_miss=True)


def values(event: object, path: str) -> list[object]:
    assert isinstance(event, dict)
    return [value for at, value in leaves(event) if at == path]


def test_a_threshold_has_enough_events_of_one_group_and_enough_different_values() -> None:
    found = made("threshold", "event.category:process", CARDINALITY)
    (match,) = found.matching
    assert len(match.events) == 4
    assert len({str(values(event, "host.id")) for event in match.events}) == 1
    assert len({str(values(event, "process.name")) for event in match.events}) == 3
    words = {case.condition.words: case for case in found.near_misses if case.condition and case.condition.words}
    assert len(words["at least 4 events in a group"].events) == 3
    few = words["at least 3 different values of process.name"]
    assert len({str(values(event, "process.name")) for event in few.events}) == 2
    other = words["the same host.id in all events"]
    assert len({str(values(event, "host.id")) for event in other.events}) == 2
    assert any(case.condition and case.condition.text == "event.category:process" for case in found.near_misses)


def test_a_new_term_has_a_history_without_it_and_its_near_miss_one_with_it() -> None:
    found = made("new_terms", "event.category:process", NEW_TERMS)
    (match,) = found.matching
    (event,), (earlier,) = match.events, match.history
    terms = [[values(one, path) for path in ("user.name", "host.id")] for one in (event, earlier)]
    assert terms[0] != terms[1]
    assert "2025-12-29T09:00" < str(earlier["@timestamp"]) < str(event["@timestamp"])
    (seen,) = [case for case in found.cases if case.kind is Kind.SEEN]
    assert seen.alerts == 0
    assert [values(one, "user.name") for one in seen.history] == [values(seen.events[0], "user.name")]


def test_an_indicator_shares_its_value_with_the_event_and_is_recent() -> None:
    found = made("threat_match", "event.category:network and source.port > 1024", INDICATORS)
    (match,) = found.matching
    (indicator,) = match.indicators
    assert values(indicator, "threat.indicator.ip") == values(match.events[0], "source.ip") != []
    assert str(indicator["@timestamp"]) > "2025-12-06"
    (other,) = [case for case in found.cases if case.kind is Kind.INDICATOR]
    assert values(other.indicators[0], "threat.indicator.ip") != values(other.events[0], "source.ip")
    of_indicators = [case for case in found.near_misses if case.condition and case.condition.part == "indicators"]
    assert {case.condition.text for case in of_indicators if case.condition} >= {'@timestamp >= "now-30d/d"'}


@pytest.mark.parametrize("comparison", list(Comparison))
@pytest.mark.parametrize("threshold", [0, 1, 3])
def test_sizes_meet_their_comparison_and_just_fail_it(comparison: Comparison, threshold: int) -> None:
    holds = {
        Comparison.GT: lambda number: number > threshold,
        Comparison.GTE: lambda number: number >= threshold,
        Comparison.LT: lambda number: number < threshold,
        Comparison.LTE: lambda number: number <= threshold,
        Comparison.EQ: lambda number: number == threshold,
        Comparison.NEQ: lambda number: number != threshold,
    }[comparison]
    found = sizes(comparison, threshold)
    assert holds(found.good)
    assert found.bad is None or not holds(found.bad)


@pytest.mark.parametrize(
    ("kind", "comparison", "threshold"),
    [
        (MeasureKind.SUM, Comparison.GT, 1000),
        (MeasureKind.AVERAGE, Comparison.LT, 10),
        (MeasureKind.PERCENTILE, Comparison.GTE, 50),
        (MeasureKind.CARDINALITY, Comparison.EQ, 4),
        (MeasureKind.COUNT, Comparison.GT, 5),
    ],
)
def test_measures_of_a_sliding_window(kind: MeasureKind, comparison: Comparison, threshold: int) -> None:
    fields = () if kind is MeasureKind.COUNT else ("source.bytes",)
    measure = Measure(kind, fields, 95 if kind is MeasureKind.PERCENTILE else None)
    detection = Aggregate(
        Test(Field("event.action"), Equals("sent")),
        ("host.id",),
        Window(WindowKind.SLIDING, 60_000),
        (Having(measure, comparison, threshold),),
    )
    found = isorule.synth(Rule(Metadata("A rule"), DataSource(), detection, "sigma"), near_miss=True)
    assert len(found.matching) == 1
    more = comparison in (Comparison.LT, Comparison.LTE)
    (missed,) = [case for case in found.near_misses if case.kind is (Kind.MORE if more else Kind.FEWER)]
    assert missed.alerts == 0
