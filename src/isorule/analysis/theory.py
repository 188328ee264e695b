"""Whether some event meets several formulas over the leaves of one condition; proofs are kept for later questions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, unique

from isorule.analysis.effort import Effort
from isorule.analysis.terms import Shape, Term, walk_terms
from isorule.ir.core import Atom, Core, Inside, Single
from isorule.ir.matchers import Present, Scalar
from isorule.ir.predicates import Field
from isorule.ir.schema import FieldSchema, FieldType
from isorule.verification.budget import Budget, ExhaustedError, Meter
from isorule.verification.cells import Cells, Problem, Values
from isorule.verification.formulas import Encoder, Formula, Joint, Leaf, Numbering, implicant
from isorule.verification.references import variants
from isorule.verification.solver import Solver
from isorule.verification.subjects import ANYWHERE, Asks, Placed, Subjects

_ROUNDS = 400
"""Candidates that one question looks at."""
_ENCODING = 4
"""What a leaf inside of another formula costs more than one that stands alone: clauses for the formula."""


@unique
class No(Enum):
    """IMPOSSIBLE: proved that there is no event. UNKNOWN: none was found."""

    IMPOSSIBLE = "impossible"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Scene:
    """Values of an event that meets the formulas; leaves that it does not speak of do not matter.

    `signs` are the leaves that were looked at, and whether they hold.
    """

    values: Values
    signs: tuple[tuple[Leaf, bool], ...] = ()


class Theory:
    """The leaves of a condition, what can be said of their values, and the questions about them."""

    def __init__(self, root: Term, schema: FieldSchema, now: int, budget: Budget, effort: Effort | None = None) -> None:
        """Gives every term its formula and its places. `now` is in nanoseconds, the budget is for all questions.

        Where an effort is given, every question is counted in it, and may raise TooLargeError.
        """
        self.effort = effort or Effort(None)
        self._subjects = Subjects(schema, now)
        self._meter = Meter(budget)
        self._impossible: list[frozenset[int]] = []
        self._passed: dict[tuple[int, str], bool] = {}
        leaf_terms = [term for term in walk_terms(root) if term.shape is Shape.LEAF]
        cores: list[Core] = [term.core for term in leaf_terms if term.core is not None]
        paths = sorted({self._subjects.source(path) for path in _paths(Numbering(cores).leaves)})
        roles: list[Core] = [Atom(Field(path), matcher) for path in paths for matcher in (Present(), Single())]
        numbering = Numbering((*cores, *roles))
        self._leaves = numbering.leaves
        self.placed: list[Placed | None] = [self._subjects.placed(leaf) for leaf in self._leaves]
        self._cells = Cells(self.placed, self._subjects, self._meter)
        self._roles: dict[str, tuple[int, int]] = {}
        for path in paths:
            present, single = (numbering.formula(Atom(Field(path), role)) for role in (Present(), Single()))
            one_at_most = not schema[path].many and schema[path].type is not FieldType.TEXT
            if one_at_most and isinstance(present, int) and isinstance(single, int):
                self._roles[path] = present, single
        for term in leaf_terms:
            assert term.core is not None
            term.formula = numbering.formula(term.core)
            term.places = frozenset(self.place(abs(leaf)) for leaf in leaves_in(term.formula))
        _gather(root)

    def place(self, leaf: int) -> str:
        """Where a leaf looks for values; a name of its own for a leaf of which that is not known."""
        placed = self.placed[leaf - 1]
        return placed.place if placed is not None else f"\0{leaf}"

    def has_lists(self, place: str) -> bool:
        """Whether a place may have several values also where most fields have one."""
        return place not in self._roles

    def asks(self, leaf: int) -> Asks | None:
        """What a leaf asks of the values of its place; None for a leaf of which that is not known."""
        placed = self.placed[leaf - 1]
        return None if placed is None else placed.asks

    def passes(self, leaf: int, value: Scalar) -> bool | None:
        """Whether a value meets a leaf about the values of one field; None for other leaves."""
        placed = self.placed[leaf - 1]
        if placed is None or placed.asks is not Asks.VALUE or placed.fact is None:
            return None
        if not isinstance(value, str):
            return placed.fact.check(value) is not placed.inverted
        known = self._passed.get((leaf, value))
        if known is None:
            known = self._passed[leaf, value] = placed.fact.check(value) is not placed.inverted
        return known

    def passes_at(self, leaf: int, path: str, value: Scalar) -> bool | None:
        """Whether a value of a field meets a leaf about the values of all fields; None where that cannot be said."""
        placed = self.placed[leaf - 1]
        found = self._subjects.anywhere(placed, path) if placed is not None else None
        return None if found is None or placed is None else found.check(value) is not placed.inverted

    def somewhere(self, leaf: int) -> Iterator[tuple[str, Scalar]]:
        """Fields and values in them that may meet a leaf about the values of all fields."""
        placed = self.placed[leaf - 1]
        for path in self._subjects.kinds:
            found = self._subjects.anywhere(placed, path) if placed is not None else None
            yield from ((path, value) for value in (found.hints if found is not None else ()))

    def hints(self, leaf: int) -> tuple[Scalar, ...]:
        """Values that may meet a leaf about the values of one field."""
        placed = self.placed[leaf - 1]
        return () if placed is None or placed.fact is None else placed.fact.hints

    def leaf(self, number: int) -> Leaf:
        """The leaf of a number."""
        return self._leaves[number - 1]

    def possible(self, formulas: Sequence[Formula], *, single: bool) -> Scene | No:
        """An event that meets all of the formulas, or why there is none.

        Where `single`, only events count in which every field has one value at most, but for those that the schema says
        hold lists, and full text, of which a long value says what several would. A leaf that more than the values of
        one field decide may hold or not as it likes, so that IMPOSSIBLE is a proof for it, too.
        """
        try:
            return self._possible(formulas, single)
        except ExhaustedError:
            return No.UNKNOWN

    def candidates(self, scene: Scene) -> Iterator[Values]:
        """The values of a scene, and others where it compares two fields."""
        return variants(scene.values, scene.signs, self._subjects)

    def holds(self, formula: Formula, values: Values, assumed: Collection[int] = ()) -> bool | None:
        """Whether an event of these values, and no others, meets a formula; None where a leaf leaves that open.

        `assumed` are leaves, with their signs, that more than the values of one field decide.
        """
        if isinstance(formula, int):
            found = self._leaf_holds(abs(formula), values)
            if found is None and self.placed[abs(formula) - 1] is None:
                return True if formula in assumed else False if -formula in assumed else None
            return found if found is None or formula > 0 else not found
        is_open = False
        for part in formula.parts:
            found = self.holds(part, values, assumed)
            if found is None:
                is_open = True
            elif found is not formula.every:
                return found
        return None if is_open else formula.every

    def _leaf_holds(self, leaf: int, values: Values) -> bool | None:
        self.effort.spend(1)
        placed = self.placed[leaf - 1]
        if placed is None:
            return None
        if placed.place == ANYWHERE:
            answers = [self.passes_at(leaf, path, value) for path, some in values.items() for value in some]
            return True if True in answers else None if None in answers else False
        present = values.get(placed.place, [])
        match placed.asks:
            case Asks.ANY:
                return bool(present) or None
            case Asks.SOLE:
                return None
            case Asks.VALUE:
                return any(self.passes(leaf, value) for value in present)

    def _possible(self, formulas: Sequence[Formula], single: bool) -> Scene | No:
        used = {abs(leaf) for formula in formulas for leaf in leaves_in(formula)}
        asked = [*formulas, *(self._singles(used) if single else ())]
        mentioned = [abs(leaf) for formula in asked for leaf in leaves_in(formula)]
        joined = len(mentioned) - sum(isinstance(formula, int) for formula in asked)
        self.effort.spend(len(mentioned) + _ENCODING * joined + len(self._impossible))
        numbers = sorted(set(mentioned))
        local = {number: at for at, number in enumerate(numbers, 1)}
        asked = [_renumbered(formula, local) for formula in asked]
        solver = Solver(self._meter)
        encoder = Encoder(solver, len(numbers))
        for formula in asked:
            solver.add((encoder.literal(formula),))
        for literals in self._impossible:
            if all(abs(literal) in local for literal in literals):
                solver.add(-_signed(literal, local) for literal in literals)
        none = No.IMPOSSIBLE
        for _ in range(_ROUNDS):
            self._meter.look_at_clock()
            self.effort.spend(len(numbers))
            model = solver.model()
            if model is None:
                return none
            chosen: set[int] = set()
            for formula in asked:
                chosen |= implicant(formula, model)
            answer = self._cells.values({_signed(literal, numbers) for literal in chosen})
            if not isinstance(answer, list):
                signs = (_signed(literal, numbers) for literal in sorted(chosen, key=abs))
                return Scene(answer, tuple((self.leaf(abs(sign)), sign > 0) for sign in signs))
            for refusal in answer:
                if refusal.problem is Problem.IMPOSSIBLE:
                    self._impossible.append(refusal.literals)
                else:
                    none = No.UNKNOWN
                solver.add(-_signed(literal, local) for literal in refusal.literals)
        return No.UNKNOWN

    def _singles(self, used: set[int]) -> Iterator[Formula]:
        """For every place of some leaves: it has no value or one."""
        places = {self.place(leaf) for leaf in used}
        for path in sorted(places & self._roles.keys()):
            present, single = self._roles[path]
            yield Joint(False, (-present, single))


def _renumbered(formula: Formula, local: dict[int, int]) -> Formula:
    if isinstance(formula, int):
        return _signed(formula, local)
    return Joint(formula.every, tuple(_renumbered(part, local) for part in formula.parts))


def _signed(literal: int, numbers: dict[int, int] | list[int]) -> int:
    """A literal in another numbering: by a table, or by the place in a list, which counts from 1."""
    number = numbers[abs(literal)] if isinstance(numbers, dict) else numbers[abs(literal) - 1]
    return number if literal > 0 else -number


def leaves_in(formula: Formula) -> Iterator[int]:
    """The leaves of a formula with their signs."""
    pending = [formula]
    while pending:
        node = pending.pop()
        if isinstance(node, int):
            yield node
        else:
            pending.extend(node.parts)


def _paths(leaves: Iterable[Leaf]) -> Iterator[str]:
    for leaf in leaves:
        if not isinstance(leaf, Inside) and isinstance(leaf.subject, Field):
            yield leaf.subject.path


def _gather(term: Term) -> None:
    """Gives terms with parts their formula and places."""
    if term.shape is Shape.LEAF:
        return
    for part in term.parts:
        _gather(part)
    term.formula = Joint(term.shape is Shape.EVERY, tuple(part.formula for part in term.parts))
    term.places = frozenset().union(*(part.places for part in term.parts))


def meets(places: frozenset[str], others: frozenset[str]) -> bool:
    """Whether leaves of these places can depend on each other."""
    if not places or not others:
        return False
    return ANYWHERE in places or ANYWHERE in others or not places.isdisjoint(others)
