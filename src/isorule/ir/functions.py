"""The functions that a `Call` may name, with how many arguments each takes.

Names and meanings are those of Elasticsearch EQL
(https://www.elastic.co/guide/en/elasticsearch/reference/current/eql-function-ref.html); operators have the names of
the functions that EQL gives them, comparisons and logic in a value position have names of their own. `hour` and its
like are the time modifiers of Sigma 2.1 (in UTC). A function gives null where an argument that it needs is null.
"""

from __future__ import annotations

from enum import Enum, unique
from typing import NamedTuple


class Arity(NamedTuple):
    """The least and the greatest number of arguments; None where there is no greatest."""

    least: int
    most: int | None


@unique
class Kind(Enum):
    """What a function gives."""

    BOOLEAN = "boolean"
    NUMBER = "number"
    TEXT = "text"


class Function(NamedTuple):
    """A function by its canonical name; `folds` where a form that ignores letter case (`name~`) exists."""

    name: str
    arity: Arity
    kind: Kind
    folds: bool = False


FUNCTIONS: dict[str, Function] = {
    function.name: function
    for function in (
        Function("add", Arity(2, 2), Kind.NUMBER),
        Function("subtract", Arity(2, 2), Kind.NUMBER),
        Function("multiply", Arity(2, 2), Kind.NUMBER),
        Function("divide", Arity(2, 2), Kind.NUMBER),
        Function("modulo", Arity(2, 2), Kind.NUMBER),
        Function("negate", Arity(1, 1), Kind.NUMBER),
        Function("between", Arity(3, 4), Kind.TEXT, folds=True),
        Function("cidrMatch", Arity(2, None), Kind.BOOLEAN),
        Function("concat", Arity(1, None), Kind.TEXT),
        Function("endsWith", Arity(2, None), Kind.BOOLEAN, folds=True),
        Function("indexOf", Arity(2, 3), Kind.NUMBER, folds=True),
        Function("length", Arity(1, 1), Kind.NUMBER),
        Function("number", Arity(1, 2), Kind.NUMBER),
        Function("startsWith", Arity(2, None), Kind.BOOLEAN, folds=True),
        Function("string", Arity(1, 1), Kind.TEXT),
        Function("stringContains", Arity(2, None), Kind.BOOLEAN, folds=True),
        Function("substring", Arity(2, 3), Kind.TEXT),
        Function("eq", Arity(2, 2), Kind.BOOLEAN, folds=True),
        Function("neq", Arity(2, 2), Kind.BOOLEAN),
        Function("lt", Arity(2, 2), Kind.BOOLEAN),
        Function("lte", Arity(2, 2), Kind.BOOLEAN),
        Function("gt", Arity(2, 2), Kind.BOOLEAN),
        Function("gte", Arity(2, 2), Kind.BOOLEAN),
        Function("like", Arity(2, None), Kind.BOOLEAN, folds=True),
        Function("regex", Arity(2, None), Kind.BOOLEAN, folds=True),
        Function("in", Arity(2, None), Kind.BOOLEAN, folds=True),
        Function("isNull", Arity(1, 1), Kind.BOOLEAN),
        Function("isNotNull", Arity(1, 1), Kind.BOOLEAN),
        Function("and", Arity(2, None), Kind.BOOLEAN),
        Function("or", Arity(2, None), Kind.BOOLEAN),
        Function("not", Arity(1, 1), Kind.BOOLEAN),
        Function("minute", Arity(1, 1), Kind.NUMBER),
        Function("hour", Arity(1, 1), Kind.NUMBER),
        Function("day", Arity(1, 1), Kind.NUMBER),
        Function("week", Arity(1, 1), Kind.NUMBER),
        Function("month", Arity(1, 1), Kind.NUMBER),
        Function("year", Arity(1, 1), Kind.NUMBER),
    )
}
