"""All kuery of Elastic's published rules parses, is written again with the same meaning, and has Query DSL."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from isorule.dialects.dsl import DSL
from isorule.dialects.kuery import KUERY

RULES = Path(__file__).parents[2] / ".." / "shared" / "corpus" / "elastic" / "rules"
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not RULES.exists(), reason="../shared/corpus/elastic is absent"),
]


def kuery_texts() -> Iterator[tuple[str, str]]:
    """The file and text of every kuery query: of rules, and of their indicator indices."""
    for path in sorted(RULES.rglob("*.toml")):
        rule = tomllib.loads(path.read_text(encoding="utf-8"))["rule"]
        for language, key in (("language", "query"), ("threat_language", "threat_query")):
            if rule.get(language) == "kuery" and key in rule:
                yield f"{path.name}: {key}", rule[key]


@pytest.fixture(scope="module")
def texts() -> list[tuple[str, str]]:
    return list(kuery_texts())


def test_the_corpus_is_whole(texts: list[tuple[str, str]]) -> None:
    indicators = [place for place, _ in texts if place.endswith("threat_query")]
    assert (len(texts), len(indicators)) == (591, 9)


def test_every_query_survives_writing(texts: list[tuple[str, str]]) -> None:
    for place, text in texts:
        detection = KUERY.parse(text)
        written = KUERY.emit(detection).text
        again = KUERY.parse(written)
        assert again == detection, place
        assert KUERY.emit(again).text == written, place


def test_every_query_has_query_dsl(texts: list[tuple[str, str]]) -> None:
    for place, text in texts:
        detection = KUERY.parse(text)
        query = DSL.emit(detection).text
        assert json.loads(query), place
        assert DSL.emit(KUERY.parse(KUERY.emit(detection).text)).text == query, place


def test_a_line_over_the_width_holds_one_value(texts: list[tuple[str, str]]) -> None:
    for place, text in texts:
        for line in KUERY.emit(KUERY.parse(text)).text.splitlines():
            if len(line) > 120:
                unquoted = QUOTED.sub("", line).removesuffix(" and").removesuffix(" or")
                assert " or " not in unquoted, place
                assert " and " not in unquoted, place
