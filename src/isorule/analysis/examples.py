"""An example event for every branch of a condition: one that it alone lets in, or, under a `not`, alone keeps out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from isorule.analysis.analyse import BUDGET
from isorule.analysis.effort import MOST_WORK, Effort, TooLargeError
from isorule.analysis.questions import deciding_formula, signed
from isorule.analysis.terms import Circumstance, Shape, Term, circumstances, terms_of, walk_terms
from isorule.analysis.theory import No, Theory
from isorule.diagnostics import IsoruleError
from isorule.evaluation import compile_predicate
from isorule.evaluation.dates import nanos
from isorule.ir.detections import Detection
from isorule.ir.predicates import And, Const, Nested, Not, Or, Predicate, Test
from isorule.ir.resolve import resolve, resolve_category
from isorule.ir.schema import FieldSchema
from isorule.ir.walk import children, predicates
from isorule.verification.budget import Budget
from isorule.verification.formulas import Formula
from isorule.verification.witness import Check, smallest

Event = Mapping[str, object]
Path = tuple[int, ...]
"""The way from a condition to a predicate in it: the number of the child (`isorule.ir.walk.children`) at each step."""

MOST_BRANCHES = 200
"""The branches of one condition that get an example."""

_MOST_WORK = MOST_WORK // 4
"""What all examples of one condition may cost: nobody reads hundreds of them, so they may take less than findings."""

_CHECKING = 20
"""What it costs to make and ask an evaluator, for each term of the condition."""


@dataclass(frozen=True, slots=True)
class Example:
    """An event for the branch at `path`; the whole condition has the empty path.

    The evaluator has confirmed it: the condition matches it, and so does the branch; where `kept_out`, the condition
    does not match it and would if the branch were not there. `alone` says that no other branch has a part in that.
    """

    path: Path
    event: Event
    kept_out: bool = False
    alone: bool = True


def examples(
    detection: Detection,
    schema: FieldSchema,
    *,
    category_field: str = "event.category",
    now: datetime | None = None,
    budget: Budget = BUDGET,
) -> tuple[tuple[Example, ...], ...]:
    """Small events for the branches of every condition of a detection, in the order of the text.

    A branch is an alternative of an `or`, also of one under a `not`. A branch for which no event is found has none;
    in a condition that is too large for all, the last ones have none.
    """
    present = now or datetime.now(UTC)
    return tuple(
        tuple(_Examples(resolve_category(where, category_field), schema, present, budget).all())
        for where in predicates(detection)
    )


class _Examples:
    def __init__(self, predicate: Predicate, schema: FieldSchema, now: datetime, budget: Budget) -> None:
        self._predicate = predicate
        self._schema = schema
        self._now = now
        self._root = terms_of(resolve(predicate, schema))
        self._size = sum(1 for _ in walk_terms(self._root))
        self._effort = Effort(_MOST_WORK)
        self._theory = Theory(self._root, schema, nanos(now), budget, self._effort)

    def all(self) -> Iterator[Example]:
        """The examples that are found before the condition has cost too much."""
        with suppress(TooLargeError):
            yield from self._found()

    def _found(self) -> Iterator[Example]:
        try:
            check = self._check(self._predicate)
        except IsoruleError:
            return
        whole = self._event([self._root.formula], check, _never)
        if whole is not None:
            yield Example((), whole)
        for path, term in list(_branches(self._predicate, self._root))[:MOST_BRANCHES]:
            found = self._of_branch(path, term, check)
            if found is not None:
                yield found

    def _check(self, predicate: Predicate) -> Check:
        self._effort.spend(_CHECKING * self._size)
        return compile_predicate(predicate, self._schema, now=self._now)

    def _of_branch(self, path: Path, term: Term, check: Check) -> Example | None:
        without = self._check(_without(self._predicate, path))
        around = [signed(one, False) for one in circumstances(term, False)]
        wanted = [deciding_formula(term, False), *around]
        if term.negated:
            event = self._event(wanted, without, check)
            return Example(path, event, kept_out=True) if event is not None else None
        event = self._event(wanted, check, without)
        if event is not None:
            return Example(path, event)
        branch = self._check(_at(self._predicate, path))
        conjuncts = [signed(one, False) for one in _conjuncts_around(term)]
        event = self._event([term.formula, *conjuncts], lambda event: check(event) and branch(event), _never)
        return Example(path, event, alone=False) if event is not None else None

    def _event(self, formulas: list[Formula], matching: Check, missing: Check) -> Event | None:
        """A confirmed event; one with single values where there is one."""
        for single in (True, False):
            scene = self._theory.possible(formulas, single=single)
            if isinstance(scene, No):
                continue
            for values in self._theory.candidates(scene):
                event = smallest(values, matching, missing)
                if event is not None:
                    return event
        return None


def _never(_: Event) -> bool:
    return False


def _conjuncts_around(term: Term) -> list[Circumstance]:
    return [one for one in circumstances(term, False) if one.holds]


def _branches(predicate: Predicate, root: Term) -> Iterator[tuple[Path, Term]]:
    """The alternatives of every `or` that no more than one `not` stands around, with their terms."""
    pending: list[tuple[Path, Predicate, Term]] = [((), predicate, root)]
    while pending:
        path, node, term = pending.pop()
        while isinstance(node, Not):
            path, node = (*path, 0), node.term
        if not isinstance(node, And | Or):
            continue
        inner = [
            ((*path, at), child, part) for at, (child, part) in enumerate(zip(node.terms, term.parts, strict=True))
        ]
        if isinstance(node, Or):
            alike = [one for one in inner if not isinstance(one[1], Or)]
            yield from ((place, part) for place, _, part in alike if _is_told(part))
        pending += reversed(inner)


def _is_told(term: Term) -> bool:
    """Whether an alternative lets events in, or, under a `not`, keeps them out."""
    assert term.parent is not None
    return (term.parent.shape is Shape.SOME) is not term.negated


def _at(predicate: Predicate, path: Path) -> Predicate:
    for step in path:
        predicate = children(predicate)[step]
    return predicate


def _without(predicate: Predicate, path: Path) -> Predicate:
    """The predicate in which the one at the path never holds."""
    if not path:
        return Const(False)
    step, rest = path[0], path[1:]
    match predicate:
        case Not(term) | Nested(_, term):
            return replace(predicate, term=_without(term, rest))
        case And(terms) | Or(terms):
            return replace(predicate, terms=(*terms[:step], _without(terms[step], rest), *terms[step + 1 :]))
        case Const() | Test():
            raise AssertionError("the path leads to a predicate")


def branch_at(detection: Detection, condition: int, path: Path) -> Predicate:
    """The predicate of an example: of the condition with that number, at that path."""
    return _at(predicates(detection)[condition], path)
