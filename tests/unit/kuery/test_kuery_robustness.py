"""Depth, spans and what the dialect says of itself."""

from __future__ import annotations

import pytest

from isorule.diagnostics import ParseError, UnsupportedError
from isorule.dialects.kuery import KUERY
from isorule.dialects.kuery.lexical import MAX_DEPTH
from isorule.ir.detections import Match, Pipe, PipeKind, Sequence
from isorule.ir.matchers import Present
from isorule.ir.predicates import Field, Not, Test
from isorule.ir.walk import walk


@pytest.mark.parametrize(("opening", "closing"), [("(", ")"), ("a:{", "}"), ("not (", ")")])
def test_brackets_nest_as_deep_as_the_limit_and_no_deeper(opening: str, closing: str) -> None:
    deepest = opening * MAX_DEPTH + "b:1" + closing * MAX_DEPTH
    assert KUERY.parse(KUERY.emit(KUERY.parse(deepest)).text) == KUERY.parse(deepest)
    with pytest.raises(ParseError) as caught:
        KUERY.parse(opening + deepest + closing)
    diagnostic = caught.value.diagnostic
    place = MAX_DEPTH * len(opening) + len(opening) - 1
    assert (diagnostic.name, tuple(diagnostic.span)) == ("nested-too-deep", (place, place + 1))


def test_brackets_of_lists_count_too() -> None:
    with pytest.raises(ParseError) as caught:
        KUERY.parse("a:" + "(" * (MAX_DEPTH + 1))
    assert caught.value.diagnostic.name == "nested-too-deep"


@pytest.mark.parametrize(
    ("opening", "closing"), [("a:1 and not (", ")"), ("a:1 or not b:{ ", " }"), ("a:1 and (b:2 or (", "))")]
)
def test_alternating_depth_can_be_written(opening: str, closing: str) -> None:
    levels = MAX_DEPTH // len(closing.strip())
    text = opening * levels + "b:1" + closing * levels
    assert KUERY.parse(KUERY.emit(KUERY.parse(text)).text) == KUERY.parse(text)


def test_a_condition_too_deep_to_write_is_refused() -> None:
    where = Test(Field("a"), Present())
    for _ in range(400):
        where = Not(where)
    with pytest.raises(UnsupportedError) as caught:
        KUERY.emit(Match(where))
    assert caught.value.diagnostic.name == "nested-too-deep"


def test_spans_are_those_of_the_text() -> None:
    text = '  a : (b or not "c d")  and  not x:{ y > 5 }'
    found = {text[slice(*node.span)] for node in walk(KUERY.parse(text).where)}
    assert found == {
        'a : (b or not "c d")  and  not x:{ y > 5 }',
        'a : (b or not "c d")',
        "b",
        'not "c d"',
        '"c d"',
        "not x:{ y > 5 }",
        "x:{ y > 5 }",
        "y > 5",
    }


def test_spans_of_values() -> None:
    text = "a:(b* or null or  true or c d ) and e >= 5"
    conjunction = KUERY.parse(text).where
    listed, compared = conjunction.terms
    assert [text[slice(*option.span)] for option in listed.matcher.options] == ["b*", "null", "true", "c d"]
    assert text[slice(*listed.matcher.span)] == "b* or null or  true or c d"
    assert text[slice(*compared.matcher.span)] == "5"


@pytest.mark.parametrize(
    ("detection", "name"),
    [
        (Match(Test(Field("a"), Present()), (Pipe(PipeKind.HEAD, 1),)), "pipes"),
        (Sequence(()), "detection-kind"),
    ],
)
def test_other_detections_are_refused(detection: Match | Sequence, name: str) -> None:
    with pytest.raises(UnsupportedError) as caught:
        KUERY.emit(detection)
    assert caught.value.diagnostic.name == name
