"""Events drawn at random for a pair of conditions, biased by the literals of both sides.

A field of the conditions gets nothing, one value or a list of two: a literal as it stands, in other letter case, with
its wildcards filled, cut short or longer, one beside an edge, a number as text or a text as a number.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_network

from isorule.ir.matchers import (
    Complement,
    Equals,
    FieldRef,
    InNetwork,
    Like,
    Matcher,
    OneOf,
    Range,
    Regex,
    Scalar,
    Tokens,
    Wildcard,
)
from isorule.ir.predicates import (
    And,
    AnyField,
    Call,
    EventCategory,
    Field,
    Nested,
    Not,
    Operand,
    Or,
    Predicate,
    Test,
)
from isorule.ir.schema import FieldSchema, FieldType

Check = Callable[[Mapping[str, object]], bool | None]
Event = dict[str, object]

_FREE = "free.text"
_FILLINGS = ("", "a", "\\", "x.exe", " ", "İ", "1")
_MOST_LITERALS = 60


@dataclass(frozen=True, slots=True)
class Answers:
    """How many events each combination of answers was given for, and one event for each way to differ."""

    drawn: int
    first_only: Event | None
    second_only: Event | None
    matched: int


class Source:
    """Draws events for two predicates."""

    def __init__(
        self, predicates: tuple[Predicate, Predicate], schema: FieldSchema, category: str, rng: random.Random
    ) -> None:
        self._rng = rng
        self._schema = schema
        self._category = category
        self._literals: dict[str, list[Scalar]] = {}
        for predicate in predicates:
            for test in tests(predicate):
                self._learn(test)
        self._paths = sorted(self._literals)

    def _learn(self, test: Test) -> None:
        found = list(literals(test.matcher, self._rng))
        for path in self._places(test):
            kept = self._literals.setdefault(path, [])
            kept += found
            if len(kept) > _MOST_LITERALS:
                self._literals[path] = self._rng.sample(kept, _MOST_LITERALS)

    def _places(self, test: Test) -> Iterator[str]:
        match test.subject:
            case Field(path):
                yield self._schema.real_path(path)
            case EventCategory():
                yield self._category
            case AnyField():
                yield from (_FREE, "message")
            case Call():
                yield from operand_paths(test.subject)
        yield from (ref.path for ref in references(test.matcher))

    def event(self) -> Event:
        """The next event."""
        rng = self._rng
        event: Event = {}
        often = rng.random()
        for path in self._paths:
            if rng.random() > 0.55 + 0.44 * often:
                continue
            values = [self._value(path) for _ in range(2 if rng.random() < 0.12 else 1)]
            event[path] = values[0] if len(values) == 1 else values
        return event

    def _value(self, path: str) -> Scalar:
        rng = self._rng
        known = self._literals[path]
        if not known or rng.random() < 0.04:
            return rng.choice(("", "a", 1, 0, True, "other", "İ"))
        value = rng.choice(known)
        if isinstance(value, str) and self._schema.type_of(path) in (FieldType.INTEGER, FieldType.DECIMAL):
            value = int(value) if value.isdecimal() and len(value) < 18 else value
        chance = rng.random()
        if chance < 0.6:
            return value
        return near(value, rng)


def near(value: Scalar, rng: random.Random) -> Scalar:
    """A value beside another."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return rng.choice((value + 1, value - 1, str(value)))
    changes = (
        value.upper(),
        value.lower(),
        value.swapcase(),
        value[1:],
        value[:-1],
        f"{value}x",
        f"x{value}",
        f" {value} ",
        value.replace("i", "İ").replace("s", "ſ"),
        value.replace("k", "\u212a"),
        f"x{value}x{value}",
    )
    return rng.choice(changes)


def tests(predicate: Predicate) -> Iterator[Test]:
    """The leaves of a predicate."""
    match predicate:
        case Test():
            yield predicate
        case Not(term) | Nested(_, term):
            yield from tests(term)
        case And(terms) | Or(terms):
            for inner in terms:
                yield from tests(inner)


def operand_paths(operand: Operand) -> Iterator[str]:
    """The fields of a computed operand."""
    match operand:
        case Field(path):
            yield path
        case Call(_, arguments):
            for argument in arguments:
                yield from operand_paths(argument)


def references(matcher: Matcher) -> Iterator[FieldRef]:
    """The fields that a matcher compares with."""
    match matcher:
        case FieldRef():
            yield matcher
        case OneOf(options):
            for option in options:
                yield from references(option)
        case Complement(inner):
            yield from references(inner)


def literals(matcher: Matcher, rng: random.Random) -> Iterator[Scalar]:
    """Values that a matcher speaks of."""
    match matcher:
        case Equals(value):
            if not isinstance(value, str | int | float):
                return
            yield value
        case Tokens(text):
            yield text
        case Like(parts):
            for _ in range(2):
                yield "".join(_filled(part, rng) for part in parts)
        case Regex(pattern):
            yield from _spelled(pattern, rng)
        case Range(lower, upper):
            yield from (bound.value for bound in (lower, upper) if bound is not None)
        case InNetwork(blocks):
            for block in blocks:
                yield from _addresses(block)
        case OneOf(options):
            for option in options if len(options) <= _MOST_LITERALS else rng.sample(options, _MOST_LITERALS):
                yield from literals(option, rng)
        case Complement(inner):
            yield from literals(inner, rng)


def _filled(part: object, rng: random.Random) -> str:
    if isinstance(part, str):
        return part
    return rng.choice("ax1") if part is Wildcard.ONE else rng.choice(_FILLINGS)


def _spelled(pattern: str, rng: random.Random) -> Iterator[str]:
    """Texts that look like an expression: its letters, its operators taken away."""
    plain = pattern.replace("\\\\", "\\").replace(".*", rng.choice(_FILLINGS)).replace("\\.", ".").replace("\\s", " ")
    for piece in plain.replace("(?i)", "").strip("^$").split("|")[:4]:
        text = "".join(letter for letter in piece if letter not in "()[]{}?*+^$")
        yield text
        yield f"x {text} x"


def _addresses(block: str) -> Iterator[str]:
    try:
        network = ip_network(block, strict=False)
    except ValueError:
        return
    first, last = int(network.network_address), int(network.broadcast_address)
    kind = type(network.network_address)
    top = 2**network.max_prefixlen - 1
    yield from (str(kind(number)) for number in (first, last, max(first - 1, 0), min(last + 1, top)))


def draw(first: Check, second: Check, source: Source, count: int) -> Answers:
    """Puts so many events to both sides."""
    first_only: Event | None = None
    second_only: Event | None = None
    matched = 0
    for _ in range(count):
        event = source.event()
        ours, theirs = first(event) is True, second(event) is True
        matched += ours
        if ours and not theirs:
            first_only = first_only or event
        elif theirs and not ours:
            second_only = second_only or event
    return Answers(count, first_only, second_only, matched)
