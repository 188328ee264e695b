"""Elastic rule files as rules, and back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import tomli

from isorule.diagnostics import Diagnostic, ParseError, UnsupportedError
from isorule.dialects import dialect
from isorule.documents import document_format
from isorule.ir.detections import (
    Aggregate,
    Comparison,
    Detection,
    Having,
    IndicatorEntry,
    IndicatorMatch,
    Match,
    Measure,
    MeasureKind,
    NewTerms,
    Opaque,
    Sequence,
    Window,
    WindowKind,
)
from isorule.ir.matchers import Present
from isorule.ir.predicates import And, Field, Not, Predicate, Test
from isorule.ir.rule import Level, Rule, Schedule, Suppression, Technique, Threat
from isorule.source import SourceFile

ELASTIC = document_format("elastic")

HEAD = """\
[metadata]
creation_date = "2020/08/29"
maturity = "production"
updated_date = "2026/05/04"

[rule]
author = ["Elastic"]
description = "Text"
from = "now-9m"
index = ["logs-*"]
name = "A name"
risk_score = 47
rule_id = "id"
severity = "medium"
tags = ["OS: Linux"]
"""

NOT_B = Not(Test(Field("b"), Present()))
FILTER = """
[[rule.filters]]
[rule.filters.meta]
negate = true
[rule.filters.query.exists]
field = "b"
"""
DISABLED = """
[[rule.filters]]
[rule.filters.meta]
disabled = true
[rule.filters.query.script]
x = 1
"""


def read(body: str) -> Rule:
    (rule,) = ELASTIC.read(SourceFile("rule.toml", HEAD + body))
    return rule


def parsed(language: str, query: str) -> Detection:
    parse = dialect(language).parse
    assert parse is not None
    return parse(query)


def where(language: str, query: str) -> Predicate:
    detection = parsed(language, query)
    assert isinstance(detection, Match)
    return detection.where


def test_envelope() -> None:
    rule = read(
        """\
interval = "5m"
max_signals = 10
type = "eql"
query = "process where true"
event_category_override = "event.type"
timestamp_override = "event.ingested"

[rule.alert_suppression]
group_by = ["host.id"]
missing_fields_strategy = "suppress"
[rule.alert_suppression.duration]
unit = "m"
value = 5

[[rule.threat]]
framework = "MITRE ATT&CK"
[[rule.threat.technique]]
id = "T1018"
name = "Remote System Discovery"
reference = "https://attack.mitre.org/techniques/T1018/"
[rule.threat.tactic]
id = "TA0007"
name = "Discovery"
reference = "https://attack.mitre.org/tactics/TA0007/"
"""
    )
    assert (rule.type, rule.language, rule.risk_score) == ("eql", "eql", 47)
    assert (rule.metadata.title, rule.metadata.id, rule.metadata.level) == ("A name", "id", Level.MEDIUM)
    assert (rule.metadata.created, rule.metadata.modified) == ("2020-08-29", "2026-05-04")
    assert rule.metadata.tags == ("OS: Linux",)
    assert rule.data_source.indices == ("logs-*",)
    assert rule.data_source.category_field == "event.type"
    assert rule.data_source.taxonomy == "ecs"
    assert rule.schedule == Schedule("5m", "now-9m", None, 10)
    assert rule.suppression == Suppression(("host.id",), (5, "m"), "suppress")
    assert rule.threats == (Threat("TA0007", "Discovery", (Technique("T1018", "Remote System Discovery"),)),)
    elastic: Any = rule.extras["elastic"]
    assert elastic["rule"]["timestamp_override"] == "event.ingested"
    assert "threat" not in elastic["rule"]
    assert "query" not in elastic["rule"]


def test_filters_take_part_in_a_query() -> None:
    rule = read('type = "query"\nlanguage = "kuery"\nquery = "a: 1"\n' + FILTER + DISABLED)
    assert rule.detection == Match(And((where("kuery", "a: 1"), NOT_B)))


def test_filters_take_part_in_every_stage_of_a_sequence() -> None:
    query = "sequence by id [process where a == 1] [file where c == 1 and d == 2] until [any where true]"
    rule = read(f'type = "eql"\nquery = "{query}"\n' + FILTER)
    plain = parsed("eql", query)
    assert isinstance(plain, Sequence)
    assert isinstance(rule.detection, Sequence)
    assert rule.detection.until is not None
    for before, after in zip((*plain.stages, plain.until), (*rule.detection.stages, rule.detection.until), strict=True):
        assert before is not None
        assert after is not None
        terms = before.where.terms if isinstance(before.where, And) else (before.where,)
        assert after.where == And((*terms, NOT_B))


def test_unknown_filter_makes_the_detection_opaque() -> None:
    rule = read('type = "query"\nlanguage = "kuery"\nquery = "a: 1"\n' + DISABLED.replace("disabled = true", ""))
    assert isinstance(rule.detection, Opaque)
    assert "'script'" in rule.detection.why


def test_threshold() -> None:
    body = 'type = "threshold"\nquery = "a: 1"\n[rule.threshold]\nfield = ["x", "y"]\nvalue = 5\n'
    body += '[[rule.threshold.cardinality]]\nfield = "z"\nvalue = 2\n'
    assert read(body).detection == Aggregate(
        where("kuery", "a: 1"),
        ("x", "y"),
        Window(WindowKind.LOOKBACK),
        (
            Having(Measure(MeasureKind.COUNT), Comparison.GTE, 5),
            Having(Measure(MeasureKind.CARDINALITY, ("z",)), Comparison.GTE, 2),
        ),
    )


def test_new_terms() -> None:
    body = 'type = "new_terms"\nquery = "a: 1"\n[rule.new_terms]\nfield = "new_terms_fields"\nvalue = ["x", "y"]\n'
    body += '[[rule.new_terms.history_window_start]]\nfield = "history_window_start"\nvalue = "now-7d"\n'
    assert read(body).detection == NewTerms(where("kuery", "a: 1"), ("x", "y"), "now-7d")


INDICATORS = """\
type = "threat_match"
query = "a: 1"
threat_query = "t: 1"
threat_index = ["threats-*"]
threat_language = "kuery"

