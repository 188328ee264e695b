"""Rules with the fields of one taxonomy as rules with those of another.

A log source stands for a condition (`process_creation`: the event is the start of a process). A rule of another
taxonomy has no log source, so it says that condition itself: it is written into the rule on the way out, and taken out
of it on the way back, where it holds of every event of the log source anyway.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from isorule.conversion.logsource import logsource_of
from isorule.diagnostics import Effect
from isorule.documents.sigma_homes import DEFAULT_TAXONOMY, LOGSOURCE
from isorule.ir.detections import (
    Aggregate,
    Correlation,
    CorrelationItem,
    Detection,
    Having,
    Match,
    NewTerms,
    Sample,
    Sequence,
)
from isorule.ir.losses import Loss, loss, refusal
from isorule.ir.predicates import And, Field, Predicate, conjunction
from isorule.ir.resolve import resolve, resolve_category
from isorule.ir.rule import DataSource, LogSource, Rule
from isorule.ir.schema import FieldSchema
from isorule.ir.walk import map_predicates, predicates
from isorule.mappings.conditions import asks_for, conjuncts, fields_of, holds, required_texts, requirement
from isorule.mappings.taxonomy import Fields, Layout, Taxonomy
from isorule.mappings.translation import inward, outward, renamed
from isorule.verification import Verdict, VerdictKind, compare

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
        return _judged(self.losses, verdict)


def _judged(losses: tuple[Loss, ...], verdict: Verdict) -> Verdict:
    effects = {item.effect for item in losses} - {None, Effect.COSMETIC}
    if not effects:
        return verdict
    reason = "; ".join(dict.fromkeys(item.message for item in losses if item.effect in effects))
    reason = f"{verdict.reason}; {reason}" if verdict.reason else reason
    return replace(verdict, kind=_joined(verdict.kind, effects), reason=reason)


def _joined(kind: VerdictKind, effects: set[Effect | None]) -> VerdictKind:
    mapped = {Effect.WIDENS: VerdictKind.WIDER, Effect.NARROWS: VerdictKind.NARROWER}
    kinds = {mapped.get(effect, VerdictKind.UNDECIDED) if effect else VerdictKind.UNDECIDED for effect in effects}
    if kind not in (VerdictKind.IDENTICAL, VerdictKind.EQUIVALENT):
        kinds.add(kind)
    if len(kinds) == 1:
        return next(iter(kinds))
    return VerdictKind.UNDECIDED if VerdictKind.UNDECIDED in kinds else VerdictKind.DIVERGENT


def mapped(rule: Rule, mapping: FieldMapping, schema: FieldSchema) -> Mapped:
    """The rule with the field names that the mapping asks for; `schema` gives the types of the fields that it has.

    Raises UnsupportedError where a value is kept in a form of which the rule's test cannot be asked.
    """
    has_sigma = rule.data_source.taxonomy == DEFAULT_TAXONOMY
    to_sigma = not has_sigma if mapping.to_sigma is None else mapping.to_sigma
    if to_sigma == has_sigma:
        return Mapped(rule)
    return _to_sigma(rule, mapping.taxonomy, schema) if to_sigma else _from_sigma(rule, mapping.taxonomy)


def _correlation_from_sigma(rule: Rule, correlation: Correlation, taxonomy: Taxonomy) -> Mapped:
    """A correlation with each of its items mapped as the rule that it is.

    A group key keeps its name where the items call it differently; then the items' own keys say which field it is.
    """
    if len(rule.references) != len(correlation.items):
        return Mapped(rule)
    parts = [_from_sigma(part, taxonomy) for part in rule.references]
    named = [_namer(part, taxonomy) for part in rule.references]
    keys = [
        tuple(name(key) for key in _keys(item, correlation))
        for item, name in zip(correlation.items, named, strict=True)
    ]
    agreed = [{own[at] for own in keys} for at in range(len(correlation.by))]
    items = tuple(
        replace(item, detection=part.rule.detection, keys=tuple(map(Field, own)))
        for item, part, own in zip(correlation.items, parts, keys, strict=True)
    )
    by = tuple(found.pop() if len(found) == 1 else old for found, old in zip(agreed, correlation.by, strict=True))
    having = tuple(_measured(item, named) for item in correlation.having)
    changed = replace(
        rule,
        detection=replace(correlation, items=items, by=by, having=having),
        references=tuple(part.rule for part in parts),
        data_source=replace(rule.data_source, taxonomy=taxonomy.name),
    )
    return Mapped(changed, tuple(dict.fromkeys(item for part in parts for item in part.losses)))


def _keys(item: CorrelationItem, correlation: Correlation) -> tuple[str, ...]:
    return tuple(key.path for key in item.keys) or correlation.by


def _namer(rule: Rule, taxonomy: Taxonomy) -> Callable[[str], str]:
    """What a field of a rule, outside of its conditions, is called; a correlation has only names of group keys."""
    if isinstance(rule.detection, Correlation):
        return lambda path: path
    return partial(renamed, layout=taxonomy.layout(rule.data_source.logsource), to_sigma=False)


def _measured(having: Having, named: list[Callable[[str], str]]) -> Having:
    """A condition on a measure whose fields all items call the same."""
    fields = having.measure.fields
    found = {tuple(map(name, fields)) for name in named}
    if len(found) != 1:
        raise refusal("several-logsources", "the rules of this correlation keep what it counts in different fields")
    return replace(having, measure=replace(having.measure, fields=found.pop()))


def _from_sigma(rule: Rule, taxonomy: Taxonomy) -> Mapped:
    if isinstance(rule.detection, Correlation):
        return _correlation_from_sigma(rule, rule.detection, taxonomy)
    layout = taxonomy.layout(rule.data_source.logsource)
    losses: dict[Loss, None] = {}
    if not layout.known:
        losses[_unknown_source(layout)] = None
    required = requirement(layout)

    def change(where: Predicate) -> Predicate:
        found = outward(where, layout)
        losses.update(dict.fromkeys(found.losses))
        terms = found.predicate.terms if isinstance(found.predicate, And) else (found.predicate,)
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
        raise refusal("several-logsources", "the stages of this rule are of several log sources with their own fields")
    layout = taxonomy.layout(logsource)
    losses: dict[Loss, None] = {}
    if not layout.known:
        losses[_unknown_source(layout)] = None

    def change(where: Predicate) -> Predicate:
        kept, dropped = _without_routing(where, layout)
        losses.update(dict.fromkeys(dropped))
        found = inward(kept, layout)
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


def _without_routing(where: Predicate, layout: Layout) -> tuple[Predicate, list[Loss]]:
    """The condition without what the log source says, and what leaving that out changes."""
    terms = conjuncts(where)
    carried = _carried(layout)
    kept: list[Predicate] = []
    losses: list[Loss] = []
    for term in terms:
        if holds(term, carried) is True:
            continue
        if _is_routing(term, layout):
            if holds(term, carried) is False:
                message = "the rule asks for other events than those of its log source"
                raise refusal("logsource-contradicted", message, span=term.span)
            message = "Sigma's taxonomy has no field for this condition; the log source stands in for it"
            losses.append(loss("condition-of-logsource", Effect.WIDENS, message, span=term.span))
            continue
        kept.append(term)
    if layout.known and not asks_for(where, layout):
        message = "the log source has fewer events than the rule asks for"
        losses.append(loss("logsource-narrower", Effect.NARROWS, message))
    return conjunction(tuple(kept), where.span), losses


def _carried(layout: Layout) -> Fields:
    """What every event of the log source carries."""
    carried = {path: (values[0],) for group in layout.requires if len(group) == 1 for path, values in group[0]}
    return tuple((carried | dict(layout.sets)).items())


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


def verify_mapped(a: Rule | Detection, b: Rule | Detection, mapping: FieldMapping, schema: FieldSchema) -> Verdict:
    """How `b` stands to `a` when the rules of both sides have the field names of the mapping."""
    sides = [mapped(side, mapping, schema) if isinstance(side, Rule) else None for side in (a, b)]
    first, second = (
        (side.rule.detection, side.rule.data_source.category_field) if side is not None else (given, _CATEGORY)
        for side, given in zip(sides, (a, b), strict=True)
    )
    assert not isinstance(first[0], Rule)
    assert not isinstance(second[0], Rule)
    verdict = compare(first[0], second[0], schema, first_category=first[1], second_category=second[1])
    left, right = ((side.losses if side is not None else ()) for side in sides)
    turned = tuple(replace(item, effect=item.effect.under_negation()) for item in right if item.effect is not None)
    return _judged((*left, *turned), verdict)


_CATEGORY: Final = DataSource().category_field
