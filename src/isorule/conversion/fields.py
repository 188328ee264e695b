"""Rules with the fields of one taxonomy as rules with those of another.

A log source stands for a condition (`process_creation`: the event is the start of a process). A rule of another
taxonomy has no log source, so it says that condition itself: it is written into the rule on the way out, and taken out
of it on the way back, where it holds of every event of the log source anyway.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from isorule.conversion.correlation_names import mapped_correlation
from isorule.conversion.judging import judged
from isorule.conversion.logsource import logsource_of
from isorule.conversion.typed import typed
from isorule.diagnostics import Effect
from isorule.documents.sigma_homes import DEFAULT_TAXONOMY, LOGSOURCE
from isorule.ir.detections import (
    Aggregate,
    Correlation,
    Detection,
    Match,
    NewTerms,
    Sample,
    Sequence,
)
from isorule.ir.losses import Loss, loss, refusal
from isorule.ir.predicates import And, Predicate, conjunction
from isorule.ir.resolve import resolve, resolve_category
from isorule.ir.rule import DataSource, LogSource, Rule
from isorule.ir.schema import FieldSchema
from isorule.ir.walk import map_predicates, predicates
from isorule.mappings.conditions import (
    asks_for,
    conjuncts,
    fields_of,
    holds,
    required_texts,
    requirement,
    said_by_layout,
)
from isorule.mappings.taxonomy import Fields, Layout, Taxonomy
from isorule.mappings.translation import inward, key_name, outward, renamed
from isorule.verification import Verdict, compare

SEVERAL_LOGSOURCES: Final = "several-logsources"
"""The refusal of a rule whose clauses are of several log sources."""

_ROUTING: Final = ("event.", "host.os.", "data_stream.", "agent.", "ecs.")
"""Beginnings of fields that say what kind of event it is, for which Sigma has log sources."""


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """Which field names a converted rule has: those of `taxonomy`, or Sigma's.

    `to_sigma` is None where the rule decides: one with Sigma's names gets those of the taxonomy, another Sigma's.
    """

    taxonomy: Taxonomy
    to_sigma: bool | None = None


@dataclass(frozen=True, slots=True)
class Mapped:
    """A rule with other field names, and what that changes."""

    rule: Rule
    losses: tuple[Loss, ...] = ()

    def judged(self, verdict: Verdict) -> Verdict:
        """The verdict on the mapped rule as one on the rule before: what mapping changes is added to it."""
        return judged(self.losses, verdict)


def mapped(rule: Rule, mapping: FieldMapping, schema: FieldSchema) -> Mapped:
    """The rule with the field names that the mapping asks for; `schema` gives the types of the fields that it has.

    Raises UnsupportedError where a value is kept in a form of which the rule's test cannot be asked.
    """
    has_sigma = rule.data_source.taxonomy == DEFAULT_TAXONOMY
    to_sigma = not has_sigma if mapping.to_sigma is None else mapping.to_sigma
    if isinstance(rule.detection, Correlation):
        return _correlation(rule, rule.detection, replace(mapping, to_sigma=to_sigma), schema)
    if to_sigma == has_sigma:
        return Mapped(rule)
    return _to_sigma(rule, mapping.taxonomy, schema) if to_sigma else _from_sigma(rule, mapping.taxonomy, schema)


def _correlation(rule: Rule, correlation: Correlation, mapping: FieldMapping, schema: FieldSchema) -> Mapped:
    """A correlation with each of its rules mapped as the rule that it is."""
    taxonomy, to_sigma = mapping.taxonomy, mapping.to_sigma is True

    def key_of(part: Rule, path: str) -> tuple[str, tuple[Loss, ...]]:
        return key_name(path, taxonomy.layout(part.data_source.logsource), to_sigma=to_sigma)

    name = DEFAULT_TAXONOMY if to_sigma else taxonomy.name
    return Mapped(*mapped_correlation(rule, correlation, lambda part: mapped(part, mapping, schema), key_of, name))


def _from_sigma(rule: Rule, taxonomy: Taxonomy, schema: FieldSchema) -> Mapped:
    layout = taxonomy.layout(rule.data_source.logsource)
    losses: dict[Loss, None] = {}
    if not layout.known:
        losses[_unknown_source(layout)] = None
    required = requirement(layout)

    def change(where: Predicate) -> Predicate:
        found = outward(where, layout, schema)
        losses.update(dict.fromkeys(found.losses))
        said = typed(found.predicate, schema)
        terms = said.terms if isinstance(said, And) else (said,)
        return conjunction((*required, *terms), where.span)

    detection = _renamed(map_predicates(rule.detection, change), partial(renamed, layout=layout, to_sigma=False))
    extras = {**rule.extras, "sigma": {**rule.extras.get("sigma", {}), "taxonomy": taxonomy.name}}
    source = replace(rule.data_source, taxonomy=taxonomy.name)
    return Mapped(replace(rule, detection=detection, data_source=source, extras=extras), tuple(losses))


def _unknown_source(layout: Layout) -> Loss:
    source = layout.logsource
    parts = [f"{name}: {value}" for name, value in _named_parts(source) if value is not None]
    message = (
        f"no fields are known for the log source {', '.join(parts) or 'that names nothing'}: they keep their names"
    )
    return loss("logsource-unmapped", Effect.COSMETIC, message)


def _named_parts(source: LogSource) -> tuple[tuple[str, str | None], ...]:
    return ("product", source.product), ("category", source.category), ("service", source.service)


def _to_sigma(rule: Rule, taxonomy: Taxonomy, schema: FieldSchema) -> Mapped:
    category = rule.data_source.category_field
    detection = map_predicates(rule.detection, lambda where: resolve(resolve_category(where, category), schema))
    conditions = predicates(detection)
    if not isinstance(detection, Match | Aggregate | Sequence | Sample) or not conditions:
        return Mapped(rule)
    former = _former(rule)
    chosen = [former or _chosen(rule, where, taxonomy) for where in conditions]
    logsource = chosen[0]
    if any(other != logsource for other in chosen):
        raise refusal(SEVERAL_LOGSOURCES, "the stages of this rule are of several log sources with their own fields")
    layout = taxonomy.layout(logsource)
    losses: dict[Loss, None] = {}
    if not layout.known:
        losses[_unknown_source(layout)] = None
    routed = rule.language == "sigma" and rule.data_source.logsource == logsource

    def change(where: Predicate) -> Predicate:
        kept, dropped = _without_routing(where, layout, routed=routed)
        losses.update(dict.fromkeys(dropped))
        found = inward(kept, layout, schema)
        losses.update(dict.fromkeys(found.losses))
        return found.predicate

    changed = _renamed(map_predicates(detection, change), partial(renamed, layout=layout, to_sigma=True))
    source = replace(rule.data_source, logsource=logsource, taxonomy=DEFAULT_TAXONOMY)
    kept = {name: value for name, value in rule.extras.get("sigma", {}).items() if name != "taxonomy"}
    extras = {**rule.extras, "sigma": kept} if "sigma" in rule.extras else rule.extras
    return Mapped(replace(rule, detection=changed, data_source=source, extras=extras), tuple(losses))


def _former(rule: Rule) -> LogSource | None:
    """The log source that the rule had when it was a Sigma rule before, or has as one of another taxonomy."""
    kept = rule.extras.get("sigma", {}).get("logsource")
    if isinstance(kept, dict):
        found: LogSource = LOGSOURCE.read(kept)
        return found
    return rule.data_source.logsource


def _of_dataset(where: Predicate, taxonomy: Taxonomy) -> LogSource | None:
    """The log source whose dataset the rule asks for."""
    asked = required_texts(where, "data_stream.dataset") or required_texts(where, "event.dataset")
    for section in taxonomy.sections:
        for fields in section.requires:
            if asked and asked <= frozenset(dict(fields).get("data_stream.dataset", ())):
                return section.logsource
    return None


def _chosen(rule: Rule, where: Predicate, taxonomy: Taxonomy) -> LogSource:
    """The log source that has most of the fields that the rule asks, and whose condition the rule says best.

    Where none says more than the index patterns of the rule, it is theirs.
    """
    derived = logsource_of(rule.data_source, where)
    dataset = _of_dataset(where, taxonomy)
    if dataset is not None:
        return dataset
    asked = fields_of(where)
    wider = replace(derived, service=None)
    if derived.service is not None and derived.category is None and _says_no_more(where, wider, derived, taxonomy):
        derived = wider
    best, rank = derived, (_placed(asked, taxonomy.layout(derived)), 1, 1)
    for section in taxonomy.sections:
        source = section.logsource
        if source.product != derived.product or source.category is None or source.service is not None:
            continue
        agreement = _agreement(where, section.means or section.requires)
        if agreement is None:
            continue
        score = (_placed(asked, taxonomy.layout(source)), agreement, int(source.category == derived.category))
        if score > rank:
            best, rank = source, score
    if best.category == derived.category:
        return derived
    return replace(derived, category=best.category, service=None, definition=None)


def _says_no_more(where: Predicate, wider: LogSource, derived: LogSource, taxonomy: Taxonomy) -> bool:
    """Whether a log source without its service has as many of the rule's fields, and all the events it asks for."""
    layouts = [taxonomy.layout(source) for source in (wider, derived)]
    if not layouts[0].known or asks_for(where, layouts[1]) or not asks_for(where, layouts[0]):
        return False
    asked = fields_of(where)
    return _placed(asked, layouts[0]) >= _placed(asked, layouts[1])


