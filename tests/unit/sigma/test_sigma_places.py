"""Places of leaves and errors, bounded nesting, registration, and the truth of the declared capabilities."""

from __future__ import annotations

import pytest

from isorule.diagnostics import ParseError, UnsupportedError
from isorule.dialects.registry import dialect
from isorule.dialects.sigma import SIGMA, read_detection, write_detection
from isorule.dialects.sigma.chains import MODIFIERS
from isorule.dialects.sigma.conditions import matching_names
from isorule.dialects.sigma.plans import Both, Group, Quantifier, condition
from isorule.dialects.sigma.problems import CODES
from isorule.ir.detections import Match
from isorule.ir.matchers import Equals, OneOf
from isorule.ir.predicates import And, Field, Not, Or, Predicate, Test
from isorule.ir.walk import leaves
from isorule.source import Located, Span

TEXT = """selection:
    Image|endswith:
        - '\\cmd.exe'
        - '\\whoami.exe'
    User: 'root'
keywords:
    - 'mimi'
condition: selection and
           not keywords
"""


def covered(span: Span | None) -> str:
    assert span is not None
    return TEXT[span.start : span.end]


def test_leaves_have_the_place_of_their_values() -> None:
    detection = SIGMA.parse(TEXT)
    assert isinstance(detection, Match)
    image, user, keyword = (test for test, _ in leaves(detection.where))
    assert isinstance(image.matcher, OneOf)
    assert [covered(option.span) for option in image.matcher.options] == ["'\\cmd.exe'", "'\\whoami.exe'"]
    assert covered(user.span) == covered(user.matcher.span) == "'root'"
    assert covered(keyword.matcher.span) == "'mimi'"


def test_operators_have_their_place_in_a_condition_over_two_lines() -> None:
    detection = SIGMA.parse(TEXT)
    assert covered(detection.where.span) == "selection and\n           not keywords"
    negation = detection.where.terms[1]
    assert isinstance(negation, Not)
    assert covered(negation.span) == "not keywords"


def test_without_texts_an_error_in_a_condition_points_at_the_condition_and_says_the_column() -> None:
    places = {("condition",): Located(Span(20, 29), Span(31, 40))}
    with pytest.raises(ParseError) as caught:
        read_detection({"a": {"f": 1}, "condition": "a and bb"}, places)
    assert caught.value.diagnostic.span == Span(31, 40)
    assert "column 7 of the condition" in caught.value.diagnostic.message


def test_without_places_an_error_in_a_condition_has_its_span_in_the_condition() -> None:
    with pytest.raises(ParseError) as caught:
        read_detection({"a": {"f": 1}, "condition": ["a", "a and bb"]})
    assert caught.value.diagnostic.span == Span(6, 8)


def test_unused_selections_are_read_for_their_errors_only() -> None:
    detection = {"a": {"f": 1}, "b": {"g": 1}, "condition": "a"}
    assert read_detection(detection) == Match(Test(Field("f"), Equals(1)))
    with pytest.raises(ParseError):
        read_detection({**detection, "b": {"g|nope": 1}})


@pytest.mark.parametrize("condition", ["(" * 5000 + "a" + ")" * 5000, "not (" * 5000 + "a" + ")" * 5000])
def test_deep_conditions_are_refused(condition: str) -> None:
    with pytest.raises(ParseError) as caught:
        read_detection({"a": {"f": 1}, "condition": condition})
    assert caught.value.diagnostic.name == "nested-too-deep"


def test_two_hundred_parentheses_are_read() -> None:
    assert read_detection({"a": {"f": 1}, "condition": "not (" * 200 + "a" + ")" * 200}) is not None


def test_many_negations_in_a_row_are_read() -> None:
    assert read_detection({"a": {"f": 1}, "condition": "not " * 5001 + "a"}) == Match(Not(Test(Field("f"), Equals(1))))


def test_deep_lists_are_refused() -> None:
    nested: object = {"f": 1}
    for _ in range(400):
        nested = [nested]
    with pytest.raises(ParseError) as caught:
        read_detection({"a": nested, "condition": "a"})
    assert caught.value.diagnostic.name == "nested-too-deep"


def nested(levels: int) -> Predicate:
    predicate: Predicate = Test(Field("f"), Equals(1))
    for number in range(levels):
        other = Test(Field(f"g{number}"), Equals(2))
        predicate = And((predicate, other)) if number % 2 else Or((predicate, Not(other)))
    return predicate


def test_deep_predicates_are_refused() -> None:
    with pytest.raises(UnsupportedError) as caught:
        write_detection(Match(nested(400)))
    assert caught.value.diagnostic.name == "nested-too-deep"


def test_ninety_nine_levels_are_written() -> None:
    mapping = write_detection(Match(nested(99))).mapping
    assert write_detection(read_detection(mapping)).mapping == mapping


def test_a_lone_surrogate_cannot_be_written() -> None:
    with pytest.raises(UnsupportedError) as caught:
        SIGMA.emit(Match(Test(Field("f"), Equals("\ud800"))))
    assert caught.value.diagnostic.name == "not-writable"


def test_a_pattern_is_not_used_where_it_matches_other_names() -> None:
    """`1 of filter_main_*` would also be `filter_main_x_*`; here the names of one group start like those of another."""
    plan = Both(
        (
            Group(Quantifier.ALL, ("s_a", "s_b"), "s_*"),
            Group(Quantifier.ANY, ("s_a_1", "s_a_2"), "s_a_*"),
        )
    )
    names = ["s_a", "s_b", "s_a_1", "s_a_2"]
    assert condition(plan, names, matching_names) == "s_a and s_b and 1 of s_a_*"


def test_registered_and_truthful() -> None:
    assert dialect("sigma") is SIGMA
    assert SIGMA.capabilities is not None
    assert SIGMA.capabilities.functions <= MODIFIERS
    assert len(set(CODES.values())) == len(CODES)
