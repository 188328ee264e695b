"""Every case of `../shared/conformance/kql/to_dsl.toml`: kuery text to exactly the Query DSL that Kibana writes."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from isorule.diagnostics import IsoruleError
from isorule.dialects.dsl.emit import to_query
from isorule.dialects.dsl.options import IndexField, IndexPattern, KueryOptions
from isorule.dialects.kuery import KUERY

FILE = Path(__file__).parents[3] / ".." / "shared" / "conformance" / "kql" / "to_dsl.toml"
OPTIONS = {
    "caseInsensitive": "case_insensitive",
    "filtersInMustClause": "filters_in_must_clause",
    "allowLeadingWildcards": "allow_leading_wildcards",
}

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not FILE.exists(), reason="../shared/conformance is absent"),
]


def document() -> dict[str, object]:
    return tomllib.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {"cases": [], "fields": {}}


def index_pattern(name: str | None) -> IndexPattern | None:
    if name is None:
        return None
    entries = json.loads(document()["fields"][name])
    fields = (IndexField(e["name"], e["type"], tuple(e["esTypes"]), e.get("nested")) for e in entries)
    return IndexPattern.of(*fields)


def query(case: dict[str, object]) -> object:
    settings = {OPTIONS[key]: value for key, value in json.loads(case.get("options", "{}")).items()}
    return to_query(KUERY.parse(case["query"]), index_pattern(case.get("fields")), KueryOptions(**settings))


def canonical(value: object) -> str:
    """JSON text in which true is not 1, whatever the order of keys."""
    return json.dumps(value, sort_keys=True)


def test_all_cases_are_here() -> None:
    cases = document()["cases"]
    assert (len(cases), sum("error" in case for case in cases)) == (103, 15)


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in document()["cases"]])
def test_query_is_what_kibana_writes(case: dict[str, object]) -> None:
    if case.get("error"):
        with pytest.raises(IsoruleError):
            query(case)
    else:
        assert canonical(query(case)) == canonical(json.loads(case["dsl"]))
