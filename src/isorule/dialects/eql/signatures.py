"""The functions of EQL as a query may call them: their names in any letter case, arguments and results.

https://www.elastic.co/docs/reference/query-languages/eql/eql-function-ref
"""

from __future__ import annotations

from typing import NamedTuple

from isorule.ir.functions import FUNCTIONS, Kind


class Signature(NamedTuple):
    """A function by its canonical name, the kinds of its parameters (None for any kind) and how many may be given.

    The last parameter of a function without a greatest number of arguments stands for all that follow.
    """

    name: str
    parameters: tuple[Kind | None, ...]
    least: int
    many: bool = False

    @property
    def kind(self) -> Kind:
        """What the function gives."""
        return FUNCTIONS[self.name].kind

    @property
    def folds(self) -> bool:
        """Whether `name~` exists."""
        return FUNCTIONS[self.name].folds

    def accepts(self, count: int) -> bool:
        """Whether it takes so many arguments."""
        return self.least <= count and (self.many or count <= len(self.parameters))

    def takes(self) -> str:
        """The number of its arguments, in words."""
        if self.many:
            return f"at least {self.least}"
        most = len(self.parameters)
        return str(most) if self.least == most else f"{self.least} to {most}"


_TEXT, _NUMBER, _BOOLEAN = Kind.TEXT, Kind.NUMBER, Kind.BOOLEAN

SIGNATURES: dict[str, Signature] = {
    signature.name.lower(): signature
    for signature in (
        Signature("add", (_NUMBER, _NUMBER), 2),
        Signature("subtract", (_NUMBER, _NUMBER), 2),
        Signature("multiply", (_NUMBER, _NUMBER), 2),
        Signature("divide", (_NUMBER, _NUMBER), 2),
        Signature("modulo", (_NUMBER, _NUMBER), 2),
        Signature("between", (_TEXT, _TEXT, _TEXT, _BOOLEAN), 3),
        Signature("cidrMatch", (_TEXT, _TEXT), 2, many=True),
        Signature("concat", (None,), 1, many=True),
        Signature("endsWith", (_TEXT, _TEXT), 2),
        Signature("indexOf", (_TEXT, _TEXT, _NUMBER), 2),
        Signature("length", (_TEXT,), 1),
        Signature("number", (_TEXT, _NUMBER), 1),
        Signature("startsWith", (_TEXT, _TEXT), 2),
        Signature("string", (None,), 1),
        Signature("stringContains", (_TEXT, _TEXT), 2),
        Signature("substring", (_TEXT, _NUMBER, _NUMBER), 2),
    )
}
"""By lower-case name. Elasticsearch takes function names in any letter case."""

INFIX: dict[str, tuple[str, int]] = {
    "add": ("+", 5),
    "subtract": ("-", 5),
    "multiply": ("*", 6),
    "divide": ("/", 6),
    "modulo": ("%", 6),
}
"""The sign of each arithmetic function and how strongly it binds."""

COMPARISONS: dict[str, str] = {"eq": "==", "neq": "!=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
"""The sign of each comparison in a value position."""

ELSEWHERE: dict[str, str] = {
    "wildcard": "use `like` or `:`",
    "match": "use `regex`",
    "matchlite": "use `regex`",
    "arraycontains": "a comparison already looks at every value of a field",
    "arraysearch": "Elasticsearch EQL has no array functions",
    "arraycount": "Elasticsearch EQL has no array functions",
    "safe": "comparisons with absent values are safe",
}
"""Functions of the older Endgame dialect, and what to write in their place."""


def kind_of(function: str) -> Kind:
    """What a function of the representation gives."""
    return FUNCTIONS[function].kind
