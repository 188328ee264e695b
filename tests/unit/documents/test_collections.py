"""Rules that speak of others: references across documents and files, and filters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

import isorule
from isorule.documents import document_format
from isorule.documents.references import generates, independent, reference_problems, resolved
from isorule.documents.sigma_filters import collection, filter_problems
from isorule.ir.detections import Correlation, Match, Opaque
from isorule.ir.rule import Rule
from isorule.source import SourceFile

FAILED = """\
title: Failed login
id: 11111111-1111-4111-8111-111111111111
name: failed
logsource: {product: windows, service: security}
detection: {s: {EventID: 4625}, condition: s}
"""
LOGIN = (
    FAILED.replace("Failed login", "Login").replace("1111", "2222").replace("failed", "login").replace("4625", "4624")
)
BURST = """\
title: Burst
name: burst
correlation:
    type: event_count
    rules: [11111111-1111-4111-8111-111111111111]
    aliases: {who: {failed: User}}
    group-by: [who]
    timespan: 1m
    condition: {gte: 2}
"""
BOTH = """\
title: Both
level: high
correlation:
    type: temporal_ordered
    rules: [burst, login]
    aliases: {who: {login: Target}}
    group-by: [who]
    timespan: 1m
"""
FILTER = """\
title: Without service accounts
logsource: {product: windows}
filter:
    rules: [failed]
    selection: {User|startswith: svc_}
    condition: not selection
"""


def read(text: str, path: str = "rules.yml") -> tuple[Rule, ...]:
    return document_format("sigma").read(SourceFile(path, text))


def events(*rows: tuple[int, int, str]) -> list[Mapping[str, object]]:
    return [
        {"@timestamp": time * 1000, "EventID": code, "User" if code == 4625 else "Target": user}
        for time, code, user in rows
    ]


def test_references_are_followed_through_files_by_name_and_id() -> None:
    parts = [read(text, f"{number}.yml")[0] for number, text in enumerate((BOTH, BURST, LOGIN, FAILED))]
    assert [item.detection for item in parts[0].detection.items if isinstance(item.detection, Match)] == []
    both, burst, login, failed = resolved(parts)
    assert [rule.metadata.name for rule in both.references] == ["burst", "login"]
    assert burst.references == (failed,)
    assert login.references == ()
    found = isorule.evaluate(
        both, events((0, 4625, "a"), (9, 4625, "a"), (20, 4625, "b"), (30, 4624, "a"), (31, 4624, "b"))
    )
    assert [alert.keys for alert in found] == [("a",)]
    assert reference_problems(both) == ()


def test_an_alias_speaks_of_a_rule_by_its_name_where_it_is_referred_to_by_id() -> None:
    burst = read(f"{FAILED}---\n{BURST}")[1]
    assert isinstance(burst.detection, Correlation)
    assert [key.path for key in burst.detection.items[0].keys] == ["User"]


def problems(text: str) -> list[tuple[str, str]]:
    """The texts that the problems of a file's last rule point at, and what they say."""
    file = SourceFile("rules.yml", text)
    rule = document_format("sigma").read(file)[-1]
    return [
        (text[found.span.start : found.span.end], found.message)
        for found in reference_problems(rule)
        if found.span is not None
    ]


@pytest.mark.parametrize(
    ("text", "at", "says"),
    [
        (BOTH.replace("login]", "nobody]"), "nobody", "no rule of this name or id"),
        (f"{LOGIN}---\n{LOGIN.replace('2222', '3333')}---\n{BOTH}", "login", "2 rules are called 'login'"),
        (BURST.replace("[11111111-1111-4111-8111-111111111111]", "[burst]"), "burst", "refers to itself"),
        (f"name: login\n{FILTER}---\n{BOTH}", "login", "is a filter"),
    ],
)
def test_a_reference_that_leads_nowhere_says_why_at_its_place(text: str, at: str, says: str) -> None:
    assert [says in message for place, message in problems(text) if place == at] == [True]
    rule = read(text)[-1]
    with pytest.raises(isorule.UnsupportedError) as refused:
        isorule.evaluate(rule, [])
    assert refused.value.diagnostic.name == "unresolved-rule"


def test_a_rule_of_the_same_file_comes_before_one_of_another() -> None:
    other = read(LOGIN.replace("2222", "3333"), "other.yml")
    rules = resolved([*other, *read(f"{FAILED}---\n{BURST}---\n{LOGIN}---\n{BOTH}")])
    assert rules[-1].references[1].metadata.id == "22222222-2222-4111-8111-222222222222"


