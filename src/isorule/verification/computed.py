"""Leaves about something computed from one value of one field."""

from __future__ import annotations

from dataclasses import replace

from isorule.evaluation import compile_predicate
from isorule.evaluation.matching import Kind
from isorule.ir.axes import Absent
from isorule.ir.matchers import Equals, Matcher, Present, Range, Scalar
from isorule.ir.predicates import Call, Field, Literal, Operand, Test
from isorule.ir.regex.charset import ANY, CharSet
from isorule.ir.regex.tree import ANY_RUN, Repeat, Tree, alternate, concat
from isorule.ir.schema import FieldInfo, FieldSchema, FieldType
from isorule.verification.bounding import bounded
from isorule.verification.facts import DOMAINS, Domain, Fact
from isorule.verification.spans import Spans, between, common, whole_numbers

_ASTRAL = CharSet(((0x10000, 0x10FFFF),))
_BASIC = _ASTRAL.complement()
_LONGEST = 15_000
_NUMBER = Kind(FieldInfo(FieldType.INTEGER), True, 0)


def computed_fact(call: Call, matcher: Matcher, place: str, kind: Kind, schema: FieldSchema) -> Fact:
    """What a test of a call asks of one value of the field in it, which stands at `place` in an event.

    Raises `IsoruleError` as the evaluator does for what cannot be evaluated.
    """
    test = compile_predicate(Test(call, matcher, absent=Absent.FALSE), schema)

    def check(raw: Scalar) -> bool:
        return test({place: raw}) is True

    bare = Fact(check, DOMAINS[kind.info.type], hints=_hints(call, matcher))
    if call.function == "length" and isinstance(call.arguments[0], Field) and bare.domain is Domain.TEXT:
        return _length(matcher, bare)
    return bare


def _hints(call: Call, matcher: Matcher) -> tuple[Scalar, ...]:
    found: list[Scalar] = []
    if isinstance(matcher, Equals):
        found.append(matcher.value)
    found += _literals(call)
    joined = "".join(str(value) for value in found if isinstance(value, str))
    return (*found, joined, "a", "", 1, 0)


def _literals(operand: Operand) -> list[Scalar]:
    match operand:
        case Literal(value):
            return [] if value is None else [value]
        case Call(_, arguments):
            return [value for argument in arguments for value in _literals(argument)]
        case _:
            return []


def _length(matcher: Matcher, bare: Fact) -> Fact:
    """Bounds for the length of a text, which counts characters beyond U+FFFF twice."""
    match matcher:
        case Present():
            return replace(bare, under=ANY_RUN)
        case Equals(int() | float()) | Range():
            counted = bounded(matcher, _NUMBER, Fact(bare.check, Domain.WHOLE))
        case _:
            return bare
    if counted.axis is None:
        return bare
    over: list[Tree] = []
    under: list[Tree] = []
    hints: list[Scalar] = []
    for least, most in _counts(counted.spans):
        if least > _LONGEST or (most or 0) > _LONGEST:
            return bare
        over.append(Repeat(ANY, least, most))
        if (most is None and least > 1) or (most is not None and most > 1):
            over.append(concat((ANY_RUN, _ASTRAL, ANY_RUN)))
        under += (Repeat(ANY, least, None),) if most is None else (Repeat(_BASIC, least, most),)
        hints += ("a" * least, "\U0001f600" * -(-least // 2))
    return replace(
        bare,
        over=alternate(over),
        under=alternate(under),
        axis=Domain.LENGTH,
        spans=counted.spans,
        hints=tuple(hints),
    )


def _counts(spans: Spans) -> list[tuple[int, int | None]]:
    found = whole_numbers(common(spans, between(0, None)))
    return [(int(low[0]), None if high[0] == float("inf") else int(high[0]) - 1) for low, high in found]
