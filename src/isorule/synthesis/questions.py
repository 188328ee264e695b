"""One predicate as a question: its conditions, which of them decide on an event, and events that answer it.

The predicate stands in negation normal form, so that it is monotone: a condition is *good* on an event where its test
has the answer that the predicate wants of it, and the predicate matches where enough conditions are good. Objects
under a `Nested` path are looked for one at a time, which the evaluator confirms on every event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum, unique
from typing import TypeVar, assert_never

from isorule.evaluation.events import Event, EventView
from isorule.evaluation.logic import Check
from isorule.evaluation.predicates import PredicateCompiler
from isorule.ir.core import Core, core
from isorule.ir.predicates import And, Const, Field, FieldGlob, Nested, Not, Or, Predicate, Test
from isorule.ir.resolve import resolve, resolve_category
from isorule.ir.walk import rewrite_leaves
from isorule.synthesis.moments import without_date_math
from isorule.synthesis.related import related
from isorule.synthesis.setting import Setting
from isorule.verification.budget import Budget, ExhaustedError, Meter
from isorule.verification.cells import Cells, Problem, Values
from isorule.verification.formulas import Encoder, Formula, Joint, Numbering, implicant, negation
from isorule.verification.references import variants
from isorule.verification.solver import Solver
from isorule.verification.subjects import Placed, Subjects

Item = TypeVar("Item")

_BUDGET = Budget(steps=1_000_000, states=100_000, rounds=400, seconds=None)
"""Of one question. No wall time is in it: the same rule gives the same events on every machine."""

_RELATED = 3
"""So many times values are looked for that conditions on several fields relate."""

_REJECTED = 24
"""So many events that were not accepted are made before giving up."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A place in the tree at which a test stands; `wanted` is the answer that is good there."""

    index: int
    test: Test
    wanted: bool
    within: tuple[str, ...] = ()

    @property
    def asked(self) -> Predicate:
        """The test as it is asked of a whole event: inside of the nested paths, outermost first, that it stands in."""
        asked: Predicate = self.test
        for path in reversed(self.within):
            asked = Nested(path, asked)
        return asked


@dataclass(frozen=True, slots=True)
class Group:
    """All of the parts, or one of them."""

    every: bool
    parts: tuple[Node, ...]


Node = Leaf | Group


@unique
class Missed(Enum):
    """Why there is no event. NONE: proved that none exists. UNKNOWN: none was found."""

    NONE = "none"
    UNKNOWN = "unknown"


