"""The features that the table of losses speaks of, and the losses that it gives."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest

from isorule import backends
from isorule.backends.choice import BackendChoice
from isorule.backends.features import Feature, features
from isorule.backends.packages import packages
from isorule.diagnostics import Effect
from isorule.dialects.sigma import read_detection
from isorule.ir.detections import Match
from isorule.ir.predicates import Predicate

TABLE = tomllib.loads(files("isorule.backends").joinpath("losses.toml").read_text(encoding="utf-8"))


def where(selection: object, condition: str = "s") -> Predicate:
    detection = read_detection({"s": selection, "condition": condition})
    assert isinstance(detection, Match)
    return detection.where


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        ({"f": "Foo"}, {Feature.CASELESS}),
        ({"f": "42"}, set()),
        ({"f|cased": "Foo"}, {Feature.CASED}),
        ({"f|contains": "Foo"}, {Feature.CASELESS_PATTERN}),
        ({"f|cased|startswith": "Foo"}, {Feature.CASED_PATTERN}),
        ({"f": "Ä?"}, {Feature.CASELESS_PATTERN, Feature.CASELESS_BEYOND_ASCII, Feature.ONE_WILDCARD}),
        ({"f|contains": "a\\b"}, {Feature.CASELESS_PATTERN, Feature.PATTERN_WITH_BACKSLASH}),
        ({"f": "a\\*b"}, {Feature.CASELESS, Feature.LITERAL_WILDCARD}),
        ({"f|re": "a"}, {Feature.REGEX, Feature.REGEX_CASED}),
        ({"f|re|i": "a"}, {Feature.REGEX, Feature.REGEX_CASELESS}),
        ({"f": [1, "Foo"]}, {Feature.NUMBER, Feature.CASELESS}),
        ({"f": True}, {Feature.BOOLEAN}),
        ({"f|gt": 1}, {Feature.RANGE}),
        ({"f|cidr": "10.0.0.0/8"}, {Feature.NETWORK}),
        ({"f|exists": True}, {Feature.PRESENT}),
        ({"f": None}, {Feature.ABSENT}),
        ({"f|fieldref": "g"}, {Feature.FIELD_REFERENCE}),
        (["word"], {Feature.KEYWORD}),
        ({"f|hour": 3}, {Feature.DATE_PART}),
        ({"cs-uri.b_c": 1}, {Feature.FIELD_WITH_SIGN, Feature.NUMBER}),
    ],
)
def test_each_test_has_its_features(selection: object, expected: set[Feature]) -> None:
    assert {feature for feature, _, _ in features(where(selection))} == expected


def test_a_test_under_not_meets_events_without_the_field() -> None:
    assert {feature for feature, _, _ in features(where({"f": 1}, "not s"))} == {Feature.NUMBER, Feature.UNDER_NOT}
    assert {feature for feature, _, _ in features(where({"f": None}, "not s"))} == {Feature.PRESENT}


def losses(backend: str, selection: object, condition: str = "s") -> set[tuple[str, Effect | None]]:
    found = backends.losses_of(BackendChoice(backend), where(selection, condition))
    return {(loss.name, loss.effect) for loss in found}


def test_a_loss_turns_round_under_a_negation() -> None:
    assert losses("splunk", {"f": "a?b"}) == {("one-wildcard-widened", Effect.WIDENS)}
    assert losses("splunk", {"f": "a?b"}, "not s") == {("one-wildcard-widened", Effect.NARROWS)}


def test_what_knows_of_the_negation_does_not_turn_round() -> None:
    assert losses("esql", {"f": 1}, "not s") == {("absent-not-matched", Effect.NARROWS)}
    assert losses("kusto", {"f": None}) == {("null-of-text", Effect.NARROWS)}
    assert losses("kusto", {"f": None}, "not s") == set()


def test_a_loss_has_the_place_of_its_test_and_comes_once() -> None:
    found = backends.losses_of(BackendChoice("lucene"), where({"f": ["Foo", "Bar"], "g": "x"}))
    assert [loss.name for loss in found] == ["case-as-mapped", "case-as-mapped"]


def test_an_unknown_backend_has_no_losses_of_its_own() -> None:
    assert losses("no_such_backend", {"f": "Foo"}) == set()


def test_the_table_speaks_of_what_there_is() -> None:
    known = {feature.value for feature in Feature}
    for entry in TABLE["loss"]:
        assert set(entry["backends"]) <= set(packages()), entry["name"]
        assert all(name in known or name.startswith("correlation-") for name in entry["features"]), entry["name"]
        assert entry["source"]
        assert Effect(entry["effect"]) is not Effect.COSMETIC
    for entry in TABLE["examined"]:
        assert set(entry["backends"]) <= set(packages())
        assert set(entry.get("unsupported", ())) <= known
