"""Rules of the corpora with mapped fields: how many are converted, and that mapped events keep their answers."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from fields_coverage import elastic_to_sigmahq, rules_of, sigma_to_ecs

import isorule
from isorule.diagnostics import Effect
from isorule.ir.rule import Rule

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.exists(), reason="../shared/corpus is absent"),
]

EXACT_STEP = 15
"""Every so many rules are asked about made events: making them takes most of the time."""


def test_99_of_100_sigma_rules_become_elastic_rules_with_fields_of_ecs() -> None:
    rows = sigma_to_ecs(CORPUS / "sigma").values()
    refusals = sum((row.refusals for row in rows), Counter[str]())
    losses = sum((row.losses for row in rows), Counter[str]())
    assert sum(row.rules for row in rows) == 2910
    assert refusals == {"placeholder": 20, "regex-word-boundary-in-lucene": 2}
    assert losses["field-unmapped"] == 2  # Okta's legacyEventType and Zeek's Z, which the integrations do not keep
    assert [title for row in rows for title in row.undeclared] == []


def test_windows_rules_of_elastic_become_sigma_rules_with_sigmahqs_fields() -> None:
    rows = elastic_to_sigmahq(CORPUS / "elastic" / "rules", step=3).values()
    assert [title for row in rows for title in row.undeclared] == []
    converted, rules = sum(row.converted for row in rows), sum(row.rules for row in rows)
    assert converted / rules > 0.7


def exact(rule: Rule) -> bool:
    """Whether a rule's conversion claims to mean the same on mapped events."""
    try:
        found = isorule.convert(rule, "elastic", fields="ecs")
    except isorule.UnsupportedError:
        return False
    return found.verdict.same and all(item.effect is Effect.COSMETIC for item in found.losses)


def test_mapped_events_get_the_answers_of_the_events() -> None:
    """The exactness of the tables: made events that a Sigma rule matches, or just misses, against the Elastic rule."""
    paths = sorted(path for path in (CORPUS / "sigma").rglob("*.yml") if "regression_data" not in path.parts)
    asked: Counter[bool] = Counter()
    wrong: list[str] = []
    for rule in rules_of(paths[::EXACT_STEP]):
        if not exact(rule):
            continue
        source = rule.data_source.logsource
        elastic = isorule.convert(rule, "elastic", fields="ecs").rule
        for case in isorule.synth(rule, matching=2, near_miss=True, fields={}).cases:
            wanted = len(isorule.evaluate(rule, case.events, fields={})) > 0
            mapped = isorule.map_events(case.events, "ecs", source)
            asked[wanted] += 1
            if (len(isorule.evaluate(elastic, mapped)) > 0) is not wanted:
                wrong.append(f"{rule.metadata.title}: {case.events}")
    assert wrong == []
    assert min(asked[True], asked[False]) > 200