def _placed(asked: frozenset[str], layout: Layout) -> int:
    """How many of the fields a log source has."""
    read = {reading.path for reading in layout.readings}
    return sum(path in read or layout.place(path) is not None for path in asked)


def _agreement(where: Predicate, alternatives: tuple[Fields, ...]) -> int | None:
    """How many fields of a log source's condition the rule asks in the same way; None where it says otherwise."""
    counts: list[int] = []
    for fields in alternatives:
        asked = [(required_texts(where, path), {value.lower() for value in wanted}) for path, wanted in fields]
        if all(not texts or texts <= wanted for texts, wanted in asked):
            counts.append(sum(bool(texts) for texts, _ in asked))
    return max(counts, default=None)


def _without_routing(where: Predicate, layout: Layout, *, routed: bool) -> tuple[Predicate, list[Loss]]:
    """The condition without what the log source says, and what leaving that out changes.

    `routed` says that the rule was one of this log source before.
    """
    terms = conjuncts(where)
    required = _required(layout)
    carried = tuple((dict(required) | dict(layout.sets)).items())
    kept: list[Predicate] = []
    losses: list[Loss] = []
    for term in terms:
        if holds(term, carried) is True:
            continue
        if said_by_layout(term, where, layout):
            message = "one agent's word for the events of the log source stands for those of other agents, too"
            losses.append(loss("condition-of-agent", Effect.COSMETIC, message, span=term.span))
            continue
        if _is_routing(term, layout):
            if holds(term, required) is False:
                message = "the rule asks for other events than those of its log source"
                raise refusal("logsource-contradicted", message, span=term.span)
            message = "Sigma's taxonomy has no field for this condition; the log source stands in for it"
            losses.append(loss("condition-of-logsource", Effect.WIDENS, message, span=term.span))
            continue
        kept.append(term)
    if layout.known and not routed and not asks_for(where, layout):
        message = "the log source has fewer events than the rule asks for"
        losses.append(loss("logsource-narrower", Effect.NARROWS, message))
    return conjunction(tuple(kept), where.span), losses


