"""Elastic's published EQL rules ask nothing of the ECS fields that Elasticsearch would refuse."""

from __future__ import annotations

import conformance
import pytest

import isorule
from isorule.dialects.eql.verify import verify_fields
from isorule.mappings import ecs_schema

RULES = conformance.SHARED / "corpus" / "elastic" / "rules"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not RULES.is_dir(), reason=f"the rule corpora are not at {conformance.SHARED}"),
]


def test_published_rules_verify() -> None:
    found: list[str] = []
    rules = 0
    for path in sorted(RULES.rglob("*.toml")):
        if "_deprecated" in path.parts:
            continue
        for rule in isorule.load(path):
            if rule.language == "eql":
                rules += 1
                found += [f"{path.name}: {item.message}" for item in verify_fields(rule.detection, ecs_schema())]
    assert found == []
    assert rules == 769
