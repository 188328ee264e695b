"""How pairs of detections stand to each other; the cases are in tests/vectors/verification."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import tomli

import isorule

VECTORS = Path(__file__).parents[2] / "vectors" / "verification"
PAIRS = [pair for file in sorted(VECTORS.glob("*.toml")) for pair in tomli.loads(file.read_text("utf-8"))["pair"]]
SIDES = {"narrower": [(True, False)], "wider": [(False, True)], "divergent": [(True, False), (False, True)]}


def read(side: str) -> Any:
    dialect, _, text = side.partition(": ")
    return isorule.parse(text, dialect)


def alerts(detection: Any, events: Any, fields: Any) -> Any:
    """The alerts as the places of their events in the stream."""
    places = {id(event): place for place, event in enumerate(events)}
    found = isorule.evaluate(detection, events, fields=fields)
    return tuple(tuple(None if event is None else places[id(event)] for event in alert.events) for alert in found)


def paths(event: Any, prefix: str = "") -> set[str]:
    found: set[str] = set()
    for key, value in event.items():
        found |= paths(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}"}
    return found


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair['a']} ~ {pair['b']}")
def test_pair(pair: dict[str, Any]) -> None:
    first, second, fields = read(pair["a"]), read(pair["b"]), pair.get("fields")
    verdict = isorule.verify(first, second, fields=fields)
    assert verdict.kind.value == pair["verdict"], (pair["why"], verdict)
    assert (verdict.reason is None) is verdict.same
    for witness in verdict.witnesses:
        assert alerts(first, witness.events, fields) == witness.first
        assert alerts(second, witness.events, fields) == witness.second
        assert Counter(witness.first) != Counter(witness.second)
    answers = [(bool(witness.first), bool(witness.second)) for witness in verdict.witnesses]
    if pair["verdict"] != "undecided" and not pair.get("both_alert"):
        assert answers == SIDES.get(pair["verdict"], [])
    if "witness" in pair:
        assert list(verdict.witness or ()) == pair["witness"]
    if "events" in pair:
        assert [len(witness.events) for witness in verdict.witnesses] == pair["events"]
    for says in pair.get("says", ()):
        assert says in (verdict.reason or "")
    for event in verdict.witness or ():
        assert paths(event) >= set(pair.get("has", ()))
        assert not paths(event) & set(pair.get("lacks", ()))


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair['a']} ~ {pair['b']}")
def test_every_pair_is_itself(pair: dict[str, Any]) -> None:
    for side in ("a", "b"):
        verdict = isorule.verify(read(pair[side]), read(pair[side]), fields=pair.get("fields"))
        assert verdict.kind is isorule.VerdictKind.IDENTICAL


def test_there_are_cases_of_every_verdict() -> None:
    counts = Counter(pair["verdict"] for pair in PAIRS)
    assert len(PAIRS) >= 80
    assert counts.keys() == {kind.value for kind in isorule.VerdictKind}
    assert len({(pair["a"], pair["b"], str(pair.get("fields"))) for pair in PAIRS}) == len(PAIRS)
