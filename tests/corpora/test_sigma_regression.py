"""SigmaHQ's regression data: every rule matches the Windows events that it is published with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from isorule.dialects.sigma import read_detection
from isorule.evaluation import evaluate_detection

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus" / "sigma"
REGRESSION = CORPUS / "regression_data"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not REGRESSION.exists(), reason="../shared/corpus/sigma is absent"),
]

FOLDERS = 158
RULES_WITH_EVENTS = 157
"""One folder, of a Cisco rule, has its test commented out and holds no events."""


def rules() -> dict[str, dict[str, Any]]:
    """The rules that have regression data, by id."""
    wanted = {rule["id"] for info in infos() for rule in info["rule_metadata"]}
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(CORPUS.glob("rules*/**/*.yml")):
        text = path.read_text(encoding="utf-8")
        if "regression_tests_path" in text or any(rule_id in text for rule_id in wanted):
            rule = yaml.safe_load(text)
            found[rule["id"]] = rule
    return {rule_id: found[rule_id] for rule_id in wanted if rule_id in found}


def infos() -> list[dict[str, Any]]:
    return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(REGRESSION.rglob("info.yml"))]


def documents(path: Path) -> Iterator[dict[str, Any]]:
    """The JSON objects of a file, one after the other."""
    text = path.read_text(encoding="utf-8")
    decoder = json.JSONDecoder()
    at = 0
    while at < len(text.rstrip()):
        at += len(text[at:]) - len(text[at:].lstrip())
        document, at = decoder.raw_decode(text, at)
        yield document


def windows_event(document: dict[str, Any]) -> dict[str, Any]:
    """A Windows event as Sigma's taxonomy names its fields: the data of the event beside some of its system part.

    Names that Windows writes with spaces have none there (`Threat Name` is `ThreatName`).
    """
    system = document["Event"]["System"]
    event: dict[str, Any] = {
        "Provider_Name": system["Provider"]["#attributes"].get("Name"),
        "EventID": system["EventID"],
        "Channel": system["Channel"],
        "Computer": system["Computer"],
    }
    for part in ("EventData", "UserData"):
        data = document["Event"].get(part) or {}
        for name, value in data.items():
            event.update(value if part == "UserData" and isinstance(value, dict) else {name.replace(" ", ""): value})
    return event


def test_every_rule_matches_its_events() -> None:
    known = rules()
    silent: list[str] = []
    tested = 0
    for path in sorted(REGRESSION.rglob("info.yml")):
        info = yaml.safe_load(path.read_text(encoding="utf-8"))
        events = [
            windows_event(document) for file in sorted(path.parent.glob("*.json")) for document in documents(file)
        ]
        tests = info.get("regression_tests_info") or []
        least = max((test.get("match_count") or 1 for test in tests), default=0)
        for rule in (known[item["id"]] for item in info["rule_metadata"] if events):
            tested += 1
            alerts = evaluate_detection(read_detection(rule["detection"]), events)
            if len(alerts) < least:
                silent.append(f"{rule['title']}: {len(alerts)} of {len(events)} events, not {least}")
    assert silent == []
    assert tested == RULES_WITH_EVENTS


def test_the_corpus_is_whole() -> None:
    assert (len(infos()), len(rules())) == (FOLDERS, FOLDERS)