def test_circles_end() -> None:
    first = BURST.replace("11111111-1111-4111-8111-111111111111", "second")
    second = BURST.replace("burst", "second").replace("11111111-1111-4111-8111-111111111111", "burst")
    rules = read(f"{first}---\n{second}")
    assert any("refers to itself" in found.message for rule in rules for found in reference_problems(rule)) or any(
        isinstance(item.detection, Correlation) for rule in rules for item in rule.detection.items
    )
    with pytest.raises(isorule.UnsupportedError):
        isorule.evaluate(rules[0], [])


def test_parts_of_a_correlation_are_no_rules_of_their_own_unless_it_generates_them() -> None:
    text = f"{FAILED}---\n{LOGIN}---\n{BURST}"
    assert [rule.metadata.title for rule in independent(read(text))] == ["Login", "Burst"]
    for generating in (text + "generate: true\n", text + "    generate: true\n"):
        rules = read(generating)
        assert generates(rules[-1])
        assert [rule.metadata.title for rule in independent(rules)] == ["Failed login", "Login", "Burst"]


def test_a_filter_narrows_its_rules_and_the_correlations_over_them() -> None:
    whole = collection(read(f"{FAILED}---\n{BURST}---\n{FILTER}"))
    assert [rule.metadata.title for rule in whole] == ["Failed login", "Burst"]
    rows = events((0, 4625, "svc_a"), (1, 4625, "svc_a"), (2, 4625, "b"), (3, 4625, "b"))
    assert [alert.events[0] for alert in isorule.evaluate(whole[0], rows)] == rows[2:]
    assert [alert.keys for alert in isorule.evaluate(whole[1], rows)] == [("b",)]


@pytest.mark.parametrize(
    ("old", "new", "applies"),
    [
        ("rules: [failed]", "rules: any", True),
        ("rules: [failed]", "rules: []", True),
        ("rules: [failed]", "rules: 11111111-1111-4111-8111-111111111111", True),
        ("rules: [failed]", "rules: [login]", False),
        ("{product: windows}", "{product: windows, service: security}", True),
        ("{product: windows}", "{product: windows, service: system}", False),
        ("{product: windows}", "{category: process_creation}", False),
        ("logsource", "taxonomy: ecs\nlogsource", False),
    ],
)
def test_a_filter_concerns_the_rules_that_it_names_and_of_its_log_source(old: str, new: str, applies: bool) -> None:
    (rule,) = collection(read(f"{FAILED}---\n{FILTER.replace(old, new, 1)}"))
    assert (rule.detection != read(FAILED)[0].detection) is applies


def test_a_filter_without_effect_says_so() -> None:
    unknown = read(f"{FAILED}---\n{FILTER.replace('[failed]', '[failed, nobody]')}")
    assert [found.name for found in filter_problems(unknown, unknown)] == ["dangling-reference"]
    assert filter_problems(unknown, unknown)[0].line == 10
    source = read(f"{FAILED}---\n{FILTER.replace('{product: windows}', '{product: linux}')}")
    assert [found.name for found in filter_problems(source, source)] == ["sigma-filter-logsource"]
    both = read(f"{FAILED}---\n{BURST}---\n{FILTER.replace('[failed]', '[burst]')}")
    assert "is a correlation" in filter_problems(both, both)[0].message
    other = read(f"{FAILED}---\ntaxonomy: ecs\n{FILTER}")
    assert [found.name for found in filter_problems(other, other)] == ["filter-taxonomy"]


def test_a_filtered_rule_is_converted_with_its_filter() -> None:
    (rule,) = collection(read(f"{FAILED}---\n{FILTER}"))
    assert 'not User : "svc_*"' in isorule.convert(rule, "elastic").text


def test_a_correlation_that_was_not_read_from_a_file_is_written_with_its_rules() -> None:
    rules = read(f"{FAILED}---\n{LOGIN}---\n{BURST}---\n{BOTH}")
    text = document_format("sigma").write(replace(rules[-1], origin=None))
    again = read(text)
    assert [rule.metadata.title for rule in again] == ["Failed login", "Burst", "Login", "Both"]
    assert again[-1].detection == rules[-1].detection
    assert not any(isinstance(rule.detection, Opaque) for rule in again)
