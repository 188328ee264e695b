"""Depth, spans and what the dialect says of itself."""

from __future__ import annotations

import pytest

from isorule.diagnostics import ParseError, UnsupportedError
from isorule.dialects.lucene import LUCENE
from isorule.dialects.lucene.lexical import MAX_DEPTH
from isorule.ir.axes import Case
from isorule.ir.detections import Match, Pipe, PipeKind, Sequence
from isorule.ir.matchers import Present
from isorule.ir.predicates import Field, Not, Test
from isorule.ir.walk import walk


@pytest.mark.parametrize("opening", ["(", "f:(", "NOT (", "a AND ("])
def test_parentheses_nest_as_deep_as_the_limit_and_no_deeper(opening: str) -> None:
    deepest = opening * MAX_DEPTH + "b:1" + ")" * MAX_DEPTH
    detection = LUCENE.parse(deepest)
    assert LUCENE.parse(LUCENE.emit(detection).text) == detection
    with pytest.raises(ParseError) as caught:
        LUCENE.parse(opening + deepest + ")")
    diagnostic = caught.value.diagnostic
    place = (MAX_DEPTH + 1) * len(opening) - 1
    assert (diagnostic.name, tuple(diagnostic.span)) == ("nested-too-deep", (place, place + 1))


def test_a_condition_too_deep_to_write_is_refused() -> None:
    where = Test(Field("a"), Present())
    for _ in range(400):
        where = Not(where)
    with pytest.raises(UnsupportedError) as caught:
        LUCENE.emit(Match(where))
    assert caught.value.diagnostic.name == "nested-too-deep"


def test_spans_are_those_of_the_text() -> None:
    text = '  a : (b OR "c d")^2  AND -(x:[1 TO 5] || new york)'
    found = {text[slice(*node.span)] for node in walk(LUCENE.parse(text).where)}
    assert found == {
        text.strip(),
        'a : (b OR "c d")^2',
        "-(x:[1 TO 5] || new york)",
        "(x:[1 TO 5] || new york)",
        "x:[1 TO 5]",
        "new",
        "york",
    }


def test_spans_of_values() -> None:
    text = "a:(b* OR  true c d OR /e/) AND e:>=5"
    listed, compared = LUCENE.parse(text).where.terms
    assert [text[slice(*option.span)] for option in listed.matcher.options] == ["b*", "true", "c", "d", "/e/"]
    assert text[slice(*listed.matcher.span)] == "b* OR  true c d OR /e/"
    assert text[slice(*compared.matcher.span)] == ">=5"


def test_long_queries_are_broken_at_operators_and_lists_are_filled() -> None:
    values = " OR ".join(f'"value number {number}"' for number in range(12))
    text = LUCENE.emit(LUCENE.parse(f"f:({values}) AND NOT g:x")).text
    lines = text.splitlines()
    assert (lines[0], lines[-2:]) == ("f:(", [") AND", "NOT g:x"])
    assert max(map(len, lines)) <= 120
    assert LUCENE.emit(LUCENE.parse(text)).text == text


def test_an_expression_is_as_the_field_is_mapped() -> None:
    assert LUCENE.parse("f:/a/").where.matcher.case is Case.MAPPED


@pytest.mark.parametrize(
    ("detection", "name"),
    [
        (Match(Test(Field("a"), Present()), (Pipe(PipeKind.HEAD, 1),)), "pipes"),
        (Sequence(()), "detection-kind"),
    ],
)
def test_other_detections_are_refused(detection: Match | Sequence, name: str) -> None:
    with pytest.raises(UnsupportedError) as caught:
        LUCENE.emit(detection)
    assert caught.value.diagnostic.name == name
