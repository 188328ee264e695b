"""Which single tests decide: those whose other answer would change what a predicate says of an event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import assert_never

from isorule.ir.predicates import And, Const, Nested, Not, Or, Predicate, Test

Event = Mapping[str, object]
Compile = Callable[[Predicate], Callable[[Event], bool | None]]

_MOST_LEAVES = 400
"""A predicate with more tests is not looked into."""


def deciding(predicate: Predicate, event: Event, compile_leaf: Compile) -> list[tuple[Test, bool | None]]:
    """The tests, with their answers, of which another answer alone would make the event match or not."""
    answers: dict[int, bool | None] = {}
    tests: dict[int, Test] = {}
    _answer(predicate, event, compile_leaf, answers, tests)
    if len(tests) > _MOST_LEAVES:
        return []
    matches = _logic(predicate, answers) is True
    found = []
    for leaf, test in tests.items():
        before = answers[leaf]
        answers[leaf] = before is not True
        if (_logic(predicate, answers) is True) is not matches:
            found.append((test, before))
        answers[leaf] = before
    return found


def _answer(
    predicate: Predicate, event: Event, compile_leaf: Compile, answers: dict[int, bool | None], tests: dict[int, Test]
) -> None:
    """Fills in the answers of all leaves, by the identity of their nodes; nested terms count as leaves."""
    match predicate:
        case Const(value):
            answers[id(predicate)] = value
        case Test():
            answers[id(predicate)] = compile_leaf(predicate)(event)
            tests[id(predicate)] = predicate
        case Nested():
            answers[id(predicate)] = compile_leaf(predicate)(event)
        case Not(term):
            _answer(term, event, compile_leaf, answers, tests)
        case And(terms) | Or(terms):
            for inner in terms:
                _answer(inner, event, compile_leaf, answers, tests)
        case _:
            assert_never(predicate)


def _logic(predicate: Predicate, answers: dict[int, bool | None]) -> bool | None:
    match predicate:
        case Const() | Test() | Nested():
            return answers[id(predicate)]
        case Not(term):
            inner = _logic(term, answers)
            return None if inner is None else not inner
        case And(terms):
            found = [_logic(inner, answers) for inner in terms]
            return False if False in found else None if None in found else True
        case Or(terms):
            found = [_logic(inner, answers) for inner in terms]
            return True if True in found else None if None in found else False
        case _:
            assert_never(predicate)
