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


def test_a_correlation_of_unknown_rules_keeps_its_names_and_says_so() -> None:
    (correlation,) = isorule.loads(CORRELATION.partition("---")[2], "sigma")
    found = isorule.convert(correlation, "sigma", fields="ecs")
    assert [loss.name for loss in found.losses] == ["logsource-unmapped"]
    assert found.verdict.kind is VerdictKind.UNDECIDED
    assert found.rule.detection == correlation.detection


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


IN_ECS = r"""
title: A program
name: program
taxonomy: ecs
logsource: {product: windows, category: process_creation}
detection: {selection: {process.name: x.exe}, condition: selection}
---
title: A connection
name: connection
taxonomy: ecs
logsource: {product: windows, category: network_connection}
detection: {selection: {destination.port: 445}, condition: selection}
---
title: Both
taxonomy: ecs
correlation:
    type: temporal_ordered
    rules: [program, connection]
    group-by: [process.entity_id, host.id]
    timespan: 5m
"""


def test_a_correlation_gets_sigmas_names() -> None:
    rule = isorule.loads(IN_ECS, "sigma")[2]
    found = isorule.convert(rule, "sigma", fields="sigmahq", max_loss="any")
    assert isinstance(found.rule.detection, Correlation)
    assert found.rule.detection.by == ("ProcessGuid", "Computer")
    assert found.rule.data_source.taxonomy == "sigma"
    assert [loss.name for loss in found.losses] == ["coarser-key"]
    assert found.verdict.kind is VerdictKind.WIDER
    assert r"Image|endswith: '\x.exe'" in found.text
    assert "DestinationPort: 445" in found.text


SEQUENCE = (
    r"""
[rule]
name = "Two kinds of events"
type = "eql"
language = "eql"
from = "now-9m"
index = ["logs-endpoint.events.*"]
query = """
    "'''"
    r"""
sequence by process.entity_id with maxspan=1m
  [process where host.os.type == "windows" and event.action == "start" and process.name : "x.exe"]
  [file where host.os.type == "windows" and event.type == "creation" and file.extension : "js"]
"""
    "'''\n"
)


def test_the_clauses_of_a_sequence_may_be_of_several_log_sources() -> None:
    (rule,) = isorule.loads(SEQUENCE, "elastic")
    found = isorule.convert(rule, "sigma", fields="sigmahq", max_loss="any")
    parts = [part.data_source.logsource for part in found.rule.references]
    assert [part.category for part in parts if part is not None] == ["process_creation", "file_event"]
    assert isinstance(found.rule.detection, Correlation)
    assert found.rule.detection.by == ("ProcessGuid",)
    assert r"TargetFilename|endswith: '.js'" in found.text
    assert {loss.name for loss in found.losses} <= {"name-as-path", "condition-of-agent"}
    assert found.verdict.kind is not VerdictKind.UNDECIDED


def test_a_log_source_gives_index_patterns_and_integrations_and_takes_them_back() -> None:
    (rule,) = isorule.loads(RULE, "sigma")
    elastic = isorule.convert(rule, "elastic", fields="ecs").rule
    assert elastic.data_source.integrations == ("endpoint", "system", "windows")
    back = isorule.convert(elastic, "sigma", fields="sigmahq").rule.data_source
    assert (back.indices, back.integrations, back.logsource) == ((), (), rule.data_source.logsource)


def test_an_integration_tells_the_log_source_where_index_patterns_do_not() -> None:
    text = (
        '[metadata]\nintegration = "okta"\n[rule]\nname = "R"\ntype = "query"\nlanguage = "kuery"\n'
        'index = ["filebeat-*"]\nquery = "event.action:x"\n'
    )
    (rule,) = isorule.loads(text, "elastic")
    found = isorule.convert(rule, "sigma")
    source = found.rule.data_source.logsource
    assert source is not None
    assert (source.product, source.service) == ("okta", "okta")
    assert 'integration = "okta"' in isorule.convert(found.rule, "elastic").text
