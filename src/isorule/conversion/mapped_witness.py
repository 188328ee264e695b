"""Events that show what mapping changes: a rule and its mapped form give other answers for one event, mapped likewise.

Events are made from what the two conditions match, and from near misses of those; each is asked on both sides by the
evaluator, so that a witness is never wrong, though not every difference is found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from isorule.diagnostics import IsoruleError
from isorule.evaluation import evaluate_detection
from isorule.ir.detections import Match
from isorule.ir.predicates import Const
from isorule.ir.rule import LogSource, Rule
from isorule.ir.schema import FieldSchema
from isorule.ir.walk import predicates
from isorule.mappings.conditions import fields_of
from isorule.mappings.events import belongs, to_sigma, to_taxonomy
from isorule.mappings.taxonomy import Taxonomy
from isorule.mappings.translation import inward, outward
from isorule.mappings.tree import flat, one_or_list, values
from isorule.verification import Verdict, VerdictKind, compare
from isorule.verification.budget import Budget
from isorule.verification.verdict import Witness

Event = dict[str, object]

_SIGMA_TYPES = FieldSchema()
"""Sigma's fields have texts and numbers, no types of an index."""

_MOST_EVENTS = 60
_BUDGET = Budget(steps=20_000)


def with_witnesses(
    verdict: Verdict, before: Rule, after: Rule, taxonomy: Taxonomy, schema: FieldSchema, *, to_sigma_names: bool
) -> Verdict:
    """The verdict on a mapped rule with an event for each way in which the mapped rule differs, where one is found.

    `before` is the rule with its own names, `after` the one with the others. An UNDECIDED verdict becomes DIVERGENT
    where there is an event for either way. The events have the names of `before`.
    """
    if verdict.same or verdict.witnesses:
        return verdict
    if not isinstance(before.detection, Match) or not isinstance(after.detection, Match):
        return verdict
    asked = _Asked(before, after, taxonomy, schema, to_sigma_names)
    missed, added = asked.differences()
    match verdict.kind:
        case VerdictKind.WIDER:
            found = [added]
        case VerdictKind.NARROWER:
            found = [missed]
        case VerdictKind.DIVERGENT:
            found = [missed, added]
        case _:
            if missed is None or added is None:
                return verdict
            return replace(verdict, kind=VerdictKind.DIVERGENT, witnesses=(missed, added))
    if any(witness is None for witness in found):
        return verdict
    return replace(verdict, witnesses=tuple(witness for witness in found if witness is not None))


