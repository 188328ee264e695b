"""An event that one predicate matches and another does not, or the proof that there is none.

Propositional models of "first and not second" are checked against what values can do; what they cannot becomes a
clause, until an event is found and confirmed or no model is left (E. Clarke et al., "Counterexample-guided abstraction
refinement" (2000), https://doi.org/10.1007/10722167_15).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from isorule.ir.core import Core, Inside
from isorule.ir.printing import show_subject
from isorule.verification.budget import ExhaustedError, Meter
from isorule.verification.cells import Cells, Problem, Refusal, Values
from isorule.verification.formulas import Encoder, Formula, Leaf, Numbering, implicant, negation
from isorule.verification.references import variants
from isorule.verification.solver import Solver
from isorule.verification.subjects import Placed, Subjects

Event = Mapping[str, object]
Confirm = Callable[[Values], Event | None]
"""Makes an event of values; None where it does not do what it should."""

_UNCONFIRMED = 40
"""So many events that do not do what they should are made before giving up."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A confirmed event."""

    event: Event


@dataclass(frozen=True, slots=True)
class Included:
    """Proved: the second matches whatever the first matches."""


@dataclass(frozen=True, slots=True)
class Open:
    """Neither found nor proved, and why."""

    why: str


Answer = Difference | Included | Open


class Decision:
    """The question for two cores, in both directions."""

    def __init__(self, first: Core, second: Core, subjects: Subjects, meter: Meter) -> None:
        numbering = Numbering((first, second))
        self._leaves: tuple[Leaf, ...] = numbering.leaves
        self._first = numbering.formula(first)
        self._second = numbering.formula(second)
        self._placed: list[Placed | None] = [subjects.placed(leaf) for leaf in self._leaves]
        self._cells = Cells(self._placed, subjects, meter)
        self._subjects = subjects
        self._meter = meter
        self._impossible: list[frozenset[int]] = []

    def first_only(self, confirm: Confirm) -> Answer:
        """Whether the first matches an event that the second does not."""
        return self._decide(self._first, self._second, confirm)

    def second_only(self, confirm: Confirm) -> Answer:
        """Whether the second matches an event that the first does not."""
        return self._decide(self._second, self._first, confirm)

    def _decide(self, matched: Formula, missed: Formula, confirm: Confirm) -> Answer:
        try:
            return self._search(matched, negation(missed), confirm)
        except ExhaustedError as error:
            return Open(f"the search was stopped after {error}")

    def _search(self, matched: Formula, missed: Formula, confirm: Confirm) -> Answer:
        solver = Solver(self._meter)
        encoder = Encoder(solver, len(self._leaves))
        for formula in (matched, missed):
            solver.add((encoder.literal(formula),))
        for literals in self._impossible:
            solver.add(-literal for literal in literals)
        doubt: str | None = None
        unconfirmed = 0
        for _ in range(self._meter.budget.rounds):
            self._meter.look_at_clock()
            model = solver.model()
            if model is None:
                return Included() if doubt is None else Open(doubt)
            chosen = implicant(matched, model) | implicant(missed, model)
            answer = self._cells.values(chosen)
            if isinstance(answer, list):
                for refusal in answer:
                    solver.add(-literal for literal in refusal.literals)
                    if refusal.problem is Problem.IMPOSSIBLE:
                        self._impossible.append(refusal.literals)
                    else:
                        doubt = doubt or self._unknown(refusal)
                continue
            signs = [(self._leaves[abs(literal) - 1], literal > 0) for literal in sorted(chosen, key=abs)]
            for values in variants(answer, signs, self._subjects):
                event = confirm(values)
                if event is not None:
                    return Difference(event)
            unconfirmed += 1
            doubt = doubt or self._unconfirmed(chosen)
            if unconfirmed >= _UNCONFIRMED:
                return Open(doubt)
            solver.add(-literal for literal in chosen)
        return Open(f"no event was found among {self._meter.budget.rounds} candidates")

    def _unknown(self, refusal: Refusal) -> str:
        subjects = sorted({self._subject(literal) for literal in refusal.literals})
        return f"no value was found for {', '.join(subjects)}, and no proof that there is none"

    def _unconfirmed(self, chosen: set[int]) -> str:
        opaque = sorted({self._subject(literal) for literal in chosen if self._placed[abs(literal) - 1] is None})
        if opaque:
            return f"it depends on {', '.join(opaque)}, which more than the values of one field decide"
        return "the evaluator does not agree with an event that should tell them apart"

    def _subject(self, literal: int) -> str:
        leaf = self._leaves[abs(literal) - 1]
        return f"`{leaf.path}`" if isinstance(leaf, Inside) else f"`{show_subject(leaf.subject)}`"
