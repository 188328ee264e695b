"""The entries of ../shared/conformance for EQL: live queries, refused ones, and values of single expressions.

How an entry passes is said in `conformance.py` beside this file, which also prints the counts.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import conformance
import pytest
from conformance import NO_REASON, SETS

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not conformance.CONFORMANCE.exists(), reason="../shared/conformance is absent"),
]

PASSED = {
    "eql/test_queries.toml": (133, 133),
    "eql/test_missing_events.toml": (26, 26),
    "eql/test_sample.toml": (25, 25),
    "eql/unsupported.toml": (112, 104),
    "eql-functions/test_string_functions.toml": (114, 93),
    "eql-functions/test_folding.toml": (206, 199),
    "kql/to_dsl.toml": (103, 103),
}
"""Entries and passed entries of each file. A count that rises belongs here and into docs/coverage.md."""


def live() -> list[Any]:
    if not conformance.EQL.exists():
        return []
    return [
        pytest.param(name, query, id=f"{name}-{query['name']}") for name in SETS for query in conformance.queries(name)
    ]


@pytest.mark.parametrize(("name", "query"), live())
def test_live_query(name: str, query: dict[str, Any]) -> None:
    assert conformance.refusals(name, query["query"]) == []
    alerts = conformance.answer(name, query)
    assert conformance.event_ids(name, alerts) in conformance.acceptable_ids(query)
    if "join_keys" in query:
        assert conformance.key_texts(alerts) == query["join_keys"]


def test_counts() -> None:
    """No count drops, none rises unnoticed, and every entry that does not pass has a reason."""
    found = conformance.rows()
    assert {row.file: (row.entries, row.passed) for row in found} == PASSED
    unexplained = [(row.file, item) for row in found for item in row.failures if item.reason == NO_REASON]
    assert unexplained == []


def test_the_entries_that_are_not_refused_are_listed() -> None:
    gaps = [gap["name"] for gap in conformance.read_toml(conformance.UNSUPPORTED_GAPS)["gaps"]]
    assert [item.entry for item in conformance.unsupported_failures()] == gaps


def test_fields_that_are_unknown_are_refused_by_the_mapping() -> None:
    by_mapping = {
        entry["name"]: conformance.refusals("test_queries", entry["query"])
        for entry in conformance.unsupported()
        if "unknown field" in entry["reason"]
    }
    names = ["missingField1", "equalsNullHead", "fakeField", "fakeFieldWithHead1", "fakeFieldWithHead2"]
    for name in (*names, "invalidFieldName", "badFieldWithLength"):
        assert by_mapping[name] == ["unknown-field"]


def test_the_gaps_of_expressions_are_exact() -> None:
    gaps = conformance.function_gaps()
    missed = [
        expression
        for file in conformance.FUNCTION_FILES
        for expression in conformance.expressions(file)
        if not conformance.holds(expression)
    ]
    excused = Counter(
        next((at for at, gap in enumerate(gaps) if conformance.covers(gap, expression)), None) for expression in missed
    )
    assert excused == {index: gap["cases"] for index, gap in enumerate(gaps)}
    assert all(gap["source"] for gap in gaps)
