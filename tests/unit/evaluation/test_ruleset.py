"""Rule sets on streams: what they take, the order of alerts, and what sequences keep and give up."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from isorule.diagnostics import UnsupportedError
from isorule.evaluation import RuleSet, compile_predicate
from isorule.evaluation.events import EventView
from isorule.evaluation.literals import accelerator_installed, literal_finder
from isorule.evaluation.sequence_stream import StreamLimits
from isorule.ir.axes import Case, TokenMode
from isorule.ir.detections import (
    Aggregate,
    Detection,
    Match,
    Opaque,
    Pipe,
    PipeKind,
    Sample,
    Sequence,
    Stage,
    Window,
    WindowKind,
)
from isorule.ir.matchers import Equals, FieldRef, Like, Present, Tokens, Wildcard
from isorule.ir.predicates import And, AnyField, Const, Field, FieldGlob, Nested, Not, Predicate
from isorule.ir.predicates import Test as Leaf
from isorule.ir.rule import DataSource, Metadata, Rule
from isorule.ir.schema import schema_from

START = 1_700_000_000_000


def rule(detection: Detection, title: str = "r") -> Rule:
    return Rule(Metadata(title), DataSource(), detection, "eql")


def kind(text: str, *, missing: bool = False) -> Stage:
    return Stage(Leaf(Field("kind"), Equals(text)), missing=missing)


def at(time: int, text: str, key: object = "k") -> dict[str, object]:
    return {"@timestamp": START + time, "kind": text, "key": key}


def sequence(*stages: Stage, maxspan: int | None = 10) -> Sequence:
    return Sequence(stages, (Field("key"),), maxspan)


def times(rules: RuleSet, events: list[dict[str, object]]) -> list[list[int | None]]:
    """The times of the events of each alert."""
    alerts = rules.feed(events)
    return [
        [None if event is None else int(str(event["@timestamp"])) - START for event in alert.events] for alert in alerts
    ]


@pytest.mark.parametrize(
    ("detection", "name"),
    [
        (Match(Const(True), (Pipe(PipeKind.HEAD, 1),)), "pipes-in-stream"),
        (Sequence((kind("a"), kind("b")), pipes=(Pipe(PipeKind.TAIL, 1),)), "pipes-in-stream"),
        (Sample((kind("a"), kind("b"))), "not-a-stream-rule"),
        (Aggregate(Const(True), (), Window(WindowKind.SLIDING, 1), ()), "not-a-stream-rule"),
        (Opaque("esql", "FROM x", "not read"), "not-a-stream-rule"),
        (Sequence((kind("a"), kind("b", missing=True))), "missing-needs-maxspan"),
    ],
)
def test_what_a_stream_cannot_have_is_refused(detection: Detection, name: str) -> None:
    with pytest.raises(UnsupportedError) as refusal:
        RuleSet([rule(detection)])
    assert refusal.value.diagnostic.name == name


def test_alerts_come_event_by_event_and_then_in_the_order_of_rules() -> None:
    rules = [
        rule(sequence(kind("a"), kind("b")), "s"),
        rule(Match(Const(True)), "all"),
        rule(Match(kind("b").where), "b"),
    ]
    found = [alert.rule.metadata.title for alert in RuleSet(rules).feed([at(0, "a"), at(1, "b")]) if alert.rule]
    assert found == ["all", "all", "b", "s"]


def test_each_feed_is_a_stream_of_its_own() -> None:
    rules = RuleSet([rule(sequence(kind("a"), kind("b")))])
    assert times(rules, [at(0, "a")]) == []
    assert times(rules, [at(1, "b")]) == []
    assert times(rules, [at(0, "a"), at(1, "b")]) == [[0, 1]]


def test_a_match_waits_for_its_missing_event_no_longer_than_maxspan() -> None:
    """With `maxspan=10`, an event at 10 still spoils a match that began at 0; one at 11 shows that none came."""
    rules = RuleSet([rule(sequence(kind("a"), kind("b"), kind("x", missing=True)))])
    seen: list[int] = []

    def stream(last: dict[str, object]) -> Iterator[dict[str, object]]:
        for event in (at(0, "a"), at(1, "b"), last):
            yield event
            seen.append(len(found))

    found: list[object] = []
    for alert in rules.feed(stream(at(11, "a"))):
        found.append(alert)  # the stream looks at how many there are
    assert (len(found), seen) == (1, [0, 0, 1])
    assert times(rules, [at(0, "a"), at(1, "b"), at(10, "x")]) == []
    assert times(rules, [at(0, "a"), at(1, "b"), at(11, "x")]) == [[0, 1, None]]
    assert times(rules, [at(0, "a"), at(1, "b")]) == [[0, 1, None]]


def test_time_passes_for_a_waiting_match_although_no_event_concerns_it() -> None:
    rules = RuleSet([rule(sequence(kind("a"), kind("x", missing=True)))])
    after = 0
    for _ in rules.feed(counting := Counting([at(0, "a"), *(at(100 + number, "other") for number in range(2_000))])):
        after = counting.taken
    assert 0 < after <= 257


class Counting:
    """An iterator that knows how many items were taken."""

    def __init__(self, items: list[dict[str, object]]) -> None:
        self._items = iter(items)
        self.taken = 0

    def __iter__(self) -> Counting:
        return self

    def __next__(self) -> dict[str, object]:
        self.taken += 1
        return next(self._items)


def test_partial_matches_over_the_limit_are_given_up_and_that_is_said_once() -> None:
    rules = RuleSet([rule(sequence(kind("a"), kind("b"), maxspan=None))], limits=StreamLimits(partial_matches=8))
    begun = [at(number, "a", number) for number in range(20)]
    ended = [at(100 + number, "b", number) for number in range(20)]
    found = times(rules, begun + ended)
    assert 1 <= len(found) <= 8
    assert found == [[number, 100 + number] for number in range(20 - len(found), 20)], "the newest are kept"
    assert [problem.name for problem in rules.problems] == ["too-many-partial-matches"]
    assert times(rules, begun + ended) == found
    assert len(rules.problems) == 1


def test_the_limit_is_shared_out_among_the_rules() -> None:
    rules = [rule(sequence(kind(text), kind("z"), maxspan=None), text) for text in "ab"]
    compiled = RuleSet(rules, limits=StreamLimits(partial_matches=8))
    flood = [at(number, "a", number) for number in range(20)]
    assert times(compiled, [at(0, "b"), *flood, at(99, "z")]) == [[0, 99]]
    assert [problem.message.startswith("'a'") for problem in compiled.problems] == [True]


def test_expired_partial_matches_do_not_count() -> None:
    rules = RuleSet([rule(sequence(kind("a"), kind("b")))], limits=StreamLimits(partial_matches=16))
    events = [at(number * 2, "a", number) for number in range(1_000)]
    assert times(rules, [*events, at(1_999, "b", 999)]) == [[1_998, 1_999]]
    assert rules.problems == ()


def test_waiting_matches_of_one_key_are_limited() -> None:
    stages = (kind("a"), kind("x", missing=True))
    rules = RuleSet([rule(sequence(*stages))], limits=StreamLimits(waiting_per_key=3))
    found = times(rules, [at(0, "a", "other"), *(at(number, "a") for number in range(6))])
    assert found == [[0, None], [3, None], [4, None], [5, None]]
    assert [problem.name for problem in rules.problems] == ["too-many-waiting-matches"]


def test_an_event_out_of_order_takes_nothing_from_a_newer_one() -> None:
    rules = RuleSet([rule(sequence(kind("a"), kind("b")))])
    assert times(rules, [at(5, "a"), at(3, "a"), at(4, "b"), at(6, "b")]) == [[5, 6]]
    assert [problem.name for problem in rules.problems] == ["event-out-of-order"]


def test_a_wrong_clock_does_not_stop_a_sequence() -> None:
    """One event from the far future: what is begun afterwards still comes to its end."""
    rules = RuleSet([rule(sequence(kind("a"), kind("b")))])
    events = [at(0, "a", "x"), at(10**9, "a", "y")]
    events += [at(number, text, number) for number in range(1, 1_000) for text in ("a", "b")]
    assert len(times(rules, events)) == 999
    assert [problem.name for problem in rules.problems] == ["event-out-of-order"]


def test_events_without_a_time_take_no_part_in_sequences() -> None:
    rules = RuleSet([rule(sequence(kind("a"), kind("b")))])
    assert times(rules, [at(0, "a"), {"kind": "b", "key": "k"}]) == []


def test_keys_are_shown_as_their_type_asks() -> None:
    found = Sequence((kind("a"), kind("b")), (Field("ip"), Field("key", optional=True)), 10)
    compiled = RuleSet([rule(found)], schema=schema_from({"ip": "ip", "@timestamp": "date"}))
    events = [{**at(0, "a", None), "ip": "::ffff:10.0.0.1"}, {**at(1, "b", None), "ip": "10.0.0.1"}]
    assert [alert.keys for alert in compiled.feed(events)] == [("10.0.0.1", None)]


def test_memory_stays_flat() -> None:
    """Ten thousand events later, with keys that never come back, no more is held than before."""

    def stream(count: int) -> Iterator[dict[str, object]]:
        for number in range(count):
            yield at(number, "ab"[number % 2], f"key {number // 3} with a text that weighs something")
            if number in marks:
                held.append(tracemalloc.get_traced_memory()[0])

    marks, held = (4_000, 14_000), []
    compiled = RuleSet([rule(sequence(kind("a"), kind("b"), kind("x", missing=True))), rule(Match(kind("c").where))])
    tracemalloc.start()
    try:
        assert sum(1 for _ in compiled.feed(stream(14_001))) > 1_000
    finally:
        tracemalloc.stop()
    assert held[1] - held[0] < 100_000


def test_keywords_and_patterns_of_fields_are_looked_up() -> None:
    """Tests of many fields run only on events that hold their text, or something below their path."""
    keyword = Leaf(AnyField(), Like((Wildcard.RUN, "mimi", Wildcard.RUN), Case.INSENSITIVE))
    pattern = Leaf(FieldGlob("file.hash.*"), Present())
    compiled = RuleSet([rule(Match(keyword)), rule(Match(pattern))])
    assert compiled.candidates(EventView({"a": {"b": ["x", "Xmimix"]}})) == [0]
    assert compiled.candidates(EventView({"file": {"hash": {"md5": 1}}})) == [1]
    assert compiled.candidates(EventView({"file": {"hash.md5": 1}})) == [1]
    assert compiled.candidates(EventView({"file.hash.md5": 1})) == [1]
    assert compiled.candidates(EventView({"file": {"name": "x"}, "a": "mi"})) == []


def test_gates_follow_what_events_have() -> None:
    """What the rules make look rare but all events have is not asked for any more after a count."""
    long = Leaf(Field("f"), Equals("a text so long that it looks rare"))
    short = Leaf(Field("g"), Equals("x"))
    compiled = RuleSet([rule(Match(And((long, short))))])
    event: dict[str, Any] = {"f": "a text so long that it looks rare", "g": "y"}
    assert compiled.candidates(EventView(event)) == [0]
    assert list(compiled.feed([event] * 1_000)) == []
    assert compiled.candidates(EventView(event)) == []
    assert compiled.candidates(EventView({"f": event["f"], "g": "x"})) == [0]


def test_a_condition_that_nothing_gates_is_always_asked() -> None:
    compiled = RuleSet([rule(Match(Not(kind("a").where)))])
    assert [len(alert.events) for alert in compiled.feed([{}, {"kind": "a"}])] == [1]


@pytest.mark.parametrize("where", [Const(False), Const(None), And((Const(True), Const(None)))])
def test_a_condition_that_is_never_true_is_never_asked(where: Predicate) -> None:
    assert RuleSet([rule(Match(where))]).candidates(EventView({"kind": "a"})) == []


@pytest.mark.parametrize("others", [0, 200], ids=["few", "many"])
@pytest.mark.parametrize("text", ["", "a", "\ud800", "İ", "naïve café", "x" * 5_000])
def test_texts_are_found_with_and_without_the_accelerator(text: str, others: int) -> None:
    texts = ["a", "\ud800", "i", "é", "café", "xxxxx", "caf", "ve c", "ï", "zz", *map(str, range(others))]
    expected = {place for place, part in enumerate(texts) if part in text}
    for accelerated in (False, True) if accelerator_installed() else (False,):
        assert set(literal_finder(texts, accelerated)(text)) == expected


@pytest.mark.skipif(accelerator_installed(), reason="the extra isorule[fast] is installed")
def test_an_accelerator_that_is_asked_for_and_missing_is_an_error() -> None:
    with pytest.raises(ModuleNotFoundError):
        literal_finder([f"text {number}" for number in range(20)], True)


RUN = Wildcard.RUN
CORNERS: list[tuple[str, dict[str, object], Predicate, dict[str, object]]] = [
    ("a whole decimal equals a whole number", {}, Leaf(Field("n"), Equals(4)), {"n": 4.0}),
    (
        "analysis makes an i of a dotted capital",
        {"t": "text"},
        Leaf(Field("t"), Tokens("ai", TokenMode.ALL)),
        {"t": "aİ"},
    ),
    (
        "two fields that no mapping knows are the same",
        {"properties": {"a": {"type": "keyword"}}},
        Leaf(Field("x", optional=True), FieldRef("y")),
        {},
    ),
    (
        "an alias of a nested field",
        {"properties": {"al": {"type": "alias", "path": "o"}, "o": {"type": "nested", "properties": {}}}},
        Nested("al", Leaf(Field("al.p"), Equals("x"))),
        {"o": [{"p": "x"}]},
    ),
    (
        "a pattern of fields below a field that holds values",
        {"a": "keyword", "a.b": "keyword", "a.b.c": "keyword"},
        Leaf(FieldGlob("a.b.*"), Equals("x")),
        {"a": "x"},
    ),
    ("a multi-field of another type", {"t": "keyword", "t.n": "long"}, Leaf(Field("t.n"), Equals(4)), {"t": "4.7"}),
    (
        "what stands in for null",
        {"properties": {"t": {"type": "keyword", "null_value": "ab"}}},
        Leaf(Field("t"), Equals("ab")),
        {"t": [None]},
    ),
    (
        "any field, read as its type",
        {"ip": "ip"},
        Leaf(AnyField(), Like((RUN, "::1"))),
        {"ip": "0:0:0:0:0:0:0:1"},
    ),
    ("half of a surrogate pair", {}, Leaf(Field("t"), Like((RUN, "\ud800", RUN))), {"t": "a\ud800b"}),
    ("an unread key below a path", {}, Leaf(Field("a.b"), Present()), {"a.b.c": 1}),
    ("an address in another spelling", {"ip": "ip"}, Leaf(Field("ip"), Equals("::1")), {"ip": ["0:0:0:0:0:0:0:1"]}),
    ("a number of absurd length beside a value", {}, Leaf(Field("t"), Equals("x")), {"t": [10**5000, "x"]}),
]


@pytest.mark.parametrize(("table", "where", "event"), [case[1:] for case in CORNERS], ids=[case[0] for case in CORNERS])
def test_no_gate_holds_back_what_matches(table: dict[str, object], where: Predicate, event: dict[str, object]) -> None:
    schema = schema_from(table)
    assert compile_predicate(where, schema)(event) is True
    others = [
        Leaf(Field("t"), Equals("other")),
        *(Leaf(Field("a.b.c"), Equals(f"text {number}")) for number in range(9)),
    ]
    for conditions in ([where, *others], [*others, where]):
        rules = [rule(Match(condition), str(condition is where)) for condition in conditions]
        found = [alert.rule.metadata.title for alert in RuleSet(rules, schema=schema).feed([event]) if alert.rule]
        assert found == ["True"]


@pytest.mark.parametrize("written", [0.1, "0.1", 0.10000000149011612])
def test_the_index_finds_numbers_that_a_field_rounds(written: object) -> None:
    schema = schema_from({"risk": "float", "mark": "keyword"})
    rules = [rule(Match(Leaf(Field("risk"), Equals(0.1)))), rule(Match(Leaf(Field("mark"), Equals("x"))))]
    alerts = RuleSet(rules, schema=schema).feed([{"risk": written, "mark": "y"}])
    assert [alert.rule for alert in alerts] == rules[:1]


def test_the_index_does_not_find_what_a_condition_does_not_see() -> None:
    schema = schema_from({"o": "nested", "o.x": "keyword"})
    rules = [
        rule(Match(Leaf(Field("o.x"), Equals("a")))),
        rule(Match(Not(Leaf(Field("o.x"), Equals("a"))))),
        rule(Match(Nested("o", Leaf(Field("o.x"), Equals("a"))))),
    ]
    alerts = RuleSet(rules, schema=schema).feed([{"o": [{"x": "a"}]}])
    assert [alert.rule for alert in alerts] == rules[1:]
