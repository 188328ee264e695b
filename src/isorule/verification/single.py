"""The verdict on two conditions that are asked of single events."""

from __future__ import annotations

from isorule.verification.conditions import Condition, Ground
from isorule.verification.decision import Answer, Difference, Included, Open
from isorule.verification.verdict import Alerts, Deciding, Event, Verdict, VerdictKind, Witness
from isorule.verification.wording import because, told_apart

Names = tuple[str, str]
"""What sentences call the two sides."""

_KINDS: dict[tuple[type[Answer], type[Answer]], VerdictKind] = {
    (Included, Included): VerdictKind.EQUIVALENT,
    (Difference, Included): VerdictKind.NARROWER,
    (Included, Difference): VerdictKind.WIDER,
    (Difference, Difference): VerdictKind.DIVERGENT,
}
_HIT: Alerts = ((0,),)
_MISS: Alerts = ()


def verdict_on_events(first: Condition, second: Condition, ground: Ground, names: Names) -> Verdict:
    """How the second condition stands to the first; IDENTICAL where their cores are equal."""
    if first.core == second.core:
        return Verdict(VerdictKind.IDENTICAL)
    answers = ground.differences(first, second)
    kind = _KINDS.get((type(answers[0]), type(answers[1])), VerdictKind.UNDECIDED)
    if kind is VerdictKind.EQUIVALENT:
        return Verdict(kind)
    sides = (first, second)
    witnesses = tuple(
        _witness(sides, at, answer.event, names) for at, answer in enumerate(answers) if isinstance(answer, Difference)
    )
    reasons = [witness.why for witness in witnesses] + _undecided(sides, answers)
    return Verdict(kind, "; ".join(reasons), witnesses)


def _undecided(sides: tuple[Condition, Condition], answers: tuple[Answer, Answer]) -> list[str]:
    refused = next((side.refused for side in sides if side.refused is not None), None)
    if refused is not None:
        return [f"undecided: it cannot be evaluated: {refused}"]
    return [f"undecided: {answer.why}" for answer in answers if isinstance(answer, Open)]


def _witness(sides: tuple[Condition, Condition], matching: int, event: Event, names: Names) -> Witness:
    """The witness of an event that the side with that number matches and the other one does not."""
    hit, miss = sides[matching], sides[1 - matching]
    ours, theirs = told_apart((hit.predicate, hit.compile_leaf), (miss.predicate, miss.compile_leaf), event)
    why = because(event, names[matching], ours, names[1 - matching], theirs)
    tests = (ours.test if ours else None, theirs.test if theirs else None)
    alerts = (_HIT, _MISS)
    return Witness(
        (event,), alerts[matching], alerts[1 - matching], why, Deciding(tests[matching], tests[1 - matching])
    )
