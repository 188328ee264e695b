"""EQL on the published rules of Elastic and on the conformance data of Elasticsearch."""

from __future__ import annotations

from pathlib import Path

import pytest
import tomli

from isorule.diagnostics import ParseError
from isorule.dialects.eql import emit, parse
from isorule.dialects.eql.layout import WIDTH

SHARED = Path(__file__).parents[3] / "shared"
RULES = SHARED / "corpus" / "elastic" / "rules"
CONFORMANCE = SHARED / "conformance" / "eql"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not RULES.is_dir(), reason=f"the corpora are not at {SHARED}"),
]

QUERIES_OF_RULES = 813
QUERIES_OF_CONFORMANCE = 184

NOT_REFUSED = {
    # the field is not in the data, which only a schema tells
    *("missingField1", "equalsNullHead", "fakeField", "fakeFieldWithHead1", "fakeFieldWithHead2"),
    *("invalidFieldName", "badFieldWithLength"),
    # good sentences of Elasticsearch, where they give other events
    *("notExitCodeGtWithHead2", "notExitCodeGtWithHead3", "nestedSetComparisons", "lengthCaseInsensitiveAndBetween"),
    *("processWithStringComparisonCaseInsensitive1", "processWithStringComparisonCaseInsensitive2"),
    *("processWithStringComparisonCaseInsensitive3", "processWithStringComparisonCaseInsensitive4"),
}


def _rule_queries() -> dict[str, str]:
    queries = {}
    for path in sorted(RULES.rglob("*.toml")):
        rule = tomli.loads(path.read_text(encoding="utf-8"))["rule"]
        if rule.get("language") == "eql":
            queries[str(path.relative_to(RULES))] = rule["query"]
    return queries


def _conformance_queries() -> dict[str, str]:
    return {
        f"{name}: {entry['name']}": entry["query"]
        for name in ("test_queries", "test_missing_events", "test_sample")
        for entry in tomli.loads((CONFORMANCE / f"{name}.toml").read_text(encoding="utf-8"))["queries"]
    }


def _check_round_trips(queries: dict[str, str]) -> None:
    failures = []
    for name, query in queries.items():
        detection = parse(query)
        text = emit(detection).text
        again = parse(text)
        if again != detection or emit(again).text != text:
            failures.append(name)
    assert failures == []


def test_rules_round_trip() -> None:
    queries = _rule_queries()
    assert len(queries) == QUERIES_OF_RULES
    _check_round_trips(queries)


def test_rules_keep_to_the_line_width() -> None:
    """A line over the width has nothing to break at: at most one string on it."""
    long = [
        line
        for query in _rule_queries().values()
        for line in emit(parse(query)).text.splitlines()
        if len(line) > WIDTH and line.replace('\\"', "").count('"') > 2
    ]
    assert long == []


def test_conformance_queries_round_trip() -> None:
    queries = _conformance_queries()
    assert len(queries) == QUERIES_OF_CONFORMANCE
    _check_round_trips(queries)


def test_unsupported_queries_are_refused() -> None:
    entries = tomli.loads((CONFORMANCE / "unsupported.toml").read_text(encoding="utf-8"))["entries"]
    assert len(entries) == 112
    accepted = set()
    for entry in entries:
        try:
            parse(entry["query"])
        except ParseError as error:
            span = error.diagnostic.span
            assert span is not None
            assert 0 <= span.start <= span.end <= len(entry["query"])
        else:
            accepted.add(entry["name"])
    assert accepted == NOT_REFUSED
