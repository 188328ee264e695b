"""What an event must have for a predicate to be true: a sound condition that is cheap to look up.

A gate is a set of alternatives, each a field and a text that one of its values must equal or contain when letter case
is left out. It is worked out from the conjuncts that a predicate cannot be true without; of several, the one that an
event is least likely to pass is taken. How likely that is, is guessed from the rules themselves: a long text is rare,
but what many rules of a set ask for (`event.category` is `process`) is common.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from isorule.evaluation.values import Value, text_of
from isorule.ir.axes import Case
from isorule.ir.folding import fold
from isorule.ir.matchers import Equals, Like, Matcher, OneOf, Regex, Scalar, Tokens
from isorule.ir.predicates import And, Const, EventCategory, Field, Not, Or, Predicate, Test
from isorule.ir.regex import language, literals
from isorule.ir.resolve import as_number
from isorule.ir.schema import FieldSchema, FieldType
from isorule.ir.walk import leaves

_PLAIN_TEXT = (FieldType.KEYWORD, FieldType.BOOLEAN)
_NUMERIC = (FieldType.INTEGER, FieldType.DECIMAL)


@dataclass(frozen=True, slots=True)
class Need:
    """Some value of the field equals the text (`whole`) or contains it, both folded."""

    path: str
    text: str
    whole: bool


Gate = frozenset[Need]
"""One of these is met by every event for which the predicate is true; an empty gate: by none."""


class GateKeeper:
    """Finds the gates of the predicates of a rule set, which share a schema."""

    def __init__(self, predicates: Sequence[tuple[Predicate, str]], schema: FieldSchema) -> None:
        """`predicates` come with the name of the field that holds the event category."""
        self._schema = schema
        self._total = len(predicates)
        self._asked: Counter[Need] = Counter()
        for predicate, category_field in predicates:
            self._asked.update(self._needs(predicate, category_field))

    def gate(self, predicate: Predicate, category_field: str) -> Gate | None:
        """The gate of a predicate; None where nothing can be said."""
        match predicate:
            case Const(value):
                return None if value else frozenset()
            case And(terms):
                found = [self.gate(term, category_field) for term in terms]
                return min((item for item in found if item is not None), key=self._chance, default=None)
            case Or(terms):
                return _union(self.gate(term, category_field) for term in terms)
            case Not(Not(term)):
                return self.gate(term, category_field)
            case Test(EventCategory(), matcher):
                return self._of_matcher(category_field, matcher)
            case Test(Field(path), matcher):
                return self._of_matcher(path, matcher)
            case _:
                return None

    def _needs(self, predicate: Predicate, category_field: str) -> set[Need]:
        """All needs that stand anywhere in a predicate."""
        found: set[Need] = set()
        for test, _ in leaves(predicate):
            found |= self.gate(test, category_field) or frozenset()
        return found

    def _chance(self, found: Gate) -> float:
        return sum(map(self._need_chance, found))

    def _need_chance(self, need: Need) -> float:
        length = min(len(need.text) + (2 if need.whole else 0), 60)
        return max(2.0**-length, (self._asked[need] - 1) / self._total)

    def _of_matcher(self, path: str, matcher: Matcher) -> Gate | None:
        kind = self._schema.type_of(path)
        match matcher:
            case Equals(value) if kind in (*_PLAIN_TEXT, *_NUMERIC):
                return frozenset(Need(path, text, True) for text in _needed_texts(value, kind in _NUMERIC))
            case Tokens(text) if kind in (*_PLAIN_TEXT, *_NUMERIC):
                return frozenset(Need(path, needed, True) for needed in _needed_texts(text, kind in _NUMERIC))
            case Like(parts) if kind in _PLAIN_TEXT:
                texts = [part for part in parts if isinstance(part, str)]
                return frozenset({Need(path, fold(max(texts, key=len)), False)}) if texts else None
            case Regex() if kind in _PLAIN_TEXT:
                return _of_expression(path, matcher)
            case OneOf(options):
                return _union(self._of_matcher(path, option) for option in options)
            case _:
                return None


def _of_expression(path: str, matcher: Regex) -> Gate | None:
    """Of the clauses of texts that every match contains, the one whose shortest text is longest."""
    clauses = literals(language(replace(matcher, case=Case.INSENSITIVE)))
    best = max(clauses, key=lambda clause: min(map(len, clause)), default=None)
    return None if best is None else frozenset(Need(path, text, False) for text in best)


def _union(parts: Iterable[Gate | None]) -> Gate | None:
    out: set[Need] = set()
    for part in parts:
        if part is None:
            return None
        out |= part
    return frozenset(out)


def _needed_texts(value: Scalar, numeric: bool) -> set[str]:
    """The folded texts of the values that equal a literal: a number equals numbers, and the text it is written as."""
    number = as_number(value) if numeric and isinstance(value, str) else value
    if isinstance(number, int | float) and not isinstance(number, bool):
        return {_number_text(number), fold(text_of(number))}
    return {fold(text_of(value))}


def _number_text(number: int | float) -> str:
    """One text for equal numbers: `4` for 4 and 4.0."""
    return text_of(int(number) if isinstance(number, float) and number.is_integer() else number)


def extra_texts(values: tuple[Value, ...]) -> list[str]:
    """The texts, other than their own, under which values are looked up: whole decimals are also whole numbers."""
    return [_number_text(value) for value in values if isinstance(value, float)]
