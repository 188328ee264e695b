"""Kleene logic over compiled conditions; where no term can be null, plain Boolean logic, which is faster."""

# ruff: noqa: SIM110  # these loops run for every event and rule, and a generator doubles their cost

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from isorule.evaluation.events import EventView

Check = Callable[[EventView], bool | None]


class Compiled(NamedTuple):
    """A predicate ready to run. `two_valued` means that it is never null."""

    check: Check
    two_valued: bool


def negation(term: Compiled) -> Compiled:
    """True where the term is false, null where it is null."""
    check = term.check
    if term.two_valued:
        return Compiled(lambda view: not check(view), True)

    def negated(view: EventView) -> bool | None:
        found = check(view)
        return None if found is None else not found

    return Compiled(negated, False)


def conjunction(terms: list[Compiled]) -> Compiled:
    """False where a term is false, else null where one is null."""
    checks = [term.check for term in terms]
    if _all_two_valued(terms):

        def plain(view: EventView) -> bool:
            for check in checks:
                if not check(view):
                    return False
            return True

        return Compiled(plain, True)

    def kleene(view: EventView) -> bool | None:
        answer: bool | None = True
        for check in checks:
            found = check(view)
            if found is False:
                return False
            if found is None:
                answer = None
        return answer

    return Compiled(kleene, False)


def disjunction(terms: list[Compiled]) -> Compiled:
    """True where a term is true, else null where one is null."""
    checks = [term.check for term in terms]
    if _all_two_valued(terms):

        def plain(view: EventView) -> bool:
            for check in checks:
                if check(view):
                    return True
            return False

        return Compiled(plain, True)

    def kleene(view: EventView) -> bool | None:
        answer: bool | None = False
        for check in checks:
            found = check(view)
            if found is True:
                return True
            if found is None:
                answer = None
        return answer

    return Compiled(kleene, False)


def _all_two_valued(terms: Iterable[Compiled]) -> bool:
    return all(term.two_valued for term in terms)
