"""What is left of a detection when the part that the target cannot say is dropped (`--allow-loss`).

Every result matches whatever the source matches, and more; the loss says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from isorule.diagnostics import Effect, UnsupportedError
from isorule.ir.detections import Aggregate, Detection, IndicatorMatch, Match, NewTerms, Sample, Sequence, Stage
from isorule.ir.losses import Loss, loss
from isorule.ir.predicates import And, Const, Nested, Not, Or, Predicate, Test, conjunction, disjunction
from isorule.ir.walk import Polarity, rewrite_leaves

Sayable = Callable[[Predicate], object]
"""Says whether a target can write a condition: raises UnsupportedError where it cannot."""


def base_detection(detection: Detection) -> tuple[Detection, tuple[Loss, ...]]:
    """A detection without what no target but its own can say, and what dropping that changes."""
    match detection:
        case NewTerms(where, fields):
            names = ", ".join(fields)
            return Match(where), (_dropped("new-terms-dropped", f"that {names} was not seen before is not asked"),)
        case IndicatorMatch(where):
            return Match(where), (_dropped("indicators-dropped", "the comparison with indicators is not made"),)
        case Match(where, pipes) if pipes:
            return Match(where), (_dropped("pipes-dropped", "all results count, not the first or last"),)
        case Sequence():
            return _base_sequence(detection)
        case Sample(pipes=pipes) if pipes:
            message = "all results count, not the first or last"
            return replace(detection, pipes=()), (_dropped("pipes-dropped", message),)
        case _:
            return detection, ()


def base_query(detection: Detection) -> tuple[Detection, tuple[Loss, ...]]:
    """A detection as a query on single events, and what dropping the rest changes.

    Of several events a query could find none but the first, so sequences, samples and correlations stay as they are.
    """
    match detection:
        case Aggregate(where):
            return Match(where), (_dropped("threshold-dropped", "events are not counted, each is a result"),)
        case Sequence() | Sample():
            return detection, ()
        case _:
            return base_detection(detection)


def _base_sequence(sequence: Sequence) -> tuple[Detection, tuple[Loss, ...]]:
    losses: list[Loss] = []
    ordinary = tuple(stage for stage in sequence.stages if not stage.missing)
    if len(ordinary) < len(sequence.stages):
        losses.append(_dropped("missing-event-dropped", "that an event is missing is not asked"))
    if sequence.until is not None:
        losses.append(_dropped("until-dropped", "no event gives a sequence up"))
    if sequence.pipes:
        losses.append(_dropped("pipes-dropped", "all results count, not the first or last"))
    plain = replace(sequence, stages=ordinary, until=None, pipes=())
    if _optional(plain):
        losses.append(_dropped("optional-key-dropped", "events need not share the keys that may be missing"))
        plain = _without_optional(plain)
    match plain.stages:
        case (Stage(where, runs=1),):
            return Match(where), tuple(losses)
        case _:
            return plain, tuple(losses)


def _optional(sequence: Sequence) -> bool:
    return any(key.optional for stage in sequence.stages for key in (*sequence.by, *stage.by))


def _without_optional(sequence: Sequence) -> Sequence:
    """The sequence without the keys that may be missing in one of its stages."""
    kept = [
        place
        for place in range(len(sequence.stages[0].by))
        if not any(stage.by[place].optional for stage in sequence.stages)
    ]
    return replace(
        sequence,
        by=tuple(key for key in sequence.by if not key.optional),
        stages=tuple(replace(stage, by=tuple(stage.by[place] for place in kept)) for stage in sequence.stages),
    )


def base_predicate(where: Predicate, sayable: Sayable) -> tuple[Predicate, tuple[Loss, ...]]:
    """A condition in which every test that the target cannot write is taken as met, and what that changes."""
    losses: list[Loss] = []

    def leaf(test: Test, polarity: Polarity) -> Predicate:
        try:
            sayable(test)
        except UnsupportedError as error:
            message = f"a test is dropped, since {error.diagnostic.message}"
            losses.append(replace(_dropped("test-dropped", message), span=test.span))
            return Const(polarity is Polarity.POSITIVE)
        return test

    return simplified(rewrite_leaves(where, leaf)), tuple(losses)


def simplified(where: Predicate) -> Predicate:
    """A condition without constants inside."""
    match where:
        case Not(term):
            inner = simplified(term)
            if isinstance(inner, Const):
                return inner if inner.value is None else Const(not inner.value)
            return Not(inner, where.span)
        case And(terms):
            kept = [term for term in map(simplified, terms) if term != Const(True)]
            return Const(False) if Const(False) in kept else conjunction(tuple(kept), where.span)
        case Or(terms):
            kept = [term for term in map(simplified, terms) if term != Const(False)]
            return Const(True) if Const(True) in kept else disjunction(tuple(kept), where.span)
        case Nested(_, term):
            return replace(where, term=simplified(term))
        case _:
            return where


def _dropped(name: str, message: str) -> Loss:
    return loss(name, Effect.WIDENS, f"{message}, so the result matches more than the rule")
