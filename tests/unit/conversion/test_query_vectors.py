"""Queries to Sigma detections and back; the cases are in tests/vectors/conversion."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import tomli
import yaml

import isorule
from isorule.ir.rule import DataSource, Metadata, Rule

VECTORS = Path(__file__).parents[2] / "vectors" / "conversion"


def cases(name: str) -> list[dict[str, Any]]:
    return tomli.loads((VECTORS / name).read_text("utf-8"))["case"]


def elastic_rule(language: str, query: str) -> Rule:
    kind = "eql" if language == "eql" else "query"
    text = f"""[rule]
name = "A rule"
rule_id = "0b6b1a0e-7b0e-4a8f-9c55-0d9d3f9a3f11"
type = "{kind}"
language = "{language}"
query = '''{query}'''
"""
    return isorule.loads(text, "elastic", path="rule.toml")[0]


def sigma_rule(detection: str) -> Rule:
    text = f"title: A rule\nlogsource:\n    category: process_creation\ndetection: {detection}\n"
    return isorule.loads(text, "sigma", path="rule.yml")[0]


def mapping(text: str) -> object:
    """The detection of a case; a bare selection stands for itself and its condition."""
    found = yaml.safe_load(text)
    return found if "condition" in found else {**found, "condition": "selection"}


def losses(conversion: isorule.Conversion) -> set[str]:
    return {f"{loss.name} {loss.effect.value}" for loss in conversion.losses if loss.effect is not None}


@pytest.mark.parametrize("case", cases("query_to_sigma.toml"), ids=lambda case: case["query"])
def test_query_to_sigma(case: dict[str, Any]) -> None:
    language, _, query = case["query"].partition(": ")
    rule = elastic_rule(language, query)
    if "refused" in case:
        with pytest.raises(isorule.UnsupportedError) as caught:
            isorule.convert(rule, "sigma")
        found = caught.value.diagnostic
        assert found.name == case["refused"]
        if "at" in case:
            assert rule.origin is not None
            assert found.span is not None
            assert rule.origin.file.text[slice(*found.span)] == case["at"]
            assert found.line == 6
        return
    conversion = isorule.convert(rule, "sigma")
    assert conversion.rule.origin is not None
    assert conversion.rule.origin.document["detection"] == mapping(case["detection"])
    assert losses(conversion) == set(case.get("losses", ()))
    cosmetic = all(loss.endswith(" cosmetic") for loss in case.get("losses", ()))
    assert (conversion.verdict.kind is isorule.VerdictKind.IDENTICAL) is cosmetic


@pytest.mark.parametrize("case", cases("sigma_to_query.toml"), ids=lambda case: case["detection"])
def test_sigma_to_query(case: dict[str, Any]) -> None:
    rule = sigma_rule(case["detection"])
    if "refused" in case:
        with pytest.raises(isorule.UnsupportedError) as caught:
            isorule.convert(rule, "elastic")
        assert caught.value.diagnostic.name == case["refused"]
        assert caught.value.diagnostic.line == 4
        return
    conversion = isorule.convert(rule, "elastic")
    assert conversion.rule.language == case.get("language", "eql")
    assert conversion.rule.origin is not None
    document: Any = conversion.rule.origin.document
    assert " ".join(document["rule"]["query"].split()) == case["query"]
    assert losses(conversion) == set(case.get("losses", ()))
    assert (conversion.verdict.kind is isorule.VerdictKind.IDENTICAL) is ("losses" not in case)


def test_query_dsl_asks_only_address_fields_for_a_network() -> None:
    """On another field the block would be a plain text; its emitter does not see what type a field has."""
    rule = sigma_rule("{s: {DestinationIp|cidr: [10.0.0.0/8, 192.168.0.0/16]}, condition: s}")
    with pytest.raises(isorule.UnsupportedError) as caught:
        isorule.convert(rule, "dsl")
    assert caught.value.diagnostic.name == "network-on-other-type"
    assert isorule.convert(rule, "dsl", fields={"DestinationIp": "ip"}).verdict.same


@pytest.mark.parametrize("case", cases("query_to_query.toml"), ids=lambda case: f"{case['query']} to {case['to']}")
def test_query_to_query(case: dict[str, Any]) -> None:
    language, _, query = case["query"].partition(": ")
    rule = Rule(Metadata("A rule"), DataSource(), isorule.parse(query, language), language)
    if "refused" in case:
        with pytest.raises(isorule.UnsupportedError) as caught:
            isorule.convert(rule, case["to"])
        assert caught.value.diagnostic.name == case["refused"]
        return
    conversion = isorule.convert(rule, case["to"], fields=case.get("fields"))
    assert " ".join(conversion.text.split()) == case["text"]
    assert losses(conversion) == set(case.get("losses", ()))
    assert ("losses" in case) or conversion.verdict.kind is isorule.VerdictKind.IDENTICAL
