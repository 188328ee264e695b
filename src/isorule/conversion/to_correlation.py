"""Rules over several events as Sigma correlations: sequences, samples and threshold rules.

Each clause becomes a rule of its own, and a correlation refers to them. What a sequence with `runs` counts becomes a
correlation that counts, to which the outer one refers.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from isorule.conversion.envelope import NAMESPACE, as_sigma
from isorule.conversion.events_apart import all_apart
from isorule.conversion.spans import SECOND, lookback, whole_seconds
from isorule.diagnostics import Effect
from isorule.documents.references import CORRELATION
from isorule.ir.detections import (
    Aggregate,
    Comparison,
    Correlation,
    CorrelationItem,
    CorrelationKind,
    Detection,
    Having,
    Match,
    Measure,
    MeasureKind,
    Sample,
    Sequence,
    Stage,
    Window,
    WindowKind,
)
from isorule.ir.losses import Loss, loss, refusal
from isorule.ir.predicates import Const, Field, Predicate
from isorule.ir.rule import Metadata, Rule
from isorule.ir.schema import FieldSchema

Stream = Sequence | Sample | Aggregate
"""The detections over several events that Sigma has a form for."""

Single = Callable[[Rule], tuple[Rule, tuple[Loss, ...]]]
"""Converts a rule of single events, without writing it."""


@dataclass(frozen=True, slots=True)
class Correlated:
    """A correlation rule with its base rules, what its conditions lose, and what the source is taken to mean.

    `source` is the detection of the source with what its schedule leaves open made explicit; `assumed` declares how
    that and the form of a correlation differ from it. A verdict on `source` is to be joined with them.
    """

    rule: Rule
    losses: tuple[Loss, ...]
    assumed: tuple[Loss, ...]
    source: Detection


def correlated(rule: Rule, detection: Stream, single: Single, schema: FieldSchema) -> Correlated:
    """The Sigma correlation for a rule over several events; `schema` gives the types of its fields.

    Raises UnsupportedError where Sigma has no form for it: missing events, `until`, pipes, keys that may be missing,
    clauses with different numbers of keys.
    """
    made = _Maker(rule, single, schema)
    match detection:
        case Sequence():
            return made.sequence(detection)
        case Sample():
            return made.sample(detection)
        case Aggregate():
            return made.aggregate(detection)


@dataclass(slots=True)
class _Maker:
    rule: Rule
    single: Single
    schema: FieldSchema
    losses: list[Loss] = field(default_factory=list)
    assumed: list[Loss] = field(default_factory=list)

    def sequence(self, sequence: Sequence) -> Correlated:
        _check_sequence(sequence)
        span, source = self._span(sequence)
        names, keys = self._keys(sequence.by, sequence.stages)
        parts = [
            self._part(stage.where, number, own)
            for number, (stage, own) in enumerate(zip(sequence.stages, keys, strict=True))
        ]
        if len(parts) == 1:
            stage = sequence.stages[0]
            self._lose(
                "alerts-while-holding",
                Effect.COSMETIC,
                "one alert while the events go on, where EQL gives one for each further event",
            )
            correlation = _counting(parts[0], names, span, stage.runs)
            form = Aggregate(stage.where, names, Window(WindowKind.SLIDING, span), correlation.having)
            return self._done(correlation, parts, form)
        items = [
            self._repeated(part, stage, number, names, span) if stage.runs > 1 else part
            for number, (part, stage) in enumerate(zip(parts, sequence.stages, strict=True))
        ]
        correlation = _correlation(CorrelationKind.TEMPORAL_ORDERED, items, names, span)
        return self._done(correlation, items, source)

    def _span(self, sequence: Sequence) -> tuple[int, Sequence]:
        if sequence.maxspan is None:
            span = lookback(self.rule)
            self._lose(
                "span-from-lookback",
                Effect.WIDENS,
                "the sequence has no maxspan: the correlation takes how far the rule looks back, and finds it also "
                "where two runs of the rule would see a part each",
            )
            span, losses = whole_seconds(span)
            self.assumed += losses
            return span, replace(sequence, maxspan=span)
        span, losses = whole_seconds(sequence.maxspan)
        self.assumed += losses
        return span, sequence

    def _repeated(self, part: _Part, stage: Stage, number: int, names: tuple[str, ...], span: int) -> _Part:
        """A clause that repeats, as a correlation that counts."""
        self._lose(
            "runs-apart",
            Effect.WIDENS,
            f"the {stage.runs} events are counted by themselves within the span, and the other clauses within the span "
            "of the last of them: all together may take up to twice as long",
        )
        correlation = _counting(part, names, span, stage.runs)
        name = f"{part.item.name}_repeated"
        rule = self._inner(
            name, f"{self.rule.metadata.title} ({number + 1}, {stage.runs} times)", correlation, (part.rule,)
        )
        return _Part(rule, CorrelationItem(name, correlation, part.item.keys, stage.span))

    def sample(self, sample: Sample) -> Correlated:
        if sample.pipes or any(stage.missing or stage.runs > 1 for stage in sample.stages):
            raise refusal(
                "sample-clauses", "a Sigma correlation has no pipes, and a sample no missing or repeated clauses"
            )
        self._lose(
            "span-from-lookback",
            Effect.WIDENS,
            "a sample has no span: the correlation takes how far the rule looks back, and finds it also where two runs "
            "of the rule would see a part each",
        )
        span, losses = whole_seconds(lookback(self.rule))
        self.assumed += losses
        names, keys = self._keys(sample.by, sample.stages)
        parts = [
            self._part(stage.where, number, own)
            for number, (stage, own) in enumerate(zip(sample.stages, keys, strict=True))
        ]
        conditions = [stage.where for stage in sample.stages]
        if not all_apart(conditions, self.schema, self.rule.data_source.category_field):
            self._lose(
                "one-event-for-several",
                Effect.WIDENS,
                "a sample asks for different events, and one event may meet several rules of a correlation",
            )
        self._lose(
            "alerts-by-burst",
            Effect.COSMETIC,
            "a sample gives one answer for each key of a run, the correlation one for each time that the events occur",
        )
        correlation = _correlation(CorrelationKind.TEMPORAL, parts, names, span)
        items = zip(correlation.items, sample.stages, strict=True)
        asked = tuple(replace(item, detection=Match(stage.where)) for item, stage in items)
        return self._done(correlation, parts, replace(correlation, items=asked))

    def aggregate(self, aggregate: Aggregate) -> Correlated:
        if aggregate.window.kind is WindowKind.TUMBLING:
            raise refusal("window", "a Sigma correlation has a sliding window, none by the clock")
        span = aggregate.window.span
        if span is None or aggregate.window.kind is WindowKind.LOOKBACK:
            span = lookback(self.rule) if span is None else span
            self._lose(
                "window-of-runs",
                Effect.WIDENS,
                "the rule counts over what each of its runs looks back on, the correlation over every window as long",
            )
        span, losses = whole_seconds(span)
        self.assumed += losses
        having = _needed(aggregate.having)
        keys = tuple(Field(path) for path in aggregate.by)
        part = self._part(aggregate.where, None, keys)
        source = replace(aggregate, window=Window(WindowKind.SLIDING, span), having=having)
        measures = list(dict.fromkeys(condition.measure for condition in having))
        if len(measures) == 1:
            correlation = _correlation(CorrelationKind.MEASURE, [part], aggregate.by, span, having)
            return self._done(correlation, [part], source)
        counts = [
            self._measured(part, measure, number, aggregate, having, span) for number, measure in enumerate(measures)
        ]
        self._lose(
            "within-one-second",
            Effect.WIDENS,
            "Sigma measures one thing at a time: the conditions are correlations of their own, which must hold within "
            "one second of each other",
        )
        self._lose("alerts-by-burst", Effect.COSMETIC, "the correlation alerts at each event at which all hold anew")
        correlation = _correlation(CorrelationKind.TEMPORAL, counts, aggregate.by, SECOND)
        return self._done(correlation, counts, source)

    def _measured(
        self, part: _Part, measure: Measure, number: int, aggregate: Aggregate, having: tuple[Having, ...], span: int
    ) -> _Part:
        wanted = tuple(condition for condition in having if condition.measure == measure)
        correlation = _correlation(CorrelationKind.MEASURE, [part], aggregate.by, span, wanted)
        what = "events" if measure.kind is MeasureKind.COUNT else f"{measure.kind.value} of {', '.join(measure.fields)}"
        name = f"{part.item.name}_measure_{number + 1}"
        rule = self._inner(name, f"{self.rule.metadata.title} ({what})", correlation, (part.rule,))
        return _Part(rule, CorrelationItem(name, correlation, part.item.keys))

    # --- parts ---

    def _part(self, where: Predicate, number: int | None, keys: tuple[Field, ...]) -> _Part:
        """The rule of a clause, and the item that refers to it."""
        suffix = " (events)" if number is None else f" ({number + 1})"
        title = f"{self.rule.metadata.title}{suffix}"
        name = f"{_slug(self.rule.metadata.title)}{'' if number is None else f'_{number + 1}'}"
        bare = replace(
            self.rule,
            metadata=Metadata(title, self._id(name), name),
            detection=Match(where),
            schedule=None,
            suppression=None,
            risk_score=None,
            threats=(),
            extras={},
        )
        found, losses = self.single(bare)
        self.losses += losses
        source = replace(found.data_source, indices=(), timestamp_field="@timestamp", tiebreaker_field=None)
        rule = replace(found, metadata=bare.metadata, data_source=source)
        return _Part(rule, CorrelationItem(name, found.detection, keys))

    def _inner(self, name: str, title: str, correlation: Correlation, references: tuple[Rule, ...]) -> Rule:
        """A correlation that only another one refers to."""
        return replace(
            references[0],
            metadata=Metadata(title, self._id(name), name),
            data_source=replace(references[0].data_source, logsource=None),
            detection=correlation,
            type=CORRELATION,
            references=references,
        )

    def _id(self, name: str) -> str:
        return str(uuid.uuid5(NAMESPACE, f"{self.rule.metadata.id or self.rule.metadata.title}/{name}"))

    def _keys(
        self, by: tuple[Field, ...], stages: tuple[Stage, ...]
    ) -> tuple[tuple[str, ...], list[tuple[Field, ...]]]:
        """The names of the group keys, and the fields of each stage: an alias where the fields differ."""
        own = [(*by, *stage.by) for stage in stages]
        if len({len(keys) for keys in own}) > 1:
            raise refusal("join-key-count", "the clauses have different numbers of keys")
        if any(key.optional for keys in own for key in keys):
            raise refusal(
                "optional-key",
                "a Sigma correlation has no events without a group key, as a key that may be missing has",
            )
        names: list[str] = []
        taken = {key.path for keys in own for key in keys}
        for place in range(len(own[0])):
            fields = list(dict.fromkeys(keys[place].path for keys in own))
            names.append(fields[0] if len(fields) == 1 and fields[0] not in names else _alias(fields, taken, names))
        return tuple(names), own

    def _lose(self, name: str, effect: Effect, message: str) -> None:
        self.assumed.append(loss(name, effect, message))

    def _done(self, correlation: Correlation, parts: list[_Part], source: Detection) -> Correlated:
        sigma = as_sigma(self.rule, Const(True), Const(True))
        rule = replace(
            sigma,
            data_source=replace(sigma.data_source, logsource=None),
            detection=correlation,
            type=CORRELATION,
            references=tuple(part.rule for part in parts),
        )
        return Correlated(rule, tuple(self.losses), tuple(self.assumed), source)


@dataclass(frozen=True, slots=True)
class _Part:
    """A rule that a correlation refers to, and the item that does."""

    rule: Rule
    item: CorrelationItem


def _check_sequence(sequence: Sequence) -> None:
    if sequence.pipes:
        raise refusal("pipes", "`head` and `tail` have no form outside of EQL")
    if sequence.until is not None:
        raise refusal(
            "until", "a Sigma correlation is not given up at an event, as `until` asks", span=sequence.until.span
        )
    for stage in sequence.stages:
        if stage.missing:
            raise refusal("missing-event", "a Sigma correlation cannot ask that an event is missing", span=stage.span)


def _correlation(
    kind: CorrelationKind, parts: list[_Part], names: tuple[str, ...], span: int, having: tuple[Having, ...] = ()
) -> Correlation:
    return Correlation(kind, tuple(part.item for part in parts), names, span, having)


def _counting(part: _Part, names: tuple[str, ...], span: int, runs: int) -> Correlation:
    having = (Having(Measure(MeasureKind.COUNT), Comparison.GTE, runs),)
    return _correlation(CorrelationKind.MEASURE, [part], names, span, having)


def _needed(having: tuple[Having, ...]) -> tuple[Having, ...]:
    """The conditions without a count of one event, which every group has."""
    kept = tuple(
        condition for condition in having if condition != Having(Measure(MeasureKind.COUNT), Comparison.GTE, 1)
    )
    return kept or having


_NAME = re.compile(r"[^a-z0-9]+")


def _slug(title: str) -> str:
    """A name made of a title: at most 60 letters, digits and `_`."""
    return _NAME.sub("_", title.lower()).strip("_")[:60].rstrip("_") or "rule"


def _alias(fields: list[str], taken: set[str], names: list[str]) -> str:
    """A name for a group key whose field differs from clause to clause: the part of the path that they share."""
    last = list(dict.fromkeys(path.rpartition(".")[2] for path in fields))
    base = _slug("_".join(last[:2]))
    number = 1
    name = base
    while name in taken or name in names:
        number += 1
        name = f"{base}_{number}"
    return name
