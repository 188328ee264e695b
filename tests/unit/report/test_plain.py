"""Detections in plain words: the sentences must say what differs silently between languages."""

from __future__ import annotations

import pytest

from isorule.ir.axes import Absent, Case, Quantifier, RegexFlavor, Relation, TokenMode
from isorule.ir.detections import (
    Aggregate,
    Comparison,
    Having,
    IndicatorEntry,
    IndicatorMatch,
    Match,
    Measure,
    MeasureKind,
    NewTerms,
    Opaque,
    Pipe,
    PipeKind,
    Sample,
    Sequence,
    Stage,
    Window,
    WindowKind,
)
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
from isorule.ir.predicates import And, AnyField, Call, Const, EventCategory, Field, Literal, Nested, Not, Or
from isorule.ir.predicates import Test as Leaf
from isorule.report.plain import duration, explain
from isorule.report.plain_tests import matcher_text, sentence

NAME = Field("process.name")
RUN = Wildcard.RUN


def on_name(matcher: Matcher, **axes: object) -> Leaf:
    return Leaf(NAME, matcher, **axes)


@pytest.mark.parametrize(
    ("matcher", "text"),
    [
        (Equals("cmd.exe"), 'is "cmd.exe"'),
        (Equals(4688), "is 4688"),
        (Equals(True), "is true"),
        (Like(("C:\\", RUN)), 'starts with "C:\\"'),
        (Like((RUN, ".exe")), 'ends with ".exe"'),
        (Like((RUN, "temp", RUN)), 'contains "temp"'),
        (Like(("a", RUN, "b")), 'matches the pattern "a*b"'),
        (Like(("a*b", Wildcard.ONE)), 'matches the pattern "a[*]b?"'),
        (Like((Placeholder("admins"),)), 'matches the pattern "%admins%"'),
        (Regex("a.c", RegexFlavor.LUCENE, anchored=True), "as a whole matches the Lucene expression /a.c/"),
        (Regex("a.c", RegexFlavor.SIGMA), "somewhere matches the Sigma expression /a.c/"),
        (Range(Bound(1, True), Bound(5, False)), "is at least 1 and less than 5"),
        (Range(upper=Bound(5, True)), "is at most 5"),
        (Range(lower=Bound(5, False)), "is greater than 5"),
        (InNetwork(("10.0.0.0/8", "fc00::/7")), "is an address in 10.0.0.0/8 or fc00::/7"),
        (FieldRef("user.name", Relation.ENDSWITH), "ends with some value of user.name"),
        (Tokens("a b", TokenMode.PHRASE), 'holds the words, side by side, of "a b"'),
        (Near("a b", 1), 'holds the words of "a b", at most 1 place out of line'),
        (Near("a b", 2), 'holds the words of "a b", at most 2 places out of line'),
        (OneOf((Equals("a"), Equals("b"))), 'is one of "a", "b"'),
        (OneOf((Like(("a", RUN)), Like((RUN, "b")))), 'matches one of the patterns "a*", "*b"'),
        (OneOf((Equals("a*"), Like((RUN, "b")))), 'matches one of the patterns "a[*]", "*b"'),
        (OneOf((Equals("a"), Range(Bound(1, True)))), 'is "a" or is at least 1'),
        (Complement(Equals("a")), 'has a value of which this is not so: it is "a"'),
    ],
)
def test_every_matcher_has_its_words(matcher: Matcher, text: str) -> None:
    assert matcher_text(matcher) == text


@pytest.mark.parametrize(
    ("matcher", "note"),
    [
        (Equals("a"), "letter case counts"),
        (Equals("a", Case.INSENSITIVE), "letter case does not count"),
        (Equals("a", Case.MAPPED), "letter case as the field's type says"),
        (OneOf((Equals("a"), Equals("b"))), "letter case counts"),
        (OneOf((Equals("a"), Equals("b", Case.INSENSITIVE))), "letter case counts for some"),
        (Complement(Equals("a", Case.INSENSITIVE)), "letter case does not count"),
    ],
)
def test_letter_case_is_always_said_of_text(matcher: Matcher, note: str) -> None:
    assert sentence(on_name(matcher)).endswith(f"({note})")


@pytest.mark.parametrize("matcher", [Equals(1), Range(Bound(1, True)), InNetwork(("10.0.0.0/8",))])
def test_letter_case_is_not_said_of_what_has_none(matcher: Matcher) -> None:
    assert "letter case" not in sentence(on_name(matcher))


def test_presence_reads_as_presence_both_ways() -> None:
    assert sentence(on_name(Present())) == "process.name has a value"
    assert sentence(on_name(Present()), negated=True) == "process.name has no value"


def test_negation_says_what_becomes_of_a_missing_field() -> None:
    two_valued = sentence(on_name(Equals(1)), negated=True)
    assert two_valued == "not: process.name is 1 (an event without it meets this, too)"
    kleene = sentence(on_name(Equals(1), absent=Absent.UNKNOWN), negated=True)
    assert kleene == "not: process.name is 1 (an event without it meets neither this nor its opposite)"


def test_a_missing_field_is_no_matter_without_a_negation() -> None:
    assert sentence(on_name(Equals(1), absent=Absent.UNKNOWN)) == "process.name is 1"


def test_a_constant_cannot_be_missing() -> None:
    constant = Leaf(Call("length", (Literal("abc"),)), Equals(3))
    assert sentence(constant, negated=True) == 'not: length("abc") is 3'