def _required(layout: Layout) -> Fields:
    """What every event of the log source must carry, by whichever agent it comes."""
    return tuple((path, values) for group in layout.requires if len(group) == 1 for path, values in group[0])


def _is_routing(term: Predicate, layout: Layout) -> bool:
    asked = fields_of(term)
    return bool(asked) and all(path.startswith(_ROUTING) and layout.place(path) is None for path in asked)


def _renamed(detection: Detection, name: partial[str]) -> Detection:
    """The detection with the fields that it names outside of its conditions."""
    match detection:
        case Aggregate():
            having = tuple(
                replace(item, measure=replace(item.measure, fields=tuple(map(name, item.measure.fields))))
                for item in detection.having
            )
            return replace(detection, by=tuple(map(name, detection.by)), having=having)
        case NewTerms():
            return replace(detection, fields=tuple(map(name, detection.fields)))
        case _:
            return detection


def verify_mapped(
    a: Rule | Detection,
    b: Rule | Detection,
    mapping: FieldMapping,
    schema: FieldSchema,
    names: tuple[str, str] = ("the first", "the second"),
) -> Verdict:
    """How `b` stands to `a` when the rules of both sides have the field names of the mapping."""
    sides = [mapped(side, mapping, schema) if isinstance(side, Rule) else None for side in (a, b)]
    first, second = (
        (side.rule.detection, side.rule.data_source) if side is not None else (given, DataSource())
        for side, given in zip(sides, (a, b), strict=True)
    )
    assert not isinstance(first[0], Rule)
    assert not isinstance(second[0], Rule)
    verdict = compare(
        first[0],
        second[0],
        schema,
        first_category=first[1].category_field,
        second_category=second[1].category_field,
        first_timestamp=first[1].timestamp_field,
        second_timestamp=second[1].timestamp_field,
        names=names,
    )
    left, right = ((side.losses if side is not None else ()) for side in sides)
    turned = tuple(replace(item, effect=item.effect.under_negation()) for item in right if item.effect is not None)
    return judged((*left, *turned), verdict)
