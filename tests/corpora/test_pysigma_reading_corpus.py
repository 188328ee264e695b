"""Published Sigma rules mean the same to pySigma as to isorule: two readers that share no code."""

from __future__ import annotations

from pathlib import Path

import pytest

import isorule
from isorule.backends import transform
from isorule.documents.sigma_yaml import document_of
from isorule.ir.detections import Match
from isorule.mappings import ecs_schema
from isorule.verification import compare

SIGMA = Path(__file__).resolve().parents[2] / ".." / "shared" / "corpus" / "sigma"


@pytest.mark.corpus
@pytest.mark.skipif(not SIGMA.is_dir(), reason="no rule corpora in ../shared")
def test_both_readers_agree_on_published_rules() -> None:
    files = sorted(path for path in SIGMA.rglob("*.yml") if "regression_data" not in path.parts)
    differing: list[str] = []
    rules = [rule for path in files for rule in isorule.load(path)]
    for rule in rules:
        document, _ = document_of(rule)
        theirs = Match(transform(document, ()).where)
        verdict = compare(rule.detection, theirs, ecs_schema())
        if not verdict.same:
            differing.append(f"{rule.metadata.title}: {verdict.kind.value}: {verdict.reason}")
    assert len(rules) == 2910
    assert differing == []
