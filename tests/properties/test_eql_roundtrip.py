"""Whatever EQL can say in its natural form is written so that it reads back as the same."""

from __future__ import annotations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from isorule.diagnostics import ParseError
from isorule.dialects.eql import emit, parse
from isorule.dialects.eql.layout import WIDTH
from isorule.ir.axes import Case, RegexFlavor, Relation
from isorule.ir.detections import Match, Pipe, PipeKind, Sample, Sequence, Stage
from isorule.ir.matchers import (
    Bound,
    Equals,
    FieldRef,
    InNetwork,
    Like,
    LikePart,
    Matcher,
    OneOf,
    Present,
    Range,
    Regex,
    Wildcard,
    like,
)
from isorule.ir.predicates import And, Call, Const, EventCategory, Field, Literal, Not, Operand, Or, Predicate, Test

CASES = st.sampled_from((Case.SENSITIVE, Case.INSENSITIVE))
PARTS = st.sampled_from(("a", "process", "name", "@timestamp", "0", "c-uri", "of", "in", "x y", "``", "ä", "a/b"))
FIELDS = st.builds(Field, st.lists(PARTS, min_size=1, max_size=3).map(".".join), st.booleans())
TEXTS = st.text(st.sampled_from("abAB \\\"*?.[]\n\té\u200f\U0001f600'`/"), max_size=8)
PLAIN = TEXTS.map(lambda text: text.replace("*", "").replace("?", ""))
NUMBERS = st.one_of(
    st.integers(-(10**12), 10**12), st.floats(allow_nan=False, allow_infinity=False, min_value=-1e20, max_value=1e20)
)


@st.composite
def patterns(draw: st.DrawFn, case: Case, texts: st.SearchStrategy[str] = PLAIN) -> Like | Equals:
    part = st.one_of(st.sampled_from(Wildcard), texts)
    parts: tuple[LikePart, ...] = tuple(draw(st.lists(part, min_size=1, max_size=5)))
    return like(parts, case)


@st.composite
def signed_patterns(draw: st.DrawFn) -> Like | Equals:
    """Patterns whose texts may hold `*` and `?`, of the shapes that a function takes."""
    case = draw(CASES)
    if draw(st.booleans()):
        return like((draw(TEXTS), Wildcard.RUN), case)
    inner = draw(st.lists(st.one_of(st.sampled_from(Wildcard), TEXTS), max_size=4))
    made = like((Wildcard.RUN, *inner), case)
    starts_with_run = isinstance(made, Like) and made.parts[0] is Wildcard.RUN
    return made if starts_with_run else like((Wildcard.RUN, draw(TEXTS)), case)


def regexes(case: Case) -> st.SearchStrategy[Regex]:
    return st.builds(lambda pattern: Regex(pattern, RegexFlavor.LUCENE, case, True, True), TEXTS)


def _listed(options: st.SearchStrategy[Matcher]) -> st.SearchStrategy[Matcher]:
    return st.lists(options, min_size=2, max_size=4).map(lambda found: OneOf(tuple(found)))


LISTS = st.one_of(
    _listed(st.one_of(st.builds(Equals, TEXTS), st.builds(Equals, NUMBERS), st.builds(Equals, st.booleans()))),
    _listed(st.builds(Equals, TEXTS, st.just(Case.INSENSITIVE))),
    _listed(patterns(Case.INSENSITIVE)),
    _listed(patterns(Case.SENSITIVE)),
    _listed(regexes(Case.SENSITIVE)),
    _listed(regexes(Case.INSENSITIVE)),
)
BOUNDS = st.builds(Bound, st.one_of(NUMBERS, TEXTS), st.booleans())
SINGLE = st.one_of(
    st.builds(Equals, TEXTS, CASES),
    st.builds(Equals, NUMBERS),
    st.builds(Equals, st.booleans()),
    CASES.flatmap(patterns),
    CASES.flatmap(regexes),
    st.builds(lambda bound: Range(bound, None), BOUNDS),
    st.builds(lambda bound: Range(None, bound), BOUNDS),
    st.just(Present()),
)
OF_FIELDS = st.one_of(
    signed_patterns(),
    st.just(InNetwork(("10.0.0.0/8", "fe80::/10"))),
    st.builds(
        FieldRef,
        FIELDS.map(lambda field: field.path),
        st.sampled_from((Relation.STARTSWITH, Relation.ENDSWITH, Relation.CONTAINS)),
        CASES,
    ),
)


