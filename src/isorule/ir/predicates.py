"""Predicates: what one event is asked. The answer is true, false or null (Kleene); an event matches where true."""

from __future__ import annotations

from dataclasses import dataclass, field

from isorule.ir.axes import Absent, Case, Quantifier
from isorule.ir.matchers import Matcher, Scalar, exactly
from isorule.source import Span


@dataclass(frozen=True, slots=True)
class Field:
    """A dotted field path. `optional` (EQL `?path`) only tells Elasticsearch not to refuse an unknown field."""

    path: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class EventCategory:
    """The field that holds the event category: `event.category` unless the rule or the caller names another."""


@dataclass(frozen=True, slots=True)
class FieldGlob:
    """All fields whose path matches a pattern with `*`; their values count together."""

    pattern: str


@dataclass(frozen=True, slots=True)
class AnyField:
    """All fields of the event; their values count together (Sigma keywords, free text).

    Presence, and `*` alone as a wildcard, hold of every event: Elasticsearch's `query_string` makes of `*` on all
    fields a query that matches all documents (`QueryStringQueryParser.getWildcardQuery`).
    """


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant operand of a function; None is null."""

    value: Scalar | None

    def __eq__(self, other: object) -> bool:
        return exactly(self.value) == exactly(other.value) if isinstance(other, Literal) else NotImplemented

    def __hash__(self) -> int:
        return hash(exactly(self.value))


@dataclass(frozen=True, slots=True)
class Call:
    """A computed operand. `function` is a name of `ir.functions`; each value of a field operand is computed apart.

    `case` is INSENSITIVE for the `~` form of EQL functions.
    """

    function: str
    arguments: tuple[Operand, ...]
    case: Case = Case.SENSITIVE


Operand = Field | EventCategory | Literal | Call
Subject = Field | EventCategory | FieldGlob | AnyField | Literal | Call


@dataclass(frozen=True, slots=True)
class Const:
    """True, false, or null (None)."""

    value: bool | None
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Test:
    """The leaf: do the values of the subject meet the matcher?

    `absent` says what an event without a value gives. With `Present` as matcher it is always FALSE.
    """

    subject: Subject
    matcher: Matcher
    quantifier: Quantifier = Quantifier.ANY
    absent: Absent = Absent.FALSE
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Not:
    """True where the term is false, null where it is null."""

    term: Predicate
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class And:
    """All terms; at least two. Build with `conjunction`."""

    terms: tuple[Predicate, ...]
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Or:
    """Some term; at least two. Build with `disjunction`."""

    terms: tuple[Predicate, ...]
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Nested:
    """Some one object under `path` meets the term; field paths in the term are whole paths."""

    path: str
    term: Predicate
    span: Span | None = field(default=None, compare=False, repr=False)


Predicate = Const | Test | Not | And | Or | Nested


def conjunction(terms: tuple[Predicate, ...], span: Span | None = None) -> Predicate:
    """All of the terms; one term stands for itself, none is true."""
    if len(terms) == 1:
        return terms[0]
    return And(terms, span) if terms else Const(True, span)


def disjunction(terms: tuple[Predicate, ...], span: Span | None = None) -> Predicate:
    """Some of the terms; one term stands for itself, none is false."""
    if len(terms) == 1:
        return terms[0]
    return Or(terms, span) if terms else Const(False, span)
