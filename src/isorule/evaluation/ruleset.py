"""Many rules over a stream of events.

Every condition is compiled once; conditions share what they look up in an event, and an index on their gates
(`isorule.evaluation.gates`) gives the few that an event may meet. The gates are chosen anew, once, after some events
have been counted. Rules of single events and sequences run in a stream; what needs all events at once is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import assert_never

from isorule.diagnostics import Diagnostic
from isorule.evaluation.alerts import Alert
from isorule.evaluation.census import Census
from isorule.evaluation.correlation_follower import CorrelationFollower
from isorule.evaluation.correlations import CorrelationPlan
from isorule.evaluation.dates import nanos
from isorule.evaluation.events import EventView, Fields
from isorule.evaluation.gates import Chance, GateFinder, guess
from isorule.evaluation.index import NeedIndex
from isorule.evaluation.literals import accelerator_installed
from isorule.evaluation.logic import Check
from isorule.evaluation.predicates import PredicateCompiler
from isorule.evaluation.sequence_stream import SequencePlan, SequenceStream, StreamLimits
from isorule.evaluation.setting import Setting
from isorule.evaluation.timeline import Clock, clock
from isorule.ir.detections import Aggregate, Correlation, IndicatorMatch, Match, NewTerms, Opaque, Sample, Sequence
from isorule.ir.losses import refusal
from isorule.ir.predicates import Predicate
from isorule.ir.rule import DataSource, Rule
from isorule.ir.schema import FieldSchema

_SWEEP = 256
"""After so many events every sequence looks at the time, so that none keeps what it no longer needs."""


@dataclass(frozen=True, slots=True)
class _Condition:
    """A predicate of a rule; `stage` is its number in the plan of a sequence, None for a rule of single events."""

    rule: int
    stage: int | None
    where: Predicate
    category_field: str
    check: Check


class RuleSet:
    """Rules ready for a stream: those of single events, sequences, and correlations."""

    def __init__(
        self,
        rules: Iterable[Rule],
        *,
        schema: FieldSchema | None = None,
        now: datetime | None = None,
        limits: StreamLimits | None = None,
        accelerated: bool | None = None,
    ) -> None:
        """`schema` types the fields (every field a keyword where None), `now` is what date math counts from.

        `limits` bounds what sequences keep. `accelerated` asks for the automaton of the extra `isorule[fast]`, or for
        the way without it; where None it is used if it is installed. Alerts are the same.

        Raises `UnsupportedError` for a rule that cannot be evaluated, has pipes, or needs all events at once.
        """
        self._rules = tuple(rules)
        self._fields = Fields(schema or FieldSchema())
        self._now = nanos(now or datetime.now(UTC))
        self._limits = limits or StreamLimits()
        self._accelerated = accelerator_installed() if accelerated is None else accelerated
        self._problems: list[Diagnostic] = []
        self._compilers: dict[str, PredicateCompiler] = {}
        self._clocks: dict[str, Clock] = {}
        self._conditions: list[_Condition] = []
        self._plans: dict[int, SequencePlan] = {}
        self._correlations: dict[int, tuple[CorrelationPlan, Clock]] = {}
        for number, rule in enumerate(self._rules):
            self._add(number, rule)
        asked = [(condition.where, condition.category_field) for condition in self._conditions]
        needs = [GateFinder(self._fields.schema).needs(where, category) for where, category in asked]
        self._guess = guess(needs)
        self._census: Census | None = Census(set().union(*needs))
        self._index, self._always = self._indexed(self._guess)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules, in the order in which they were given."""
        return self._rules

    @property
    def problems(self) -> tuple[Diagnostic, ...]:
        """What sequences could not keep or follow so far; each kind once for each rule."""
        return tuple(self._problems)

    def feed(self, events: Iterable[Mapping[str, object]]) -> Iterator[Alert]:
        """The alerts of one stream, event by event: rules of single events first, each kind in the order of the rules.

        A sequence is followed from the first event of the stream to the last, by the time of events as they come; see
        `SequenceStream` for events out of order. A match that waits for a missing-event clause is given once that is
        decided: at the latest 256 events later, or at the end.
        """
        streams = self._streams()
        for count, event in enumerate(events, 1):
            view = EventView(event)
            stages: dict[int, list[int]] = {}
            for place in self._met(view):
                condition = self._conditions[place]
                if condition.check(view) is not True:
                    continue
                if condition.stage is None:
                    yield Alert((event,), self._rules[condition.rule])
                else:
                    stages.setdefault(condition.rule, []).append(condition.stage)
            if stages:
                for rule, met in stages.items():
                    yield from self._named(rule, streams[rule].step(view, met))
            if streams and count % _SWEEP == 0:
                for rule, stream in streams.items():
                    yield from self._named(rule, stream.pass_time(view, _SWEEP))
        for rule, stream in streams.items():
            yield from self._named(rule, stream.close())

    def candidates(self, view: EventView) -> list[int]:
        """The places of the rules that an event may concern, ascending; every rule that it matches is among them."""
        return sorted({self._conditions[place].rule for place in self._met(view)})

    def _met(self, view: EventView) -> list[int]:
        """The places of the conditions that an event may meet, in order."""
        if self._census is not None and self._census.count(view, self._fields, self._accelerated):
            self._index, self._always = self._indexed(self._census.chance(self._guess))
            self._census = None
        found = self._index.met(view)
        found |= self._always
        return sorted(found)

    def _indexed(self, chance: Chance) -> tuple[NeedIndex, frozenset[int]]:
        """The index of the conditions, and those that have no gate."""
        finder = GateFinder(self._fields.schema, chance)
        gates = [finder.gate(condition.where, condition.category_field) for condition in self._conditions]
        always = frozenset(place for place, gate in enumerate(gates) if gate is None)
        needs = [(need, place) for place, gate in enumerate(gates) for need in gate or ()]
        return NeedIndex(self._fields, needs, self._accelerated), always

    def _add(self, number: int, rule: Rule) -> None:
        detection, source = rule.detection, rule.data_source
        match detection:
            case Match(where, ()):
                self._conditions.append(self._condition(number, None, where, source))
            case Sequence(pipes=()):
                setting = Setting(self._fields, self._compiler(source), self._clock(source), self._now)
                plan = self._plans[number] = SequencePlan.of(detection, setting)
                self._conditions += [
                    self._condition(number, stage, where, source) for stage, where in enumerate(plan.conditions)
                ]
            case Correlation():
                by = self._clock(source)
                setting = Setting(self._fields, self._compiler(source), by, self._now)
                correlated = CorrelationPlan.of(detection, setting)
                self._correlations[number] = (correlated, by)
                self._conditions += [
                    self._condition(number, stage, where, source) for stage, where in enumerate(correlated.conditions)
                ]
            case Match() | Sequence():
                raise refusal("pipes-in-stream", f"{rule.metadata.title!r} keeps the first or last of all events")
            case Sample() | Aggregate() | NewTerms() | IndicatorMatch() | Opaque():
                kind = type(detection).__name__
                raise refusal(
                    "not-a-stream-rule",
                    f"{rule.metadata.title!r} is a {kind}, which asks for all events at once",
                    hint="evaluate it by itself with `evaluate_detection`",
                )
            case _:
                assert_never(detection)

    def _condition(self, rule: int, stage: int | None, where: Predicate, source: DataSource) -> _Condition:
        return _Condition(rule, stage, where, source.category_field, self._compiler(source).check(where))

    def _compiler(self, source: DataSource) -> PredicateCompiler:
        name = source.category_field
        if name not in self._compilers:
            self._compilers[name] = PredicateCompiler(self._fields, name, self._now)
        return self._compilers[name]

    def _clock(self, source: DataSource) -> Clock:
        """One clock for all rules with the same timestamp, so that the time of an event is read once."""
        name = source.timestamp_field
        if name not in self._clocks:
            self._clocks[name] = clock(self._fields, name, None)
        return self._clocks[name]

    def _streams(self) -> dict[int, SequenceStream | CorrelationFollower]:
        share = max(1, self._limits.partial_matches // max(1, len(self._plans) + len(self._correlations)))
        limits = replace(self._limits, partial_matches=share)
        sequences: dict[int, SequenceStream | CorrelationFollower] = {
            rule: SequenceStream(plan, limits, self._rules[rule].metadata.title, self._problems, self._path(rule))
            for rule, plan in self._plans.items()
        }
        correlations: dict[int, SequenceStream | CorrelationFollower] = {
            rule: CorrelationFollower(
                plan, by, share, self._rules[rule].metadata.title, self._problems, self._path(rule)
            )
            for rule, (plan, by) in self._correlations.items()
        }
        return dict(sorted({**sequences, **correlations}.items()))

    def _path(self, rule: int) -> str | None:
        origin = self._rules[rule].origin
        return None if origin is None else origin.file.path

    def _named(self, rule: int, alerts: Iterable[Alert]) -> Iterator[Alert]:
        return (replace(alert, rule=self._rules[rule]) for alert in alerts)
