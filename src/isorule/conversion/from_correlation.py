"""Sigma correlations as Elastic rules: sequences and samples in EQL, and threshold rules.

- ordered rules: a sequence with `maxspan`;
- rules in any order: a sample over what a run looks back on, or a threshold rule where they count the same events;
- a count of events: a sequence of one clause that repeats (up to 100 times), or a threshold rule;
- a count of values: a threshold rule.

Anything else has no form but ES|QL.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from isorule.conversion.condition import lowered
from isorule.conversion.correlation_envelope import elastic_around, looked_back, was_threshold
from isorule.conversion.events_apart import all_apart
from isorule.conversion.placing import placed
from isorule.conversion.result import Options
from isorule.diagnostics import Effect, UnsupportedError
from isorule.dialects import dialect
from isorule.documents.references import require_resolved
from isorule.documents.sigma_correlations import correlation_notes
from isorule.ir.detection_names import detection_name
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
from isorule.ir.predicates import Field, Predicate, disjunction
from isorule.ir.rule import Rule
from isorule.ir.schema import FieldSchema

MOST_RUNS = 100
"""EQL repeats a clause no more often."""


@dataclass(frozen=True, slots=True)
class Streamed:
    """An Elastic rule, what its conditions lose, and what the source is taken to mean.

    `assumed` declares how `source` differs from the correlation. A verdict on `source` is to be joined with that.
    """

    rule: Rule
    losses: tuple[Loss, ...]
    assumed: tuple[Loss, ...]
    source: Detection


def streamed(rule: Rule, schema: FieldSchema, options: Options) -> Streamed:
    """The Elastic rule for a Sigma correlation, whose references are known.

    Raises UnsupportedError where no sequence, sample or threshold rule says it.
    """
    assert isinstance(rule.detection, Correlation)
    require_resolved(rule.detection)
    _require_hits(rule.detection)
    return _Maker(rule, rule.detection, schema, options, list(beyond_specification(rule))).made()


def beyond_specification(rule: Rule) -> tuple[Loss, ...]:
    """What a correlation uses beyond the specification, as losses of nothing but looks."""
    origin = rule.origin
    if origin is None or not isinstance(rule.detection, Correlation):
        return ()
    found = correlation_notes(origin.document, origin.places)
    return tuple(replace(note, code="LOSS", effect=Effect.COSMETIC) for note in found)


def _require_hits(correlation: Correlation) -> None:
    for item in correlation.items:
        match item.detection:
            case Correlation():
                _require_hits(item.detection)
            case Match(_, ()):
                continue
            case _:
                kind = detection_name(item.detection)
                raise refusal("correlated-detection", f"{item.name!r} is {kind}, which gives no hits", span=item.span)


@dataclass(frozen=True, slots=True)
class _Base:
    """What correlations come down to: rules of single events that share keys, counted together."""

    items: tuple[CorrelationItem, ...]
    rules: tuple[Rule, ...]
    keys: tuple[Field, ...]


@dataclass(slots=True)
class _Maker:
    rule: Rule
    correlation: Correlation
    schema: FieldSchema
    options: Options
    losses: list[Loss]
    assumed: list[Loss] = field(default_factory=list)

    def made(self) -> Streamed:
        correlation = self.correlation
        match correlation.kind:
            case CorrelationKind.MEASURE:
                return self._measured()
            case CorrelationKind.TEMPORAL_ORDERED:
                self._require_all("sequence")
                return self._sequence()
            case CorrelationKind.TEMPORAL:
                self._require_all("sample")
                return self._together() or self._sample()

    def _require_all(self, form: str) -> None:
        if self.correlation.having or self.correlation.condition is not None:
            raise refusal("some-of-the-rules", f"an EQL {form} asks for all of its clauses, not for some of them")
        if len(self.correlation.items) < 2:
            raise refusal("too-few-rules", f"an EQL {form} has two clauses or more")

    # --- in order, in any order ---

    def _sequence(self) -> Streamed:
        spans = [self.correlation.span]
        stages: list[Stage] = []
        sources: list[Stage] = []
        for item, rule in zip(self.correlation.items, self.rule.references, strict=True):
            runs = 1
            if isinstance(item.detection, Correlation):
                inner = item.detection
                runs = _runs(inner)
                base, rules = _one_base(inner, rule)
                keys = _outer_keys(item, inner, base)
                spans.append(inner.span)
            else:
                base, rules, keys = item, (rule,), item.keys
            stages.append(Stage(self._where(rules, "eql"), keys, runs))
            sources.append(Stage(_condition(base), keys, runs))
        if len(spans) > 1:
            self._lose(
                "span-joined",
                Effect.WIDENS,
                "the repeated events may fill a span of their own before the others: `maxspan` is all spans together",
            )
        span = sum(spans)
        by, own = _shared([stage.by for stage in stages])
        maxspan = None if looked_back(self.rule, span) else span
        if maxspan is None:
            self._lose(
                "span-from-lookback",
                Effect.COSMETIC,
                "the rule looks back just as far as the timespan says, so its sequence has no maxspan of its own",
            )
        sequence = Sequence(_with_keys(stages, own), by, maxspan)
        source = Sequence(_with_keys(sources, own), by, maxspan)
        return self._eql(sequence, source, span)

    def _sample(self) -> Streamed:
        if any(isinstance(item.detection, Correlation) for item in self.correlation.items):
            raise refusal("chained-correlation", "an EQL sample has plain clauses, none that counts")
        if not self.correlation.by:
            raise refusal("sample-keys", "an EQL sample has join keys, and the correlation groups by nothing")
        items = self.correlation.items
        stages = [
            Stage(self._where((rule,), "eql"), item.keys)
            for item, rule in zip(items, self.rule.references, strict=True)
        ]
        sources = [Stage(_condition(item), item.keys) for item in items]
        if not all_apart([stage.where for stage in sources], self.schema, self.rule.data_source.category_field):
            self._lose(
                "different-events",
                Effect.NARROWS,
                "one event may meet several rules of a correlation, and a sample asks for different events",
            )
        by, own = _shared([stage.by for stage in stages])
        self._over_runs(self.correlation.span)
        sample, source = Sample(_with_keys(stages, own), by), Sample(_with_keys(sources, own), by)
        return self._eql(sample, source, self.correlation.span)

    def _together(self) -> Streamed | None:
        """Several measures of the same events that hold at the same time: one threshold rule."""
        inner = [item.detection for item in self.correlation.items]
        if not all(isinstance(part, Correlation) and part.kind is CorrelationKind.MEASURE for part in inner):
            return None
        parts = [part for part in inner if isinstance(part, Correlation)]
        first = parts[0]
        alike = all(
            _same_events(part, first) and part.by == self.correlation.by == tuple(key.path for key in item.keys)
            for part, item in zip(parts, self.correlation.items, strict=True)
        )
        if not alike:
            return None
        having = tuple(condition for part in parts for condition in part.having)
        base, rules = _one_base(first, self.rule.references[0])
        span = first.span if looked_back(self.rule, first.span) else first.span + self.correlation.span
        return self._threshold(_Base((base,), rules, base.keys), having, span)

    # --- measures ---

    def _measured(self) -> Streamed:
        base = self._base()
        having = self.correlation.having
        counted = all(condition.measure.kind is MeasureKind.COUNT for condition in having)
        repeats = counted and len(having) == 1 and 2 <= _least(having[0]) <= MOST_RUNS
        if repeats and not was_threshold(self.rule):
            return self._repeated(base, _least(having[0]))
        return self._threshold(base, having, self.correlation.span)

    def _base(self) -> _Base:
        items = self.correlation.items
        if any(isinstance(item.detection, Correlation) for item in items):
            raise refusal("chained-correlation", "only ES|QL could count the alerts of a correlation")
        keys = items[0].keys
        if any(item.keys != keys for item in items):
            raise refusal("aliased-groups", "the rules are grouped by different fields, which one query cannot do")
        return _Base(items, self.rule.references, keys)

    def _repeated(self, base: _Base, runs: int) -> Streamed:
        self._lose(
            "alerts-for-each-event",
            Effect.COSMETIC,
            "EQL gives an alert for each further event, the correlation one while the events go on",
        )
        span = self.correlation.span
        stage = Stage(self._where(base.rules, "eql"), (), runs)
        source = Stage(_any(base.items), (), runs)
        return self._eql(Sequence((stage,), base.keys, span), Sequence((source,), base.keys, span), span)

    def _threshold(self, base: _Base, having: tuple[Having, ...], span: int) -> Streamed:
        counts = [condition for condition in having if condition.measure.kind is MeasureKind.COUNT]
        others = [condition for condition in having if condition.measure.kind is not MeasureKind.COUNT]
        for condition in having:
            _least(condition)
        if len(counts) > 1 or any(condition.measure.kind is not MeasureKind.CARDINALITY for condition in others):
            raise refusal("measure", "a threshold rule counts events and values, and measures nothing else")
        if any(len(condition.measure.fields) != 1 for condition in others):
            raise refusal("measure", "a threshold rule counts the values of one field, not of several together")
        self._over_runs(span)
        by = tuple(key.path for key in base.keys)
        window = Window(WindowKind.LOOKBACK)
        one_event = () if counts else (Having(Measure(MeasureKind.COUNT), Comparison.GTE, 1),)
        least = tuple(replace(item, comparison=Comparison.GTE, threshold=_least(item)) for item in having)
        conditions = (*one_event, *least)
        aggregate = Aggregate(self._where(base.rules, "kuery"), by, window, conditions)
        source = Aggregate(_any(base.items), by, window, conditions)
        elastic = elastic_around(self.rule, "threshold", "kuery", span, bounded=False)
        return Streamed(replace(elastic, detection=aggregate), tuple(self.losses), tuple(self.assumed), source)

    # --- the rule ---

    def _where(self, rules: tuple[Rule, ...], language: str) -> Predicate:
        return disjunction(tuple(self._lowered(rule, language) for rule in rules))

    def _lowered(self, rule: Rule, language: str) -> Predicate:
        """The condition of a rule of single events, what it loses placed in the rule's own file."""
        try:
            found = lowered(rule, dialect(language), self.schema, self.options)
        except UnsupportedError as error:
            raise UnsupportedError(placed(error.diagnostic, rule)) from error
        self.losses += [placed(loss, rule) for loss in found.losses]
        return found.predicate

    def _over_runs(self, span: int) -> None:
        """Declare that a window which ends at any event becomes what a run of the rule looks back on."""
        if not looked_back(self.rule, span):
            self._lose(
                "window-of-runs",
                Effect.WIDENS,
                "the correlation looks at every window of its length, a run of the rule at that length "
                "and the time between two runs, so that none is missed",
            )

    def _eql(self, detection: Sequence | Sample, source: Sequence | Sample, span: int) -> Streamed:
        elastic = elastic_around(self.rule, "eql", "eql", span, bounded=isinstance(detection, Sequence))
        return Streamed(replace(elastic, detection=detection), tuple(self.losses), tuple(self.assumed), source)

    def _lose(self, name: str, effect: Effect, message: str) -> None:
        self.assumed.append(loss(name, effect, message))


