"""The EQL vectors: what queries mean, which are refused and where, how detections are written."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
import tomli

from isorule.diagnostics import ParseError, UnsupportedError
from isorule.dialects.eql import emit, parse
from isorule.dialects.eql.errors import CODES
from isorule.ir import axes, detections, matchers, predicates
from isorule.ir.detections import Detection

VECTORS = Path(__file__).parents[2] / "vectors" / "eql"


def _cases(name: str) -> list[object]:
    cases = tomli.loads((VECTORS / f"{name}.toml").read_text(encoding="utf-8"))["case"]
    return [pytest.param(case, id=case.get("name", case.get("query", case.get("ir")))) for case in cases]


def _names() -> dict[str, object]:
    """The nodes, and the members of all axes by their bare names."""
    names: dict[str, object] = {}
    for module in (matchers, predicates, detections):
        names |= vars(module)
    enums = (axes.Quantifier, axes.Absent, axes.Relation, axes.RegexFlavor, matchers.Wildcard, detections.PipeKind)
    for enum in enums:
        names |= {member.name: member for member in enum}
    cases = {"S": axes.Case.SENSITIVE, "I": axes.Case.INSENSITIVE, "MAPPED": axes.Case.MAPPED}
    return names | cases | {"PHRASE": axes.TokenMode.PHRASE}


NAMES = _names()


def _detection(expression: str) -> Detection:
    found = eval(expression, {"__builtins__": {}}, dict(NAMES))
    assert isinstance(found, Detection)
    return found


@pytest.mark.parametrize("case", _cases("meaning"))
def test_meaning(case: dict[str, str]) -> None:
    expected = _detection(case["ir"])
    assert parse(case["query"]) == expected


@pytest.mark.parametrize("case", _cases("meaning"))
def test_meaning_survives_writing(case: dict[str, str]) -> None:
    detection = parse(case["query"])
    text = emit(detection).text
    assert parse(text) == detection
    assert emit(parse(text)).text == text


@pytest.mark.parametrize("case", _cases("refused"))
def test_refused(case: dict[str, str]) -> None:
    before, covered, after = re.split("[«»]", case["query"])
    with pytest.raises(ParseError) as caught:
        parse(before + covered + after)
    diagnostic = caught.value.diagnostic
    assert diagnostic.name == case["error"]
    assert diagnostic.code == CODES[diagnostic.name]
    assert diagnostic.span == (len(before), len(before) + len(covered))
    assert case.get("hint", "") in (diagnostic.hint or "")


@pytest.mark.parametrize("case", _cases("emission"))
def test_emission(case: dict[str, str]) -> None:
    detection = _detection(case["ir"])
    if "refused" in case:
        with pytest.raises(UnsupportedError) as caught:
            emit(detection)
        assert caught.value.diagnostic.name == case["refused"]
        return
    emission = emit(detection)
    assert emission.text == case["text"].removeprefix("\n")
    assert emission.losses == ()
    parse(emission.text)


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("(", ")"),
        ("not ", ""),
        ("length(string(", "))"),
        ("x == (y and ", ")"),
        ("-", ""),
        ("1 + ", ""),
    ],
)
def test_depth_is_bounded(opening: str, closing: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse("any where " + opening * 100_000 + "1" + closing * 100_000)
    assert caught.value.diagnostic.name == "nested-too-deep"


def test_a_deep_caller_gets_a_diagnostic() -> None:
    query = "any where " + "(a and 1 == (" * 45 + "b" + "))" * 45

    def at_depth(frames: int) -> str:
        if frames:
            return at_depth(frames - 1)
        with pytest.raises(ParseError) as caught:
            parse(query)
        return caught.value.diagnostic.name

    parse(query)
    assert at_depth(sys.getrecursionlimit() - 300) == "nested-too-deep"


def test_a_deep_detection_is_refused() -> None:
    value: predicates.Operand = predicates.Field("a")
    for _ in range(5_000):
        value = predicates.Call("length", (value,))
    where: predicates.Predicate = predicates.Test(value, matchers.Equals(1))
    with pytest.raises(UnsupportedError) as caught:
        emit(detections.Match(where))
    assert caught.value.diagnostic.name == "nested-too-deep"


def test_spans() -> None:
    query = 'process where not (a : ("x*", "y") and b != 5)'
    detection = parse(query)
    assert isinstance(detection, detections.Match)

    def text(node: object) -> str:
        start, end = node.span
        return query[start:end]

    match detection.where:
        case predicates.And(
            (category, predicates.Not(predicates.And((first, predicates.Not(second) as unequal))) as no)
        ):
            assert text(detection.where) == query
            assert text(category) == "process"
            assert text(no) == query.removeprefix("process where ")
            assert text(first) == 'a : ("x*", "y")'
            assert isinstance(first, predicates.Test)
            assert isinstance(first.matcher, matchers.OneOf)
            assert text(first.matcher) == '("x*", "y")'
            assert [text(option) for option in first.matcher.options] == ['"x*"', '"y"']
            assert text(unequal) == text(second) == "b != 5"
            assert isinstance(second, predicates.Test)
            assert text(second.matcher) == "5"
        case other:
            pytest.fail(f"unexpected shape: {other}")


def test_stage_span() -> None:
    query = "sequence [a where true] by x with runs=2 [b where true] by x"
    detection = parse(query)
    assert isinstance(detection, detections.Sequence)
    spans = [stage.span for stage in detection.stages]
    assert [query[span.start : span.end] for span in spans if span] == [
        "[a where true] by x with runs=2",
        "[b where true] by x",
    ]


LONG = '"' + "x" * 45 + '"'


def test_layout() -> None:
    query = (
        f'process where host.os.type == "linux" and event.type == "start" and p.name in ({LONG}, {LONG}, {LONG}) and '
        f"not (q.name : ({LONG}, {LONG}) or (r == 1 and s like {LONG}))"
    )
    assert emit(parse(query)).text.splitlines() == [
        'process where host.os.type == "linux" and event.type == "start" and',
        "  p.name in (",
        f"    {LONG}, {LONG},",
        f"    {LONG}",
        "  ) and",
        "  not (",
        f"    q.name : ({LONG}, {LONG}) or",
        f"    (r == 1 and s == {LONG})",
        "  )",
    ]


def test_layout_of_a_stage_leaves_room_for_its_end() -> None:
    keys = ", ".join(f"key_number_{number}.of_the_event" for number in range(6)).replace(".of_", ".at_")
    stage = f'[process where a == "x" and b == "y" and c == {LONG} and d == "z"] by {keys}'
    text = emit(parse(f"sequence {stage} {stage}")).text
    assert max(map(len, text.splitlines())) <= 120
    assert parse(text) == parse(f"sequence {stage} {stage}")
