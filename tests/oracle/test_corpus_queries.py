"""Published rules: Lucene and the evaluator give the same events for each of their conditions."""

from __future__ import annotations

import pytest
from oracle_lane import corpus, engine, kibana
from oracle_lane.comparison import compare

pytestmark = [
    pytest.mark.oracle,
    pytest.mark.corpus,
    pytest.mark.skipif(engine.missing() is not None, reason=str(engine.missing())),
    pytest.mark.skipif(not corpus.RULES.is_dir(), reason="../shared/corpus is absent"),
]


@pytest.mark.skipif(kibana.missing() is not None, reason=str(kibana.missing()))
def test_kuery_rules(tallies: list[str]) -> None:
    tally = compare("kuery rules, compiled by Kibana", corpus.kuery_batches())
    tallies.append(str(tally))
    assert tally.differences == [], f"{len(tally.differences)} differences, the first:\n{tally.differences[0]}"
    assert tally.queries == 582
    assert tally.pairs > 20_000
    assert tally.matches > tally.queries


def test_eql_rules(tallies: list[str]) -> None:
    tally = compare("conditions of EQL rules, pushed down", corpus.eql_batches())
    tallies.append(str(tally))
    assert tally.differences == [], f"{len(tally.differences)} differences, the first:\n{tally.differences[0]}"
    assert tally.queries > 900
    assert tally.pairs > 40_000
    assert tally.matches > tally.queries
