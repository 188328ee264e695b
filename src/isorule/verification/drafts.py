"""Events to build streams from: one for each difference between conditions, with keys by which they belong together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from operator import not_

from isorule.evaluation.events import leaves
from isorule.ir.matchers import Scalar
from isorule.ir.schema import FieldSchema
from isorule.verification.conditions import Condition, Ground
from isorule.verification.decision import Difference
from isorule.verification.facts import DOMAINS, Domain
from isorule.verification.outline import Outline
from isorule.verification.witness import event_of

Truths = tuple[bool, ...]
"""What holds of an event: the conditions of the first side, then those of the second."""

_ALL_PAIRS = 16
"""Up to so many pairs of conditions that do not stand in the same place are looked at, too."""

_FIRST_ADDRESS = IPv4Address("10.0.0.1")
_FIRST_MINUTE = 1_704_067_200_000
_MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class Draft:
    """An event without a time, and what holds of it."""

    values: Mapping[str, tuple[Scalar, ...]]
    truths: Truths

    def event(self) -> dict[str, object]:
        """The event with objects inside objects."""
        return event_of({path: list(values) for path, values in self.values.items()})


class Drafts:
    """Makes events for the conditions of two sides."""

    def __init__(self, sides: tuple[Sequence[Condition], Sequence[Condition]], ground: Ground) -> None:
        self._sides = sides
        self._conditions = (*sides[0], *sides[1])
        self._ground = ground
        self._changed: dict[tuple[int, str, tuple[Scalar, ...]], tuple[Draft, Draft]] = {}

    def draft(self, values: Mapping[str, tuple[Scalar, ...]]) -> Draft:
        """The event of these values."""
        event = event_of({path: list(found) for path, found in values.items() if found})
        return Draft(values, tuple(condition.holds(event) for condition in self._conditions))

    def changed(self, draft: Draft, path: str, values: tuple[Scalar, ...]) -> Draft:
        """The event with other values of a field; none of them takes the field away."""
        key = (id(draft), path, values)
        known = self._changed.get(key)
        if known is None:
            rest = {other: found for other, found in draft.values.items() if other != path}
            known = self._changed[key] = (draft, self.draft({**rest, path: values} if values else rest))
        return known[1]

    def pool(self, outlines: tuple[Outline, Outline]) -> list[Draft]:
        """Events that differ in what holds of them; those of which little holds come first."""
        found: dict[Truths, Draft] = {}
        examples = [dict(_values(answer.event)) for answer in self._answers() if isinstance(answer, Difference)]
        keys = key_groups(outlines)
        chosen = {group: self._common(group, examples) for group in keys}
        for example in examples:
            draft = self.draft(example)
            for keyed in (self._keyed(draft, chosen), self._keyed(draft, chosen, alike=True)):
                found.setdefault(keyed.truths, keyed)
        return sorted(found.values(), key=lambda draft: (sum(draft.truths), tuple(map(not_, draft.truths))))

    def _answers(self) -> Iterator[object]:
        first, second = self._sides
        in_place = list(zip(first, second, strict=False))
        for ours, theirs in in_place:
            yield self._ground.example(ours, theirs)
            if ours.core != theirs.core:
                yield from self._ground.differences(ours, theirs)
        for condition in self._conditions:
            yield self._ground.example(condition)
        everything = self._conditions
        crossed = [(one, other) for one in everything for other in everything if one.core != other.core]
        for one, other in crossed[: 2 * _ALL_PAIRS]:
            yield self._ground.inside(one, other)
        for one, other in crossed[:_ALL_PAIRS]:
            yield self._ground.example(one, other)

    def _common(self, group: tuple[str, ...], examples: list[dict[str, tuple[Scalar, ...]]]) -> Scalar:
        """The value of some fields that the most conditions can do with."""
        offered = dict.fromkeys(value for example in examples for path in group for value in example.get(path, ()))
        candidates = [value_of(self._ground.schema, self._narrowest(group), 0), *list(offered)[:8]]
        if len(candidates) == 1:
            return candidates[0]

        before = [self.draft(example) for example in examples]

        def kept(value: Scalar) -> int:
            after = (self.draft({**example, **dict.fromkeys(group, (value,))}) for example in examples)
            return sum(one.truths == other.truths for one, other in zip(before, after, strict=True))

        return max(candidates, key=kept)

    def _narrowest(self, group: tuple[str, ...]) -> str:
        """The field of a group that takes the fewest values: what an address field takes, a keyword takes, too."""
        types = self._ground.schema.type_of
        return next((path for path in group if DOMAINS[types(path)] is not Domain.TEXT), group[0])

    def _keyed(self, draft: Draft, chosen: Mapping[tuple[str, ...], Scalar], *, alike: bool = False) -> Draft:
        """The event with the common values of its keys, as far as what holds of it stays; no more, where `alike`."""
        for group, value in chosen.items():
            for path in group:
                changed = self.changed(draft, path, (value,))
                kept = all(now or not before for before, now in zip(draft.truths, changed.truths, strict=True))
                if changed.truths == draft.truths if alike else kept:
                    draft = changed
        return draft


def _values(event: Mapping[str, object]) -> Iterator[tuple[str, tuple[Scalar, ...]]]:
    found: dict[str, list[Scalar]] = {}
    for path, value in leaves(event):
        found.setdefault(path, []).append(value)
    yield from ((path, tuple(values)) for path, values in found.items())


def key_groups(outlines: tuple[Outline, Outline]) -> list[tuple[str, ...]]:
    """The fields whose values must be the same for events to belong together, in groups."""
    groups: list[set[str]] = []
    for found in outlines:
        columns = _columns(found)
        for column in (*columns, *found.equal):
            joined = set(column)
            apart = []
            for group in groups:
                if group & joined:
                    joined |= group
                else:
                    apart.append(group)
            groups = [*apart, joined]
    return sorted(tuple(sorted(group)) for group in groups if group)


def _columns(found: Outline) -> Iterable[tuple[str, ...]]:
    width = max((len(clause.keys) for clause in found.clauses), default=0)
    for place in range(width):
        yield tuple(clause.keys[place].path for clause in found.clauses if place < len(clause.keys))


def value_of(schema: FieldSchema, path: str, number: int) -> Scalar:
    """A value for a field of this type, another one for each number from 0."""
    match DOMAINS[schema.type_of(path)]:
        case Domain.BOOLEAN:
            return number % 2 == 0
        case Domain.WHOLE | Domain.NUMBER:
            return number + 1
        case Domain.ADDRESS:
            return str(_FIRST_ADDRESS + number)
        case Domain.MILLISECOND | Domain.NANOSECOND:
            return _FIRST_MINUTE + number * _MINUTE
        case _:
            return _letters(number)


def _letters(number: int) -> str:
    """`a`, `b`, … `z`, `aa`, …"""
    text = ""
    number += 1
    while number:
        number, last = divmod(number - 1, 26)
        text = chr(ord("a") + last) + text
    return text
