"""Terms that an event must meet beside its predicate: a value that it shares with other events, any value at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from isorule.ir.matchers import Equals, Matcher, OneOf, Present, Scalar
from isorule.ir.predicates import Field, Not, Predicate, Test


def has(path: str) -> Predicate:
    """Some value."""
    return Test(Field(path), Present())


def is_value(path: str, value: Scalar) -> Predicate:
    """This value."""
    return Test(Field(path), Equals(value))


def is_none_of(path: str, values: Iterable[Scalar]) -> Predicate:
    """None of these values."""
    options: tuple[Matcher, ...] = tuple(map(Equals, values))
    return Not(Test(Field(path), options[0] if len(options) == 1 else OneOf(options)))


def shared(keys: Mapping[str, Scalar]) -> tuple[Predicate, ...]:
    """These values at these paths."""
    return tuple(is_value(path, value) for path, value in keys.items())
