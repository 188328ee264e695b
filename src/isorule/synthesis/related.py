"""Texts for conditions computed from several fields: candidates only, which the evaluator has to confirm."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice, product

from isorule.ir.core import Atom
from isorule.ir.matchers import Scalar
from isorule.ir.predicates import Call, Field, Literal, Operand
from isorule.ir.schema import FieldSchema, FieldType
from isorule.verification.cells import Values
from isorule.verification.formulas import Leaf

_MOST = 400
"""So many combinations are tried for one set of values."""

_MACHINE = "SRV01"
_TEXTS = (_MACHINE, f"{_MACHINE}$", f"{_MACHINE}.example.com")
_ADDRESSES = ("10.20.0.21", "10.20.0.22")


def related(values: Values, leaves: Iterable[Leaf], schema: FieldSchema) -> Iterator[Values]:
    """Values in which the fields of computed conditions have texts that go with one another.

    A machine has an account that ends in `$` and a longer name that begins with its own; a file has the folder of
    another; two fields have the same address, or different ones.
    """
    calls = [leaf.subject for leaf in leaves if isinstance(leaf, Atom) and isinstance(leaf.subject, Call)]
    paths = list(dict.fromkeys(path for call in calls for path in _paths(call)))
    if len(paths) < 2:
        return
    texts = [str(value) for path in paths for value in values.get(path, [])[:1]]
    choices = [list(dict.fromkeys(_choices(path, values, texts, schema))) for path in paths]
    for chosen in islice(product(*choices), _MOST):
        yield values | {path: [value] for path, value in zip(paths, chosen, strict=True)}


def _choices(path: str, values: Values, texts: list[str], schema: FieldSchema) -> Iterator[Scalar]:
    yield from values.get(path, [])[:1]
    if schema.type_of(path) is FieldType.IP:
        yield from _ADDRESSES
        return
    for text in texts:
        folder, sign, name = text.rpartition("\\")
        if sign:
            yield f"{folder}\\example.exe"
            yield name
    yield "example.exe"
    yield from _TEXTS


def _paths(operand: Operand) -> Iterator[str]:
    match operand:
        case Field(path):
            yield path
        case Call(_, arguments):
            for argument in arguments:
                yield from _paths(argument)
        case Literal():
            return
        case _:
            return
