"""Many single-event rules over a stream of events.

Every rule is compiled once; rules share what they look up in an event, and an index on their gates
(`isorule.evaluation.gates`) gives the few that an event may match. Texts that a value must equal are looked up in a
dictionary. Texts that it must contain are found through one row of three characters each, the one that the fewest
texts of the rules have.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache

from isorule.evaluation.alerts import Alert
from isorule.evaluation.dates import nanos
from isorule.evaluation.events import EventView, FieldReader, Fields
from isorule.evaluation.gates import Gate, GateKeeper, Need, extra_texts
from isorule.evaluation.logic import Check
from isorule.evaluation.predicates import PredicateCompiler
from isorule.ir.detections import Match
from isorule.ir.losses import refusal
from isorule.ir.predicates import Predicate
from isorule.ir.rule import Rule
from isorule.ir.schema import FieldSchema

_GRAM = 3
_MOST_REMEMBERED = 4096
_LONGEST_REMEMBERED = 1024


class _FieldIndex:
    """For one field: which rules a value may match. Values come again and again, so answers are kept for a while."""

    __slots__ = ("_remembered", "grams", "reader", "short", "whole")

    def __init__(self, reader: FieldReader) -> None:
        self.reader = reader
        self.whole: dict[str, list[int]] = {}
        self.grams: dict[str, dict[str, list[int]]] = {}
        self.short: dict[str, list[int]] = {}
        self._remembered = lru_cache(maxsize=_MOST_REMEMBERED)(self._search)

    def collect(self, view: EventView, found: set[int]) -> None:
        """Add the rules that the event's values of the field may match."""
        for text in view.folded(self.reader):
            found.update(self._remembered(text) if len(text) < _LONGEST_REMEMBERED else self._search(text))
        if self.whole:
            for text in extra_texts(view.values(self.reader)):
                found.update(self.whole.get(text, ()))

    def _search(self, text: str) -> frozenset[int]:
        """The rules that a folded text may match."""
        found = set(self.whole.get(text, ()))
        if self.grams:
            held = {text[at : at + _GRAM] for at in range(len(text) - _GRAM + 1)}
            for gram in held & self.grams.keys():
                _collect_contained(self.grams[gram], text, found)
        _collect_contained(self.short, text, found)
        return frozenset(found)


def _collect_contained(needed: dict[str, list[int]], text: str, found: set[int]) -> None:
    for part, rules in needed.items():
        if part in text:
            found.update(rules)


class RuleSet:
    """Rules whose detection is a `Match`, ready for a stream.

    `schema` types the fields (every field a keyword where None), `now` is what date math counts from.
    Raises `UnsupportedError` for a rule with another detection, with pipes, or that cannot be evaluated.
    """

    def __init__(
        self, rules: Iterable[Rule], *, schema: FieldSchema | None = None, now: datetime | None = None
    ) -> None:
        self._rules = tuple(rules)
        self._fields = Fields(schema or FieldSchema())
        self._checks: list[Check] = []
        self._always: list[int] = []
        self._indexes: dict[str, _FieldIndex] = {}
        self._by_root: dict[str, list[_FieldIndex]] = {}
        moment = nanos(now or datetime.now(UTC))
        compilers: dict[str, PredicateCompiler] = {}
        conditions: list[tuple[Predicate, str]] = []
        for rule in self._rules:
            category = rule.data_source.category_field
            compiler = compilers.get(category)
            if compiler is None:
                compiler = compilers[category] = PredicateCompiler(self._fields, category, moment)
            where = _single_event(rule).where
            self._checks.append(compiler.check(where))
            conditions.append((where, category))
        keeper = GateKeeper(conditions, self._fields.schema)
        self._build([keeper.gate(where, category) for where, category in conditions])

    def feed(self, events: Iterable[Mapping[str, object]]) -> Iterator[Alert]:
        """The alerts of all rules, event by event, in the order of the rules."""
        for event in events:
            view = EventView(event)
            for index in self.candidates(view):
                if self._checks[index](view) is True:
                    yield Alert((event,), self._rules[index])

    def candidates(self, view: EventView) -> list[int]:
        """The places of the rules that an event may match, ascending; every rule that matches is among them."""
        found = set(self._always)
        roots = {key.partition(".")[0] for key in view.event if isinstance(key, str)}
        for root in roots & self._by_root.keys():
            for index in self._by_root[root]:
                index.collect(view, found)
        return sorted(found)

    def _build(self, gates: list[Gate | None]) -> None:
        common: Counter[str] = Counter()
        for found in gates:
            common.update(gram for need in found or () if not need.whole for gram in _grams(need.text))
        for rule, found in enumerate(gates):
            if found is None:
                self._always.append(rule)
                continue
            for need in sorted(found, key=_order):
                self._enter(need, rule, common)

    def _enter(self, need: Need, rule: int, common: Counter[str]) -> None:
        index = self._indexes.get(need.path)
        if index is None:
            index = self._indexes[need.path] = _FieldIndex(self._fields.reader(need.path))
            self._by_root.setdefault(index.reader.root, []).append(index)
        if need.whole:
            index.whole.setdefault(need.text, []).append(rule)
        elif len(need.text) < _GRAM:
            index.short.setdefault(need.text, []).append(rule)
        else:
            rarest = min(_grams(need.text), key=lambda gram: (common[gram], gram))
            index.grams.setdefault(rarest, {}).setdefault(need.text, []).append(rule)


def _grams(text: str) -> list[str]:
    return [text[at : at + _GRAM] for at in range(len(text) - _GRAM + 1)]


def _order(need: Need) -> tuple[str, str, bool]:
    return (need.path, need.text, need.whole)


def _single_event(rule: Rule) -> Match:
    detection = rule.detection
    if not isinstance(detection, Match):
        kind = type(detection).__name__
        raise refusal("not-a-single-event-rule", f"{rule.metadata.title!r} is no single-event rule but a {kind}")
    if detection.pipes:
        raise refusal("pipes-in-stream", f"{rule.metadata.title!r} keeps the first or last of all events")
    return detection