[[rule.threat_filters]]
[rule.threat_filters.meta]
negate = true
[rule.threat_filters.query.exists]
field = "b"

[[rule.threat_mapping]]
[[rule.threat_mapping.entries]]
field = "x"
type = "mapping"
value = "threat.x"
[[rule.threat_mapping.entries]]
field = "y"
type = "mapping"
value = "threat.y"
negate = true

[[rule.threat_mapping]]
[[rule.threat_mapping.entries]]
field = "z"
type = "mapping"
value = "threat.z"
"""


def test_indicator_match() -> None:
    assert read(INDICATORS).detection == IndicatorMatch(
        where("kuery", "a: 1"),
        And((where("kuery", "t: 1"), NOT_B)),
        ("threats-*",),
        (
            (IndicatorEntry("x", "threat.x"), IndicatorEntry("y", "threat.y", negated=True)),
            (IndicatorEntry("z", "threat.z"),),
        ),
    )


@pytest.mark.parametrize(
    ("body", "language", "text"),
    [
        ('type = "esql"\nlanguage = "esql"\nquery = "from logs-*"\n', "esql", "from logs-*"),
        (
            'type = "machine_learning"\nanomaly_threshold = 50\nmachine_learning_job_id = "j"\n',
            "machine_learning",
            None,
        ),
    ],
)
def test_what_is_not_understood_is_opaque_and_comes_back(body: str, language: str, text: str | None) -> None:
    rule = read(body)
    assert isinstance(rule.detection, Opaque)
    assert (rule.detection.language, rule.detection.text) == (language, text)
    assert rule.detection.why
    assert tomli.loads(ELASTIC.write(replace(rule, origin=None))) == tomli.loads(HEAD + body)


def test_lucene_is_read() -> None:
    rule = read('type = "query"\nlanguage = "lucene"\nquery = "a:/b/ AND c:1"\n')
    assert rule.language == "lucene"
    assert isinstance(rule.detection, Match)
    assert [term.subject for term in rule.detection.where.terms] == [Field("a"), Field("c")]
    assert tomli.loads(ELASTIC.write(replace(rule, origin=None)))["rule"]["query"] == "a:/b/ AND c:1\n"


def test_machine_learning_parameters() -> None:
    jobs = '["j", "k"]'
    rule = read(f'type = "machine_learning"\nanomaly_threshold = 50\nmachine_learning_job_id = {jobs}\n')
    assert isinstance(rule.detection, Opaque)
    assert rule.detection.parameters == (
        ("machine_learning_job_id", "j"),
        ("machine_learning_job_id", "k"),
        ("anomaly_threshold", 50),
    )


def test_unchanged_rule_is_written_as_it_was() -> None:
    text = (
        HEAD.replace('name = "A name"', "name   = 'A name' # why") + 'type = "eql"\nquery = "any where true"\n' + FILTER
    )
    (rule,) = ELASTIC.read(SourceFile("rule.toml", text))
    assert ELASTIC.write(rule) == text


def test_changed_title_changes_one_line() -> None:
    rule = read('type = "eql"\nquery = "any   where true"\n')
    assert rule.origin is not None
    text = ELASTIC.write(replace(rule, metadata=replace(rule.metadata, title="B")))
    assert text == rule.origin.file.text.replace('name = "A name"', 'name = "B"')


@pytest.mark.parametrize("keep_origin", [True, False])
def test_filters_in_a_changed_detection_are_not_written_twice(keep_origin: bool) -> None:
    rule = read('type = "query"\nlanguage = "kuery"\nquery = "a: 1"\n' + FILTER + DISABLED)
    assert isinstance(rule.detection, Match)
    assert isinstance(rule.detection.where, And)
    changed = Match(And((*rule.detection.where.terms, where("kuery", "c: 1"))))
    rule = replace(rule, detection=changed, origin=rule.origin if keep_origin else None)
    text = ELASTIC.write(rule)
    table = tomli.loads(text)["rule"]
    assert [item["meta"] for item in table["filters"]] == [{"disabled": True}]
    (again,) = ELASTIC.read(SourceFile("rule.toml", text))
    assert again.detection == changed


def test_threshold_new_terms_and_indicators_are_written_from_the_detection() -> None:
    threshold = """\
