"""Deciding on the pairs that are left once examples have ruled out the rest."""

from __future__ import annotations

from dataclasses import dataclass

from isorule.evaluation import compile_predicate
from isorule.evaluation.dates import nanos
from isorule.ir.core import Atom, Core, Every, Inside, Single, Some, Truth, every, some
from isorule.ir.matchers import Present
from isorule.ir.predicates import Field
from isorule.ir.schema import FieldSchema, FieldType
from isorule.relations.prepared import Condition, Event, Ground
from isorule.verification.budget import Meter
from isorule.verification.decision import Answer, Confirm, Decision, Difference, Included, Open
from isorule.verification.subjects import Subjects
from isorule.verification.witness import Check, smallest


@dataclass(frozen=True, slots=True)
class Question:
    """Which of the others match whatever a condition matches; all have numbers of the caller's."""

    number: int
    condition: Condition
    others: tuple[tuple[int, Condition], ...]


@dataclass(frozen=True, slots=True)
class Covers:
    """The others that match whatever the condition of that number matches, and those of which that is open, and why.

    `refuted` are events of the condition that told it from others.
    """

    number: int
    by: tuple[int, ...]
    open: tuple[tuple[int, str], ...]


def covers(question: Question, ground: Ground) -> Covers:
    """Decides a question; every event that tells the condition from one of the others is tried on the rest, too."""
    own = _check(question.condition, ground)
    waiting = [(number, other, _check(other, ground)) for number, other in question.others]
    by: list[int] = []
    left_open: list[tuple[int, str]] = []
    while waiting:
        number, other, check = waiting.pop(0)
        answer = _inclusion(question.condition, other, own, check, ground)
        match answer:
            case Included():
                by.append(number)
            case Open(why):
                left_open.append((number, why))
            case Difference(event):
                waiting = [one for one in waiting if one[2](event) is True]
    return Covers(question.number, tuple(by), tuple(left_open))


def telling_event(first: Condition, second: Condition, ground: Ground) -> Event | None:
    """An event that the second condition matches and the first does not; None where none is found."""
    answer = _inclusion(second, first, _check(second, ground), _check(first, ground), ground)
    return answer.event if isinstance(answer, Difference) else None


def _inclusion(condition: Condition, other: Condition, own: Check, check: Check, ground: Ground) -> Answer:
    if condition.core == other.core:
        return Included()
    return _decision(condition.core, other.core, ground).first_only(lambda values: smallest(values, own, check))


def excludes(first: Condition, second: Condition, ground: Ground, *, single: bool) -> bool | None:
    """Whether no event meets both conditions; None where that is not decided.

    Where `single`, only events count in which every field has one value at most, but for fields that hold lists.
    """
    one, other = _check(first, ground), _check(second, ground)
    both = [first.core, second.core]
    if single:
        both += _single_values(every(both), ground.schema)
    match _decision(every(both), Truth(False), ground).first_only(_meeting(one, other)):
        case Included():
            return True
        case Difference():
            return False
        case Open():
            return None


def _meeting(one: Check, other: Check) -> Confirm:
    return lambda values: smallest(values, lambda event: one(event) is True and other(event) is True, _never)


def _never(_: Event) -> bool:
    return False


def _decision(first: Core, second: Core, ground: Ground) -> Decision:
    return Decision(first, second, Subjects(ground.schema, nanos(ground.now)), Meter(ground.budget))


def _check(condition: Condition, ground: Ground) -> Check:
    return compile_predicate(condition.predicate, ground.schema, now=ground.now)


def _single_values(term: Core, schema: FieldSchema) -> list[Core]:
    """For every field of a term that holds no lists: it has no value or one."""
    paths = sorted(path for path in _paths(term) if not schema[path].many and schema[path].type is not FieldType.TEXT)
    return [some([Atom(Field(path), Present(), False), Atom(Field(path), Single())]) for path in paths]


def _paths(term: Core) -> set[str]:
    found: set[str] = set()
    pending = [term]
    while pending:
        match pending.pop():
            case Atom(Field(path)):
                found.add(path)
            case Every(terms) | Some(terms):
                pending.extend(terms)
            case Atom() | Inside() | Truth():
                continue
    return found
