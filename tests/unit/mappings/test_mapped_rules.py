"""What mapping keeps of a rule around its condition: log source, taxonomy, group keys, correlations, the verdict."""

from __future__ import annotations

import isorule
from isorule.ir.detections import Aggregate, Correlation
from isorule.verification import VerdictKind

CORRELATION = r"""
title: A failed logon
name: failed
logsource: {product: windows, service: security}
detection: {selection: {EventID: 4625}, condition: selection}
---
title: Many accounts
correlation:
    type: value_count
    rules: [failed]
    group-by: [IpAddress]
    timespan: 5m
    condition: {gte: 10, field: TargetUserName}
"""

RULE = r"""
title: A rule
logsource: {product: windows, category: process_creation}
detection: {selection: {Image|endswith: '\x.exe'}, condition: selection}
"""


def test_the_items_of_a_correlation_are_mapped_by_their_own_log_sources() -> None:
    correlation = isorule.loads(CORRELATION, "sigma")[1]
    assert isinstance(correlation.detection, Correlation)
    found = isorule.convert(correlation, "elastic", fields="ecs").rule.detection
    assert isinstance(found, Aggregate)
    assert found.by == ("winlog.event_data.IpAddress",)
    assert [having.measure.fields for having in found.having][-1] == ("winlog.event_data.TargetUserName",)


def test_a_rule_remembers_which_names_it_has() -> None:
    (rule,) = isorule.loads(RULE, "sigma")
    elastic = isorule.convert(rule, "elastic", fields="ecs")
    kept = isorule.convert(elastic.rule, "sigma").rule
    assert kept.data_source.taxonomy == "ecs"
    assert "process.name" in isorule.convert(elastic.rule, "sigma").text
    back = isorule.convert(elastic.rule, "sigma", fields="sigmahq").rule
    assert (back.data_source.taxonomy, back.data_source.logsource) == ("sigma", rule.data_source.logsource)
    again = isorule.convert(kept, "sigma", fields="sigmahq").rule
    assert isorule.verify(rule, again).kind is VerdictKind.IDENTICAL


def test_a_rule_with_the_wanted_names_is_not_touched() -> None:
    (rule,) = isorule.loads(RULE, "sigma")
    assert isorule.convert(rule, "sigma", fields="sigmahq").rule.detection == rule.detection


def test_what_mapping_changes_counts_for_the_verdict() -> None:
    (rule,) = isorule.loads(RULE.replace(r"Image|endswith: '\x.exe'", "User: x"), "sigma")
    found = isorule.convert(rule, "elastic", fields="ecs")
    assert found.verdict.kind is VerdictKind.WIDER
    assert found.verdict.reason is not None
    assert "whatever its domain" in found.verdict.reason


def test_a_loss_of_the_mapping_is_refused_over_the_limit() -> None:
    text = RULE.replace(r"Image|endswith: '\x.exe'", "User: x").replace(
        "condition: selection", "condition: not selection"
    )
    (rule,) = isorule.loads(text, "sigma")
    try:
        isorule.convert(rule, "elastic", fields="ecs", max_loss="widens")
    except isorule.UnsupportedError as error:
        found = error.diagnostic
    assert found.name == "account-without-domain"
    assert found.line == 4


def test_two_sides_with_other_names_are_compared_with_the_same() -> None:
    (rule,) = isorule.loads(RULE, "sigma")
    elastic = isorule.convert(rule, "elastic", fields="ecs").rule
    assert not isorule.verify(rule, elastic).same
    assert isorule.verify(rule, elastic, fields="ecs").kind is VerdictKind.IDENTICAL
    assert isorule.verify(rule, elastic, fields="sigmahq").kind is VerdictKind.IDENTICAL
