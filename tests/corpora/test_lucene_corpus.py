"""Lucene over the corpora: all Sigma rules written, Elastic's one rule read, and kuery's Query DSL read back."""

from __future__ import annotations

import os
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import isorule
from isorule.diagnostics import Effect
from isorule.dialects.dsl import DSL
from isorule.dialects.kuery import KUERY
from isorule.dialects.lucene import LUCENE
from isorule.ir.core import core
from isorule.ir.detections import Match
from isorule.ir.resolve import resolve
from isorule.mappings import ecs_schema

SHARED = Path(os.environ.get("ISORULE_SHARED", Path(__file__).parents[2] / ".." / "shared"))
ELASTIC = SHARED / "corpus" / "elastic" / "rules"
SIGMA = SHARED / "corpus" / "sigma"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not ELASTIC.is_dir(), reason=f"the rule corpora are not at {SHARED}"),
]


ADMITS = {
    "identical": set(),
    "equivalent": set(),
    "narrower": {Effect.NARROWS},
    "wider": {Effect.WIDENS},
    "divergent": {Effect.NARROWS, Effect.WIDENS},
}
"""The effects that must be declared for a verdict; CHANGES stands for both."""


def sigma_rules() -> Iterator[isorule.Rule]:
    for path in sorted(SIGMA.rglob("*.yml")):
        if "regression_data" not in path.parts:
            yield from isorule.load(path)


@pytest.fixture(scope="module")
def converted() -> dict[str, isorule.Conversion | isorule.UnsupportedError]:
    """What becomes of each Sigma rule, by its id."""
    found: dict[str, isorule.Conversion | isorule.UnsupportedError] = {}
    for rule in sigma_rules():
        try:
            found[str(rule.metadata.id)] = isorule.convert(rule, "lucene")
        except isorule.UnsupportedError as error:
            found[str(rule.metadata.id)] = error
    return found


def is_declared(conversion: isorule.Conversion) -> bool:
    """Whether what the verdict saw lies within the losses that were declared; an undecided verdict needs some loss."""
    effects = {loss.effect for loss in conversion.losses} - {Effect.COSMETIC}
    needed = ADMITS.get(conversion.verdict.kind.value)
    if needed is None:
        return bool(effects)
    return Effect.CHANGES in effects or needed <= effects


def test_sigma_to_lucene(converted: dict[str, isorule.Conversion | isorule.UnsupportedError]) -> None:
    conversions = [item for item in converted.values() if isinstance(item, isorule.Conversion)]
    verdicts = Counter(item.verdict.kind.value for item in conversions)
    refusals = Counter(item.diagnostic.name for item in converted.values() if not isinstance(item, isorule.Conversion))
    losses = Counter(name for item in conversions for name in {loss.name for loss in item.losses})
    print(f"\nSigma to Lucene: {dict(verdicts)}, losses {dict(losses)}, refused {dict(refusals)}")
    assert len(converted) == 2910
    assert len(conversions) >= 2860
    assert verdicts["identical"] >= 90
    assert [item.rule.metadata.title for item in conversions if not is_declared(item)] == []
    assert set(refusals) == {"placeholder", "network", "field-comparison", "regex-word-boundary-in-lucene"}
    assert set(losses) == {"case-compared", "search-as-mapped"}


def test_what_is_written_for_sigma_is_read_back(
    converted: dict[str, isorule.Conversion | isorule.UnsupportedError],
) -> None:
    for item in converted.values():
        if isinstance(item, isorule.Conversion):
            detection = item.rule.detection
            assert LUCENE.parse(LUCENE.emit(detection).text) == detection, item.rule.metadata.title


def test_the_lucene_rule_is_read() -> None:
    (path,) = (path for path in ELASTIC.rglob("*.toml") if 'language = "lucene"' in path.read_text(encoding="utf-8"))
    (rule,) = isorule.load(path)
    assert rule.language == "lucene"
    assert isinstance(rule.detection, Match)
    assert isorule.convert(rule, "lucene").verdict.kind is isorule.VerdictKind.IDENTICAL
    assert isorule.convert(rule, "sigma").verdict.kind is isorule.VerdictKind.IDENTICAL


def kuery_texts() -> Iterator[tuple[str, str]]:
    for path in sorted(ELASTIC.rglob("*.toml")):
        rule = tomllib.loads(path.read_text(encoding="utf-8"))["rule"]
        for language, key in (("language", "query"), ("threat_language", "threat_query")):
            if rule.get(language) == "kuery" and key in rule:
                yield f"{path.name}: {key}", rule[key]


def test_query_dsl_of_every_kuery_query_means_the_same() -> None:
    schema = ecs_schema()
    count = 0
    for place, text in kuery_texts():
        where = KUERY.parse(text).where
        back = DSL.parse(DSL.emit(Match(where)).text).where
        assert core(resolve(back, schema)) == core(resolve(where, schema)), place
        count += 1
    assert count == 591
