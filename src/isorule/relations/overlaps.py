"""Rules of a corpus that are equivalent, that another rule subsumes, or that share a name and no event.

Comparing every rule with every other would take n² decisions. Instead an event that a rule matches is run over all
rules at once (`isorule.evaluation.RuleSet`): a rule that does not match it cannot subsume the first. What is left is
decided, and every event that a decision gives rules out further pairs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Protocol, TypeVar

from isorule.evaluation import RuleSet
from isorule.ir.detections import Match
from isorule.ir.predicates import Predicate
from isorule.ir.rule import Rule
from isorule.ir.schema import FieldSchema
from isorule.relations.deciding import Covers, Question, covers, excludes, telling_event
from isorule.relations.pairs import Overlap, Overlaps, Relation, Sources, Undecided
from isorule.relations.prepared import Ground, Prepared, prepared
from isorule.relations.sources import sources_of
from isorule.verification import VerdictKind, compare
from isorule.verification.budget import Budget

Item = TypeVar("Item")
Result = TypeVar("Result")

BUDGET = Budget(steps=500_000, states=50_000, rounds=500, seconds=None)
"""What one decision may cost; without a clock, so that the pairs are the same every time."""


class Run(Protocol):
    """Applies a function to many items, here or in several processes, and gives the results in their order."""

    def __call__(self, work: Callable[[Item], Result], items: Sequence[Item], /) -> list[Result]: ...


def run_here(work: Callable[[Item], Result], items: Sequence[Item], /) -> list[Result]:
    """One after the other."""
    return list(map(work, items))


def overlaps(
    rules: Sequence[Rule],
    schema: FieldSchema,
    *,
    now: datetime | None = None,
    budget: Budget = BUDGET,
    run: Run = run_here,
) -> Overlaps:
    """The pairs of rules that have to do with each other, in the order of the rules.

    `schema` types the fields, `now` is what date math counts from (the present, where it is not given), `budget` is
    for one decision. Rules of several events are compared with those that are built alike. Rules that cannot be
    evaluated, and those for which no matching event is found, are not compared.
    """
    ground = Ground(schema, now or datetime.now(UTC), budget)
    ready = run(partial(prepared, ground=ground), [replace(rule, origin=None) for rule in rules])
    known = {number: rule for number, rule in enumerate(ready) if rule is not None}
    comparison = _Comparison(rules, known, ground)
    found, undecided = comparison.inclusions(run)
    pairs = comparison.related(found)
    done = {frozenset((pair.first, pair.second)) for pair in pairs}
    named = _same_names(rules, known.keys())
    pairs += comparison.disjoint([pair for pair in named if frozenset(pair) not in done])
    return Overlaps(
        tuple(sorted(pairs, key=lambda pair: (pair.first, pair.second))),
        tuple(sorted(undecided, key=lambda pair: (pair.first, pair.second))),
        tuple(number for number in range(len(rules)) if number not in known),
    )


_Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Comparison:
    rules: Sequence[Rule]
    known: Mapping[int, Prepared]
    ground: Ground

    def sources(self, first: int, second: int) -> Sources:
        return sources_of(self.rules[first].data_source, self.rules[second].data_source)

    def inclusions(self, run: Run) -> tuple[set[_Pair], list[Undecided]]:
        """The pairs in which the second condition matches whatever the first matches, and those left open."""
        candidates = self._candidates()
        single = {number: others for number, others in candidates.items() if self.known[number].is_match and others}
        questions = [
            Question(
                number,
                self.known[number].conditions[0],
                tuple((other, self.known[other].conditions[0]) for other in others),
            )
            for number, others in single.items()
        ]
        found: set[_Pair] = set()
        undecided: list[Undecided] = []
        for answer in run(partial(covers, ground=self.ground), questions):
            found |= {(answer.number, other) for other in answer.by}
            undecided += self._left_open(answer)
        for number, others in candidates.items():
            if number not in single:
                for other in others:
                    found |= self._of_streams(number, other)
        return found, undecided

    def _left_open(self, answer: Covers) -> Iterator[Undecided]:
        return (Undecided(answer.number, other, why) for other, why in answer.open)

    def _candidates(self) -> dict[int, list[int]]:
        """For each rule those that match its events and may read what it reads."""
        conditions = [
            (number, place, _as_rule(self.rules[number], where.predicate))
            for number, rule in self.known.items()
            for place, where in enumerate(rule.conditions)
        ]
        names = {id(rule): (number, place) for number, place, rule in conditions}
        index = RuleSet([rule for _, _, rule in conditions], schema=self.ground.schema, now=self.ground.now)
        met: dict[_Pair, set[_Pair]] = {}
        for number, place, _ in conditions:
            event = self.known[number].conditions[place].example
            met[number, place] = {names[id(alert.rule)] for alert in index.feed([event])}
        return {number: self._possible(number, met) for number in self.known}

    def _possible(self, number: int, met: Mapping[_Pair, set[_Pair]]) -> list[int]:
        rule = self.known[number]
        places = range(len(rule.conditions))
        others = sorted(other for other, place in met[number, 0] if place == 0 and other != number)
        return [
            other
            for other in others
            if self.known[other].frame == rule.frame
            and len(self.known[other].conditions) == len(rule.conditions)
            and all((other, place) in met[number, place] for place in places)
            and (self.sources(number, other) is not Sources.APART or (number, 0) in met[other, 0])
        ]

    def _of_streams(self, first: int, second: int) -> set[_Pair]:
        if first > second:
            return set()
        one, other = self.known[first], self.known[second]
        verdict = compare(
            one.detection,
            other.detection,
            self.ground.schema,
            first_category=one.category_field,
            second_category=other.category_field,
            now=self.ground.now,
            budget=self.ground.budget,
        )
        both = {(first, second), (second, first)}
        match verdict.kind:
            case VerdictKind.IDENTICAL | VerdictKind.EQUIVALENT:
                return both
            case VerdictKind.WIDER:
                return {(first, second)}
            case VerdictKind.NARROWER:
                return {(second, first)}
            case VerdictKind.DIVERGENT | VerdictKind.UNDECIDED:
                return set()

    def related(self, inclusions: set[_Pair]) -> list[Overlap]:
        """What inclusions say of the rules, given what they read."""
        found: list[Overlap] = []
        for first, second in sorted(inclusions):
            sources = self.sources(first, second)
            mutual = (second, first) in inclusions
            if mutual and sources not in (Sources.WITHIN, Sources.AROUND):
                if first < second:
                    kind = Relation.EQUIVALENT if sources is Sources.SAME else Relation.SAME_CONDITION
                    found.append(Overlap(first, second, kind, sources))
            elif mutual and sources is Sources.AROUND:
                continue  # told from the other side
            elif sources in (Sources.SAME, Sources.WITHIN):
                found.append(Overlap(first, second, Relation.SUBSUMED, sources, self._witness(first, second, mutual)))
            elif sources is not Sources.APART:
                witness = self._witness(first, second, mutual)
                found.append(Overlap(first, second, Relation.NARROWER_CONDITION, sources, witness))
        return found

    def _witness(self, first: int, second: int, mutual: bool) -> Mapping[str, object] | None:
        one, other = self.known[first], self.known[second]
        if mutual or not (one.is_match and other.is_match):
            return None
        return telling_event(one.conditions[0], other.conditions[0], self.ground)

    def disjoint(self, pairs: Iterable[_Pair]) -> list[Overlap]:
        """The pairs of which no event is for both, because of what they read or of what they ask."""
        found: list[Overlap] = []
        for first, second in pairs:
            sources = self.sources(first, second)
            if sources is Sources.APART:
                found.append(Overlap(first, second, Relation.DISJOINT_SAME_NAME, sources))
                continue
            one, other = self.known[first], self.known[second]
            if not (one.is_match and other.is_match):
                continue
            conditions = one.conditions[0], other.conditions[0]
            if excludes(*conditions, self.ground, single=True):
                everywhere = excludes(*conditions, self.ground, single=False) is True
                found.append(Overlap(first, second, Relation.DISJOINT_SAME_NAME, sources, single_values=not everywhere))
        return found


def _as_rule(rule: Rule, where: Predicate) -> Rule:
    """A rule of single events for a condition of a rule."""
    return replace(rule, detection=Match(where), origin=None)


def _same_names(rules: Sequence[Rule], numbers: Iterable[int]) -> list[_Pair]:
    """The pairs of rules whose titles differ in letter case and blanks at most."""
    named: dict[str, list[int]] = defaultdict(list)
    for number in numbers:
        named[" ".join(rules[number].metadata.title.casefold().split())].append(number)
    return [(one, other) for same in named.values() for at, one in enumerate(same) for other in same[at + 1 :]]