@dataclass(frozen=True, slots=True)
class _Asked:
    before: Rule
    after: Rule
    taxonomy: Taxonomy
    schema: FieldSchema
    to_sigma_names: bool

    def differences(self) -> tuple[Witness | None, Witness | None]:
        """An event that only the rule before matches, and one that only the mapped rule matches."""
        missed: Witness | None = None
        added: Witness | None = None
        for own, other in self._pairs():
            first = self._matches(self.before, own, sigma_names=not self.to_sigma_names)
            second = self._matches(self.after, other, sigma_names=self.to_sigma_names)
            if self.to_sigma_names and second:
                second = belongs(own, self._logsource, self.taxonomy)
            if first is None or second is None or first == second:
                continue
            why = f"with the other names the event is {flat(other)}"
            alerts: tuple[tuple[int | None, ...], ...] = ((0,),)
            if first and missed is None:
                missed = Witness((own,), alerts, (), why)
            if second and added is None:
                added = Witness((own,), (), alerts, why)
            if missed is not None and added is not None:
                break
        return missed, added

    @property
    def _logsource(self) -> LogSource | None:
        return (self.after if self.to_sigma_names else self.before).data_source.logsource

    def _matches(self, rule: Rule, event: Event, *, sigma_names: bool) -> bool | None:
        schema = _SIGMA_TYPES if sigma_names else self.schema
        try:
            alerts = evaluate_detection(
                rule.detection, [event], schema=schema, category_field=rule.data_source.category_field
            )
        except IsoruleError:
            return None
        return len(alerts) > 0

    def _pairs(self) -> Iterator[tuple[Event, Event]]:
        """Events with the names that the rule has before, and the same with the names that it has then."""
        for sigma in self._events(self._made()):
            laid_out = to_taxonomy(sigma, self.taxonomy, self._logsource)
            yield (laid_out, sigma) if self.to_sigma_names else (sigma, laid_out)
        if self.to_sigma_names:
            assert isinstance(self.before.detection, Match)
            made = self._sides(self.before.detection, Match(Const(False)), self.schema)
            for event in self._events(made):
                yield event, to_sigma(event, self.taxonomy, self._logsource)

    def _events(self, made: Iterator[Event]) -> Iterator[Event]:
        """Events and others near to them, each once."""
        seen: set[str] = set()
        for event in made:
            for near in (*_near(event), *self._emptied(event)):
                key = repr(sorted(near.items(), key=lambda item: item[0]))
                if key not in seen:
                    seen.add(key)
                    yield near
                if len(seen) >= _MOST_EVENTS:
                    return

    def _emptied(self, event: Event) -> Iterator[Event]:
        """The event with an empty text in a field that Sigma's rule asks."""
        rule = self.after if self.to_sigma_names else self.before
        for where in predicates(rule.detection):
            yield from ({**event, path: ""} for path in sorted(fields_of(where)) if path)

    def _made(self) -> Iterator[Event]:
        """Events that one of the conditions matches, or on which it differs from its way there and back."""
        layout = self.taxonomy.layout(self._logsource)
        before, after = self.before.detection, self.after.detection
        assert isinstance(before, Match)
        assert isinstance(after, Match)
        sigma, other = (after, before) if self.to_sigma_names else (before, after)
        try:
            back = Match(inward(other.where, layout, self.schema).predicate)
        except IsoruleError:
            back = sigma
        yield from self._sides(sigma, back, _SIGMA_TYPES)
        try:
            again = Match(outward(sigma.where, layout, self.schema).predicate)
        except IsoruleError:
            again = other
        for event in self._sides(other, again, self.schema):
            yield to_sigma(event, self.taxonomy, self._logsource)

    def _sides(self, one: Match, two: Match, schema: FieldSchema) -> Iterator[Event]:
        nothing = Match(Const(False))
        category = self.before.data_source.category_field
        for first, second in ((one, two), (one, nothing), (two, nothing)):
            found = compare(
                first, second, schema, first_category=category, second_category=category, budget=_BUDGET
            ).witness
            for event in found or ():
                yield dict(flat(event))


def _near(event: Event) -> Iterator[Event]:
    """An event, and events in which the texts of one field stand among other letters or are written with others."""
    yield event
    for name, value in event.items():
        texts = values(value)
        if texts and all(isinstance(text, str) and text for text in texts):
            for change in _CHANGES:
                found = [change(str(text)) for text in texts]
                if found != texts:
                    yield {**event, name: one_or_list(list(found))}


def _parted(text: str, by: str, signs: str = "") -> str:
    """A text with something else between its words, which have letters, digits and these signs."""
    return "".join(letter if letter.isalnum() or letter in signs else by for letter in text).strip() or text


_CHANGES: Final[tuple[Callable[[str], str], ...]] = (
    lambda text: f"z{text}z",
    lambda text: _parted(text, " "),
    lambda text: _parted(text, "\n"),
    lambda text: _parted(text, "\n", "-_"),
    lambda text: f"{text}z",
    lambda text: f"z{text}",
    lambda text: f"z {text} z",
    lambda text: text.replace("i", "\u0130").replace("I", "\u0130"),
    lambda text: text.replace("s", "\u017f").replace("S", "\u017f"),
    lambda text: text.replace("k", "\u212a").replace("K", "\u212a"),
)
"""Ways in which words are found that letters are not, or the other way round."""