def _calls(inner: st.SearchStrategy[Operand]) -> st.SearchStrategy[Operand]:
    text = st.one_of(inner.filter(_is_text), st.builds(Literal, TEXTS))
    number = st.one_of(inner.filter(_is_number), st.builds(Literal, NUMBERS))
    computed = inner.filter(lambda operand: not isinstance(operand, Literal))
    return st.one_of(
        st.builds(lambda a: Call("length", (a,)), text),
        st.builds(lambda a, b: Call("concat", (a, b)), inner, text),
        st.builds(lambda a, b: Call("substring", (a, b)), text, number),
        st.builds(lambda a, b, c: Call("indexOf", (a, b), c), text, text, CASES),
        st.builds(lambda n, a, b: Call(n, (a, b)), st.sampled_from(("add", "subtract", "divide")), number, number),
        st.builds(lambda n, a, b: Call(n, (a, b)), st.sampled_from(("multiply", "modulo")), number, number),
        st.builds(lambda a: Call("negate", (a,)), computed.filter(_is_number)),
        st.builds(lambda a, b, c, d: Call("between", (a, b, c), d), text, text, text, CASES),
        st.builds(lambda a, b: Call("between", (a, b, b, Literal(True))), text, text),
        st.builds(lambda a: Call("number", (a,)), text),
        st.builds(lambda a: Call("number", (a, Literal(16))), text),
        st.builds(lambda a: Call("string", (Call("cidrMatch", (a, Literal("10.0.0.0/8"), Literal("::/0"))),)), FIELDS),
        st.builds(
            lambda n, a, b, c: Call("string", (Call(n, (a, b), c),)),
            st.sampled_from(("startsWith", "endsWith", "stringContains")),
            FIELDS,
            FIELDS,
            CASES,
        ),
        st.builds(
            lambda a, b, c: Call("string", (Call("in", (a, Literal(b), Literal(b + "x")), c),)), computed, TEXTS, CASES
        ),
        st.builds(lambda a, b: Call("string", (Call("regex", (a, Literal(b)), Case.SENSITIVE),)), computed, PLAIN),
        st.builds(
            lambda n, a, b: Call("string", (Call(n, (a, Literal(b))),)),
            st.sampled_from(("eq", "lt", "lte", "gte")),
            computed,
            NUMBERS,
        ),
        st.builds(
            lambda n, a, b: Call("string", (Call(n, (Call("eq", (a, Literal(b))), Call("gt", (a, Literal(b))))),)),
            st.sampled_from(("and", "or")),
            computed,
            NUMBERS,
        ),
        st.builds(lambda a, b: Call("string", (Call("gt", (a, Literal(b))),)), computed, NUMBERS),
        st.builds(lambda a, b: Call("string", (Call("like", (a, Literal(b + "*")), Case.SENSITIVE),)), computed, PLAIN),
        st.builds(lambda a: Call("string", (Call("not", (Call("isNull", (a,)),)),)), computed),
    )


NUMERIC = ("number", "length", "indexOf", "add", "subtract", "divide", "multiply", "modulo", "negate")


def _is_number(operand: Operand) -> bool:
    return not isinstance(operand, Call) or operand.function in NUMERIC


def _is_text(operand: Operand) -> bool:
    return not isinstance(operand, Call) or operand.function not in NUMERIC


COMPUTED = st.recursive(FIELDS, _calls, max_leaves=5).filter(lambda operand: isinstance(operand, Call))
LEAVES = st.one_of(
    st.builds(Test, FIELDS, st.one_of(SINGLE, LISTS, OF_FIELDS)),
    st.builds(Test, COMPUTED, st.one_of(SINGLE, LISTS)),
    st.builds(Const, st.sampled_from((True, False, None))),
)


