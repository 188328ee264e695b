"""The parts of the decision: clauses, languages, intervals, limits."""

from __future__ import annotations

import random
import sys
from itertools import product

import pytest

import isorule
from isorule.ir.regex.charset import charset
from isorule.ir.regex.tree import ANY_RUN, Complement, Intersection, Literal, Repeat, Tree, alternate, concat
from isorule.mappings import ecs_schema
from isorule.verification import Budget, VerdictKind, compare
from isorule.verification.analyzed import lowering_to
from isorule.verification.budget import ExhaustedError, Meter
from isorule.verification.solver import Solver
from isorule.verification.spans import between, common, in_units, samples, union, whole_numbers, without
from isorule.verification.texts import shortest_text
from isorule.verification.wildcards import surely_covers


def meter(**limits: int) -> Meter:
    return Meter(Budget(seconds=None, **limits))


@pytest.mark.parametrize("seed", range(60))
def test_the_solver_agrees_with_trying_all_assignments(seed: int) -> None:
    rng = random.Random(seed)
    count = rng.randint(1, 8)
    clauses = [
        [rng.choice((1, -1)) * rng.randint(1, count) for _ in range(rng.randint(1, 3))]
        for _ in range(rng.randint(1, 40))
    ]
    solver = Solver(meter())
    assignments = [(False, *values) for values in product((False, True), repeat=count)]
    for number, clause in enumerate(clauses, 1):
        solver.add(clause)
        model = solver.model()
        left = [values for values in assignments if satisfies(values, clauses[:number])]
        assert (model is None) == (not left)
        if model is not None:
            assert satisfies(model, clauses[:number])


def satisfies(model: object, clauses: list[list[int]]) -> bool:
    assert isinstance(model, list | tuple)
    return all(any(model[abs(literal)] is (literal > 0) for literal in clause) for clause in clauses)


def pigeons(solver: Solver, holes: int) -> None:
    """One pigeon more than there are holes."""
    place = {key: number for number, key in enumerate(product(range(holes + 1), range(holes)), 1)}
    for pigeon in range(holes + 1):
        solver.add(place[pigeon, hole] for hole in range(holes))
    for hole in range(holes):
        for one, other in product(range(holes + 1), repeat=2):
            if one < other:
                solver.add((-place[one, hole], -place[other, hole]))


def test_the_solver_learns_enough_for_pigeons_and_stops_at_its_limit() -> None:
    solver = Solver(meter())
    pigeons(solver, 4)
    assert solver.model() is None
    solver = Solver(meter(steps=1_000))
    pigeons(solver, 7)
    with pytest.raises(ExhaustedError, match="1000 steps"):
        solver.model()


def folded(text: str) -> Tree:
    return Literal(text, True)


@pytest.mark.parametrize(
    ("inside", "outside", "expected"),
    [
        ([ANY_RUN], [], ""),
        ([concat((ANY_RUN, Literal("ab")))], [], "ab"),
        ([concat((ANY_RUN, Literal("ab")))], [Literal("ab")], "aab"),
        ([concat((Literal("ab"), ANY_RUN))], [concat((Literal("a"), ANY_RUN))], None),
        ([folded("k")], [Literal("k"), Literal("K")], "\u212a"),
        ([folded("a")], [Literal("a"), Literal("A")], None),
        ([Repeat(Literal("ab"), 2, 3)], [Literal("abab")], "ababab"),
        ([concat((ANY_RUN, Literal("a"), ANY_RUN)), concat((ANY_RUN, Literal("b"), ANY_RUN))], [], "ab"),
        ([ANY_RUN], [Complement(Literal("x"))], "x"),
        ([ANY_RUN], [Intersection((Literal("x"), Literal("y")))], ""),
        ([Literal("x")], [Intersection((Literal("x"), ANY_RUN))], None),
        ([alternate((Literal("aaa"), Literal("b")))], [Literal("b")], "aaa"),
    ],
)
def test_shortest_texts(inside: list[Tree], outside: list[Tree], expected: str | None) -> None:
    assert shortest_text(inside, outside, meter()) == expected


def test_states_are_counted() -> None:
    any_one = charset([(0, sys.maxunicode)])
    tree = concat((ANY_RUN, Literal("a"), Repeat(any_one, 12, 12)))
    with pytest.raises(ExhaustedError, match="100 states"):
        shortest_text([tree], [concat((ANY_RUN, Literal("b")))], meter(states=100))


