"""Moving the spans of a predicate: from a text to the text in which it is embedded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from isorule.ir.matchers import Complement, Matcher, OneOf, Present
from isorule.ir.predicates import And, Const, Nested, Not, Or, Predicate, Test
from isorule.source import Span

Move = Callable[[Span], Span | None]


def moved(predicate: Predicate, move: Move) -> Predicate:
    """The predicate with every span in it replaced by what `move` gives for it; None takes it away."""
    span = None if predicate.span is None else move(predicate.span)
    match predicate:
        case Const():
            return replace(predicate, span=span)
        case Test(matcher=matcher):
            return replace(predicate, matcher=_moved_matcher(matcher, move), span=span)
        case Not(term) | Nested(_, term):
            return replace(predicate, term=moved(term, move), span=span)
        case And(terms) | Or(terms):
            return replace(predicate, terms=tuple(moved(term, move) for term in terms), span=span)
        case _:
            assert_never(predicate)


def _moved_matcher(matcher: Matcher, move: Move) -> Matcher:
    if isinstance(matcher, Present):
        return matcher
    span = None if matcher.span is None else move(matcher.span)
    match matcher:
        case OneOf(options):
            return replace(matcher, options=tuple(_moved_matcher(option, move) for option in options), span=span)
        case Complement(inner):
            return replace(matcher, matcher=_moved_matcher(inner, move), span=span)
        case _:
            return replace(matcher, span=span)