def _joined(inner: st.SearchStrategy[Predicate]) -> st.SearchStrategy[Predicate]:
    terms = st.lists(inner, min_size=2, max_size=4).map(tuple)
    return st.one_of(st.builds(Not, inner), st.builds(And, terms), st.builds(Or, terms))


CONDITIONS = st.recursive(LEAVES, _joined, max_leaves=8)


def _categorized(category: str, condition: Predicate) -> Predicate:
    test = Test(EventCategory(), Equals(category))
    return test if condition == Const(True) else And((test, condition))


CLAUSES = st.one_of(CONDITIONS, st.builds(_categorized, TEXTS, CONDITIONS))
PIPES = st.lists(st.builds(Pipe, st.sampled_from(PipeKind), st.integers(1, 99)), max_size=2).map(tuple)


@settings(max_examples=300, deadline=None)
@given(CLAUSES, PIPES)
def test_an_event_query_reads_back(where: Predicate, pipes: tuple[Pipe, ...]) -> None:
    detection = Match(where, pipes)
    text = emit(detection).text
    assert parse(text) == detection
    assert emit(parse(text)).text == text


KEYS = st.lists(FIELDS, max_size=2).map(tuple)
SPANS = st.one_of(st.none(), st.integers(1, 10**9))


@st.composite
def stages(draw: st.DrawFn, most: int, *, missing: bool) -> tuple[Stage, ...]:
    """Clauses with as many keys each; a missing one has no `with runs`, and not all of them are missing."""
    count = draw(st.integers(2, most))
    width = draw(st.integers(0, 2))
    keys = st.lists(FIELDS, min_size=width, max_size=width).map(tuple)
    gaps = [missing and draw(st.booleans()) for _ in range(count)]
    gaps[draw(st.integers(0, count - 1))] = False
    runs = [1 if gap or not missing else draw(st.integers(1, 100)) for gap in gaps]
    return tuple(Stage(draw(CLAUSES), draw(keys), run, gap) for run, gap in zip(runs, gaps, strict=True))


@settings(max_examples=150, deadline=None)
@given(stages(4, missing=True), KEYS, SPANS, st.one_of(st.none(), CLAUSES), PIPES, st.data())
def test_a_sequence_reads_back(
    clauses: tuple[Stage, ...],
    by: tuple[Field, ...],
    maxspan: int | None,
    until: Predicate | None,
    pipes: tuple[Pipe, ...],
    data: st.DataObject,
) -> None:
    if any(clause.missing for clause in clauses):
        maxspan = maxspan or 1  # without a span nothing can be found missing
    width = len(clauses[0].by)
    keys = data.draw(st.lists(FIELDS, min_size=width, max_size=width).map(tuple))
    detection = Sequence(clauses, by, maxspan, None if until is None else Stage(until, keys), pipes)
    text = emit(detection).text
    assert parse(text) == detection
    assert emit(parse(text)).text == text


@settings(max_examples=80, deadline=None)
@given(stages(4, missing=False), st.lists(FIELDS, min_size=1, max_size=2).map(tuple), PIPES)
def test_a_sample_reads_back(clauses: tuple[Stage, ...], by: tuple[Field, ...], pipes: tuple[Pipe, ...]) -> None:
    detection = Sample(clauses, by, pipes)
    text = emit(detection).text
    assert parse(text) == detection
    assert emit(parse(text)).text == text


@settings(max_examples=100, deadline=None)
@given(CLAUSES)
def test_long_lines_have_nothing_to_break_at(where: Predicate) -> None:
    assume("Call('and'" not in repr(where))  # an operand is not broken
    for line in emit(Match(where)).text.splitlines():
        assert len(line) <= WIDTH or " and " not in line


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                'process where a == "x" and (b : ("y", "z"))',
                "'",
                '"',
                "(",
                ")",
                "[",
                "by ",
                "=",
                "| head 1",
                "\\",
                "`",
                "/*",
                "?",
                "sequence ",
                "not ",
                "in",
                "5.",
            ]
        ),
        max_size=6,
    ).map("".join)
)
def test_any_text_is_parsed_or_refused_with_a_place(text: str) -> None:
    try:
        parse(text)
    except ParseError as error:
        span = error.diagnostic.span
        assert span is not None
        assert 0 <= span.start <= span.end <= len(text)