class Question:
    """A predicate with the conditions in it. Raises `UnsupportedError` as the evaluator does."""

    def __init__(self, predicate: Predicate, setting: Setting) -> None:
        self._setting = setting
        self._compiler = PredicateCompiler(setting.fields, setting.category_field, setting.present)
        self._whole = self._compiler.check(predicate)
        self.leaves: list[Leaf] = []
        self.tree = self._node(predicate, True)
        self._checks: list[Check] = [self._compiler.check(leaf.asked) for leaf in self.leaves]
        cores = [self._core(leaf) for leaf in self.leaves]
        numbering = Numbering(cores)
        self.good: tuple[Formula, ...] = tuple(map(numbering.formula, cores))
        self._numbering = numbering
        self._subjects = Subjects(setting.schema, setting.present)
        self._placed: list[Placed | None] = [self._subjects.placed(leaf) for leaf in numbering.leaves]
        self._cells = self._new_cells()
        self._is_rough = any(leaf.within or isinstance(leaf.test.subject, FieldGlob) for leaf in self.leaves)

    def _node(self, predicate: Predicate, wanted: bool, within: tuple[str, ...] = ()) -> Node:
        match predicate:
            case Const(value):
                return Group(value is wanted, ())
            case Not(term):
                return self._node(term, not wanted, within)
            case Nested(path, term):
                return self._node(term, wanted, (*within, path))
            case And(terms) | Or(terms):
                parts = tuple(self._node(term, wanted, within) for term in terms)
                return Group(isinstance(predicate, And) is wanted, parts)
            case Test():
                leaf = Leaf(len(self.leaves), predicate, wanted, within)
                self.leaves.append(leaf)
                return leaf
            case _:
                assert_never(predicate)

    def _core(self, leaf: Leaf) -> Core:
        test = self.resolved(leaf)
        return core(test if leaf.wanted else Not(test))

    def resolved(self, leaf: Leaf) -> Predicate:
        """The test with what the field types and the present decide made explicit."""
        plain = resolve_category(self._of_one_field(leaf.test), self._setting.category_field)
        test = resolve(plain, self._setting.schema)
        return rewrite_leaves(test, lambda found, _: without_date_math(found, self._setting))

    def _of_one_field(self, test: Test) -> Test:
        """A test of all fields of a pattern as one of a single field of them."""
        if not isinstance(test.subject, FieldGlob):
            return test
        return replace(test, subject=Field(self._setting.field_of(test.subject.pattern)))

    # --- answers on events ---

    def matches(self, event: Event) -> bool:
        """The evaluator's answer."""
        return self._whole(EventView(event)) is True

    def goods(self, event: Event) -> list[bool]:
        """For each leaf, whether it is good on the event."""
        view = EventView(event)
        return [check(view) is leaf.wanted for check, leaf in zip(self._checks, self.leaves, strict=True)]

    def is_good(self, leaf: Leaf, event: Event) -> bool:
        """Whether a single leaf is good on the event."""
        return self._checks[leaf.index](EventView(event)) is leaf.wanted

    def decides(self, leaf: Leaf, goods: Sequence[bool]) -> bool:
        """Whether the predicate holds with the leaf being good, and not with the leaf being bad."""
        return self._holds(leaf, goods, True) and not self._holds(leaf, goods, False)

    def _holds(self, changed: Leaf, goods: Sequence[bool], good: bool) -> bool:
        answers = [*goods]
        answers[changed.index] = good
        return self.holds(self.tree, answers)

    def holds(self, node: Node, goods: Sequence[bool]) -> bool:
        """Whether a part of the tree holds where these leaves are good."""
        if isinstance(node, Leaf):
            return goods[node.index]
        return (all if node.every else any)(self.holds(part, goods) for part in node.parts)

    # --- formulas ---

    def formula(self, fixed: Leaf | None = None, good: bool = True) -> Formula:
        """The predicate as a formula; where a leaf is `fixed`, as if it were good or bad."""
        return self._formula(self.tree, fixed, good)

    def _formula(self, node: Node, fixed: Leaf | None, good: bool) -> Formula:
        if isinstance(node, Leaf):
            if fixed is not None and node.index == fixed.index:
                return Joint(good, ())
            return self.good[node.index]
        return Joint(node.every, tuple(self._formula(part, fixed, good) for part in node.parts))

    def branch(self, choose: Callable[[int], int]) -> list[Formula]:
        """One option of every choice that the tree and its lists offer; `choose` picks an index below a number."""
        found: list[Formula] = []

        def walk(node: Node) -> None:
            if isinstance(node, Leaf):
                formula = self.good[node.index]
                if isinstance(formula, Joint) and not formula.every and len(formula.parts) > 1:
                    formula = formula.parts[choose(len(formula.parts))]
                found.append(formula)
            elif node.every or len(node.parts) < 2:
                for part in node.parts:
                    walk(part)
            else:
                walk(node.parts[choose(len(node.parts))])

        walk(self.tree)
        return found

    def find(self, formulas: Iterable[Formula], accept: Callable[[Values], Item | None]) -> Item | Missed:
        """What `accept` makes of values under which all formulas hold: the first that is not None."""
        try:
            found = self._search(list(formulas), accept)
        except ExhaustedError:
            self._cells = self._new_cells()
            return Missed.UNKNOWN
        return Missed.UNKNOWN if found is Missed.NONE and self._is_rough else found

    def _new_cells(self) -> Cells:
        self._meter = Meter(_BUDGET)
        return Cells(self._placed, self._subjects, self._meter)

    def _search(self, formulas: list[Formula], accept: Callable[[Values], Item | None]) -> Item | Missed:
        leaves = self._numbering.leaves
        solver = Solver(self._meter)
        encoder = Encoder(solver, len(leaves))
        for formula in formulas:
            solver.add((encoder.literal(formula),))
        missed, rejected = Missed.NONE, 0
        for _ in range(_BUDGET.rounds):
            model = solver.model()
            if model is None:
                return missed
            chosen = {literal for formula in formulas for literal in implicant(formula, model)}
            answer = self._cells.values(chosen)
            if isinstance(answer, list):
                for refusal in answer:
                    solver.add(-literal for literal in refusal.literals)
                    if refusal.problem is not Problem.IMPOSSIBLE:
                        missed = Missed.UNKNOWN
                continue
            signs = [(leaves[abs(literal) - 1], literal > 0) for literal in sorted(chosen, key=abs)]
            for values in variants(answer, signs, self._subjects):
                found = accept(values)
                if found is not None:
                    return found
            unplaced = [leaves[abs(literal) - 1] for literal in chosen if self._placed[abs(literal) - 1] is None]
            if rejected < _RELATED and unplaced:
                tried = (accept(values) for values in related(answer, unplaced, self._setting.schema))
                found = next((item for item in tried if item is not None), None)
                if found is not None:
                    return found
            missed = Missed.UNKNOWN
            rejected += 1
            if rejected >= _REJECTED:
                return missed
            solver.add(-literal for literal in chosen)
        return Missed.UNKNOWN

    def against(self, leaf: Leaf) -> list[Formula]:
        """Formulas of an event that fails only because of a leaf."""
        return [self.formula(leaf, True), negation(self.formula())]

    def relying_on(self, leaf: Leaf) -> list[Formula]:
        """Formulas of an event that matches only thanks to a leaf."""
        return [self.formula(), negation(self.formula(leaf, False))]
