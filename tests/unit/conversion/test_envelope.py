"""Log sources, ATT&CK, ids and defaults on the other side, and what an edit in between does."""

from __future__ import annotations

from dataclasses import replace

import pytest

import isorule
from isorule.conversion.attack_tags import tags_of
from isorule.conversion.logsource import indices_of, logsource_of
from isorule.dialects import dialect
from isorule.ir.detections import Match
from isorule.ir.predicates import Predicate
from isorule.ir.resolve import resolve_category
from isorule.ir.rule import DataSource, Level, LogSource, Rule

SIGMA = """title: Listing of Open Sockets
status: test
description: Lists sockets.
author: A. Author, B. Author
date: 2025-02-03
tags:
    - attack.discovery
    - attack.t1049
    - cve.2024-1
logsource:
    product: linux
    category: process_creation
    definition: 'Requirements: command lines'
detection:
    selection:
        Image|endswith: '/ss'
    condition: selection
falsepositives:
    - Administrators
level: informational
custom:
    team: blue
"""


def where(query: str) -> Predicate:
    parse = dialect("eql").parse
    assert parse is not None
    detection = parse(query)
    assert isinstance(detection, Match)
    return resolve_category(detection.where, "event.category")


@pytest.mark.parametrize(
    ("indices", "query", "expected"),
    [
        (
            ("logs-endpoint.events.process-*",),
            'process where host.os.type == "linux" and event.type == "start"',
            LogSource(product="linux", category="process_creation"),
        ),
        (("logs-aws.cloudtrail-*", "filebeat-*"), "any where true", LogSource(product="aws", service="cloudtrail")),
        (
            ("logs-endpoint.events.file-*",),
            'file where host.os.type == "windows" and event.type == "deletion"',
            LogSource(product="windows", category="file_delete"),
        ),
        (
            ("logs-endpoint.events.file-*",),
            'file where host.os.type in ("windows", "linux")',
            LogSource(category="file_event"),
        ),
        (
            ("logs-x-*",),
            'any where a == "b"',
            LogSource(product="elastic", definition="Index patterns: logs-x-*"),
        ),
        (
            ("logs-aws.cloudtrail-*", "logs-okta.system-*"),
            'any where a == "b"',
            LogSource(product="elastic", definition="Index patterns: logs-aws.cloudtrail-*, logs-okta.system-*"),
        ),
        (
            ("logs-endpoint.events.process-*",),
            'process where host.os.type == "linux" or event.type == "start"',
            LogSource(category="process_creation"),
        ),
    ],
)
def test_a_log_source_follows_from_what_the_rule_requires(
    indices: tuple[str, ...], query: str, expected: LogSource
) -> None:
    assert logsource_of(DataSource(indices=indices), where(query)) == expected


def test_an_overridden_category_field_says_nothing_of_the_category() -> None:
    source = DataSource(indices=("logs-x-*",), category_field="event.type")
    assert logsource_of(source, where('process where host.os.type == "linux"')).category is None


def test_indices_of_a_known_and_an_unknown_log_source() -> None:
    assert "logs-okta.system-*" in indices_of(LogSource(product="okta", service="okta"))
    assert indices_of(LogSource(product="nobody")) == indices_of(None)


def test_tags_name_each_tactic_before_its_techniques() -> None:
    rule = isorule.loads(SIGMA, "sigma")[0]
    assert tags_of(rule.threats) == ("attack.discovery", "attack.t1049")


def sigma() -> Rule:
    return isorule.loads(SIGMA, "sigma", path="rule.yml")[0]


def test_an_id_is_derived_from_the_title_and_stays_the_same() -> None:
    first, second = (isorule.convert(sigma(), "elastic") for _ in range(2))
    assert first.text == second.text
    renamed = replace(sigma(), metadata=replace(sigma().metadata, title="Another Title"))
    assert isorule.convert(renamed, "elastic").rule.metadata.id != first.rule.metadata.id


def test_an_elastic_rule_gets_what_sigma_does_not_have() -> None:
    rule = isorule.convert(sigma(), "elastic").rule
    assert rule.metadata.level is Level.LOW
    assert rule.risk_score == 21
    assert rule.schedule is not None
    assert rule.schedule.interval == "5m"
    assert [threat.tactic_id for threat in rule.threats] == ["TA0007"]
    assert "Tactic: Discovery" in rule.metadata.tags


def test_the_way_back_gives_the_same_document() -> None:
    before = sigma()
    home = isorule.convert(isorule.convert(before, "elastic").rule, "sigma").rule
    assert before.origin is not None
    assert home.origin is not None
    derived = {"id": home.metadata.id}
    assert dict(home.origin.document) == {
        **before.origin.document,
        **derived,
        "detection": before.origin.document["detection"],
    }


def test_an_edit_in_between_wins() -> None:
    elastic = isorule.convert(sigma(), "elastic").rule
    graver = replace(elastic, metadata=replace(elastic.metadata, level=Level.HIGH), risk_score=80, origin=None)
    home = isorule.convert(graver, "sigma").rule
    assert home.metadata.level is Level.HIGH
    assert home.risk_score == 80
    assert home.metadata.status == "test"
    assert home.data_source.logsource == sigma().data_source.logsource


def test_letter_case_may_be_dropped_on_purpose() -> None:
    text = '[rule]\nname = "N n"\ntype = "eql"\nquery = \'any where a == "X" and not b == "y" and c == "1"\'\n'
    rule = isorule.loads(text, "elastic")[0]
    found = isorule.convert(rule, "sigma", case="fold")
    assert "cased" not in found.text
    assert [(loss.name, loss.effect.value) for loss in found.losses if loss.effect] == [
        ("case-folded", "widens"),
        ("case-folded", "narrows"),
    ]
    with pytest.raises(isorule.UnsupportedError) as caught:
        isorule.convert(rule, "sigma", case="fold", max_loss="widens")
    assert caught.value.diagnostic.name == "case-folded"
    assert caught.value.diagnostic.line == 4
