"""Runs the vectors of `tests/vectors/sigma`: what detections mean, how they are written, and what is refused where."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
import yaml

from isorule.diagnostics import ParseError, UnsupportedError
from isorule.dialects.sigma import SIGMA, read_detection, write_detection
from isorule.ir import axes, detections, matchers, predicates
from isorule.ir.axes import Case, RegexFlavor
from isorule.ir.detections import Match
from isorule.ir.matchers import Equals, Like, Matcher, OneOf, Wildcard
from isorule.ir.predicates import AnyField, Field, Predicate, Test

VECTORS = Path(__file__).parents[2] / "vectors" / "sigma"


def f(path: str, matcher: Matcher) -> Test:
    return Test(Field(path), matcher)


NOTATION: dict[str, object] = {
    **vars(axes),
    **vars(matchers),
    **vars(predicates),
    **vars(detections),
    "f": f,
    "any": lambda matcher: Test(AnyField(), matcher),
    "eq": Equals,
    "ieq": lambda text: Equals(text, Case.INSENSITIVE),
    "like": lambda *parts: Like(parts, Case.SENSITIVE),
    "ilike": lambda *parts: Like(parts, Case.INSENSITIVE),
    "one": lambda *options: OneOf(options),
    "RUN": Wildcard.RUN,
    "ONE": Wildcard.ONE,
    "SIGMA": RegexFlavor.SIGMA,
    "INSENSITIVE": Case.INSENSITIVE,
    "A": f("a", Equals(1)),
    "B": f("b", Equals(1)),
    "C": f("c", Equals(1)),
    "X": lambda name: f(name, Equals(1)),
}


def cases(file: str, key: str = "name") -> list[object]:
    entries = tomllib.loads((VECTORS / file).read_text(encoding="utf-8"))["cases"]
    return [pytest.param(entry, id=str(entry[key])) for entry in entries]


def predicate(notation: str) -> Predicate:
    """The predicate that a vector writes in the notation of the representation."""
    return eval(f"({notation})", NOTATION)


def selection(text: str) -> dict[str, object]:
    return {"selection": yaml.safe_load(text), "condition": "selection"}


def is_keywords(item: object) -> bool:
    if isinstance(item, dict):
        return next(iter(item)).startswith("|")
    return isinstance(item, list) and isinstance(item[0], str)


def is_disjunction(item: object) -> bool:
    return isinstance(item, list) and isinstance(item[0], dict)


def as_written(case: dict[str, str]) -> dict[str, object]:
    """The mapping that the detection of a case is written as."""
    if "again_detection" in case:
        return yaml.safe_load(case["again_detection"])
    item = yaml.safe_load(case.get("again", case["detection"]))
    name = "keywords" if is_keywords(item) else "selection"
    return {name: item, "condition": name}


@pytest.mark.parametrize("case", cases("values.toml"))
def test_value_means_and_is_written(case: dict[str, str]) -> None:
    expected = Match(predicate(case["where"]))
    assert read_detection(selection(case["detection"])) == expected
    written = write_detection(expected)
    assert same(written.mapping, as_written(case))
    assert written.losses == ()


@pytest.mark.parametrize("case", cases("values.toml"))
def test_pysigma_reads_what_is_written(case: dict[str, str]) -> None:
    rules = pytest.importorskip("sigma.rule")
    mapping = as_written(case)
    rule = rules.SigmaRule.from_dict({"title": "t", "logsource": {"category": "any"}, "detection": mapping})
    assert all(condition.parsed is not None for condition in rule.detection.parsed_condition)


def same(one: object, other: object) -> bool:
    """Equality in which `1`, `1.0` and `true` differ and keys have an order."""
    return repr(one) == repr(other)


@pytest.mark.parametrize("case", cases("conditions.toml", "condition"))
def test_condition_means(case: dict[str, object]) -> None:
    names = ["a", "b", "c", *case.get("extra", [])]
    detection = {**{name: {name: 1} for name in names}, "condition": case["condition"]}
    assert read_detection(detection) == Match(predicate(case["where"]))


@pytest.mark.parametrize("case", cases("refused.toml", "detection"))
def test_detection_is_refused_at_its_place(case: dict[str, object]) -> None:
    text = case["detection"]
    with pytest.raises(ParseError) as caught:
        SIGMA.parse(text)
    diagnostic = caught.value.diagnostic
    assert diagnostic.name == case["error"]
    assert text[diagnostic.span.start : diagnostic.span.end] == case["at"]
    if case["at"] and not text.startswith(case["at"]):
        assert diagnostic.span.start == nth_place(text, case["at"], case.get("nth", text.count(case["at"])))


def nth_place(text: str, part: str, number: int) -> int:
    at = -1
    for _ in range(number):
        at = text.index(part, at + 1)
    return at


@pytest.mark.parametrize("case", cases("layouts.toml"))
def test_predicate_is_written_as_a_maintainer_would(case: dict[str, str]) -> None:
    where = predicate(case["where"])
    emission = SIGMA.emit(Match(where))
    assert emission.text == case["text"]
    assert emission.losses == ()
    assert SIGMA.emit(SIGMA.parse(emission.text)).text == emission.text


@pytest.mark.parametrize("case", cases("not_expressible.toml", "where"))
def test_predicate_is_refused_with_a_reason(case: dict[str, str]) -> None:
    node = predicate(case["where"])
    detection = node if isinstance(node, detections.Detection) else Match(node)
    with pytest.raises(UnsupportedError) as caught:
        write_detection(detection)
    assert caught.value.diagnostic.name == case["error"]
