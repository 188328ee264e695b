"""What Kibana's filters ask of an event, and that unknown ones are never dropped."""

from __future__ import annotations

from typing import Any

import pytest

from isorule.documents.kibana_filters import UnknownFilterError, filter_predicate
from isorule.ir.axes import Case, TokenMode
from isorule.ir.matchers import Bound, Equals, Indexed, Like, OneOf, Present, Range, Tokens, Wildcard
from isorule.ir.predicates import Const, Field, Nested, Not, Or, Predicate, Test

PATH = Field("file.path")
EXISTS = Test(PATH, Present())


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"query": {"exists": {"field": "file.path"}}}, EXISTS),
        ({"exists": {"field": "file.path"}, "meta": {"negate": True}, "$state": {"store": "appState"}}, Not(EXISTS)),
        ({"query": {"exists": {"field": "file.path"}}, "meta": {"negate": False, "disabled": True}}, None),
        (
            {"query": {"wildcard": {"file.path": {"value": "?:\\\\Win*", "case_insensitive": True}}}},
            Test(PATH, Indexed(Like((Wildcard.ONE, ":\\Win", Wildcard.RUN), Case.INSENSITIVE))),
        ),
        (
            {"query": {"wildcard": {"file.path": {"value": "a\\*b", "case_insensitive": False}}}},
            Test(PATH, Indexed(Equals("a*b"))),
        ),
        ({"query": {"match_phrase": {"file.path": "a b"}}}, Test(PATH, Tokens("a b", TokenMode.PHRASE))),
        ({"query": {"match_phrase": {"file.path": {"query": 5}}}}, Test(PATH, Equals(5))),
        (
            {"range": {"file.path": {"gte": 1, "lt": 5}}},
            Test(PATH, Range(Bound(1, inclusive=True), Bound(5, inclusive=False))),
        ),
        (
            {"query": {"terms": {"file.path": ["a", "b"], "boost": 1.0}}},
            Test(PATH, OneOf((Indexed(Equals("a")), Indexed(Equals("b"))))),
        ),
        (
            {
                "query": {
                    "bool": {
                        "should": [{"match_phrase": {"file.path": "a"}}, {"match_phrase": {"file.path": "b"}}],
                        "minimum_should_match": 1,
                    }
                }
            },
            Or(
                (
                    Test(PATH, Tokens("a", TokenMode.PHRASE)),
                    Test(PATH, Tokens("b", TokenMode.PHRASE)),
                )
            ),
        ),
        ({"query": {"bool": {"must_not": {"exists": {"field": "file.path"}}}}}, Not(EXISTS)),
        ({"query": {"range": {"file.path": {}}}}, EXISTS),
        ({"query": {"terms": {"file.path": []}}}, Const(False)),
        ({"query": {"bool": {"should": [{"exists": {"field": "a"}}], "minimum_should_match": 2}}}, Const(False)),
        ({"query": {"bool": {"adjust_pure_negative": True}}}, Const(True)),
        ({"query": {"nested": {"path": "file", "query": {"exists": {"field": "file.path"}}}}}, Nested("file", EXISTS)),
    ],
)
def test_meaning(item: dict[str, Any], expected: Predicate | None) -> None:
    assert filter_predicate(item) == expected


@pytest.mark.parametrize(
    "item",
    [
        {},
        {"meta": {"negate": False}},
        {"meta": "x", "query": {"exists": {"field": "a"}}},
        {"query": {"script": {"script": {}}}},
        {"query": {"exists": {"field": "a"}, "range": {"b": {"gte": 1}}}},
        {"query": {"exists": {"field": "a", "other": 1}}},
        {"query": {"wildcard": {"a": {"value": "x"}, "b": {"value": "y"}}}},
        {"query": {"wildcard": {"a": {"value": "x", "new_option": 1}}}},
        {"query": {"match_phrase": {"a": {"query": "x", "slop": -2}}}},
        {"query": {"match_phrase": {"a": ["x"]}}},
        {"query": {"range": {"a": {"gte": "2020", "format": "yyyy"}}}},
        {"query": {"range": {"a": {"gte": 1, "gt": 2}}}},
        {"query": {"bool": ["x"]}},
    ],
)
def test_unknown_shapes_are_named(item: dict[str, Any]) -> None:
    with pytest.raises(UnknownFilterError, match="filter"):
        filter_predicate(item)