def _condition(item: CorrelationItem) -> Predicate:
    if not isinstance(item.detection, Match):
        raise refusal("chained-correlation", "the clauses of an EQL query are conditions on single events")
    return item.detection.where


def _any(items: tuple[CorrelationItem, ...]) -> Predicate:
    return disjunction(tuple(_condition(item) for item in items))


def _runs(correlation: Correlation) -> int:
    """How often a clause repeats that stands for a correlation of its own."""
    having = correlation.having
    counted = correlation.kind is CorrelationKind.MEASURE and len(having) == 1
    if not counted or having[0].measure.kind is not MeasureKind.COUNT or not 1 <= _least(having[0]) <= MOST_RUNS:
        raise refusal(
            "chained-correlation", f"an EQL sequence only has correlations inside that count 1 to {MOST_RUNS} events"
        )
    return _least(having[0])


def _one_base(correlation: Correlation, rule: Rule) -> tuple[CorrelationItem, tuple[Rule, ...]]:
    if len(correlation.items) != 1 or not isinstance(correlation.items[0].detection, Match):
        raise refusal("chained-correlation", "a clause of an EQL query counts the events of one rule")
    return correlation.items[0], rule.references


def _outer_keys(item: CorrelationItem, inner: Correlation, base: CorrelationItem) -> tuple[Field, ...]:
    """The fields of an inner correlation's events that are the keys of the outer one."""
    if sorted(key.path for key in item.keys) != sorted(inner.by):
        raise refusal("group-by-differs", f"{item.name!r} is grouped by other fields than the correlation around it")
    return tuple(base.keys[inner.by.index(key.path)] for key in item.keys)


