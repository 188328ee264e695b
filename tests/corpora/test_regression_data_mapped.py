"""SigmaHQ's regression data with mapped fields: the Sigma rule on its events, the Elastic rule made of it on the same
events as Elastic Agent lays them out, and the Sigma rule made of that one again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import isorule
from isorule.ir.rule import Rule

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus" / "sigma"
REGRESSION = CORPUS / "regression_data"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not REGRESSION.exists(), reason="../shared/corpus/sigma is absent"),
]

WITHOUT_EVENTS = {"ef0ff092-a24a-4fbc-beea-06c08d53e085"}
"""A Cisco rule: its folder's `info.yml` has the test commented out, and there is no file of events."""


def documents(path: Path) -> Iterator[dict[str, Any]]:
    """The JSON objects of a file, one after the other."""
    text = path.read_text(encoding="utf-8")
    decoder = json.JSONDecoder()
    at = 0
    while at < len(text.rstrip()):
        at += len(text[at:]) - len(text[at:].lstrip())
        document, at = decoder.raw_decode(text, at)
        yield document


def known_rules() -> dict[str, Rule]:
    return {
        rule.metadata.id or "": rule for path in sorted(CORPUS.glob("rules*/**/*.yml")) for rule in isorule.load(path)
    }


def alerts(rule: Rule, events: list[dict[str, object]]) -> int:
    return len(isorule.evaluate(rule, events))


def test_every_rule_matches_its_events_in_both_taxonomies_and_back() -> None:
    known = known_rules()
    silent: list[str] = []
    without: set[str] = set()
    tested = 0
    for path in sorted(REGRESSION.rglob("info.yml")):
        info = yaml.safe_load(path.read_text(encoding="utf-8"))
        written = [document for file in sorted(path.parent.glob("*.json")) for document in documents(file)]
        least = max((test.get("match_count") or 1 for test in info.get("regression_tests_info") or []), default=0)
        for item in info["rule_metadata"]:
            rule = known[item["id"]]
            if not written:
                without.add(item["id"])
                continue
            tested += 1
            native = isorule.map_events(written, "sigmahq")
            mapped = isorule.map_events(written, "ecs")
            elastic = isorule.convert(rule, "elastic", fields="ecs")
            back = isorule.convert(elastic.rule, "sigma", fields="sigmahq")
            answers = {
                "the Sigma rule on its events": alerts(rule, native),
                "the Elastic rule on the events in ECS": alerts(elastic.rule, mapped),
                "the Sigma rule made of that on the first events": alerts(back.rule, native),
                "the Sigma rule made of that on the events back from ECS": alerts(
                    back.rule, isorule.map_events(mapped, "sigmahq")
                ),
            }
            silent += [f"{rule.metadata.title}: {what}: {n} of {least}" for what, n in answers.items() if n < least]
            assert back.rule.data_source.logsource == rule.data_source.logsource
    assert silent == []
    assert without == WITHOUT_EVENTS
    assert tested == 157