@pytest.mark.parametrize(
    ("wide", "narrow", "expected"),
    [
        (concat((ANY_RUN, folded("foo"), ANY_RUN)), concat((ANY_RUN, Literal("aFoo"), ANY_RUN)), True),
        (concat((ANY_RUN, Literal("foo"), ANY_RUN)), concat((ANY_RUN, folded("afoo"), ANY_RUN)), False),
        (concat((Literal("a"), ANY_RUN)), concat((ANY_RUN, Literal("a"))), False),
        (concat((Literal("a"), ANY_RUN)), concat((Literal("a"), Repeat(Literal("b"), 0, 1))), True),
        (concat((Literal("a"), ANY_RUN, Literal("b"))), concat((Literal("a"), ANY_RUN)), False),
    ],
)
def test_quick_look_at_patterns(wide: Tree, narrow: Tree, expected: bool) -> None:
    assert surely_covers(wide, narrow) is expected
    if expected:
        assert shortest_text([narrow], [wide], meter()) is None


def test_intervals() -> None:
    low, high = between(None, 3), between(3, None, lower_in=False)
    assert union(low, high) == between(None, None)
    assert common(low, high) == ()
    assert without(between(1, 5), between(2, 3)) == (*between(1, 2, upper_in=False), *between(3, 5, lower_in=False))
    assert whole_numbers(between(5, 6, lower_in=False, upper_in=False)) == ()
    assert whole_numbers(between(5.5, None)) == between(6, None)
    assert in_units(between(1, 999_999), 1_000_000) == ()
    assert in_units(between(1, 1_000_000), 1_000_000) == between(1, 2, upper_in=False)
    assert all(5 < number < 5.5 for number in samples(between(5, 5.5, lower_in=False, upper_in=False)))
    assert list(samples(between(5, 5.5, lower_in=False, upper_in=False)))


def test_every_character_that_the_analyzer_lowers_to_another_is_known() -> None:
    wrong = []
    for code in range(0x1F000):
        lowered = chr(code).lower()[0]
        if lowered != chr(code) and code not in lowering_to(lowered):
            wrong.append(code)
    assert wrong == []


def test_what_the_budget_does_not_reach_is_undecided_and_says_so() -> None:
    first, second = (
        isorule.parse(f'any where x regex ".*a.{{{n}}}" and not x regex ".*b.{{14}}"', "eql") for n in (14, 15)
    )
    verdict = compare(first, second, ecs_schema(), budget=Budget(states=50, seconds=None))
    assert verdict.kind is VerdictKind.UNDECIDED
    assert verdict.reason is not None
    assert "50 states" in verdict.reason
    times = iter(range(0, 10_000, 5))
    clocked = Meter(Budget(seconds=3.0), clock=lambda: float(next(times)))
    with pytest.raises(ExhaustedError, match="3 seconds"):
        clocked.look_at_clock()


def test_a_verdict_is_the_same_in_every_run() -> None:
    first = isorule.parse('any where a : ("x*", "y*") and (b == "1" or c == "2") and not d : "z"', "eql")
    second = isorule.parse('any where a : ("x*", "yy*") and (b == "1" or c == "3") and not d == "z"', "eql")
    found = {repr(compare(first, second, ecs_schema()).witness) for _ in range(3)}
    assert len(found) == 1


def test_the_deciding_tests_have_the_places_of_their_texts() -> None:
    first = 'any where user.name == "a" and process.name == "cmd.exe"'
    second = 'any where user.name == "a" and process.name : "cmd.exe"'
    verdict = isorule.verify(isorule.parse(first, "eql"), isorule.parse(second, "eql"))
    (deciding,) = verdict.deciding
    assert deciding.first is not None
    assert deciding.second is not None
    assert deciding.first.span is not None
    assert deciding.second.span is not None
    assert first[deciding.first.span.start : deciding.first.span.end] == 'process.name == "cmd.exe"'
    assert second[deciding.second.span.start : deciding.second.span.end] == 'process.name : "cmd.exe"'
    assert verdict.reason is not None
    assert "ignores letter case" in verdict.reason
    assert "`CMD.EXE` in `process.name`" in verdict.reason
