"""What is asked of a term: whether it ever decides; and, where it does not, the few other terms to blame."""

from __future__ import annotations

from collections.abc import Sequence

from isorule.analysis.guesses import Guesses
from isorule.analysis.terms import Circumstance, Shape, Term, circumstances
from isorule.analysis.theory import No, Scene, Theory, meets
from isorule.verification.formulas import Formula, Joint, negation

_MOST_SINGLY = 24
"""So many terms are asked one by one whether they alone are to blame."""


def signed(one: Circumstance, single: bool) -> Formula:
    """What a circumstance asks of an event."""
    formula = one.term.live_formula(single)
    return formula if one.holds else negation(formula)


def deciding_formula(term: Term, single: bool) -> Formula:
    """How a term must come out to decide: an alternative by holding, a conjunct by failing."""
    return signed(Circumstance(term, _is_alternative(term)), single)


def _is_alternative(term: Term) -> bool:
    return term.parent is not None and term.parent.shape is Shape.SOME


def dependent(theory: Theory, term: Term, single: bool) -> list[Circumstance]:
    """The circumstances that the term can depend on: those with its fields, and with theirs in turn.

    The others can be met whatever the term asks, for the terms around it do decide.
    """
    return connected(theory, term.places, circumstances(term, single))


def connected(theory: Theory, places: frozenset[str], among: Sequence[Circumstance]) -> list[Circumstance]:
    """The circumstances with these places, and with theirs in turn, in their order."""
    reached = places
    found: set[int] = set()
    waiting = list(range(len(among)))
    while True:
        theory.effort.spend(len(waiting))
        new = [at for at in waiting if meets(reached, among[at].term.places)]
        if not new:
            return [among[at] for at in sorted(found)]
        found.update(new)
        reached = reached.union(*(among[at].term.places for at in new))
        waiting = [at for at in waiting if at not in found]


def holds_on_nothing(formula: Formula) -> bool:
    """Whether an event without any value meets a formula."""
    if isinstance(formula, int):
        return formula < 0
    return (all if formula.every else any)(map(holds_on_nothing, formula.parts))


def decides(theory: Theory, guesses: Guesses, term: Term, single: bool) -> bool | None:
    """Whether some event is decided by the term alone; None where that was not found out."""
    own = deciding_formula(term, single)
    around = dependent(theory, term, single)
    if not around and holds_on_nothing(own):
        return True
    answer = guesses.possible([own, *(signed(one, single) for one in around)], single=single)
    return None if answer is No.UNKNOWN else isinstance(answer, Scene)


def blame(theory: Theory, term: Term, single: bool) -> list[Circumstance] | None:
    """Few circumstances that keep the term from deciding, none where it is so by itself; None where not found out."""
    own = deciding_formula(term, single)
    around = dependent(theory, term, single)
    same = [one for one in around if _is_same(one, term)]
    if same:
        return same[:1]
    scene = theory.possible([own], single=single)
    if scene is No.IMPOSSIBLE:
        return []
    return smallest_conflict(theory, [own], _taken_apart(around), scene, single)


def smallest_conflict(
    theory: Theory, own: list[Formula], members: list[Circumstance], scene: Scene | No, single: bool
) -> list[Circumstance] | None:
    """Few members that cannot hold together with some formulas; a single one where one is seen to be enough."""
    suspects = members
    if isinstance(scene, Scene):
        suspects = [one for one in members if theory.holds(signed(one, single), scene.values) is not True]
    for one in suspects[:_MOST_SINGLY]:
        if theory.possible([*own, signed(one, single)], single=single) is No.IMPOSSIBLE:
            return [one]
    if theory.possible([*own, *(signed(one, single) for one in members)], single=single) is not No.IMPOSSIBLE:
        return None
    return _needed(theory, own, members, single)


def _needed(theory: Theory, own: list[Formula], members: list[Circumstance], single: bool) -> list[Circumstance]:
    """A smallest part of the members that cannot hold with some formulas, which all of them together cannot.

    U. Junker, "QuickXplain: preferred explanations and relaxations for over-constrained problems" (2004).
    """
    if len(members) == 1:
        return members
    middle = len(members) // 2
    found: list[Circumstance] = []
    for searched, given in ((members[middle:], members[:middle]), (members[:middle], None)):
        background = own + [signed(one, single) for one in (found if given is None else given)]
        if theory.possible(background, single=single) is not No.IMPOSSIBLE:
            found = [*_needed(theory, background, searched, single), *found]
    return found


def _taken_apart(members: list[Circumstance]) -> list[Circumstance]:
    """The members, with conjunctions that hold and alternatives that fail given part by part."""
    found: list[Circumstance] = []
    pending = list(reversed(members))
    while pending:
        one = pending.pop()
        if one.term.shape is (Shape.EVERY if one.holds else Shape.SOME):
            pending += [Circumstance(part, one.holds) for part in reversed(one.term.parts) if not part.removed]
        else:
            found.append(one)
    return found


def conjuncts(term: Term) -> list[Circumstance]:
    """What a term asks for all at once."""
    return _taken_apart([Circumstance(term, True)])


def _is_same(one: Circumstance, term: Term) -> bool:
    """Whether a circumstance says, with the same sign, what the term says: it then decides in its place."""
    return one.holds is not _is_alternative(term) and canonical(one.term.formula) == canonical(term.formula)


def canonical(formula: Formula) -> object:
    """One object for formulas that differ in order only."""
    if isinstance(formula, int):
        return formula
    if isinstance(formula, Joint) and len(formula.parts) == 1:
        return canonical(formula.parts[0])
    return formula.every, frozenset(map(canonical, formula.parts))
