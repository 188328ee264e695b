"""What an event must have for a predicate to be true: a sound condition that is cheap to look up.

A gate is a set of alternatives, each a field and a text that one of its values must equal or contain when letter case
is left out. It is worked out from the conjuncts that a predicate cannot be true without; of several, the one that an
event is least likely to pass by chance is taken.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from isorule.evaluate.values import Value, text_of
from isorule.ir.axes import Case
from isorule.ir.folding import fold
from isorule.ir.matchers import Equals, Like, Matcher, OneOf, Regex, Scalar, Tokens
from isorule.ir.predicates import And, Const, EventCategory, Field, Not, Or, Predicate, Test
from isorule.ir.regex import language, literals
from isorule.ir.resolve import as_number
from isorule.ir.schema import FieldSchema, FieldType

_PLAIN_TEXT = (FieldType.KEYWORD, FieldType.BOOLEAN)
_NUMERIC = (FieldType.INTEGER, FieldType.DECIMAL)


@dataclass(frozen=True, slots=True)
class Need:
    """Some value of the field equals the text (`whole`) or contains it, both folded."""

    path: str
    text: str
    whole: bool

    @property
    def chance(self) -> float:
        """A guess of how likely an event meets it by chance: the longer the text, the less."""
        return 2.0 ** -min(len(self.text) + (2 if self.whole else 0), 60)


Gate = frozenset[Need]
"""One of these is met by every event for which the predicate is true; an empty gate: by none."""


def gate(predicate: Predicate, schema: FieldSchema, category_field: str) -> Gate | None:
    """The gate of a predicate; None where nothing can be said."""
    match predicate:
        case Const(value):
            return None if value else frozenset()
        case And(terms):
            found = [item for item in (gate(term, schema, category_field) for term in terms) if item is not None]
            return min(found, key=_chance) if found else None
        case Or(terms):
            parts = [gate(term, schema, category_field) for term in terms]
            return _union(parts)
        case Not(Not(term)):
            return gate(term, schema, category_field)
        case Test(EventCategory(), matcher):
            return _matcher_gate(category_field, matcher, schema)
        case Test(Field(path), matcher):
            return _matcher_gate(path, matcher, schema)
        case _:
            return None


def _chance(found: Gate) -> float:
    return sum(need.chance for need in found)


def _union(parts: Iterable[Gate | None]) -> Gate | None:
    out: set[Need] = set()
    for part in parts:
        if part is None:
            return None
        out |= part
    return frozenset(out)


def _matcher_gate(path: str, matcher: Matcher, schema: FieldSchema) -> Gate | None:
    kind = schema.type_of(path)
    match matcher:
        case Equals(value) if kind in (*_PLAIN_TEXT, *_NUMERIC):
            return frozenset(Need(path, text, True) for text in _needed_texts(value, kind in _NUMERIC))
        case Tokens(text) if kind in (*_PLAIN_TEXT, *_NUMERIC):
            return frozenset(Need(path, needed, True) for needed in _needed_texts(text, kind in _NUMERIC))
        case Like(parts) if kind in _PLAIN_TEXT:
            texts = [part for part in parts if isinstance(part, str)]
            return frozenset({Need(path, fold(max(texts, key=len)), False)}) if texts else None
        case Regex() if kind in _PLAIN_TEXT:
            return _expression_gate(path, matcher)
        case OneOf(options):
            return _union(_matcher_gate(path, option, schema) for option in options)
        case _:
            return None


def _expression_gate(path: str, matcher: Regex) -> Gate | None:
    """Of the clauses of texts that every match contains, the one least likely to be met by chance."""
    clauses = literals(language(replace(matcher, case=Case.INSENSITIVE)))
    found = [frozenset(Need(path, text, False) for text in clause) for clause in clauses]
    return min(found, key=_chance, default=None)


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
