"""What a canonical tree tells at a glance: that it is a wildcard pattern, and which texts it cannot do without."""

from __future__ import annotations

from isorule.ir.axes import Case
from isorule.ir.folding import fold
from isorule.ir.matchers import Equals, Like, LikePart, Wildcard, like
from isorule.ir.regex.casing import has_variants
from isorule.ir.regex.charset import ANY
from isorule.ir.regex.tree import Alternate, Concat, Empty, Intersection, Literal, Repeat, Tree
from isorule.ir.regex.units import Unit, units_of

_MOST_ONES = 256
"""A wildcard pattern with more single-character wildcards in a row is left a regular expression."""

_MOST_TEXTS = 64
"""A clause of required texts with more members than this is of no use to a prefilter."""

Clause = frozenset[str]
"""Texts of which a matching value contains at least one, when both are folded by `ir.folding.fold`."""


def as_like(tree: Tree) -> Like | Equals | None:
    """The wildcard matcher that accepts the same values as a tree from `normal.language`; None where there is none.

    Its case is INSENSITIVE if all letters of the tree ignore case and SENSITIVE if none do (also without letters).
    """
    parts: list[LikePart] = []
    cases: set[Case] = set()
    for unit in units_of(tree):
        spelled = _parts(unit)
        if spelled is None:
            return None
        parts += spelled
        if isinstance(unit.tree, Literal) and has_variants(unit.tree.text):
            cases.add(Case.INSENSITIVE if unit.tree.folded else Case.SENSITIVE)
    if len(cases) > 1:
        return None
    return like(tuple(parts), cases.pop() if cases else Case.SENSITIVE)


def _parts(unit: Unit) -> list[LikePart] | None:
    tree, least, most = unit
    if isinstance(tree, Literal) and least == most == 1:
        return [tree.text]
    if tree == ANY and (most is None or most == least) and least <= _MOST_ONES:
        run: list[LikePart] = [Wildcard.RUN] if most is None else []
        return [*[Wildcard.ONE] * least, *run]
    return None


def literals(tree: Tree) -> tuple[Clause, ...]:
    """Texts that every matching value contains, for prefilters: of each clause at least one member, all folded.

    A necessary condition only, and none at all (the empty tuple) where the tree tells nothing.
    """
    match tree:
        case Empty():
            return ()
        case Literal(text):
            return (frozenset((fold(text),)),)
        case Concat(parts):
            return _of_sequence(parts)
        case Alternate(options):
            return _of_choice(options)
        case Repeat(body, least, _):
            return literals(body) if least > 0 else ()
        case Intersection(options):
            return tuple(clause for option in options for clause in literals(option))
        case _:
            return ()


def _of_sequence(parts: tuple[Tree, ...]) -> tuple[Clause, ...]:
    """Neighbouring texts that differ in case only by flag are one text once folded."""
    clauses: list[Clause] = []
    run = ""
    for part in parts:
        if isinstance(part, Literal):
            run += fold(part.text)
            continue
        if run:
            clauses.append(frozenset((run,)))
            run = ""
        clauses += literals(part)
    if run:
        clauses.append(frozenset((run,)))
    return tuple(clauses)


def _of_choice(options: tuple[Tree, ...]) -> tuple[Clause, ...]:
    """One clause: from each option the one whose shortest text is longest."""
    chosen: set[str] = set()
    for option in options:
        clauses = literals(option)
        if not clauses:
            return ()
        chosen |= max(clauses, key=lambda clause: (min(map(len, clause)), -len(clause)))
    return (frozenset(chosen),) if len(chosen) <= _MOST_TEXTS else ()
