"""Every clause of a rule decides some case of its fixture: put true or false in its place, and an answer changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from isorule.documents import document_format
from isorule.fixtures import Fixture, load_fixtures, run_fixture
from isorule.ir.detections import Aggregate, Detection, IndicatorMatch, Match, NewTerms
from isorule.ir.matchers import Present
from isorule.ir.predicates import And, Const, Field, Nested, Not, Or, Predicate, Test

ROOT = Path(__file__).parents[3]
FIXTURES = {path.stem: load_fixtures(path)[0] for path in sorted((ROOT / "tests" / "fixtures").glob("*.yml"))}

Way = tuple[int, ...]


def clauses(predicate: Predicate, way: Way = ()) -> Iterator[tuple[Way, Predicate]]:
    """The leaves of a predicate, and the way to each."""
    match predicate:
        case And(terms) | Or(terms):
            for index, term in enumerate(terms):
                yield from clauses(term, (*way, index))
        case Not(term) | Nested(_, term):
            yield from clauses(term, (*way, 0))
        case _:
            yield way, predicate


def with_clause(predicate: Predicate, way: Way, clause: Predicate) -> Predicate:
    """The predicate with another leaf at the end of a way."""
    if not way:
        return clause
    match predicate:
        case And(terms) | Or(terms):
            changed = tuple(
                with_clause(term, way[1:], clause) if index == way[0] else term for index, term in enumerate(terms)
            )
            return replace(predicate, terms=changed)
        case Not(term) | Nested(_, term):
            return replace(predicate, term=with_clause(term, way[1:], clause))
        case _:
            raise AssertionError(way)


def implied(clause: Predicate, detection: Detection) -> bool:
    """Whether the kind of rule asks for the same anyway: an event without a value is in no group and is no new term."""
    match clause, detection:
        case Test(Field(path), Present()), Aggregate(by=fields) | NewTerms(fields=fields):
            return path in fields
        case _:
            return False


@pytest.mark.parametrize("fixture", FIXTURES.values(), ids=FIXTURES)
def test_every_clause_decides_some_case(fixture: Fixture) -> None:
    (rule,) = document_format("elastic").load(ROOT / fixture.rule)
    detection = rule.detection
    assert isinstance(detection, Match | Aggregate | NewTerms | IndicatorMatch)
    idle = []
    for way, clause in clauses(detection.where):
        for value in (True, False):
            changed = replace(detection, where=with_clause(detection.where, way, Const(value)))
            report = run_fixture(fixture, {fixture.rule: replace(rule, detection=changed)})
            if all(case.passed for case in report.cases) and not (value and implied(clause, detection)):
                idle.append((value, clause))
    assert idle == []
