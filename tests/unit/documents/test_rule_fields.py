"""With field types at hand, the functions of the package refuse what a rule's engine refuses, and say where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

import isorule

RULE = """[rule]
name = "A rule"
type = "eql"
language = "eql"
query = '''
process where
  process.name == "a" and
  QUERY
'''
"""
MAPPING = {
    "properties": {
        "@timestamp": {"type": "date"},
        "event": {"properties": {"category": {"type": "keyword"}}},
        "process": {"properties": {"name": {"type": "keyword"}, "pid": {"type": "long"}}},
        "message": {"type": "text"},
        "source": {"properties": {"ip": {"type": "ip"}}},
    }
}
REFUSED = {
    'user.name == "b"': "unknown-field",
    'message == "b"': "inexact-field",
    'process.pid : "b*"': "wrong-field-type",
    'process.pid in ("1", "2")': "wrong-list-value",
    'source.ip == "10.0.0.256"': "unreadable-value",
    'cidrMatch(process.name, "10.0.0.0/8")': "wrong-field-type",
}
TEXT = {
    "properties": {
        **MAPPING["properties"],
        "process": {"properties": {"name": {"type": "text", "fields": {"raw": {"type": "keyword"}}}}},
    }
}
CALLS: dict[str, Callable[[Any, Any], object]] = {
    "evaluate": lambda rule, fields: isorule.evaluate(rule, [], fields=fields),
    "convert": lambda rule, fields: isorule.convert(rule, "sigma", fields=fields),
    "verify": lambda rule, fields: isorule.verify(rule, rule, fields=fields),
}


def rule(condition: str) -> isorule.Rule:
    (found,) = isorule.loads(RULE.replace("QUERY", condition), "elastic", path="a.toml")
    return found


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize(("condition", "name"), REFUSED.items())
def test_refused_at_its_place(condition: str, name: str, call: Callable[[Any, Any], object]) -> None:
    with pytest.raises(isorule.UnsupportedError) as caught:
        call(rule(condition), MAPPING)
    found = caught.value.diagnostic
    assert (found.name, found.path, found.line) == (name, "a.toml", 8)
    assert found.column is not None
    assert found.column >= 3


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("condition", ['?user.name == "b"', "process.pid > 5", 'source.ip == "10.0.0.0/8"'])
def test_taken(condition: str, call: Callable[[Any, Any], object]) -> None:
    assert call(rule(condition), MAPPING) is not None


def test_without_types_of_the_user_nothing_is_asked() -> None:
    assert isorule.evaluate(rule('my.own.field == "b"'), []) == []


def test_the_first_refusal_names_the_others() -> None:
    with pytest.raises(isorule.UnsupportedError) as caught:
        isorule.evaluate(rule('user.name == "b" and message == "c"'), [], fields=MAPPING)
    (other,) = caught.value.diagnostic.related
    assert (other.path, other.line) == ("a.toml", 8)
    assert "message" in other.message


def test_roles_that_the_caller_names_must_exist() -> None:
    with pytest.raises(isorule.UnsupportedError) as caught:
        isorule.evaluate(rule("process.pid > 5"), [], fields=MAPPING, tiebreaker_field="event.sequence")
    assert caught.value.diagnostic.name == "unknown-tiebreaker-field"


def test_other_languages_take_every_field() -> None:
    text = RULE.replace('"eql"', '"query"', 1).replace('"eql"', '"kuery"')
    text = text.replace('process where\n  process.name == "a" and\n  QUERY', "user.name: b")
    (found,) = isorule.loads(text, "elastic")
    assert isorule.evaluate(found, [{"user.name": "b"}], fields=MAPPING) != []


SIGMA_RULE = """
title: A process whose number has 12 in it
id: 6f0d1b4e-1c1b-4a86-9f1c-2d2f5d3c0a11
logsource: {category: process_creation, product: windows}
detection:
  selection: {process.pid|contains: '12'}
  condition: selection
"""


@pytest.mark.parametrize("target", ["eql", "elastic"])
def test_what_the_engine_would_refuse_of_the_result_is_refused(target: str) -> None:
    rule = isorule.loads(SIGMA_RULE, "sigma")[0]
    with pytest.raises(isorule.UnsupportedError, match="result would be refused") as caught:
        isorule.convert(rule, target, fields={"process.pid": "long"})
    assert caught.value.diagnostic.name == "wrong-field-type"
    assert isorule.convert(rule, target, fields={"process.pid": "keyword"}).text
    assert isorule.convert(rule, "kuery", fields={"process.pid": "long"}).text


def test_eql_asks_full_text_by_its_keyword_whatever_is_asked_of_the_rule() -> None:
    """`FieldAttribute.exactAttribute`: see `isorule.dialects.eql.exact`."""
    found = replace(rule("true"), detection=isorule.parse('any where process.name : "a b"', "eql"))
    events = [{"process": {"name": name}} for name in ("A B", "the a b c")]
    assert [alert.events for alert in isorule.evaluate(found, events, fields=TEXT)] == [(events[0],)]
    converted = isorule.convert(found, "sigma", fields=TEXT)
    assert "process.name.raw: 'a b'" in converted.text
    assert converted.verdict.same
    words = replace(found, detection=isorule.parse('process.name : "a b"', "kuery"), language="kuery")
    assert not isorule.verify(found, words, fields=TEXT).same
