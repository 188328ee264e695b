"""What a leaf asks of one value of its field: a check by the evaluator, and bounds that proofs can stand on.

`over` describes at least the texts of the values that pass, `under` only texts of values that pass; `spans` are
exactly the numbers that pass, where a fact is about a number that the field keeps for the value (`axis`); `points` are
all values that can pass, where there are few. A fact without such bounds is a check and nothing else: it may lead to a
witness, never to a proof.

That the text of a value stands for the value is sound: a matcher about text gives a number or Boolean the same answer
as its text, and `Equals` with a number, which does not, has points.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, unique

from isorule.evaluation.dates import MILLISECOND
from isorule.evaluation.matching import Kind
from isorule.ir.matchers import Scalar
from isorule.ir.precision import LONG, Whole
from isorule.ir.regex.charset import DIGIT, LAST, NOTHING, CharSet, of_text
from isorule.ir.regex.tree import ANY_RUN, Literal, Repeat, Tree, concat
from isorule.ir.schema import FieldInfo, FieldType
from isorule.verification.analyzed import Search
from isorule.verification.spans import ALL, Spans, between, in_units


@unique
class Domain(Enum):
    """What the values of a field are taken for: texts, the two Booleans, or numbers of some kind.

    LENGTH is only an axis: what texts are measured by.
    """

    TEXT = "text"
    BOOLEAN = "boolean"
    WHOLE = "whole number"
    NUMBER = "number"
    ADDRESS = "address"
    MILLISECOND = "moment to the millisecond"
    NANOSECOND = "moment to the nanosecond"
    LENGTH = "length of a text"


DOMAINS = {
    FieldType.KEYWORD: Domain.TEXT,
    FieldType.TEXT: Domain.TEXT,
    FieldType.VERSION: Domain.TEXT,
    FieldType.NESTED: Domain.TEXT,
    FieldType.OBJECT: Domain.TEXT,
    FieldType.BOOLEAN: Domain.BOOLEAN,
    FieldType.INTEGER: Domain.WHOLE,
    FieldType.DECIMAL: Domain.NUMBER,
    FieldType.IP: Domain.ADDRESS,
    FieldType.DATE: Domain.MILLISECOND,
    FieldType.DATE_NANOS: Domain.NANOSECOND,
}


def _anything(_: Scalar) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Fact:
    """What a leaf asks of one value; see the module. `check` takes a scalar as an event has it."""

    check: Callable[[Scalar], bool]
    domain: Domain
    over: Tree = ANY_RUN
    under: Tree = NOTHING
    axis: Domain | None = None
    spans: Spans = ALL
    points: tuple[Scalar, ...] | None = None
    hints: tuple[Scalar, ...] = ()
    tokens: Search | None = None
    written: Tree = ANY_RUN
    """At least the texts of all values of the field."""
    held: Spans = ALL
    """At least the numbers of all values of the field, where its domain is one of numbers."""
    reads: Callable[[Scalar], bool] = _anything
    """Whether the field has a value for a scalar: none for a number that is too great, say."""


def impossible(bare: Fact) -> Fact:
    """The fact that no value passes."""
    return replace(bare, check=lambda _: False, over=NOTHING, under=NOTHING, points=())


def kept_moment(at: int, bare: Fact) -> int:
    """The nanoseconds of a moment that a field is asked for, as far as the field keeps them."""
    return at // MILLISECOND * MILLISECOND if bare.domain is Domain.MILLISECOND else at


def in_kept_units(spans: Spans, bare: Fact) -> Spans:
    """Spans of nanoseconds in the unit that the field keeps; other spans as they are."""
    return in_units(spans, MILLISECOND) if bare.domain is Domain.MILLISECOND else spans


def held_numbers(info: FieldInfo) -> Spans:
    """At least the numbers that values of such a field have."""
    precision = info.precision or LONG
    if info.type is FieldType.INTEGER and isinstance(precision, Whole):
        return between(precision.least, precision.most)
    return ALL


NUMBER_TEXT = Repeat(of_text("0123456789.eE+-") | CharSet(((0x80, LAST),)), 1, None)
"""At least the texts that write a number; digits may be those of any script."""

ADDRESS_TEXT = concat(
    (
        Repeat(of_text("0123456789abcdefABCDEF.:"), 2, None),
        Repeat(concat((Literal("%"), ANY_RUN)), 0, 1),
    )
)
"""At least the texts that write an IP address, with the scope that an IPv6 address may have."""


def written_texts(kind: Kind) -> Tree:
    """At least the texts that values of such a field have."""
    match DOMAINS[kind.info.type]:
        case Domain.WHOLE:
            return concat((Repeat(Literal("-"), 0, 1), Repeat(DIGIT, 1, None)))
        case Domain.NUMBER:
            return NUMBER_TEXT
        case Domain.ADDRESS:
            return ADDRESS_TEXT
        case Domain.MILLISECOND | Domain.NANOSECOND if kind.info.format is None:
            return Repeat(of_text("0123456789-+:., TZe"), 1, None)
        case _:
            return ANY_RUN
