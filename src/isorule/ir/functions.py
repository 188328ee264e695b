"""The functions that a `Call` may name, and what each gives.

Names and meanings are those of Elasticsearch EQL
(https://www.elastic.co/guide/en/elasticsearch/reference/current/eql-function-ref.html); operators have the names of
the functions that EQL gives them, comparisons and logic in a value position have names of their own. `hour` and its
like are the time modifiers of Sigma 2.1 (in UTC). A function gives null where an argument that it needs is null.
"""

from __future__ import annotations

from enum import Enum, unique
from typing import NamedTuple


@unique
class Kind(Enum):
    """What a function gives."""

    BOOLEAN = "boolean"
    NUMBER = "number"
    TEXT = "text"


class Function(NamedTuple):
    """A function by its canonical name; `folds` where a form that ignores letter case (`name~`) exists."""

    name: str
    kind: Kind
    folds: bool = False


FUNCTIONS: dict[str, Function] = {
    function.name: function
    for function in (
        Function("add", Kind.NUMBER),
        Function("subtract", Kind.NUMBER),
        Function("multiply", Kind.NUMBER),
        Function("divide", Kind.NUMBER),
        Function("modulo", Kind.NUMBER),
        Function("negate", Kind.NUMBER),
        Function("between", Kind.TEXT, folds=True),
        Function("cidrMatch", Kind.BOOLEAN),
        Function("concat", Kind.TEXT),
        Function("endsWith", Kind.BOOLEAN, folds=True),
        Function("indexOf", Kind.NUMBER, folds=True),
        Function("length", Kind.NUMBER),
        Function("number", Kind.NUMBER),
        Function("startsWith", Kind.BOOLEAN, folds=True),
        Function("string", Kind.TEXT),
        Function("stringContains", Kind.BOOLEAN, folds=True),
        Function("substring", Kind.TEXT),
        Function("eq", Kind.BOOLEAN, folds=True),
        Function("neq", Kind.BOOLEAN),
        Function("lt", Kind.BOOLEAN),
        Function("lte", Kind.BOOLEAN),
        Function("gt", Kind.BOOLEAN),
        Function("gte", Kind.BOOLEAN),
        Function("like", Kind.BOOLEAN, folds=True),
        Function("regex", Kind.BOOLEAN, folds=True),
        Function("in", Kind.BOOLEAN, folds=True),
        Function("isNull", Kind.BOOLEAN),
        Function("isNotNull", Kind.BOOLEAN),
        Function("and", Kind.BOOLEAN),
        Function("or", Kind.BOOLEAN),
        Function("not", Kind.BOOLEAN),
        Function("minute", Kind.NUMBER),
        Function("hour", Kind.NUMBER),
        Function("day", Kind.NUMBER),
        Function("week", Kind.NUMBER),
        Function("month", Kind.NUMBER),
        Function("year", Kind.NUMBER),
    )
}
