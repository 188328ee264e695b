"""Rules over several events to Sigma correlations and back: tests/vectors/conversion/correlations.toml."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import tomli
import yaml

import isorule
from isorule.ir.rule import Rule

VECTORS = tomli.loads(
    (Path(__file__).parents[2] / "vectors" / "conversion" / "correlations.toml").read_text(encoding="utf-8")
)
BASE = """\
title: Failed login
name: failed
taxonomy: ecs
logsource: {product: windows, service: security}
detection: {s: {event.code: '4625'}, condition: s}
---
title: Login
name: login
taxonomy: ecs
logsource: {product: windows, service: security}
detection: {s: {event.code: '4624'}, condition: s}
---
title: Many
name: many
correlation: {type: event_count, rules: [failed], group-by: [user.name], timespan: 5m, condition: {gte: 10}}
---
"""


def elastic_rule(case: dict[str, Any]) -> Rule:
    threshold = case.get("threshold")
    kind, language = ("threshold", "kuery") if threshold else ("eql", "eql")
    lookback = case.get("lookback", "now-9m")
    schedule = f'from = "{lookback}"' if lookback else ""
    text = f"""[rule]
name = "A rule"
rule_id = "0b6b1a0e-7b0e-4a8f-9c55-0d9d3f9a3f11"
{schedule}
type = "{kind}"
language = "{language}"
query = '''{case["query"]}'''
""" + (f"[rule.threshold]\n{threshold}\n" if threshold else "")
    return isorule.loads(text, "elastic", path="rule.toml")[0]


def losses(conversion: isorule.Conversion) -> list[str]:
    return sorted({f"{loss.name} {loss.effect.value}" for loss in conversion.losses if loss.effect is not None})


@cache
def to_sigma(name: str) -> isorule.Conversion:
    """The conversion of a case, made once: some verdicts take a long search."""
    (case,) = (case for case in VECTORS["to_sigma"] if case["name"] == name)
    return isorule.convert(elastic_rule(case), "sigma", allow_loss=case.get("allow_loss", False))


@pytest.mark.parametrize("case", VECTORS["to_sigma"], ids=lambda case: case["name"])
def test_to_sigma(case: dict[str, Any]) -> None:
    assert case["source"]
    if "refused" in case:
        with pytest.raises(isorule.UnsupportedError) as refused:
            isorule.convert(elastic_rule(case), "sigma")
        assert refused.value.diagnostic.name == case["refused"]
        assert refused.value.diagnostic.path == "rule.toml"
        return
    conversion = to_sigma(case["name"])
    documents = list(yaml.safe_load_all(conversion.text))
    assert [document.get("correlation") for document in documents] == yaml.safe_load(case["documents"])
    assert losses(conversion) == case["losses"]
    assert conversion.verdict.kind.value in case["verdict"].split()
    assert documents[-1]["title"] == "A rule"
    assert all("level" not in document for document in documents[:-1])
    names = [document["name"] for document in documents[:-1]]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("case", VECTORS["to_elastic"], ids=lambda case: case["name"])
def test_to_elastic(case: dict[str, Any]) -> None:
    assert case["source"]
    body = "".join(f"    {line}\n" for line in case["correlation"].strip().splitlines())
    text = f"{BASE}title: A rule\nid: 0b6b1a0e-7b0e-4a8f-9c55-0d9d3f9a3f11\nlevel: high\ncorrelation:\n{body}"
    rule = isorule.loads(text, "sigma", path="rules.yml")[-1]
    if "refused" in case:
        with pytest.raises(isorule.UnsupportedError) as refused:
            isorule.convert(rule, "elastic")
        assert refused.value.diagnostic.name == case["refused"]
        return
    conversion = isorule.convert(rule, "elastic")
    table = tomli.loads(conversion.text)["rule"]
    assert table["query"].strip() == case["query"].strip()
    assert table["from"] == case["lookback"]
    assert losses(conversion) == case["losses"]
    assert conversion.verdict.kind.value in case["verdict"].split()
    assert table["index"] == ["logs-system.security*", "logs-windows.forwarded*", "winlogbeat-*"]


@pytest.mark.parametrize("case", VECTORS["to_query"], ids=lambda case: case["name"])
def test_to_query(case: dict[str, Any]) -> None:
    assert case["source"]
    rule = elastic_rule(case)
    options = {"allow_loss": case.get("allow_loss", False)}
    if "refused" in case:
        with pytest.raises(isorule.UnsupportedError) as refused:
            isorule.convert(rule, case["to"], **options)
        assert refused.value.diagnostic.name == case["refused"]
        return
    conversion = isorule.convert(rule, case["to"], **options)
    assert conversion.text.strip() == case["text"].strip()
    assert losses(conversion) == case["losses"]
    assert conversion.verdict.kind.value == case["verdict"]


def test_a_threshold_of_both_kinds_comes_back_as_one_rule() -> None:
    there = to_sigma("a threshold of events and of values: two correlations that hold at once")
    back = tomli.loads(isorule.convert(there.rule, "elastic").text)["rule"]
    assert back["type"] == "threshold"
    assert back["threshold"] == {
        "field": ["host.id"],
        "value": 3,
        "cardinality": [{"field": "user.name", "value": 2}],
    }


def test_a_sequence_without_maxspan_comes_back_without_one() -> None:
    there = to_sigma("without maxspan: how far the rule looks back")
    back = isorule.convert(there.rule, "elastic")
    assert "maxspan" not in tomli.loads(back.text)["rule"]["query"]
    assert losses(back) == ["span-from-lookback cosmetic"]


@pytest.mark.parametrize("lookback", ["now-20m", ""])
def test_verify_says_of_a_threshold_rule_what_its_conversion_said(lookback: str) -> None:
    threshold = 'field = ["user.name"]\nvalue = 3'
    rule = elastic_rule({"query": "event.action: a", "threshold": threshold, "lookback": lookback})
    conversion = isorule.convert(rule, "sigma")
    assert conversion.verdict.kind is isorule.VerdictKind.WIDER
    assert isorule.verify(rule, conversion.rule).kind is isorule.VerdictKind.WIDER
    assert isorule.verify(conversion.rule, rule).kind is isorule.VerdictKind.NARROWER
    assert isorule.verify(rule, rule).kind is isorule.VerdictKind.IDENTICAL
