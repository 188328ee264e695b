"""Runs the vectors of `tests/vectors/dsl/read.toml`: what queries in JSON mean, and what is refused and where."""

from __future__ import annotations

import json
import tomllib
from functools import partial
from pathlib import Path

import pytest

from isorule.diagnostics import IsoruleError, ParseError, UnsupportedError
from isorule.dialects.dsl import DSL
from isorule.ir import axes, matchers, predicates
from isorule.ir.detections import Match
from isorule.ir.predicates import AnyField, Field, Not, Test
from isorule.ir.walk import walk

VECTORS = tomllib.loads((Path(__file__).parents[2] / "vectors" / "dsl" / "read.toml").read_text(encoding="utf-8"))
NAMES = {
    **vars(axes),
    **vars(matchers),
    **vars(predicates),
    "t": partial(Test, Field("a")),
    "any": partial(Test, AnyField()),
}


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in VECTORS["cases"]])
def test_query_means(case: dict[str, str]) -> None:
    where = eval(case["where"].replace("\n", " "), NAMES)
    assert DSL.parse(case["dsl"]) == Match(where)
    assert DSL.parse(json.dumps({"query": bare(case["dsl"])}, indent=3)) == Match(where)


def bare(text: str) -> object:
    query = json.loads(text)
    return query.get("query", query)


@pytest.mark.parametrize("case", [pytest.param(case, id=case["dsl"]) for case in VECTORS["refusals"]])
def test_query_is_refused_at_its_place(case: dict[str, object]) -> None:
    with pytest.raises(IsoruleError) as caught:
        DSL.parse(case["dsl"])
    diagnostic = caught.value.diagnostic
    assert diagnostic.name == case["error"]
    assert case["dsl"][slice(*diagnostic.span)] == case["at"]
    assert isinstance(caught.value, UnsupportedError if case.get("legal") else ParseError)


def test_spans_are_those_of_the_text() -> None:
    inner = '{"query_string": {"query": "\\u0078:1 OR y:\\"z\\""}}'
    text = f'{{"bool": {{"must_not": {{"term": {{"a": "b"}}}}, "filter": [{inner}]}}}}'
    found = {text[slice(*node.span)] for node in walk(DSL.parse(text).where)}
    assert found == {
        text,
        '{"term": {"a": "b"}}',
        inner,
        "\\u0078:1",
        'y:\\"z\\',
    }


def test_clauses_nest_as_deep_as_they_are_written_and_no_deeper_than_the_limit() -> None:
    where = Test(Field("a"), matchers.Present())
    for _ in range(100):
        where = Not(where)
    assert DSL.parse(DSL.emit(Match(where)).text) == Match(where)
    deep = '{"bool": {"must_not": ' * 500 + '{"match_all": {}}' + "}}" * 500
    with pytest.raises(ParseError) as caught:
        DSL.parse(deep)
    assert caught.value.diagnostic.name == "nested-too-deep"


def test_brackets_without_end_are_a_diagnostic() -> None:
    with pytest.raises(ParseError) as caught:
        DSL.parse("[" * 100_000)
    assert caught.value.diagnostic.name == "unexpected-end"