def _same_events(one: Correlation, other: Correlation) -> bool:
    """Whether two correlations count the same events in the same groups and windows."""
    return (
        one.by == other.by
        and one.span == other.span
        and len(one.items) == len(other.items) == 1
        and one.items[0].detection == other.items[0].detection
        and one.items[0].keys == other.items[0].keys
    )


def _least(having: Having) -> int:
    """The whole number that a measure must at least have."""
    if having.comparison is Comparison.GTE and having.threshold == int(having.threshold):
        return int(having.threshold)
    if having.comparison is Comparison.GT:
        return int(having.threshold // 1) + 1
    raise refusal("comparison", "an Elastic rule asks for `at least` so many, and compares in no other way")


def _shared(keys: list[tuple[Field, ...]]) -> tuple[tuple[Field, ...], list[tuple[Field, ...]]]:
    """The keys that all clauses have alike, and those that each has for itself."""
    first = keys[0]
    common = [place for place in range(len(first)) if all(own[place] == first[place] for own in keys)]
    rest = [tuple(key for place, key in enumerate(own) if place not in common) for own in keys]
    return tuple(first[place] for place in common), rest


def _with_keys(stages: list[Stage], keys: list[tuple[Field, ...]]) -> tuple[Stage, ...]:
    return tuple(replace(stage, by=own) for stage, own in zip(stages, keys, strict=True))
