"""Pairs of rules that have to do with each other."""

from __future__ import annotations

import pytest

import isorule
from isorule.ir.rule import DataSource, LogSource, Rule
from isorule.relations import Overlap, Relation, Sources, sources_of

ELASTIC = """[metadata]
creation_date = "2026/01/02"

[rule]
author = ["isorule"]
description = "A rule."
index = ["{index}"]
language = "eql"
name = "{name}"
risk_score = 21
rule_id = "0c7a1f3e-5b1d-4a55-9c5e-000000000000"
severity = "low"
type = "eql"
query = '''
{query}
'''
"""


def rule(query: str, *, name: str = "", index: str = "logs-*") -> Rule:
    (found,) = isorule.loads(ELASTIC.format(name=name or query.replace('"', "'"), index=index, query=query), "elastic")
    return found


def pairs(*rules: Rule) -> list[tuple[int, int, str, str]]:
    found = isorule.overlap(rules)
    assert not found.undecided
    assert not found.not_compared
    return [(pair.first, pair.second, pair.relation.value, pair.sources.value) for pair in found.pairs]


def test_a_narrower_condition_is_subsumed_and_an_event_shows_by_what() -> None:
    rules = [rule('process where process.name : "foo*"'), rule('process where process.name : ("foobar", "foox")')]
    (pair,) = isorule.overlap(rules).pairs
    event = {"event": {"category": "process"}, "process": {"name": "foo"}}
    assert pair == Overlap(1, 0, Relation.SUBSUMED, Sources.SAME, event)


def test_equal_meaning_in_other_words_is_equivalent() -> None:
    first = rule('process where process.name in ("a", "b") and process.pid > 5')
    second = rule('process where not process.pid <= 5 and process.pid != null and process.name in ("b", "a")')
    third = rule('process where process.pid > 5 and (process.name == "b" or process.name == "a")')
    assert pairs(first, second, third) == [
        (0, 2, "equivalent", "same"),
        (1, 0, "subsumed", "same"),
        (1, 2, "subsumed", "same"),
    ]


def test_other_sources_are_no_equivalence() -> None:
    query = 'process where process.name == "a"'
    assert pairs(rule(query), rule(query, index="logs-endpoint-*")) == [(1, 0, "subsumed", "within")]
    assert pairs(rule(query, index="auditbeat-*"), rule(query, index="logs-*")) == [(0, 1, "same-condition", "apart")]


def test_a_narrower_condition_on_more_sources_is_not_subsumed() -> None:
    narrow, wide = 'any where user.id == "1" and user.name == "x"', 'any where user.id == "1"'
    assert pairs(rule(narrow), rule(wide, index="logs-a-*")) == [(0, 1, "narrower-condition", "around")]
    assert pairs(rule(narrow), rule(wide, index="auditbeat-*")) == []


def test_one_name_for_different_events() -> None:
    first, second = 'any where user.id == "1"', 'any where user.id == "2"'
    (pair,) = isorule.overlap([rule(first, name="Same Name"), rule(second, name="same  name")]).pairs
    assert (pair.relation, pair.single_values) == (Relation.DISJOINT_SAME_NAME, True)
    absent = "any where user.id == null"
    (pair,) = isorule.overlap([rule(first, name="n"), rule(absent, name="n")]).pairs
    assert (pair.relation, pair.single_values) == (Relation.DISJOINT_SAME_NAME, False)
    assert pairs(rule(first, name="n"), rule('any where user.name == "x"', name="n")) == []


def test_sequences_are_compared_stage_by_stage() -> None:
    text = "sequence by {key} with maxspan=1m [process where process.name in ({names})] [file where true]"
    first = rule(text.format(key="host.id", names='"a", "b"'))
    second = rule(text.format(key="host.id", names='"b", "a", "a"'))
    other_key = rule(text.format(key="user.id", names='"a", "b"'))
    assert pairs(first, second, other_key) == [(0, 1, "equivalent", "same")]


def test_what_cannot_be_compared_is_named() -> None:
    found = isorule.overlap([rule('any where user.id == null and user.id == "1"'), rule('any where user.id == "1"')])
    assert found.pairs == ()
    assert found.not_compared == (0,)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (("process_creation", "windows", None), ("process_creation", "windows", None), Sources.SAME),
        (("process_creation", "windows", None), ("process_creation", None, None), Sources.WITHIN),
        ((None, "windows", None), (None, "windows", "security"), Sources.AROUND),
        (("process_creation", None, None), (None, "windows", "sysmon"), Sources.PARTLY),
        (("process_creation", "windows", None), ("process_creation", "linux", None), Sources.APART),
    ],
)
def test_log_sources(first: tuple[str | None, ...], second: tuple[str | None, ...], expected: Sources) -> None:
    one, other = (DataSource(logsource=LogSource(*parts), taxonomy="sigma") for parts in (first, second))
    assert sources_of(one, other) is expected
    assert sources_of(other, one) is expected.turned()


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (("logs-a-*", "logs-b-*"), ("logs-b-*", "logs-a-*"), Sources.SAME),
        (("logs-a.x-*",), ("logs-a*", "b-*"), Sources.WITHIN),
        (("logs-*", "b-*"), ("logs-a*", "b-*"), Sources.AROUND),
        (("logs-a-*", "b-*"), ("b-*", "c-*"), Sources.PARTLY),
        (("logs-*-x",), ("logs-a-*",), Sources.PARTLY),
        (("logs-a-*",), ("logs-b-*",), Sources.APART),
        ((), ("logs-*",), Sources.PARTLY),
        ((), (), Sources.SAME),
    ],
)
def test_index_patterns(first: tuple[str, ...], second: tuple[str, ...], expected: Sources) -> None:
    one, other = DataSource(indices=first), DataSource(indices=second)
    assert sources_of(one, other) is expected
    assert sources_of(other, one) is expected.turned()
