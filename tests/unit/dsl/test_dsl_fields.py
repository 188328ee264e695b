"""What a data view changes in the query: types, nested objects, patterns of fields, settings."""

from __future__ import annotations

import pytest

from isorule.diagnostics import UnsupportedError
from isorule.dialects.dsl import DSL
from isorule.dialects.dsl.emit import to_query
from isorule.dialects.dsl.options import IndexField, IndexPattern, KueryOptions
from isorule.dialects.kuery import KUERY
from isorule.ir.axes import RegexFlavor
from isorule.ir.detections import Match
from isorule.ir.matchers import Equals, InNetwork, Matcher, Regex
from isorule.ir.predicates import Field, Test

FIELDS = IndexPattern.of(
    IndexField("message", "string", ("match_only_text",)),
    IndexField("host.name", "string", ("keyword",)),
    IndexField("host.ip", "ip", ("ip",)),
    IndexField("@timestamp", "date", ("date",)),
    IndexField("items.name", "string", ("keyword",), nested="items"),
    IndexField("items.parts.name", "string", ("keyword",), nested="items.parts"),
)


def one(query: dict[str, object]) -> dict[str, object]:
    """The query around which Kibana puts a `should` of one clause."""
    return {"bool": {"should": [query], "minimum_should_match": 1}}


def written(text: str, **settings: object) -> object:
    return to_query(KUERY.parse(text), FIELDS, KueryOptions(**settings))


def refused(text: str) -> str:
    with pytest.raises(UnsupportedError) as caught:
        written(text)
    return caught.value.diagnostic.name


def test_pattern_reaches_into_nested_objects_on_its_own() -> None:
    found = written("*.name:x")
    wrapped = {"path": "items", "query": {"term": {"items.name": {"value": "x"}}}, "score_mode": "none"}
    deeper = {"path": "items.parts", "query": {"term": {"items.parts.name": {"value": "x"}}}, "score_mode": "none"}
    clauses = [{"term": {"host.name": {"value": "x"}}}, {"nested": wrapped}, {"nested": deeper}]
    assert found == {"bool": {"should": clauses, "minimum_should_match": 1}}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("items.name:x", "nested-field-outside-group"),
        ("host:{ name:x }", "field-not-nested"),
        ("items:{ parts.name:x }", "wrong-nested-path"),
    ],
)
def test_braces_must_agree_with_the_data_view(text: str, name: str) -> None:
    assert refused(text) == name


def test_unmapped_nested_objects_can_be_ignored() -> None:
    found = written("items:{ name:x }", nested_ignore_unmapped=True)
    assert found["nested"]["ignore_unmapped"] is True


def test_dates_carry_the_time_zone_but_epoch_numbers_do_not() -> None:
    zone = {"date_format_tz": "America/Phoenix"}
    day, epoch = '"2018-04-03"', "1522782000000"
    assert written(f"@timestamp:{day}", **zone) == one(
        {"range": {"@timestamp": {"gte": "2018-04-03", "lte": "2018-04-03", "time_zone": "America/Phoenix"}}}
    )
    assert written(f"@timestamp > {epoch}", **zone) == one({"range": {"@timestamp": {"gt": epoch}}})


def test_case_setting_reaches_terms_on_keywords_only() -> None:
    assert written("host.name:x", case_insensitive=False) == one(
        {"term": {"host.name": {"value": "x", "case_insensitive": False}}}
    )
    assert written("message:x", case_insensitive=True) == one({"match": {"message": "x"}})


@pytest.mark.parametrize("matcher", [Equals("x"), Regex("x", RegexFlavor.LUCENE, anchored=True)])
def test_whole_values_of_full_text_are_refused(matcher: Matcher) -> None:
    with pytest.raises(UnsupportedError) as caught:
        to_query(Match(Test(Field("message"), matcher)), FIELDS)
    assert caught.value.diagnostic.name == "whole-value-on-text"


def test_networks_need_a_field_of_type_ip() -> None:
    network = InNetwork(("10.0.0.0/8",))
    assert to_query(Match(Test(Field("host.ip"), network)), FIELDS) == {"term": {"host.ip": {"value": "10.0.0.0/8"}}}
    with pytest.raises(UnsupportedError) as caught:
        to_query(Match(Test(Field("host.name"), network)), FIELDS)
    assert caught.value.diagnostic.name == "network-on-other-type"


def test_a_condition_too_deep_for_json_is_refused() -> None:
    text = "a:1 and not (" * 60 + "b:1" + ")" * 60
    with pytest.raises(UnsupportedError) as caught:
        DSL.emit(KUERY.parse(text))
    assert caught.value.diagnostic.name == "nested-too-deep"