@pytest.mark.parametrize(
    ("quantifier", "subject"),
    [
        (Quantifier.ANY, "process.name"),
        (Quantifier.ALL, "every value of process.name"),
        (Quantifier.SOLE, "the only value of process.name"),
    ],
)
def test_the_quantifier_is_said(quantifier: Quantifier, subject: str) -> None:
    assert sentence(on_name(Equals(1), quantifier=quantifier)) == f"{subject} is 1"


def test_subjects_without_a_path_have_words() -> None:
    assert sentence(Leaf(EventCategory(), Equals(1))).startswith("the event category is")
    assert sentence(Leaf(AnyField(), Equals(1))).startswith("some field is")
    call = Call("endsWith", (NAME, Literal(".exe")), Case.INSENSITIVE)
    assert sentence(Leaf(call, Equals(True))) == 'endsWith~(process.name, ".exe") is true'


def test_unprintable_characters_are_escaped_and_backslashes_are_not_doubled() -> None:
    assert matcher_text(Equals("C:\\a\tb\u200b")) == 'is "C:\\a\\tb\\u200b"'


def test_a_tree_has_one_line_for_each_node() -> None:
    first, second = on_name(Equals(1)), Leaf(Field("user.id"), Equals(2))
    detection = Match(And((first, Or((first, second)), Not(Or((first, second))), Not(And((first, second))))))
    assert explain(detection).splitlines() == [
        "every event for which",
        "  all of these",
        "    process.name is 1",
        "    one or more of these",
        "      process.name is 1",
        "      user.id is 2",
        "    none of these",
        "      process.name is 1",
        "      user.id is 2",
        "    not",
        "      all of these",
        "        process.name is 1",
        "        user.id is 2",
    ]


def test_null_under_a_negation_is_said_at_any_depth() -> None:
    unknown = on_name(Equals(1), absent=Absent.UNKNOWN)
    lines = explain(Match(Not(Or((unknown, Nested("dns.answers", unknown)))))).splitlines()
    assert [line for line in lines if "neither this nor its opposite" in line] == [lines[2], lines[4]]


def test_constants_say_when_they_hold() -> None:
    assert [explain(Match(Const(value))).splitlines()[1].strip() for value in (True, False, None)] == [
        "always",
        "never",
        "never (null)",
    ]


def test_a_sequence_says_order_span_keys_and_what_ends_it() -> None:
    sequence = Sequence(
        stages=(
            Stage(on_name(Equals(1)), by=(Field("process.pid"),)),
            Stage(on_name(Equals(2)), runs=3),
            Stage(on_name(Equals(3)), missing=True),
        ),
        by=(Field("host.id"), Field("user.id", optional=True)),
        maxspan=90_000,
        until=Stage(on_name(Equals(4))),
        pipes=(Pipe(PipeKind.HEAD, 2),),
    )
    head = "3 events in order of time within 90s, all with the same host.id, user.id (may be missing)"
    assert explain(sequence).splitlines() == [
        f"{head} (of the results only the first 2)",
        "  1. an event, its key process.pid, for which",
        "    process.name is 1",
        "  2. 3 events for which",
        "    process.name is 2",
        "  3. no event for which",
        "    process.name is 3",
        "  given up at an event for which",
        "    process.name is 4",
    ]


def test_a_sample_has_no_order() -> None:
    sample = Sample((Stage(Const(True)), Stage(Const(True))), (Field("host.id"),))
    assert explain(sample).splitlines()[0] == "2 events in any order, all with the same host.id"


def test_an_aggregate_says_groups_window_and_threshold() -> None:
    aggregate = Aggregate(
        Const(True),
        ("host.id",),
        Window(WindowKind.SLIDING, 3_600_000),
        (
            Having(Measure(MeasureKind.COUNT), Comparison.GTE, 20),
            Having(Measure(MeasureKind.CARDINALITY, ("user.id",)), Comparison.GT, 3),
        ),
    )
    assert explain(aggregate).splitlines() == [
        "events counted together by host.id over any 1h, where",
        "  the number of events is at least 20",
        "  the number of different values of user.id is greater than 3",
        "counting every event for which",
        "  always",
    ]


def test_new_terms_and_indicators_are_sentences() -> None:
    assert explain(NewTerms(Const(True), ("user.id", "host.id"), "now-7d")).splitlines()[0] == (
        "every event with the combination of user.id, host.id not seen since now-7d, for which"
    )
    entry = IndicatorEntry("dns.question.name", "threat.indicator.url.domain")
    other = IndicatorEntry("host.name", "threat.indicator.name", negated=True)
    lines = explain(IndicatorMatch(Const(True), Const(True), ("threat-*",), ((entry, other),))).splitlines()
    assert lines[1] == (
        "  dns.question.name is the indicator's threat.indicator.url.domain"
        " and host.name is not the indicator's threat.indicator.name"
    )


def test_what_is_not_read_says_why() -> None:
    assert explain(Opaque("esql", "from logs-*", "isorule has no reader for it")) == (
        "a detection that isorule keeps but does not read (esql): isorule has no reader for it\n"
    )


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(1, "1ms"), (1_500, "1500ms"), (90_000, "90s"), (120_000, "2m"), (86_400_000, "1d"), (90_000_000, "25h")],
)
def test_a_duration_takes_the_largest_unit_that_divides_it(milliseconds: int, text: str) -> None:
    assert duration(milliseconds) == text
