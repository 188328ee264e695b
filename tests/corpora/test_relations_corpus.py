"""Pairs of rules and findings on published rules: what must be found, and the evaluator as judge of all that is."""

from __future__ import annotations

from pathlib import Path

import pytest

import isorule
from isorule.analysis import FindingKind, Scope
from isorule.ir.rule import Rule
from isorule.relations import Relation

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus"
PROCESSES = CORPUS / "sigma" / "rules" / "windows" / "process_creation"
pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the rule corpora are not in ../shared/corpus"),
]


def test_pairs_of_published_rules() -> None:
    files = sorted(PROCESSES.glob("proc_creation_win_n*.yml"))
    rules: list[Rule] = [rule for file in files for rule in isorule.load(file)]
    found = isorule.overlap(rules)
    assert not found.undecided
    assert not found.not_compared
    named = {
        (files[pair.first].stem, files[pair.second].stem): pair.relation
        for pair in found.pairs
        if pair.relation is not Relation.DISJOINT_SAME_NAME
    }
    assert named["proc_creation_win_net_user_add_never_expire", "proc_creation_win_net_user_add"] is Relation.SUBSUMED
    assert named["proc_creation_win_nltest_recon", "proc_creation_win_nltest_execution"] is Relation.SUBSUMED
    for pair in found.pairs:
        first, second = rules[pair.first], rules[pair.second]
        (example,) = isorule.examples(first)[0][:1]
        assert isorule.evaluate(first, [example.event])
        assert isorule.evaluate(second, [example.event])
        assert pair.witness is not None
        assert not isorule.evaluate(first, [pair.witness])
        assert isorule.evaluate(second, [pair.witness])


def test_findings_on_published_rules() -> None:
    """`.doc` beside `.docx` as what a command line contains; and an excluded null that another condition forbids."""
    found = {
        stem: [
            (finding.kind, finding.scope)
            for rule in isorule.load(PROCESSES / f"{stem}.yml")
            for finding in isorule.analyse(rule).findings
        ]
        for stem in (
            "proc_creation_win_susp_automated_collection",
            "proc_creation_win_svchost_execution_with_no_cli_flags",
        )
    }
    assert list(found.values()) == [
        [(FindingKind.SUBSUMED, Scope.ALL_EVENTS)] * 3,
        [(FindingKind.DEAD, Scope.ALL_EVENTS)],
    ]
