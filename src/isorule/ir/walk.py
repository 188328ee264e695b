"""Going over predicates: children, pre-order walks, bottom-up rewriting, and the polarity of every leaf."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from enum import Enum, unique
from typing import assert_never

from isorule.ir.detections import (
    Aggregate,
    Correlation,
    CorrelationItem,
    Detection,
    IndicatorMatch,
    Match,
    NewTerms,
    Opaque,
    Sample,
    Sequence,
    Stage,
)
from isorule.ir.matchers import Complement, Matcher, OneOf
from isorule.ir.predicates import And, Const, Nested, Not, Or, Predicate, Test, conjunction, disjunction


@unique
class Polarity(Enum):
    """Whether a leaf stands under an even or an odd number of negations."""

    POSITIVE = "positive"
    NEGATIVE = "negative"

    def flipped(self) -> Polarity:
        """The polarity inside one more negation."""
        return Polarity.NEGATIVE if self is Polarity.POSITIVE else Polarity.POSITIVE


def children(predicate: Predicate) -> tuple[Predicate, ...]:
    """The terms directly inside a predicate."""
    match predicate:
        case Const() | Test():
            return ()
        case Not(term) | Nested(_, term):
            return (term,)
        case And(terms) | Or(terms):
            return terms
        case _:
            assert_never(predicate)


def walk(predicate: Predicate) -> Iterator[Predicate]:
    """The predicate and everything inside it, parents first, in the order of the text."""
    pending = [predicate]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(reversed(children(node)))


def leaves(predicate: Predicate) -> Iterator[tuple[Test, Polarity]]:
    """Every test with its polarity, in the order of the text."""
    pending: list[tuple[Predicate, Polarity]] = [(predicate, Polarity.POSITIVE)]
    while pending:
        node, polarity = pending.pop()
        if isinstance(node, Test):
            yield node, polarity
            continue
        inner = polarity.flipped() if isinstance(node, Not) else polarity
        pending.extend((child, inner) for child in reversed(children(node)))


LeafRewrite = Callable[[Test, Polarity], Predicate]


def rewrite_leaves(predicate: Predicate, rewrite: LeafRewrite) -> Predicate:
    """The predicate with every test replaced by what `rewrite` gives for it; an unchanged part stays the same object.

    Conjunctions and disjunctions are flattened where a replacement has the shape of its parent.
    """
    return _rewrite(predicate, rewrite, Polarity.POSITIVE)


def _rewrite(predicate: Predicate, rewrite: LeafRewrite, polarity: Polarity) -> Predicate:
    match predicate:
        case Const():
            return predicate
        case Test():
            return rewrite(predicate, polarity)
        case Not(term):
            inner = _rewrite(term, rewrite, polarity.flipped())
            return predicate if inner is term else _negated(inner, predicate)
        case Nested(_, term):
            inner = _rewrite(term, rewrite, polarity)
            return predicate if inner is term else replace(predicate, term=inner)
        case And(terms):
            found = tuple(_rewrite(term, rewrite, polarity) for term in terms)
            return predicate if _same(found, terms) else conjunction(_spliced(found, terms, And), predicate.span)
        case Or(terms):
            found = tuple(_rewrite(term, rewrite, polarity) for term in terms)
            return predicate if _same(found, terms) else disjunction(_spliced(found, terms, Or), predicate.span)
        case _:
            assert_never(predicate)


def _same(found: tuple[Predicate, ...], terms: tuple[Predicate, ...]) -> bool:
    return all(new is old for new, old in zip(found, terms, strict=True))


def _negated(term: Predicate, negation: Not) -> Predicate:
    return term.term if isinstance(term, Not) else Not(term, negation.span)


def _spliced(
    found: tuple[Predicate, ...], terms: tuple[Predicate, ...], shape: type[And] | type[Or]
) -> tuple[Predicate, ...]:
    """Replaced terms that have the shape of their parent give way to their own terms."""
    out: list[Predicate] = []
    for new, old in zip(found, terms, strict=True):
        if new is not old and isinstance(new, shape):
            out.extend(new.terms)
        else:
            out.append(new)
    return tuple(out)


def rewrite_matchers(matcher: Matcher, rewrite: Callable[[Matcher], Matcher]) -> Matcher:
    """A matcher with its innermost matchers (inside `OneOf` and `Complement`) replaced, unchanged parts kept."""
    match matcher:
        case OneOf(options):
            found = tuple(rewrite_matchers(option, rewrite) for option in options)
            if all(new is old for new, old in zip(found, options, strict=True)):
                return matcher
            return replace(matcher, options=found)
        case Complement(inner):
            new = rewrite_matchers(inner, rewrite)
            return matcher if new is inner else replace(matcher, matcher=new)
        case _:
            return rewrite(matcher)


def map_predicates(detection: Detection, change: Callable[[Predicate], Predicate]) -> Detection:
    """The detection with each of its conditions replaced by what `change` gives for it, in the order of the text."""
    match detection:
        case Match(where) | Aggregate(where) | NewTerms(where):
            return replace(detection, where=change(where))
        case IndicatorMatch(where, indicators):
            return replace(detection, where=change(where), indicators=change(indicators))
        case Sequence():
            stages = _map_stages(detection.stages, change)
            until = _map_stage(detection.until, change) if detection.until is not None else None
            return replace(detection, stages=stages, until=until)
        case Sample():
            return replace(detection, stages=_map_stages(detection.stages, change))
        case Correlation(items=items):
            return replace(detection, items=tuple(_map_item(item, change) for item in items))
        case Opaque():
            return detection
        case _:
            assert_never(detection)


def _map_item(item: CorrelationItem, change: Callable[[Predicate], Predicate]) -> CorrelationItem:
    return replace(item, detection=map_predicates(item.detection, change))


def _map_stages(stages: tuple[Stage, ...], change: Callable[[Predicate], Predicate]) -> tuple[Stage, ...]:
    return tuple(_map_stage(stage, change) for stage in stages)


def _map_stage(stage: Stage, change: Callable[[Predicate], Predicate]) -> Stage:
    return replace(stage, where=change(stage.where))


def predicates(detection: Detection) -> tuple[Predicate, ...]:
    """The conditions of a detection, in the order of the text."""
    match detection:
        case Match(where) | Aggregate(where) | NewTerms(where):
            return (where,)
        case IndicatorMatch(where, indicators):
            return (where, indicators)
        case Sequence():
            until = (detection.until.where,) if detection.until is not None else ()
            return (*(stage.where for stage in detection.stages), *until)
        case Sample():
            return tuple(stage.where for stage in detection.stages)
        case Correlation(items=items):
            return tuple(where for item in items for where in predicates(item.detection))
        case Opaque():
            return ()
        case _:
            assert_never(detection)
