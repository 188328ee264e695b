"""Values for leaves that compare two fields: candidates only, which the evaluator has to confirm."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from isorule.ir.core import Atom
from isorule.ir.matchers import FieldRef
from isorule.ir.predicates import Field
from isorule.verification.cells import Values
from isorule.verification.formulas import Leaf
from isorule.verification.subjects import Subjects


def variants(values: Values, leaves: Iterable[tuple[Leaf, bool]], subjects: Subjects) -> Iterator[Values]:
    """The values, and where leaves compare two fields other values under which these may have their signs."""
    yield values
    compared = list(_compared(leaves, subjects))
    if compared:
        changed = {path: list(found) for path, found in values.items()}
        for path, other, same in compared:
            if same:
                _share(changed, path, other)
            else:
                _part(changed, path, other)
        yield changed


def _compared(leaves: Iterable[tuple[Leaf, bool]], subjects: Subjects) -> Iterator[tuple[str, str, bool]]:
    for leaf, holds in leaves:
        match leaf:
            case Atom(Field(path), FieldRef(other)):
                yield subjects.source(path), subjects.source(other), holds


def _share(values: Values, path: str, other: str) -> None:
    """Gives the first field a value of the second, or both one of their own; equal texts stand in every relation."""
    if other in values:
        values.setdefault(path, []).append(values[other][0])
    else:
        values.setdefault(path, ["a"])
        values[other] = [values[path][0]]


def _part(values: Values, path: str, other: str) -> None:
    """Gives the fields different values, where both have some."""
    if path in values and other in values:
        values[path] = [f"{value}!" if value in values[other] else value for value in values[path]]
