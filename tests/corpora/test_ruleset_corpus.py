"""Every rule of the corpora, in one rule set, finds exactly the alerts that it finds alone, without an index."""

from __future__ import annotations

import importlib.util
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from isorule.evaluation import RuleSet, compile_predicate, evaluate_detection
from isorule.evaluation.literals import accelerator_installed
from isorule.ir.detections import Match, Sequence
from isorule.ir.predicates import Predicate
from isorule.ir.rule import Rule
from isorule.ir.schema import FieldSchema
from isorule.mappings.ecs import ecs_schema

ROOT = Path(__file__).parents[2]

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not (ROOT / ".." / "shared" / "corpus").exists(), reason="../shared/corpus is absent"),
]

WAYS = [
    pytest.param(False, id="without accelerator"),
    pytest.param(
        True,
        id="with accelerator",
        marks=pytest.mark.skipif(not accelerator_installed(), reason="the extra isorule[fast] is not installed"),
    ),
]

Event = Mapping[str, Any]
Check = Callable[[Event], bool | None]


@pytest.fixture(scope="module")
def streams() -> ModuleType:
    path = ROOT / "tests" / "bench" / "evaluation_streams.py"
    spec = importlib.util.spec_from_file_location("isorule_evaluation_streams", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass(frozen=True, eq=False)
class Case:
    """Rules, events of which the last ones were made from the rules one by one, and what rules find alone.

    Every rule was tried on every `step`th event, and on its own.
    """

    rules: list[Rule]
    events: list[Event]
    schema: FieldSchema | None
    step: int

    @cached_property
    def checks(self) -> list[Check]:
        return [compile_predicate(_where(rule), self.schema) for rule in self.rules]

    @cached_property
    def everywhere(self) -> set[tuple[int, int]]:
        """Event and rule, for the events on which all rules were tried."""
        places = range(0, len(self.events), self.step)
        return {(at, rule) for at in places for rule, check in enumerate(self.checks) if check(self.events[at]) is True}

    @cached_property
    def own(self) -> set[int]:
        """The rules that match the event made for them."""
        made = self.events[-len(self.rules) :]
        return {rule for rule, check in enumerate(self.checks) if check(made[rule]) is True}

    def agrees(self, accelerated: bool) -> None:
        """Two passes: gates are chosen by the rules alone at first, then by counted events."""
        compiled = RuleSet(self.rules, schema=self.schema, accelerated=accelerated)
        places = {id(event): at for at, event in enumerate(self.events)}
        numbers = {id(rule): at for at, rule in enumerate(self.rules)}
        background = len(self.events) - len(self.rules)
        for _ in range(2):
            found = {(places[id(alert.events[0])], numbers[id(alert.rule)]) for alert in compiled.feed(self.events)}
            assert {(at, rule) for at, rule in found if at % self.step == 0} == self.everywhere
            assert {rule for at, rule in found if at == background + rule} == self.own


@pytest.fixture(scope="module")
def sigma(streams: ModuleType) -> Case:
    """All Sigma rules, on events of both samples and events made from the rules."""
    rules = streams.sigma_rules("rules*/**")
    events = [*streams.process_starts()[::8], *islice(streams.windows_events(), 0, None, 60)]
    events += [*islice(streams.mitre_events(), 0, None, 25), *_planted(streams, rules)]
    return Case(rules, events, None, 23)


@pytest.fixture(scope="module")
def elastic(streams: ModuleType) -> Case:
    """All EQL and kuery rules of single events, on ECS events and events made from the rules."""
    rules = streams.elastic_rules(ecs_schema(), (Match,))
    return Case(rules, [*islice(streams.ecs_events(), 500), *_planted(streams, rules)], ecs_schema(), 5)


def _planted(streams: ModuleType, rules: list[Rule]) -> list[Event]:
    chance = random.Random(0)
    return [streams.planted(_where(rule), chance) for rule in rules]


def _where(rule: Rule) -> Predicate:
    assert isinstance(rule.detection, Match)
    return rule.detection.where


def test_the_events_say_something(sigma: Case, elastic: Case) -> None:
    for case, rules, matching in ((sigma, 2800, 1900), (elastic, 1200, 600)):
        assert len(case.rules) > rules
        assert len(case.own) > matching
        assert len(case.own) < len(case.rules)


@pytest.mark.parametrize("accelerated", WAYS)
def test_sigma(sigma: Case, accelerated: bool) -> None:
    sigma.agrees(accelerated)


@pytest.mark.parametrize("accelerated", WAYS)
def test_elastic(elastic: Case, accelerated: bool) -> None:
    elastic.agrees(accelerated)


def test_elastic_sequences(streams: ModuleType) -> None:
    """Each sequence rule of the corpus, on a stream made from the literals of all of them."""
    rules = streams.elastic_rules(ecs_schema(), (Sequence,))
    events = sequence_events(streams, rules)
    compiled = RuleSet(rules, schema=ecs_schema(), accelerated=False)
    found: dict[str, list[tuple[Any, ...]]] = {}
    for alert in compiled.feed(events):
        assert alert.rule is not None
        found.setdefault(alert.rule.metadata.title, []).append((alert.events, alert.keys))
    assert not compiled.problems
    assert len(rules) > 150
    assert len(found) > 100
    for rule in rules:
        batch = evaluate_detection(rule.detection, events, schema=ecs_schema())
        assert found.get(rule.metadata.title, []) == [(alert.events, alert.keys) for alert in batch], (
            rule.metadata.title
        )


def sequence_events(streams: ModuleType, rules: list[Rule]) -> list[dict[str, Any]]:
    """For every rule an event for each of its stages, in order, with join keys of few values."""
    chance = random.Random(3)
    events: list[dict[str, Any]] = []
    time = 1_700_000_000_000
    for rule in rules * 2:
        sequence = rule.detection
        assert isinstance(sequence, Sequence)
        keys = {key.path for stage in sequence.stages for key in (*sequence.by, *stage.by)}
        shared = chance.choice(["1", "2"])
        for stage in sequence.stages:
            for _ in range(stage.runs):
                event = streams.planted(stage.where, chance, spoiled=0)
                for path in sorted(keys):
                    under: dict[str, Any] = {}
                    streams.put(under, path.split("."), shared)
                    event = streams.merged(under, event)
                time += chance.choice([0, 1, 400])
                events.append({**event, "@timestamp": time})
    return events
