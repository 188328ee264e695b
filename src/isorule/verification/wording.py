"""The sentence that says why two predicates differ on an event, and the tests that it names."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from isorule.ir.axes import Case
from isorule.ir.matchers import Complement, Equals, FieldRef, Like, Matcher, OneOf, Regex
from isorule.ir.predicates import Call, Field, Predicate, Subject, Test
from isorule.ir.printing import show, show_subject
from isorule.verification.leaves import Compile, deciding

Event = Mapping[str, object]

_LONGEST = 160


@dataclass(frozen=True, slots=True)
class Answered:
    """A test, and whether it holds on the event."""

    test: Test
    holds: bool


Side = tuple[Predicate, Compile]
"""A predicate, and what makes its conditions ready to run."""


def told_apart(matching: Side, missing: Side, event: Event) -> tuple[Answered | None, Answered | None]:
    """One test of each predicate that decides on the event: of the same subject, where there are such."""
    ours, theirs = (
        [Answered(test, answer is True) for test, answer in deciding(predicate, event, compile_leaf)]
        for predicate, compile_leaf in (matching, missing)
    )
    shared = {_key(one) for one in ours} & {_key(one) for one in theirs}
    pairs = [(one, other) for one in ours for other in theirs if one.test.subject == other.test.subject]
    if pairs:
        return min(pairs, key=lambda pair: sum(_key(one) in shared for one in pair))
    return None, min(theirs, key=lambda one: _key(one) in shared, default=None)


def _key(answered: Answered) -> tuple[str, Matcher]:
    return show_subject(answered.test.subject), answered.test.matcher


def because(event: Event, matching: str, ours: Answered | None, missing: str, theirs: Answered | None) -> str:
    """One clause: what the side called `matching` matches and the one called `missing` does not, and why."""
    found = theirs or ours
    cased = ours is not None and theirs is not None and _folds(ours.test) is not _folds(theirs.test)
    value = _naming(event, found.test if found else None)
    if cased and ours is not None and theirs is not None and ours.holds and _folds(ours.test):
        return f"{value} matches {matching}, which ignores letter case, and not `{_short(theirs.test)}` of {missing}"
    hit = f", where {_outcome(ours, cased)}," if ours is not None else ""
    miss = f", where {_outcome(theirs, cased)}" if theirs is not None else ""
    return f"{value} matches {matching}{hit} and not {missing}{miss}"


def _outcome(answered: Answered, cased: bool) -> str:
    letters = "" if not cased else " without letter case" if _folds(answered.test) else " with letter case"
    return f"`{_short(answered.test)}` {'holds' if answered.holds else 'does not hold'}{letters}"


def _naming(event: Event, test: Test | None) -> str:
    """The value of the test's field where it has one, else what the event has or lacks."""
    paths = list(_paths(test.subject)) if test is not None else []
    if not paths:
        return f"the event {_text(event)}"
    match _values(event, paths[0]):
        case None:
            return f"an event without `{paths[0]}`"
        case str(text) if text and text.isprintable() and "`" not in text:
            return f"`{_cut(text)}` in `{paths[0]}`"
        case values:
            return f"`{_text(values)}` in `{paths[0]}`"


def _paths(subject: Subject) -> Iterator[str]:
    match subject:
        case Field(path):
            yield path
        case Call(_, arguments):
            for argument in arguments:
                yield from _paths(argument)


def _values(event: Event, path: str) -> object:
    """What stands at a path; None where nothing does."""
    if path in event:
        return event[path]
    head, _, rest = path.partition(".")
    while rest:
        inner = event.get(head)
        if isinstance(inner, Mapping):
            found = _values(inner, rest)
            if found is not None:
                return found
        more, _, rest = rest.partition(".")
        head = f"{head}.{more}"
    return None


def _folds(test: Test) -> bool:
    return any(_matcher_folds(matcher) for matcher in _parts(test.matcher))


def _matcher_folds(matcher: Matcher) -> bool:
    match matcher:
        case Equals(str(), case) | Like(_, case) | Regex(_, _, case) | FieldRef(_, _, case):
            return case is Case.INSENSITIVE
        case _:
            return False


def _parts(matcher: Matcher) -> Iterator[Matcher]:
    match matcher:
        case OneOf(options):
            for option in options:
                yield from _parts(option)
        case Complement(inner):
            yield from _parts(inner)
        case _:
            yield matcher


def _short(test: Test) -> str:
    text = show(test)
    return _cut(text[1:-1] if text.startswith("(") and text.endswith(")") else text)


def _text(value: object) -> str:
    return _cut(json.dumps(value, ensure_ascii=False))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
