"""Formulas of the core over numbered leaves, in one order that no hash decides, and as clauses for the solver."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import assert_never

from isorule.ir.core import Atom, Core, Every, Inside, Language, Single, Some, Truth
from isorule.ir.printing import show_matcher, show_subject
from isorule.verification.solver import Solver

Leaf = Atom | Inside
"""An atom or nested term that holds, without its sign."""


@dataclass(frozen=True, slots=True)
class Joint:
    """All (`every`) or some of the parts; without parts it is true or false. A number is a leaf, negated below 0."""

    every: bool
    parts: tuple[Formula, ...]


Formula = int | Joint
_Key = tuple[int, object]


class Numbering:
    """Numbers from 1 for the leaves of some cores, in the order of their texts."""

    def __init__(self, terms: Iterable[Core]) -> None:
        found = {_positive(leaf) for term in terms for leaf in _leaves(term)}
        self.leaves: tuple[Leaf, ...] = tuple(sorted(found, key=_text))
        self._numbers = {leaf: number for number, leaf in enumerate(self.leaves, 1)}

    def formula(self, term: Core) -> Formula:
        """The core as a formula; equal cores give equal formulas."""
        return self._ordered(term)[1]

    def _ordered(self, term: Core) -> tuple[_Key, Formula]:
        match term:
            case Truth(value):
                return (1, ()), Joint(value, ())
            case Atom() | Inside():
                number = self._numbers[_positive(term)]
                number = number if term.holds else -number
                return (0, number), number
            case Every(terms) | Some(terms):
                parts = sorted(map(self._ordered, terms), key=lambda part: part[0])
                every = isinstance(term, Every)
                return (1 + every, tuple(key for key, _ in parts)), Joint(every, tuple(part for _, part in parts))
            case _:
                assert_never(term)


def _positive(leaf: Leaf) -> Leaf:
    if leaf.holds:
        return leaf
    return Atom(leaf.subject, leaf.matcher) if isinstance(leaf, Atom) else Inside(leaf.path, leaf.term)


def _leaves(term: Core) -> Iterator[Leaf]:
    pending = [term]
    while pending:
        node = pending.pop()
        match node:
            case Truth():
                continue
            case Atom() | Inside():
                yield node
            case Every(terms) | Some(terms):
                pending.extend(terms)
            case _:
                assert_never(node)


def _text(leaf: Leaf) -> tuple[str, str]:
    """A text for each leaf, different for different ones."""
    match leaf:
        case Inside(path, term):
            return path, repr(sorted(_text(_positive(inner)) for inner in _leaves(term)))
        case Atom(subject, Single()):
            return show_subject(subject), "single"
        case Atom(subject, Language(tree)):
            return show_subject(subject), repr(tree)
        case Atom(subject, matcher):
            assert not isinstance(matcher, Language | Single)
            return show_subject(subject), show_matcher(matcher)


def negation(formula: Formula) -> Formula:
    """The formula that holds where this one does not."""
    if isinstance(formula, int):
        return -formula
    return Joint(not formula.every, tuple(map(negation, formula.parts)))


class Encoder:
    """Tells a solver formulas, with one variable for each different part and its negation.

    G. S. Tseitin, "On the complexity of derivation in propositional calculus" (1968). What two formulas share, they
    share as variables, so that it cancels by propagation.
    """

    def __init__(self, solver: Solver, leaves: int) -> None:
        self._solver = solver
        self._count = leaves
        self._conjunctions: dict[frozenset[int], int] = {}

    def literal(self, formula: Formula) -> int:
        """A literal of the solver that holds where the formula does."""
        if isinstance(formula, int):
            return formula
        if formula.every:
            return self._conjunction(list(map(self.literal, formula.parts)))
        return -self._conjunction([-self.literal(part) for part in formula.parts])

    def _conjunction(self, literals: list[int]) -> int:
        key = frozenset(literals)
        found = self._conjunctions.get(key)
        if found is None:
            self._count += 1
            found = self._conjunctions[key] = self._count
            for literal in literals:
                self._solver.add((-found, literal))
            self._solver.add((found, *(-literal for literal in literals)))
        return found


def implicant(formula: Formula, model: list[bool]) -> set[int]:
    """Few leaves, with signs as in the model, that are enough to make a formula true that the model makes true."""
    chosen: set[int] = set()
    _choose(formula, model, chosen)
    return chosen


def _choose(formula: Formula, model: list[bool], chosen: set[int]) -> None:
    if isinstance(formula, int):
        chosen.add(formula)
        return
    if formula.every:
        for part in formula.parts:
            _choose(part, model, chosen)
        return
    true = [part for part in formula.parts if holds(part, model)]
    # A literal part that is chosen already costs nothing; joint parts are compared by cost alone.
    if isinstance(formula.parts[0], int) and any(part in chosen for part in true):
        return
    _choose(min(true, key=_cost), model, chosen)


def _cost(formula: Formula) -> int:
    """How much of a value a formula asks: what must not hold is easier to meet than what must."""
    if isinstance(formula, int):
        return 4 if formula > 0 else 1
    costs = [_cost(part) for part in formula.parts]
    return sum(costs) if formula.every else min(costs, default=0)


def holds(formula: Formula, model: list[bool]) -> bool:
    """Whether a model makes a formula true."""
    if isinstance(formula, int):
        return model[formula] if formula > 0 else not model[-formula]
    return (all if formula.every else any)(holds(part, model) for part in formula.parts)
