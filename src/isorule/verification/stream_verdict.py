"""The verdict on two detections of which at least one asks for more than single events."""

from __future__ import annotations

from functools import cache

from isorule.ir.detections import Detection
from isorule.verification.budget import ExhaustedError
from isorule.verification.conditions import Condition, Ground
from isorule.verification.decision import Included
from isorule.verification.drafts import Drafts
from isorule.verification.inclusion import equal, included, piped_within, without_pipes
from isorule.verification.outline import Outline, outline
from isorule.verification.relations import Relations
from isorule.verification.shrink import shrunk
from isorule.verification.single import Names
from isorule.verification.stream_wording import told
from isorule.verification.streams import Streams
from isorule.verification.trial import Evidence, Shown, Side, Stream, Trial
from isorule.verification.verdict import Verdict, VerdictKind, Witness


class _Pair:
    """Two detections, with what is decided of their conditions."""

    def __init__(self, first: Side, second: Side, ground: Ground) -> None:
        self.sides = (first, second)
        self.ground = ground
        self.outlines: tuple[Outline, Outline] = (outline(first.form), outline(second.form))
        self.conditions: tuple[list[Condition], list[Condition]] = (self._conditions(0), self._conditions(1))
        self.relations = Relations(cache(self._within), cache(self._without))

    def _conditions(self, side: int) -> list[Condition]:
        category = self.sides[side].category
        return [self.ground.condition(clause.whole, category) for clause in self.outlines[side].clauses]

    def _within(self, first: int, second: int) -> bool:
        answer = self.ground.inside(self.conditions[0][first], self.conditions[1][second])
        return isinstance(answer, Included)

    def _without(self, first: int, second: int) -> bool:
        answer = self.ground.inside(self.conditions[1][second], self.conditions[0][first])
        return isinstance(answer, Included)

    @property
    def detections(self) -> tuple[Detection, Detection]:
        """Both sides in one form, where there is one."""
        return self.sides[0].form, self.sides[1].form

    @property
    def refused(self) -> str | None:
        """Why a condition cannot be evaluated."""
        found = (condition.refused for side in self.conditions for condition in side)
        return next((refused for refused in found if refused is not None), None)


def verdict_on_streams(first: Side, second: Side, ground: Ground, names: Names) -> Verdict:
    """How the second detection stands to the first: proved from their structure, or shown by streams of events."""
    pair = _Pair(first, second, ground)
    if equal(*pair.detections, pair.relations):
        return Verdict(VerdictKind.EQUIVALENT)
    forward = included(*pair.detections, pair.relations)
    backward = included(pair.detections[1], pair.detections[0], pair.relations.turned())
    if forward and backward and type(pair.detections[0]) is not type(pair.detections[1]):
        return Verdict(VerdictKind.EQUIVALENT)
    if pair.refused is not None:
        return Verdict(VerdictKind.UNDECIDED, f"undecided: it cannot be evaluated: {pair.refused}")
    found, tried = _search(pair, _wanted(pair, forward, backward))
    return _Judgement(pair, forward, backward, names).verdict(found, tried)


def _wanted(pair: _Pair, forward: bool, backward: bool) -> tuple[Evidence, ...]:
    """What streams have to show where inclusion is proved in no, one or both directions."""
    match forward, backward:
        case True, True if _only_piped(pair) and piped_within(*pair.detections):
            return (Evidence.MORE_SECOND,)
        case True, True if _only_piped(pair) and piped_within(*reversed(pair.detections)):
            return (Evidence.MORE_FIRST,)
        case True, True:
            return (Evidence.MORE_FIRST, Evidence.MORE_SECOND)
        case True, False:
            return (Evidence.SECOND_ONLY,)
        case False, True:
            return (Evidence.FIRST_ONLY,)
        case _:
            return (Evidence.FIRST_ONLY, Evidence.SECOND_ONLY)


def _only_piped(pair: _Pair) -> bool:
    """Whether the sides would give the same alerts without their pipes."""
    first, second = pair.detections
    return equal(without_pipes(first), without_pipes(second), pair.relations)


