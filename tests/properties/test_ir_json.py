"""Any representation survives JSON."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isorule.diagnostics import ParseError
from isorule.ir.axes import Absent, Case, Quantifier, RegexFlavor, Relation, TokenMode
from isorule.ir.detections import (
    AllOccur,
    AnyOccurs,
    Comparison,
    Correlation,
    CorrelationItem,
    CorrelationKind,
    Detection,
    Having,
    Match,
    Measure,
    MeasureKind,
    NotOccurring,
    Occurrence,
    Occurs,
    Pipe,
    PipeKind,
    Sequence,
    Stage,
)
from isorule.ir.json_form import from_json, to_json
from isorule.ir.matchers import (
    Bound,
    Complement,
    Equals,
    FieldRef,
    InNetwork,
    Like,
    Matcher,
    Near,
    OneOf,
    Placeholder,
    Present,
    Range,
    Regex,
    Tokens,
    Wildcard,
)
from isorule.ir.predicates import (
    And,
    AnyField,
    Call,
    Const,
    EventCategory,
    Field,
    FieldGlob,
    Literal,
    Nested,
    Not,
    Or,
    Predicate,
    Test,
)
from isorule.ir.printing import show
from isorule.source import Span

texts = st.text(max_size=6)
scalars = st.one_of(texts, st.integers(), st.booleans(), st.floats(allow_nan=False, allow_infinity=False))
cases = st.sampled_from(Case)
spans = st.none() | st.builds(Span, st.integers(0, 99), st.integers(0, 99))
parts = st.lists(texts | st.sampled_from(Wildcard) | st.builds(Placeholder, texts), min_size=1, max_size=4).map(tuple)
bounds = st.builds(Bound, scalars, st.booleans())
simple: st.SearchStrategy[Matcher] = st.one_of(
    st.just(Present()),
    st.builds(Equals, scalars, cases, spans),
    st.builds(Like, parts, cases, spans),
    st.builds(Regex, texts, st.sampled_from(RegexFlavor), cases, st.booleans(), st.booleans(), st.booleans(), spans),
    st.builds(Range, bounds, st.none() | bounds, spans),
    st.builds(InNetwork, st.lists(texts, min_size=1, max_size=3).map(tuple), spans),
    st.builds(FieldRef, texts, st.sampled_from(Relation), cases, spans),
    st.builds(Tokens, texts, st.sampled_from(TokenMode), spans),
    st.builds(Near, texts, st.integers(1, 200), spans),
)
matchers = st.one_of(
    simple, st.builds(OneOf, st.lists(simple, min_size=2, max_size=3).map(tuple)), st.builds(Complement, simple)
)
fields = st.builds(Field, texts, st.booleans())
operands = st.recursive(
    st.one_of(fields, st.just(EventCategory()), st.builds(Literal, st.none() | scalars)),
    lambda inner: st.builds(Call, st.sampled_from(("length", "concat")), st.lists(inner, max_size=3).map(tuple), cases),
    max_leaves=4,
)
subjects = st.one_of(operands, st.builds(FieldGlob, texts), st.just(AnyField()))
leaves = st.one_of(
    st.builds(Const, st.sampled_from((True, False, None))),
    st.builds(Test, subjects, matchers, st.sampled_from(Quantifier), st.sampled_from(Absent), spans),
)


def grow(inner: st.SearchStrategy[Predicate]) -> st.SearchStrategy[Predicate]:
    terms = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Not, inner), st.builds(And, terms), st.builds(Or, terms), st.builds(Nested, texts, inner)
    )


predicates = st.recursive(leaves, grow, max_leaves=6)
pipes = st.lists(st.builds(Pipe, st.sampled_from(PipeKind), st.integers(1, 9)), max_size=2).map(tuple)
keys = st.lists(fields, max_size=2).map(tuple)
stages = st.builds(Stage, predicates, keys, st.integers(1, 3), st.booleans(), spans)
occurrences: st.SearchStrategy[Occurrence] = st.recursive(
    st.builds(Occurs, texts),
    lambda inner: st.one_of(
        st.builds(NotOccurring, inner),
        *(st.builds(kind, st.lists(inner, min_size=2, max_size=3).map(tuple)) for kind in (AllOccur, AnyOccurs)),
    ),
    max_leaves=4,
)
measures = st.builds(Measure, st.sampled_from(MeasureKind), st.lists(texts, max_size=2).map(tuple))
havings = st.builds(Having, measures, st.sampled_from(Comparison), st.integers())
correlations = st.builds(
    Correlation,
    st.sampled_from(CorrelationKind),
    st.lists(st.builds(CorrelationItem, texts, st.builds(Match, predicates), keys, spans), max_size=2).map(tuple),
    st.lists(texts, max_size=2).map(tuple),
    st.integers(1),
    st.lists(havings, max_size=2).map(tuple),
    st.none() | occurrences,
)
detections: st.SearchStrategy[Detection] = st.one_of(
    st.builds(Match, predicates, pipes),
    correlations,
    st.builds(
        Sequence,
        st.lists(stages, min_size=1, max_size=3).map(tuple),
        keys,
        st.none() | st.integers(1),
        st.none() | stages,
        pipes,
    ),
)


@given(detections)
def test_json_round_trip(detection: Detection) -> None:
    text = json.dumps(to_json(detection))
    back = from_json(json.loads(text))
    assert back == detection
    assert json.dumps(to_json(back)) == text


@given(detections, detections)
def test_equal_detections_and_only_they_show_the_same_text(first: Detection, second: Detection) -> None:
    assert show(first) == show(first)
    if show(first) == show(second):
        assert first == second


@pytest.mark.parametrize(
    "value",
    [{}, {"node": "Nothing"}, {"node": "Not"}, {"node": "Not", "term": 1, "x": 2}, {"node": "Equals", "value": "a"}],
)
def test_malformed_json_is_a_parse_error(value: dict[str, object]) -> None:
    with pytest.raises(ParseError) as caught:
        from_json(value)
    assert caught.value.diagnostic.name == "malformed-representation"
