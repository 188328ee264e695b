"""Operands of functions as functions of one event that give all their values.

A field of several values makes the function apply to each, and every combination counts; an operand without a value
is null (None). The answer is never empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from math import prod
from typing import assert_never

from isorule.evaluation.events import EventView, Fields
from isorule.evaluation.functions import Body, function_body
from isorule.evaluation.values import Value
from isorule.ir.losses import refusal
from isorule.ir.predicates import Call, EventCategory, Field, Literal, Operand
from isorule.ir.schema import FieldType

Values = tuple[Value | None, ...]
OperandCheck = Callable[[EventView], Values]

_DEEPEST = 200
_MOST_COMBINATIONS = 100_000


class OperandCompiler:
    """Makes functions of operands."""

    def __init__(self, fields: Fields, category_field: str) -> None:
        self._fields = fields
        self._category_field = category_field

    def operand(self, operand: Operand, inside: str | None = None, depth: int = 0) -> OperandCheck:
        """The operand as a function of an event, or of one of the objects at `inside`.

        Raises `UnsupportedError` for a function that does not exist, a computed pattern or a malformed network block.
        """
        if depth > _DEEPEST:
            raise refusal("nested-too-deep", f"functions are nested more than {_DEEPEST} levels deep")
        match operand:
            case Literal(value):
                return _constant((value,))
            case EventCategory():
                return self._field(self._category_field, inside)
            case Field(path):
                return self._field(path, inside)
            case Call(arguments=arguments):
                inner = [self.operand(argument, inside, depth + 1) for argument in arguments]
                body = function_body(operand)
                if all(isinstance(argument, Literal) for argument in arguments):
                    return _constant(_applied(body, [part(_NO_EVENT) for part in inner]))
                return lambda view: _applied(body, [part(view) for part in inner])
            case _:
                assert_never(operand)

    def _field(self, path: str, inside: str | None) -> OperandCheck:
        reader = self._fields.seen_from(path, inside)
        if reader.info.type is FieldType.DECIMAL:
            return lambda view: tuple(map(_double, view.values(reader))) or (None,)
        return lambda view: view.values(reader) or (None,)


_NO_EVENT = EventView({})


def _double(value: Value) -> float | None:
    """What a function gets of a field of decimals, however its number is written: 7 is 7.0, and half of it 3.5."""
    try:
        return float(value) if isinstance(value, int | float) else None
    except OverflowError:
        return None


def _constant(values: Values) -> OperandCheck:
    return lambda _: values


def _applied(body: Body, arguments: list[Values]) -> Values:
    """The function on every combination of values.

    Raises `UnsupportedError` for an event with more than 100,000 combinations: to leave some out would be silent.
    """
    count = prod(map(len, arguments))
    if count == 1:
        return (body(tuple(argument[0] for argument in arguments)),)
    if count > _MOST_COMBINATIONS:
        raise refusal(
            "too-many-combinations", f"{count} combinations of values; at most {_MOST_COMBINATIONS} are computed"
        )
    return tuple(_distinct(map(body, product(*arguments))))


def _distinct(results: Iterator[Value | None]) -> Iterator[Value | None]:
    seen: set[tuple[type, Value | None]] = set()
    for result in results:
        key = (type(result), result)
        if key not in seen:
            seen.add(key)
            yield result