type = "threshold"
language = "kuery"
query = "a: 1"
[rule.threshold]
field = ["x"]
value = 5
[[rule.threshold.cardinality]]
field = "z"
value = 2
"""
    new_terms = """\
type = "new_terms"
language = "kuery"
query = "a: 1"
[rule.new_terms]
field = "new_terms_fields"
value = ["x"]
[[rule.new_terms.history_window_start]]
field = "history_window_start"
value = "now-7d"
"""
    for body in (threshold, new_terms, INDICATORS):
        rule = read(body)
        (again,) = ELASTIC.read(SourceFile("rule.toml", ELASTIC.write(replace(rule, origin=None))))
        assert again.detection == rule.detection
        assert (again.type, again.language) == (rule.type, rule.language)


def test_aggregate_that_no_threshold_rule_says_is_refused() -> None:
    rule = read('type = "threshold"\nquery = "a: 1"\n[rule.threshold]\nfield = ["x"]\nvalue = 5\n')
    assert isinstance(rule.detection, Aggregate)
    below = replace(rule.detection, having=(Having(Measure(MeasureKind.COUNT), Comparison.LT, 5),))
    sliding = replace(rule.detection, window=Window(WindowKind.SLIDING, 60_000))
    for detection, name in ((below, "comparison"), (sliding, "window")):
        with pytest.raises(UnsupportedError) as caught:
            ELASTIC.write(replace(rule, detection=detection))
        assert caught.value.diagnostic.name == name


def error(text: str) -> Diagnostic:
    with pytest.raises(ParseError) as caught:
        ELASTIC.read(SourceFile("rule.toml", text))
    return caught.value.diagnostic


@pytest.mark.parametrize(
    ("body", "name", "line", "column"),
    [
        ('type = "eql"\nquery = """\nprocess where\n  name = "x"\n"""\n', "single-equals", 19, 8),
        ("type = \"eql\"\nquery = 'process where a == \\x'\n", None, 17, 29),
        ('type = "sql"\nquery = "x"\n', "unknown-value", 16, 8),
        ('type = "query"\nlanguage = "eql"\nquery = "x"\n', "unknown-value", 17, 12),
        ('type = "eql"\n', "missing-key", 6, 1),
        ('query = "x"\n', "missing-key", 6, 1),
        ('type = "eql"\nquery = 5\n', "wrong-type", 17, 1),
        ('type = 5\nquery = "x"\n', "wrong-type", 16, 1),
        ('type = "eql"\nquery = "any where true"\nreferences = "x"\n', "wrong-type", 18, 1),
        ('type = "eql"\nquery = "any where true"\nfalse_positives = ["x", 5]\n', "wrong-type", 18, 25),
        ('type = "eql"\nquery = "any where true"\nfilters = "x"\n', "wrong-type", 18, 1),
        ('type = "threshold"\nquery = "a: 1"\n', "missing-key", 6, 1),
        ('type = "threshold"\nquery = "a: 1"\n[rule.threshold]\nvalue = "5"\n', "wrong-type", 19, 1),
        ('type = "threshold"\nquery = "a: 1"\n[rule.threshold]\nfield = ["a"]\n', "missing-key", 18, 1),
        ('type = "machine_learning"\nanomaly_threshold = 50\n', "missing-key", 6, 1),
        ('type = "eql"\nquery = "any where true"\n[[rule.threat]]\ntactic = { id = 5 }\n', "wrong-type", 19, 12),
        ('type = "eql"\ntype = "eql"\n', "duplicate-key", 17, 1),
    ],
)
def test_errors_have_their_place(body: str, name: str | None, line: int, column: int) -> None:
    found = error(HEAD + body)
    assert found.name == (name or found.name)
    assert (found.path, found.line, found.column) == ("rule.toml", line, column)


def test_rule_without_its_table_or_name() -> None:
    assert error("[metadata]\nmaturity = 'x'\n").name == "missing-key"
    assert error("rule = 5\n").name == "wrong-type"
    assert (
        error(HEAD.replace('name = "A name"\n', "") + 'type = "eql"\nquery = "any where true"\n').name == "missing-key"
    )
    wrong_level = error(HEAD.replace('"medium"', '"grave"') + 'type = "eql"\nquery = "any where true"\n')
    assert wrong_level.name == "wrong-type"
    assert "'grave'" in wrong_level.message
