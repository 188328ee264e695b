"""What an event must have for a predicate to be true: a sound condition that is cheap to look up.

A gate is a set of needs of which an event must meet one: some value of a field equals or contains a text when letter
case is left out, or something stands at a path at all. The gates of a predicate are worked out from the conjuncts that
it cannot be true without; of several, the one that an event is least likely to pass is taken. How likely that is, is
guessed from the rules themselves until events have been counted (`isorule.evaluation.census`): a long text is rare,
but what many rules of a set ask for (`event.category` is `process`) is common.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum, unique
from typing import assert_never

from isorule.evaluation.addresses import address
from isorule.evaluation.matching import takes_any_value
from isorule.evaluation.values import Value, text_of
from isorule.ir.analyzers import Analyzer, Unknown, words
from isorule.ir.axes import Absent, Case, Quantifier, TokenMode
from isorule.ir.folding import fold, lowered
from isorule.ir.matchers import Equals, FieldRef, Like, Matcher, Near, OneOf, Regex, Scalar, Tokens, options_of
from isorule.ir.precision import Binary, Scaled
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
from isorule.ir.regex import language, literals
from isorule.ir.resolve import as_number
from isorule.ir.schema import FieldSchema, FieldType
from isorule.ir.walk import walk

_PLAIN_TEXT = (FieldType.KEYWORD, FieldType.BOOLEAN)
_NUMERIC = (FieldType.INTEGER, FieldType.DECIMAL)
_CONTAINERS = (FieldType.OBJECT, FieldType.NESTED)
_NULL_WITHOUT_FIRST = frozenset(
    {"length", "substring", "between", "indexOf", "cidrMatch", "startsWith", "endsWith", "stringContains"}
)
_CONTAINING = frozenset({"startsWith", "endsWith", "stringContains"})


@unique
class Ask(Enum):
    """What a need asks of a field."""

    WHOLE = "some value is the text"
    PART = "some value contains the text"
    REACHED = "something stands at the path"
    BELOW = "something stands at the path or below it"
    ANYWHERE = "some value of some field contains the text"


@dataclass(frozen=True, slots=True)
class Need:
    """What some value of a field must be; `text` is folded, and empty where only presence is asked."""

    path: str
    ask: Ask
    text: str = ""


Gate = frozenset[Need]
"""One of these is met by every event for which the predicate is true; an empty gate: by none."""

Chance = Callable[[Need], float]
"""How likely an event is to meet a need, from 0 to 1."""


class GateFinder:
    """Finds the gates of predicates that share a schema."""

    def __init__(self, schema: FieldSchema, chance: Chance = lambda _: 1.0) -> None:
        self._schema = schema
        self._chance = chance

    def gate(self, predicate: Predicate, category_field: str, wanted: bool = True) -> Gate | None:
        """The gate of a predicate being `wanted` (true or false, not null); None where nothing can be said."""
        match predicate:
            case Const(value):
                return None if value is wanted else frozenset()
            case Not(term):
                return self.gate(term, category_field, not wanted)
            case And(terms) | Or(terms):
                found = [self.gate(term, category_field, wanted) for term in terms]
                return self._rarest(found) if isinstance(predicate, And) is wanted else _union(found)
            case Nested(path, term):
                if not wanted or self._schema.real_path(path) != path:
                    return None
                return self.gate(term, category_field)
            case Test():
                return self._rarest(self._of_test(predicate, category_field, wanted))
            case _:
                assert_never(predicate)

    def needs(self, predicate: Predicate, category_field: str) -> set[Need]:
        """Every need that a gate of the predicate, or of a part of it, may consist of."""
        tests = (node for node in walk(predicate) if isinstance(node, Test))
        found = (gate for test in tests for wanted in (True, False) for gate in self._all(test, category_field, wanted))
        return {need for gate in found for need in gate}

    def likelihood(self, found: Gate | None) -> float:
        """How likely an event is to pass a gate; 1 and more where it hardly holds any back."""
        return 1.0 if found is None else sum(map(self._chance, found))

    def _rarest(self, found: Iterable[Gate | None]) -> Gate | None:
        return min((item for item in found if item is not None), key=self.likelihood, default=None)

    def _all(self, test: Test, category_field: str, wanted: bool) -> list[Gate]:
        """The gates of a test, and of what it would be with each option of its matcher alone."""
        return [
            gate
            for option in (test.matcher, *options_of(test.matcher))
            for gate in self._of_test(replace(test, matcher=option), category_field, wanted)
        ]

    def _of_test(self, test: Test, category_field: str, wanted: bool) -> list[Gate]:
        """Gates each of which holds by itself."""
        presence = self._presence(test, category_field)
        if not wanted:
            return [presence] if presence is not None and test.absent is Absent.UNKNOWN else []
        found = [] if presence is None else [presence]
        match test.subject:
            case EventCategory():
                return found + self._of_matcher(category_field, test.matcher)
            case Field(path):
                return found + self._of_matcher(path, test.matcher)
            case AnyField() if test.quantifier is not Quantifier.ALL:  # all of no values meet it, too
                return found + self._of_any_value(test.matcher)
            case Call(function, (Field(path), *others)) if function in _CONTAINING and test.matcher == Equals(True):
                texts = [other.value for other in others if isinstance(other, Literal)]
                if len(texts) == len(others):
                    found.append(frozenset(_part(path, text_of(text)) for text in texts if text is not None))
        return found

    def _presence(self, test: Test, category_field: str) -> Gate | None:
        """What a test that is true, or false where a missing field makes it null, needs to stand in the event."""
        if isinstance(test.matcher, FieldRef) and self._schema.closed:
            return None  # two fields that no mapping knows are the same although both are missing
        match test.subject:
            case EventCategory():
                return self._at(category_field, test.matcher)
            case Field(path):
                return self._at(path, test.matcher)
            case FieldGlob(pattern):
                return self._under(pattern)
            case Call(function, (Field(path), *_)) if function in _NULL_WITHOUT_FIRST:
                return self._at(path, test.matcher)
            case AnyField() | Literal() | Call():
                return None
            case _:
                assert_never(test.subject)

    def _at(self, path: str, matcher: Matcher) -> Gate | None:
        info = self._schema[self._schema.real_path(path)]
        if info.constant is not None:
            return None  # every event has it
        unsure = path not in self._schema or info.type in _CONTAINERS
        below = info.flattened or (unsure and takes_any_value(matcher, info))
        return frozenset({Need(path, Ask.BELOW if below else Ask.REACHED)})

    def _under(self, pattern: str) -> Gate | None:
        """The fixed parts that a pattern of paths begins with; not where aliases or multi-fields have a hand in it."""
        prefix = pattern.partition("*")[0].rpartition(".")[0]
        if not prefix or not all(map(self._is_plain_parent, _parents(prefix))):
            return None
        return frozenset({Need(prefix, Ask.BELOW)})

    def _is_plain_parent(self, path: str) -> bool:
        info = self._schema[path]
        return path not in self._schema or (info.type in _CONTAINERS and info.alias_of is None)

    def _of_matcher(self, path: str, matcher: Matcher) -> list[Gate]:
        """Gates each of which holds where some value of the field meets the matcher."""
        info = self._schema[self._schema.real_path(path)]
        kind = info.type
        match matcher:
            case _ if info.flattened or info.constant is not None:
                return []  # its values stand elsewhere
            case _ if isinstance(info.analyzer, Unknown):
                return []  # refused where it is evaluated
            case Equals() | Tokens() | Near() if isinstance(info.precision, Binary | Scaled):
                return []  # the text of a rounded number is not that of the number asked for
            case Equals(value) if kind in (*_PLAIN_TEXT, *_NUMERIC):
                return [_whole(path, _texts_of_equals(value))]
            case Tokens(text, mode) if kind is FieldType.TEXT:
                return _of_tokens(path, text, mode, info.analyzer)
            case Near(text) if kind is FieldType.TEXT:
                return _of_tokens(path, text, TokenMode.ALL, info.analyzer)
            case Tokens(text) | Near(text) if kind in (*_PLAIN_TEXT, *_NUMERIC):
                return [_whole(path, _texts_of_equals(text))]
            case Equals(str(text)) | Tokens(text) | Near(text) if (
                kind is FieldType.IP and (found := address(text)) is not None
            ):
                return [_whole(path, {found.text})]
            case Like(parts, case):
                texts = [part for part in parts if isinstance(part, str)]
                if kind is FieldType.TEXT and case is Case.MAPPED:
                    texts = list(map(_token_part, texts))
                return [frozenset({_part(path, text)}) for text in texts if text]
            case Regex(case=case) if kind is not FieldType.TEXT or case is not Case.MAPPED:
                clauses = literals(language(replace(matcher, case=Case.INSENSITIVE)))
                return [frozenset(_part(path, text) for text in clause) for clause in clauses]
            case OneOf(options):
                every = _union(self._rarest(self._of_matcher(path, option)) for option in options)
                return [] if every is None else [every]
            case _:
                return []

    def _of_any_value(self, matcher: Matcher) -> list[Gate]:
        """Gates of a matcher that looks at the text of values whatever their type."""
        match matcher:
            case OneOf(options):
                every = _union(self._rarest(self._of_any_value(option)) for option in options)
                return [] if every is None else [every]
            case Like(case=Case.SENSITIVE | Case.INSENSITIVE) | Regex(case=Case.SENSITIVE | Case.INSENSITIVE):
                gates = self._of_matcher("", matcher)
                return [
                    frozenset(Need("", Ask.ANYWHERE, need.text) for need in gate)
                    for gate in gates
                    if all(need.text for need in gate)
                ]
            case _:
                return []


def guess(asked: Sequence[set[Need]]) -> Chance:
    """A chance for each need from the rules alone: `asked` has the needs of each condition."""
    times = Counter(need for needs in asked for need in needs)
    total = len(asked) + 1

    def chance(need: Need) -> float:
        if not need.text:
            return 0.5
        length = min(len(need.text) + (2 if need.ask is Ask.WHOLE else 0), 60)
        return float(max(2.0**-length, (times[need] - 1) / total))

    return chance


def extra_texts(values: tuple[Value, ...]) -> list[str]:
    """The texts, other than their own, under which values are looked up: whole decimals are also whole numbers."""
    return [_number_text(value) for value in values if isinstance(value, float)]


def _union(parts: Iterable[Gate | None]) -> Gate | None:
    out: set[Need] = set()
    for part in parts:
        if part is None:
            return None
        out |= part
    return frozenset(out)


def _parents(path: str) -> list[str]:
    """The path and everything above it."""
    parts = path.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts) + 1)]


def _part(path: str, text: str) -> Need:
    return Need(path, Ask.PART if text else Ask.REACHED, fold(text))


def _whole(path: str, texts: Iterable[str]) -> Gate:
    return frozenset(Need(path, Ask.WHOLE, text) for text in texts)


def _of_tokens(path: str, text: str, mode: TokenMode, analyzer: Analyzer) -> list[Gate]:
    """Tokens of an analyzed value stand in the value."""
    parts = [_part(path, _token_part(token)) for token in words(text, analyzer)]
    if mode is TokenMode.ANY:
        return [frozenset(parts)]
    return [frozenset({part}) for part in parts] or [frozenset()]


def _token_part(text: str) -> str:
    """The longest part without `i`: analysis makes an `i` of `İ`, the one letter whose folding is another."""
    return max(fold(lowered(text)).split("i"), key=len)


def _texts_of_equals(value: Scalar) -> set[str]:
    """The folded texts of the values that may equal a literal: a number equals numbers, and the text it is written as.

    Whether a text that writes a number is one is left open, so that the gate holds for every reading of the field.
    """
    number = as_number(value) if isinstance(value, str) else value
    texts = {fold(text_of(value))}
    if isinstance(number, int | float) and not isinstance(number, bool):
        texts |= {_number_text(number), fold(text_of(number))}
    return texts


def _number_text(number: int | float) -> str:
    """One text for equal numbers: `4` for 4 and 4.0."""
    return text_of(int(number) if isinstance(number, float) and number.is_integer() else number)