def _search(pair: _Pair, wanted: tuple[Evidence, ...]) -> tuple[dict[Evidence, Shown], str]:
    """Confirmed streams, made small, for what they show; and what was tried.

    What is not wanted is shown only where what is wanted was not found.
    """
    found: dict[Evidence, tuple[Stream, Shown]] = {}
    tried = 0
    until = ""
    ground = pair.ground
    drafts = Drafts(pair.conditions, ground)
    trial = Trial(*pair.sides, ground.schema)
    try:
        pool = drafts.pool(pair.outlines)
        for stream in Streams(pair.detections, pair.outlines, pool, drafts, ground.schema):
            ground.meter.stream(len(stream.events))
            tried += 1
            evidence = trial.evidence(stream)
            if evidence is None or evidence in found:
                continue
            shown = trial.shown(stream)
            if shown is not None and shown.evidence is evidence:
                found[evidence] = stream, shown
                if all(item in found for item in wanted):
                    break
    except ExhaustedError as error:
        until = f", until {error}"
    told = wanted if all(item in found for item in wanted) else tuple(found)
    small = {item: shrunk(found[item][0], item, trial, drafts) or found[item][1] for item in told}
    return small, f"{tried} streams of events{until}"


class _Judgement:
    """Puts proofs and streams together."""

    def __init__(self, pair: _Pair, forward: bool, backward: bool, names: Names) -> None:
        self._pair = pair
        self._forward = forward
        self._backward = backward
        self._names = names

    def verdict(self, found: dict[Evidence, Shown], tried: str) -> Verdict:
        kind, evidence = self._kind(found)
        witnesses = tuple(self._witness(found[item]) for item in evidence if item in found)
        reasons = [witness.why for witness in witnesses]
        if kind is VerdictKind.UNDECIDED:
            reasons.append(f"undecided: {self._open(found)} after {tried}")
        return Verdict(kind, "; ".join(reasons) or None, witnesses)

    def _kind(self, found: dict[Evidence, Shown]) -> tuple[VerdictKind, tuple[Evidence, ...]]:
        alone = (Evidence.FIRST_ONLY, Evidence.SECOND_ONLY)
        more = (Evidence.MORE_FIRST, Evidence.MORE_SECOND)
        if all(item in found for item in alone):
            return VerdictKind.DIVERGENT, alone
        if self._forward and Evidence.SECOND_ONLY in found:
            return VerdictKind.WIDER, alone[1:]
        if self._backward and Evidence.FIRST_ONLY in found:
            return VerdictKind.NARROWER, alone[:1]
        if self._forward and self._backward:
            return self._piped(found, more)
        return VerdictKind.UNDECIDED, alone if any(item in found for item in alone) else (*more, Evidence.OTHER)

    def _piped(
        self, found: dict[Evidence, Shown], more: tuple[Evidence, ...]
    ) -> tuple[VerdictKind, tuple[Evidence, ...]]:
        """Where both give an alert on the same streams, and not all of the same ones."""
        if all(item in found for item in more):
            return VerdictKind.DIVERGENT, more
        if Evidence.OTHER in found:
            return VerdictKind.DIVERGENT, (Evidence.OTHER,)
        first, second = self._pair.detections
        if _only_piped(self._pair):
            if piped_within(first, second) and Evidence.MORE_SECOND in found:
                return VerdictKind.WIDER, more[1:]
            if piped_within(second, first) and Evidence.MORE_FIRST in found:
                return VerdictKind.NARROWER, more[:1]
        return VerdictKind.UNDECIDED, more

    def _open(self, found: dict[Evidence, Shown]) -> str:
        """What is neither proved nor shown."""
        first, second = self._names
        match self._forward, self._backward:
            case True, True:
                return "both alert on the same streams, and whether with the same alerts is not known"
            case True, False:
                return f"{second} alerts wherever {first} does, and no stream was found on which only {second} does"
            case False, True:
                return f"{first} alerts wherever {second} does, and no stream was found on which only {first} does"
            case _:
                sides = ((first, Evidence.FIRST_ONLY), (second, Evidence.SECOND_ONLY))
                names = " or only ".join(name for name, item in sides if item not in found)
                return f"no stream was found on which only {names} alerts, and no proof that there is none"

    def _witness(self, shown: Shown) -> Witness:
        why, deciding = told(shown, self._pair.detections, self._pair.outlines, self._pair.conditions, self._names)
        beside = shown.history, shown.indicators, shown.now
        return Witness(shown.events, shown.first, shown.second, why, deciding, *beside)
