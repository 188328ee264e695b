"""Comparing two detections: by normal form, and where that differs by deciding their conditions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from isorule.diagnostics import IsoruleError
from isorule.evaluation import compile_predicate
from isorule.evaluation.dates import nanos
from isorule.ir.core import Core, core_detection
from isorule.ir.detections import Detection, Match, Opaque
from isorule.ir.predicates import Predicate
from isorule.ir.schema import FieldSchema
from isorule.ir.walk import predicates
from isorule.verification.budget import Budget, Meter
from isorule.verification.cells import Values
from isorule.verification.decision import Answer, Decision, Difference, Included, Open
from isorule.verification.subjects import Subjects
from isorule.verification.verdict import Deciding, Event, Verdict, VerdictKind
from isorule.verification.witness import Check, smallest
from isorule.verification.wording import because, told_apart


def compare(
    first: Detection,
    second: Detection,
    schema: FieldSchema,
    *,
    first_category: str = "event.category",
    second_category: str = "event.category",
    now: datetime | None = None,
    budget: Budget | None = None,
) -> Verdict:
    """How `second` stands to `first`, under the field types of `schema`.

    The category fields are those that play the event category on either side; `now` is what date math counts from
    (the present, where it is not given). Single-event matches are decided: IDENTICAL and EQUIVALENT are proofs, every
    witness is an event on which the evaluator gives the two answers. Other detections are EQUIVALENT where they are
    built alike and their conditions are pair by pair; what is not decided within the budget is UNDECIDED.

    An event is a finite list of scalars for each field path; a path at which an event has an object is no field.
    """
    if isinstance(first, Opaque) or isinstance(second, Opaque):
        return Verdict(VerdictKind.UNDECIDED, reason=_opaque_reason(first, second))
    left = core_detection(first, schema, first_category)
    right = core_detection(second, schema, second_category)
    if left == right:
        return Verdict(VerdictKind.IDENTICAL)
    if left.shape != right.shape:
        return Verdict(
            VerdictKind.UNDECIDED, reason="the detections are built differently, and no decision for that exists yet"
        )
    comparison = _Comparison(
        schema, (first_category, second_category), now or datetime.now(UTC), Meter(budget or Budget())
    )
    pairs = zip(predicates(first), predicates(second), left.conditions, right.conditions, strict=True)
    if isinstance(first, Match):
        verdict = comparison.verdict(*next(iter(pairs)))
        return verdict if not first.pipes else _of_stream([verdict], 1)
    verdicts = [comparison.verdict(a, b, x, y) for a, b, x, y in pairs if x != y]
    return _of_stream(verdicts, len(left.conditions))


def _opaque_reason(first: Detection, second: Detection) -> str:
    opaque = first if isinstance(first, Opaque) else second
    assert isinstance(opaque, Opaque)
    return f"{opaque.language} is not understood: {opaque.why}"


def _of_stream(verdicts: list[Verdict], conditions: int) -> Verdict:
    """The verdict on detections over several events from those on their conditions."""
    if all(verdict.same for verdict in verdicts):
        return Verdict(VerdictKind.EQUIVALENT)
    differing = [verdict for verdict in verdicts if not verdict.same]
    reason = f"{len(differing)} of {conditions} conditions differ, and no stream of events that shows it is made yet"
    return Verdict(VerdictKind.UNDECIDED, reason=f"{reason}: {differing[0].reason}")


class _Comparison:
    """What all conditions of two detections are compared with."""

    def __init__(self, schema: FieldSchema, categories: tuple[str, str], now: datetime, meter: Meter) -> None:
        self._schema = schema
        self._categories = categories
        self._now = now
        self._meter = meter

    def verdict(self, first: Predicate, second: Predicate, first_core: Core, second_core: Core) -> Verdict:
        """How the second of two predicates stands to the first."""
        if first_core == second_core:
            return Verdict(VerdictKind.IDENTICAL)
        refused: list[str] = []
        checks = [self._compiled(predicate, side, refused) for side, predicate in enumerate((first, second))]
        decision = Decision(first_core, second_core, Subjects(self._schema, nanos(self._now)), self._meter)
        forward = decision.first_only(_confirming(checks[0], checks[1]))
        backward = decision.second_only(_confirming(checks[1], checks[0]))
        return self._judged((first, second), (forward, backward), refused)

    def _compiled(self, predicate: Predicate, side: int, refused: list[str]) -> Check | None:
        """The predicate for the evaluator; None, and why, where it cannot be evaluated."""
        try:
            return compile_predicate(predicate, self._schema, category_field=self._categories[side], now=self._now)
        except IsoruleError as error:
            refused.append(error.diagnostic.message)
            return None

    def _judged(
        self, sides: tuple[Predicate, Predicate], answers: tuple[Answer, Answer], refused: list[str]
    ) -> Verdict:
        if all(isinstance(answer, Included) for answer in answers):
            return Verdict(VerdictKind.EQUIVALENT)
        events: list[Event] = []
        decided: list[Deciding] = []
        reasons: list[str] = []
        for at, answer in enumerate(answers):
            if isinstance(answer, Difference):
                matching, missing = (sides[at], self._leaf_of(at)), (sides[1 - at], self._leaf_of(1 - at))
                ours, theirs = told_apart(matching, missing, answer.event)
                events.append(answer.event)
                reasons.append(because(answer.event, _NAMES[at], ours, _NAMES[1 - at], theirs))
                tests = (ours.test if ours else None, theirs.test if theirs else None)
                decided.append(Deciding(tests[at], tests[1 - at]))
        if refused:
            reasons.append(f"undecided: it cannot be evaluated: {refused[0]}")
        else:
            reasons += [f"undecided: {answer.why}" for answer in answers if isinstance(answer, Open)]
        return Verdict(
            _KINDS.get((type(answers[0]), type(answers[1])), VerdictKind.UNDECIDED),
            tuple(events) or None,
            "; ".join(reasons),
            tuple(decided),
        )

    def _leaf_of(self, side: int) -> Callable[[Predicate], Check]:
        """Compiles single conditions of a side."""
        return partial(compile_predicate, schema=self._schema, category_field=self._categories[side], now=self._now)


_NAMES = ("first", "second")

_KINDS: dict[tuple[type[Answer], type[Answer]], VerdictKind] = {
    (Difference, Included): VerdictKind.NARROWER,
    (Included, Difference): VerdictKind.WIDER,
    (Difference, Difference): VerdictKind.DIVERGENT,
}


def _confirming(matching: Check | None, missing: Check | None) -> Callable[[Values], Event | None]:
    """Makes events that the first check matches and the second does not; none where one of them is missing."""
    if matching is None or missing is None:
        return lambda _: None
    return lambda values: smallest(values, matching, missing)
