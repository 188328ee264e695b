"""What is said of a document that does not follow its schema, and that the schemas themselves are sound."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from isorule.diagnostics import Applicability, Diagnostic, Effect, Fix, Related, Severity, TextEdit, to_json
from isorule.ir import json_form
from isorule.ir.detections import Match, Sequence, Stage
from isorule.ir.matchers import Bound, Equals, Like, Placeholder, Range, Wildcard
from isorule.ir.predicates import And, Call, Field, Literal, Not, Test
from isorule.schemas import Violation, schema, schema_names, violations
from isorule.source import Span

ROOT = Path(__file__).parents[3]

METADATA = {"creation_date": "2026/11/21", "maturity": "production", "updated_date": "2026/11/21"}
RULE: dict[str, Any] = {
    "author": ["isorule"],
    "description": "What it finds.",
    "index": ["logs-*"],
    "language": "eql",
    "name": "A rule",
    "query": "any where true",
    "risk_score": 47,
    "rule_id": "6a3b1f7e-58b3-4d6e-9d0b-8a1f5d1c2e3f",
    "severity": "medium",
    "type": "eql",
}


def elastic(**changes: object) -> list[Violation]:
    """What is wrong with the rule after changes; a key that is changed to None is left out."""
    rule = {key: value for key, value in {**RULE, **changes}.items() if value is not None}
    return list(violations("elastic-rule", {"metadata": METADATA, "rule": rule}))


def test_every_schema_is_a_schema() -> None:
    made = {"sigma-correlation", "sigma-filter"}
    assert set(schema_names()) >= {"diagnostic", "elastic-rule", "fixture", "ir", "sigma-rule", *made}
    for name in schema_names():
        Draft202012Validator.check_schema(schema(name))
        assert schema(name)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_a_right_rule_has_no_violations() -> None:
    assert elastic() == []


@pytest.mark.parametrize(
    ("changes", "path", "message", "hint", "at_key"),
    [
        (
            {"severity": "hihg"},
            ("rule", "severity"),
            'rule.severity is "hihg"; it must be one of low, medium, high, critical',
            "did you mean high?",
            False,
        ),
        (
            {"risk_score": "47"},
            ("rule", "risk_score"),
            'rule.risk_score is "47"; it must be a whole number',
            None,
            False,
        ),
        ({"risk_score": 101}, ("rule", "risk_score"), "rule.risk_score is 101; it must be 100 or less", None, False),
        (
            {"risk_score": True},
            ("rule", "risk_score"),
            "rule.risk_score is true; it must be a whole number",
            None,
            False,
        ),
        ({"serverity": "low"}, ("rule", "serverity"), "unknown key rule.serverity", "did you mean severity?", True),
        ({"query": None}, ("rule",), "the key query is missing in rule", None, True),
        ({"type": "threshold", "language": "kuery"}, ("rule",), "the key threshold is missing in rule", None, True),
        ({"language": "kuery"}, ("rule", "language"), 'rule.language is "kuery"; it must be eql', None, False),
        ({"index": "logs-*"}, ("rule", "index"), 'rule.index is "logs-*"; it must be a list', None, False),
        ({"index": [""]}, ("rule", "index", 0), "rule.index[0] is empty", None, False),
        (
            {"interval": "5 m"},
            ("rule", "interval"),
            'rule.interval is "5 m", which does not match ^\\d+[smhd]$',
            "A whole number and a unit: s, m, h or d.",
            False,
        ),
        (
            {"timeline_id": "x"},
            ("rule", "timeline_id"),
            "rule.timeline_id needs the key timeline_title beside it",
            None,
            True,
        ),
        (
            {"alert_suppression": {"group_by": ["a", "b", "c", "d"]}},
            ("rule", "alert_suppression", "group_by"),
            "rule.alert_suppression.group_by must have 3 entries at most, not 4",
            None,
            False,
        ),
    ],
)
def test_a_violation_names_the_key_the_value_and_what_is_allowed(
    changes: dict[str, object], path: tuple[str | int, ...], message: str, hint: str | None, at_key: bool
) -> None:
    assert elastic(**changes) == [Violation(path, message, hint, at_key)]


def test_all_violations_are_given_at_once() -> None:
    found = {item.path for item in elastic(severity="urgent", risk_score=-1, author="me")}
    assert found == {("rule", "severity"), ("rule", "risk_score"), ("rule", "author")}


SIGMA = {
    "title": "A rule",
    "logsource": {"product": "linux"},
    "detection": {"selection": {"a": "b"}, "condition": "selection"},
}
CORRELATION = {
    "title": "Many",
    "correlation": {
        "type": "event_count",
        "rules": ["a_rule"],
        "group-by": ["user.name"],
        "timespan": "5m",
        "condition": {"gte": 10, "lt": 100},
    },
}
FILTER = {
    "title": "Not ours",
    "logsource": {"product": "linux"},
    "filter": {"rules": ["a_rule"], "selection": {"a": "b"}, "condition": "not selection"},
}


@pytest.mark.parametrize("document", [SIGMA, {**SIGMA, "custom": {"isorule": 1}}, CORRELATION, FILTER])
def test_right_sigma_documents_have_no_violations(document: dict[str, object]) -> None:
    assert list(violations("sigma-rule", document)) == []


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({**SIGMA, "detection": {"selection": {}}}, "the key condition is missing in detection"),
        (
            {**SIGMA, "level": "severe"},
            'level is "severe"; it must be one of informational, low, medium, high, critical',
        ),
        ({**SIGMA, "date": "2026/11/21"}, 'date is "2026/11/21", which does not match ^\\d{4}-\\d{2}-\\d{2}$'),
        ({**SIGMA, "logsource": None}, "logsource is null; it must be a table"),
        ({"title": "A rule"}, "the key logsource is missing"),
        (
            {"title": "T", "correlation": {**CORRELATION["correlation"], "timespan": "junk"}},
            'correlation.timespan is "junk", which does not match ^0*[1-9][0-9]*[smhdwMy]$',
        ),
        (
            {"title": "T", "correlation": {**CORRELATION["correlation"], "condition": {"zz": 1}}},
            "unknown key correlation.condition.zz",
        ),
        (
            {"title": "T", "correlation": {**CORRELATION["correlation"], "type": "value_count"}},
            "the key field is missing in correlation.condition",
        ),
        (
            {**FILTER, "filter": {"rules": ["a"], "s": {}, "condition": ["s"]}},
            "filter.condition is a list; it must be a text",
        ),
    ],
)
def test_wrong_sigma_documents(document: dict[str, object], message: str) -> None:
    assert message in [item.message for item in violations("sigma-rule", document)]


def test_a_list_of_conditions_is_allowed_as_the_specification_says() -> None:
    document = {**SIGMA, "detection": {"a": {"x": 1}, "b": ["word"], "condition": ["a", "b"]}}
    assert list(violations("sigma-rule", document)) == []


def test_a_diagnostic_as_json_follows_its_schema() -> None:
    full = Diagnostic(
        "EQL001",
        "single-quoted-string",
        Severity.ERROR,
        "found a single quote",
        hint="use double quotes",
        path="rules/a.toml",
        line=3,
        column=7,
        span=Span(20, 24),
        related=(Related("here", path="rules/b.toml", line=1, column=1), Related("and there")),
        fix=Fix("use double quotes", (TextEdit(Span(20, 24), '"a"'),), Applicability.SAFE),
        effect=Effect.NARROWS,
    )
    for item in (full, Diagnostic("X", "x", Severity.INFO, "m")):
        assert list(violations("diagnostic", to_json(item))) == []
    assert list(violations("diagnostic", {**to_json(full), "line": 0, "level": "high"})) != []


DETECTIONS = [
    Match(Test(Field("process.name"), Equals("sh"), span=Span(0, 4))),
    Match(
        And(
            (
                Not(Test(Field("a", optional=True), Like(("x", Wildcard.RUN, Placeholder("p"))))),
                Test(Call("length", (Field("b"), Literal(None))), Range(lower=Bound(5, inclusive=True))),
            )
        )
    ),
    Sequence((Stage(Test(Field("a"), Equals(True)), by=(Field("k"),), runs=2),), maxspan=60_000),
]


@pytest.mark.parametrize("detection", DETECTIONS)
def test_a_detection_as_json_follows_its_schema(detection: Match | Sequence) -> None:
    assert list(violations("ir", json_form.to_json(detection))) == []


@pytest.mark.parametrize(
    "value",
    [
        {"node": "Match"},
        {"node": "Match", "where": {"node": "Const", "valu": True}},
        {
            "node": "Test",
            "subject": {"node": "Field", "path": "a"},
            "matcher": {"node": "Equals", "case": "odd", "value": 1},
        },
        {"node": "Unheard"},
    ],
)
def test_what_is_no_detection_does_not_follow_it(value: dict[str, object]) -> None:
    assert list(violations("ir", value)) != []


def test_the_schema_of_the_representation_is_what_its_generator_makes() -> None:
    spec = importlib.util.spec_from_file_location("make_ir_schema", ROOT / "tools" / "make_ir_schema.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert tool.SCHEMA.read_text(encoding="utf-8") == tool.schema_text()
