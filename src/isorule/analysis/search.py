"""Going through the terms of a condition, outer ones first, and asking of each whether it ever decides."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from isorule.analysis.findings import Finding, FindingKind, Part, Reach, Scope
from isorule.analysis.guesses import Guesses
from isorule.analysis.lists import ValueIndex
from isorule.analysis.questions import (
    blame,
    conjuncts,
    connected,
    decides,
    holds_on_nothing,
    signed,
    smallest_conflict,
)
from isorule.analysis.terms import Circumstance, Shape, Term, circumstances, walk_terms
from isorule.analysis.theory import No, Scene, Theory
from isorule.ir.printing import show
from isorule.source import Span
from isorule.verification.cells import Values
from isorule.verification.formulas import Formula, negation
from isorule.verification.subjects import ANYWHERE, Asks

Key = tuple[Span | None, str | None]
"""What a term is written as: its place in the text, or, where it has none of its own, that of a term around it."""


@dataclass(frozen=True, slots=True)
class _Needless:
    term: Term
    finding: Finding


class Search:
    """One pass over the terms. What is needless is so in the condition as it stands, and still so without all that was
    found before it."""

    def __init__(self, root: Term, theory: Theory, kept: frozenset[Key]) -> None:
        """Terms written as one of `kept` are not asked about: elsewhere in the condition they are needed."""
        self._root = root
        self._theory = theory
        self._guesses = Guesses(theory)
        self._kept = kept
        self._found: list[_Needless] = []

    def run(self) -> tuple[Reach, list[Finding], frozenset[Key]]:
        """What the condition matches, the findings, and what stands in several places and is needless only in some.

        Where the last is not empty, the pass is to be repeated with these terms kept.
        """
        reach, single = self._reach()
        if reach in (Reach.SOME, Reach.NOT_DECIDED):
            self._descend(self._root, single)
        mixed = self._needed_elsewhere()
        return reach, [item.finding for item in self._found], mixed

    def _reach(self) -> tuple[Reach, bool]:
        """What the condition matches, and whether some event with single values is among it."""
        formula = self._root.formula
        if not holds_on_nothing(negation(formula)) and self._theory.possible([negation(formula)], single=False) is (
            No.IMPOSSIBLE
        ):
            self._report(self._root, FindingKind.ALWAYS_TRUE, [], Scope.ALL_EVENTS)
            return Reach.ALL, True
        answer = self._guesses.possible([formula], single=True)
        if isinstance(answer, Scene):
            return Reach.SOME, True
        if answer is No.IMPOSSIBLE:
            wider = self._theory.possible([formula], single=False)
            scope = Scope.ALL_EVENTS if wider is No.IMPOSSIBLE else Scope.SINGLE_VALUES
            self._report(self._root, FindingKind.NEVER_TRUE, self._contradiction(self._root, scope), scope)
            if wider is No.IMPOSSIBLE:
                return Reach.NONE, False
        wider = self._theory.possible([formula], single=False)
        return Reach.SOME if isinstance(wider, Scene) else Reach.NOT_DECIDED, False

    def _contradiction(self, term: Term, scope: Scope) -> list[Circumstance]:
        """The conjuncts of a term that cannot hold together."""
        members = conjuncts(term)
        if len(members) < 2:
            return []
        return smallest_conflict(self._theory, [], members, No.UNKNOWN, scope is Scope.SINGLE_VALUES) or []

    def _descend(self, term: Term, single: bool) -> None:
        settled = self._settled(term, single)
        for part in reversed(term.parts):
            if part not in settled and _key(part) not in self._kept and self._is_needless(part, single):
                continue
            self._descend(part, single)

    def _is_needless(self, term: Term, single: bool) -> bool:
        scope = self._scope(term, single)
        if scope is None:
            return False
        with self._all_back():
            alone = self._scope(term, single) if self._found else scope
            if alone is None:
                return False  # needless only without what is left out already: then it is what made that needless
            scope = Scope.SINGLE_VALUES if Scope.SINGLE_VALUES in (scope, alone) else Scope.ALL_EVENTS
            by = blame(self._theory, term, scope is Scope.SINGLE_VALUES)
            if by is None:
                return False
            kind = _kind(term, by)
            if kind is FindingKind.NEVER_TRUE and not by and not term.negated:
                by = self._contradiction(term, scope)
        self._report(term, kind, by, scope)
        return True

    def _scope(self, term: Term, single: bool) -> Scope | None:
        """Of which events it is true that a term never decides; None where it does, or that was not found out."""
        if decides(self._theory, self._guesses, term, single) is not False:
            return None
        everywhere = not single or decides(self._theory, self._guesses, term, False) is False
        return Scope.ALL_EVENTS if everywhere else Scope.SINGLE_VALUES

    @contextmanager
    def _all_back(self) -> Iterator[None]:
        """Questions that are asked meanwhile are about the condition as it stands."""
        left_out = [(item.term, item.term.removed) for item in self._found]
        for term, _ in left_out:
            term.removed = term.removed_from_single = False
        yield
        for term, removed in left_out:
            term.removed, term.removed_from_single = removed, True

    def _report(self, term: Term, kind: FindingKind, by: list[Circumstance], scope: Scope) -> None:
        parts = tuple(sorted((_part(one.term) for one in by), key=_start))
        self._found.append(_Needless(term, Finding(kind, _part(term), parts, scope)))
        term.removed_from_single = True
        term.removed = scope is Scope.ALL_EVENTS

    def _settled(self, term: Term, single: bool) -> set[Term]:
        """Values of a list that decide because one event with a value of their own shows it."""
        values = _ValueList.of(term, self._theory)
        if values is None:
            return set()
        around = connected(self._theory, term.places, circumstances(term, single))
        formulas = [signed(one, single) for one in around]
        scene = self._guesses.possible([term.formula, *formulas], single=single) if formulas else Scene({})
        if not isinstance(scene, Scene):
            return set()
        return {part for part, leaf in values.leaves if self._shows(values, leaf, formulas, scene.values)}

    def _shows(self, values: _ValueList, leaf: int, around: list[Formula], base: Values) -> bool:
        own = values.index.own_value(leaf)
        if own is None:
            return False
        changed = base | {values.place: [own]}
        return all(self._theory.holds(formula, changed) is True for formula in around)

    def _needed_elsewhere(self) -> frozenset[Key]:
        found = {item.term for item in self._found}
        keys = {_key(term) for term in found}
        return frozenset(
            key for term in walk_terms(self._root) if (key := _key(term)) in keys and not _is_covered(term, found)
        )


def _is_covered(term: Term, found: set[Term]) -> bool:
    """Whether the term is left out: itself, with what stands around it, or with all that stands in it."""
    outer: Term | None = term
    while outer is not None:
        if outer in found:
            return True
        outer = outer.parent
    return bool(term.parts) and all(_is_covered_inside(part, found) for part in term.parts)


def _is_covered_inside(term: Term, found: set[Term]) -> bool:
    return term in found or (bool(term.parts) and all(_is_covered_inside(part, found) for part in term.parts))


@dataclass(frozen=True, slots=True)
class _ValueList:
    """Alternatives about the values of one field, or the negations of such."""

    place: str
    leaves: tuple[tuple[Term, int], ...]
    index: ValueIndex

    @classmethod
    def of(cls, term: Term, theory: Theory) -> _ValueList | None:
        """The list that a term is; None for another term."""
        if len(term.parts) < 2 or len(term.places) != 1 or ANYWHERE in term.places:
            return None
        sign = 1 if term.shape is Shape.SOME else -1
        leaves: list[tuple[Term, int]] = []
        for part in term.parts:
            formula = part.formula
            if not isinstance(formula, int) or formula * sign < 0 or not _asks_a_value(theory, abs(formula)):
                return None
            leaves.append((part, abs(formula)))
        if len({leaf for _, leaf in leaves}) < len(leaves):
            return None
        (place,) = term.places
        return cls(place, tuple(leaves), ValueIndex(theory, (leaf for _, leaf in leaves)))


def _asks_a_value(theory: Theory, leaf: int) -> bool:
    return theory.asks(leaf) is Asks.VALUE


def _kind(term: Term, by: list[Circumstance]) -> FindingKind:
    """What is said of a needless term, as it stands in the text: inside of a `not` everything is turned around."""
    assert term.parent is not None
    is_true = (term.parent.shape is Shape.EVERY) is not term.negated
    if not by:
        return FindingKind.ALWAYS_TRUE if is_true else FindingKind.NEVER_TRUE
    if len(by) == 1 and by[0].term.formula == term.formula:
        return FindingKind.DUPLICATE
    if is_true:
        return FindingKind.IMPLIED
    alternatives = all(one.term.negated if term.negated else not one.holds for one in by)
    return FindingKind.SUBSUMED if alternatives else FindingKind.DEAD


def _part(term: Term) -> Part:
    return Part(term.node, _place(term), term.negated)


def _start(part: Part) -> int:
    return part.span.start if part.span is not None else -1


def _place(term: Term) -> Span | None:
    found: Term | None = term
    while found is not None:
        if found.span is not None:
            return found.span
        found = found.parent
    return None


def _key(term: Term) -> Key:
    return (term.span, None) if term.span is not None else (_place(term), show(term.node))
