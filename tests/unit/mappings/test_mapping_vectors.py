"""Vectors of rules with mapped fields: what each test becomes, in both directions, and what that changes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import tomli
import yaml

import isorule
from isorule.conversion import Conversion
from isorule.ir.core import Core, core
from isorule.ir.detections import Detection, Match
from isorule.ir.predicates import conjunction
from isorule.ir.resolve import resolve, resolve_category
from isorule.ir.rule import LogSource, Rule
from isorule.mappings import ecs_schema
from isorule.mappings.conditions import requirement
from isorule.mappings.tables import ecs_taxonomy

VECTORS = Path(__file__).parents[2] / "vectors" / "mappings"


def cases(name: str) -> list[Any]:
    table = tomli.loads((VECTORS / name).read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["name"]) for case in table["case"]]


def sigma_rule(case: Mapping[str, Any]) -> Rule:
    detection = {"selection": case["sigma"], "condition": "selection"}
    if "or_absent" in case:
        detection |= {"absent": {case["or_absent"]: None}, "condition": "selection or absent"}
    if "or_no" in case:
        detection |= {"other": case["or_no"], "condition": "selection or not other"}
    document = {"title": case["name"], "logsource": case["logsource"], "detection": detection}
    return isorule.loads(yaml.safe_dump(document), "sigma")[0]


def elastic_rule(query: str) -> Rule:
    text = (
        '[metadata]\ncreation_date = "2026/11/21"\nmaturity = "production"\nupdated_date = "2026/11/21"\n'
        '[rule]\nauthor = ["isorule"]\ndescription = "x"\nindex = ["logs-endpoint.events.*"]\nlanguage = "eql"\n'
        'name = "x"\nrisk_score = 47\nrule_id = "6a3b1f7e-58b3-4d6e-9d0b-8a1f5d1c2e3f"\nseverity = "medium"\n'
        f"type = \"eql\"\nquery = '''\n{query}\n'''\n"
    )
    return isorule.loads(text, "elastic")[0]


def effects(conversion: Conversion) -> set[tuple[str, str]]:
    return {(loss.name, loss.effect.value) for loss in conversion.losses if loss.effect is not None}


def expected(losses: list[list[str]]) -> set[tuple[str, ...]]:
    return {tuple(item) for item in losses}


def meaning(detection: Detection) -> Core:
    assert isinstance(detection, Match)
    return core(resolve(resolve_category(detection.where, "event.category"), ecs_schema()))


@pytest.mark.parametrize("case", cases("rules.toml"))
def test_outward(case: Mapping[str, Any]) -> None:
    rule = sigma_rule(case)
    found = isorule.convert(rule, "elastic", fields="ecs", language="eql")
    query = isorule.parse(f"any where {case['eql']}", "eql")
    assert isinstance(query, Match)
    required = requirement(ecs_taxonomy().layout(rule.data_source.logsource))
    assert meaning(found.rule.detection) == meaning(Match(conjunction((*required, query.where)))), found.text
    assert effects(found) == expected(case.get("outward", []))


@pytest.mark.parametrize("case", cases("rules.toml"))
def test_inward_again(case: Mapping[str, Any]) -> None:
    there = isorule.convert(sigma_rule(case), "elastic", fields="ecs", language="eql")
    back = isorule.convert(there.rule, "sigma", fields="sigmahq")
    wanted = sigma_rule({**case, **case.get("back", {})})
    assert isorule.verify(wanted, back.rule).same, back.text
    assert effects(back) == expected(case.get("inward", []))
    assert back.rule.data_source.logsource == wanted.data_source.logsource
    assert back.rule.data_source.taxonomy == "sigma"


@pytest.mark.parametrize("case", cases("inward.toml"))
def test_inward(case: Mapping[str, Any]) -> None:
    rule = elastic_rule(case["query"])
    if "refused" in case:
        with pytest.raises(isorule.UnsupportedError) as caught:
            isorule.convert(rule, "sigma", fields="sigmahq")
        assert caught.value.diagnostic.name == case["refused"]
        return
    found = isorule.convert(rule, "sigma", fields="sigmahq")
    source = found.rule.data_source.logsource
    assert source is not None
    assert LogSource(source.category, source.product, source.service) == LogSource(**case["logsource"])
    assert effects(found) == expected(case.get("losses", []))
    if "sigma" in case:
        assert isorule.verify(sigma_rule(case), found.rule).same, found.text


@pytest.mark.parametrize("case", cases("kuery.toml"))
def test_outward_to_kuery(case: Mapping[str, Any]) -> None:
    rule = sigma_rule(case)
    found = isorule.convert(rule, "elastic", fields="ecs", language="kuery", case="fold")
    query = isorule.parse(case["kuery"], "kuery")
    assert isinstance(query, Match)
    required = requirement(ecs_taxonomy().layout(rule.data_source.logsource))
    assert meaning(found.rule.detection) == meaning(Match(conjunction((*required, query.where)))), found.text
    assert effects(found) == expected(case.get("outward", []))
