"""Generated kuery, EQL, query strings and predicates: Lucene and the evaluator give the same events for each."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from oracle_lane import engine, kibana
from oracle_lane.comparison import Batch, compare
from oracle_lane.sources import (
    eql_batches,
    kuery_batches,
    lucene_batches,
    phrase_batches,
    predicate_batches,
    term_batches,
)

pytestmark = [pytest.mark.oracle, pytest.mark.skipif(engine.missing() is not None, reason=str(engine.missing()))]
needs_kibana = pytest.mark.skipif(kibana.missing() is not None, reason=str(kibana.missing()))


@pytest.mark.parametrize(
    ("name", "batches"),
    [
        pytest.param("kuery compiled by Kibana", lambda: kuery_batches(2000), id="kuery", marks=needs_kibana),
        pytest.param("predicates", lambda: predicate_batches(2000), id="predicates"),
        pytest.param("EQL pushed down", lambda: eql_batches(1500), id="eql"),
        pytest.param("phrases with gaps", lambda: phrase_batches(2000), id="phrases"),
        pytest.param("terms of the index", lambda: term_batches(2000), id="terms"),
        pytest.param("Lucene query strings", lambda: lucene_batches(2000), id="lucene"),
    ],
)
def test_lucene_and_the_evaluator_agree(name: str, batches: Callable[[], list[Batch]], tallies: list[str]) -> None:
    tally = compare(name, batches())
    tallies.append(str(tally))
    assert tally.differences == [], f"{len(tally.differences)} differences, the first:\n{tally.differences[0]}"
    assert tally.pairs > 100_000
    assert 0.05 < tally.matches / tally.pairs < 0.95


def test_folding_of_older_versions_differs_outside_of_ascii_only(tallies: list[str]) -> None:
    tally = compare("predicates, ASCII letters folded", predicate_batches(600), folding="ascii")
    tallies.append(str(tally))
    assert tally.differences == [], f"{len(tally.differences)} differences, the first:\n{tally.differences[0]}"
    assert tally.explained["ascii-folding"] > 0
