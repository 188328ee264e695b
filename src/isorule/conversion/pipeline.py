"""The steps of a conversion, in order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import assert_never

from isorule.conversion.base_query import base_detection, base_predicate, base_query
from isorule.conversion.bounds import require_declared, require_within
from isorule.conversion.clauses import placed_anew, without_indices
from isorule.conversion.correlations import Streamed, streamed
from isorule.conversion.envelope import as_elastic, as_sigma
from isorule.conversion.events_apart import events_apart
from isorule.conversion.fields import SEVERAL_LOGSOURCES, FieldMapping, mapped
from isorule.conversion.judging import judged
from isorule.conversion.mapped_witness import with_witnesses
from isorule.conversion.restoring import as_it_was
from isorule.conversion.result import CaseMode, Conversion, MaxLoss, Options
from isorule.conversion.streams import correlated
from isorule.diagnostics import Diagnostic, Effect, ParseError, Severity, UnsupportedError
from isorule.dialects import Dialect, dialect, dialect_names
from isorule.documents import document_format, document_names
from isorule.documents.notes import query_notes
from isorule.documents.sigma_correlations import correlation_notes
from isorule.documents.sigma_homes import DEFAULT_TAXONOMY
from isorule.ir.detections import (
    Aggregate,
    Correlation,
    Detection,
    IndicatorMatch,
    Match,
    NewTerms,
    Opaque,
    Sample,
    Sequence,
)
from isorule.ir.losses import Emission, Loss, refusal
from isorule.ir.predicates import Predicate
from isorule.ir.resolve import resolve, resolve_category
from isorule.ir.rule import Rule
from isorule.ir.schema import FieldSchema, schema_from
from isorule.ir.streams import stream_form
from isorule.ir.walk import map_predicates
from isorule.lowering import Target, lower
from isorule.mappings import ecs_schema
from isorule.source import Embedded, SourceFile
from isorule.verification import Verdict, VerdictKind, compare

QUERY = ("rule", "query")
"""Where an Elastic rule has its query."""
SIDES = ("the rule", "its translation")
"""What verdicts call the two sides."""


@dataclass(frozen=True, slots=True)
class _Lowered:
    """A rule's condition with its roles resolved, as the target can say it, and what that changes."""

    where: Predicate
    predicate: Predicate
    losses: tuple[Loss, ...]


def convert_rule(rule: Rule, to: str, options: Options) -> Conversion:
    """A rule in another document format or query language; see `isorule.convert`."""
    schema = ecs_schema() if options.fields is None else schema_from(options.fields)
    try:
        if options.pipelines and is_own_target(to):
            return _piped(rule, to, options)
        if options.mapping is not None:
            return _mapped(rule, to, options.mapping, schema, options)
        if to == "sigma":
            found = _to_sigma(rule, schema, options)
        elif to == "elastic":
            found = _to_elastic(rule, schema, options)
        elif to in dialect_names():
            found = _to_query(rule, dialect(to), schema, options)
        else:
            found = _to_backend(rule, to, schema, options)
    except (UnsupportedError, ParseError) as error:
        raise type(error)(_placed(error.diagnostic, rule)) from error
    losses = tuple(_placed(loss, rule) for loss in found.losses)
    _check_limit(losses, options.max_loss)
    require_declared(found.verdict, losses)
    require_within(found.verdict, options.max_loss)
    notes = (replace(note, code="LOSS", effect=Effect.COSMETIC) for note in query_notes(rule))
    return replace(found, losses=tuple(dict.fromkeys((*notes, *losses))))


def _mapped(rule: Rule, to: str, mapping: FieldMapping, schema: FieldSchema, options: Options) -> Conversion:
    """The conversion of the rule with other field names; what the names change counts for verdict and limit."""
    try:
        given = mapped(rule, mapping, schema)
    except UnsupportedError as error:
        if error.diagnostic.name != SEVERAL_LOGSOURCES or to != "sigma" or isinstance(rule.detection, Correlation):
            raise
        return _mapped_clauses(rule, mapping, schema, options)
    found = convert_rule(given.rule, to, replace(options, mapping=None))
    placed = tuple(_placed(item, rule) for item in given.losses)
    _check_limit(placed, options.max_loss)
    verdict = given.judged(found.verdict)
    if found.verdict.same and not verdict.same:
        to_sigma = given.rule.data_source.taxonomy == DEFAULT_TAXONOMY
        verdict = with_witnesses(verdict, rule, given.rule, mapping.taxonomy, schema, to_sigma_names=to_sigma)
    return replace(found, losses=(*placed, *found.losses), verdict=verdict)


def _mapped_clauses(rule: Rule, mapping: FieldMapping, schema: FieldSchema, options: Options) -> Conversion:
    """A rule over several events whose clauses are of several log sources: a correlation, then its rules mapped."""
    plain = replace(options, mapping=None)
    made = convert_rule(rule, "sigma", plain)
    given = mapped(placed_anew(made.rule, rule), mapping, schema)
    found = convert_rule(without_indices(given.rule), "sigma", plain)
    placed = tuple(_placed(replace(item, span=None), rule) for item in given.losses)
    _check_limit(placed, options.max_loss)
    verdict = made.verdict if found.verdict.same else found.verdict
    losses = dict.fromkeys((*placed, *made.losses, *found.losses))
    return replace(found, losses=tuple(losses), verdict=given.judged(verdict))


def is_own_target(to: str) -> bool:
    """Whether a target is a document format or query language of isorule's own, not a backend of pySigma."""
    return to in document_names() or to in dialect_names()


def _to_backend(rule: Rule, to: str, schema: FieldSchema, options: Options) -> Conversion:
    """A backend of pySigma, which is imported here and not before."""
    from isorule.conversion.backends import choice_of, to_backend

    inner = replace(options, pipelines=(), max_loss=MaxLoss.ANY)
    return to_backend(rule, choice_of(to, options), schema, lambda source: _to_sigma(source, schema, inner))


def _piped(rule: Rule, to: str, options: Options) -> Conversion:
    """A target of our own, after pySigma's processing pipelines have changed the rule."""
    from isorule.conversion.backends import piped

    changed, losses = piped(rule, options.pipelines)
    found = convert_rule(changed, to, replace(options, pipelines=()))
    placed = tuple(_placed(item, rule) for item in losses)
    _check_limit(placed, options.max_loss)
    return replace(found, losses=(*placed, *found.losses))


def _placed(diagnostic: Diagnostic, rule: Rule) -> Diagnostic:
    """A diagnostic of a condition, placed in the file of its rule.

    Spans of a Sigma detection count from the start of the file, those of a query from the start of the query.
    """
    origin = rule.origin
    if origin is None or diagnostic.path is not None:
        return diagnostic
    if diagnostic.span is None:
        return diagnostic.located(origin.file)
    where: SourceFile | Embedded = origin.queries.get(QUERY, origin.file)
    return diagnostic.located(where)


def _check_limit(losses: tuple[Loss, ...], limit: MaxLoss) -> None:
    over = [loss for loss in losses if loss.effect is not None and not limit.admits(loss.effect)]
    if over:
        first = over[0]
        message = f"{first.message} ({first.name}), which the loss limit `{limit.value}` refuses"
        raise UnsupportedError(replace(first, code="REFUSED", severity=Severity.ERROR, message=message))


def _to_sigma(rule: Rule, schema: FieldSchema, options: Options) -> Conversion:
    """The Sigma rule; of one whose parts are dropped, what is left is compared, and the drops are added to that."""
    detection, dropped = base_detection(rule.detection) if options.allow_loss else (rule.detection, ())
    base = replace(rule, detection=detection)
    match detection:
        case Sequence() | Sample() | Aggregate():
            single = partial(_single_sigma, schema=schema, options=options)
            made = correlated(base, detection, single, partial(_apart, rule=rule, schema=schema))
            source = replace(base, detection=made.source)
            found = _written(source, as_it_was(made.rule, rule), "sigma", made.losses, schema)
            found = _with_more(found, made.assumed)
        case Correlation():
            found = _written(base, replace(base, origin=None), "sigma", _notes(rule), schema)
        case _:
            sigma, losses = _single_sigma(base, schema, options)
            found = _written(base, as_it_was(sigma, rule), "sigma", losses, schema)
    return _with_more(found, dropped)


def _with_more(found: Conversion, more: tuple[Loss, ...]) -> Conversion:
    """A conversion with losses that its verdict does not know yet."""
    return replace(found, losses=(*more, *found.losses), verdict=judged(more, found.verdict))


def _single_sigma(rule: Rule, schema: FieldSchema, options: Options) -> tuple[Rule, tuple[Loss, ...]]:
    """The Sigma rule for a rule of single events; what Sigma cannot say of it is dropped where `allow_loss` has it."""
    target = dialect("sigma")
    dropped: tuple[Loss, ...] = ()
    if options.allow_loss and isinstance(rule.detection, Match):
        sayable = partial(_require_sayable, rule, target=target, schema=schema, options=options)
        where, dropped = base_predicate(rule.detection.where, sayable)
        rule = replace(rule, detection=replace(rule.detection, where=where))
    lowered = _lower(rule, target, schema, options)
    return as_sigma(rule, lowered.where, lowered.predicate), (*dropped, *lowered.losses)


def _require_sayable(rule: Rule, test: Predicate, target: Dialect, schema: FieldSchema, options: Options) -> None:
    """Raises UnsupportedError for a test that a target cannot write."""
    lowered = _lower(replace(rule, detection=Match(test)), target, schema, options)
    assert target.emit is not None
    target.emit(Match(lowered.predicate))


def _apart(one: Predicate, other: Predicate, rule: Rule, schema: FieldSchema) -> bool:
    return events_apart(one, other, schema, rule.data_source.category_field)


def _notes(rule: Rule) -> tuple[Loss, ...]:
    """What a correlation uses beyond the specification, as losses of nothing but looks."""
    origin = rule.origin
    if origin is None or not isinstance(rule.detection, Correlation):
        return ()
    found = correlation_notes(origin.document, origin.places)
    return tuple(replace(note, code="LOSS", effect=Effect.COSMETIC) for note in found)


def _to_elastic(rule: Rule, schema: FieldSchema, options: Options) -> Conversion:
    """The language that the caller names; else the one that the rule had before, or EQL, and the others after it."""
    if isinstance(rule.detection, Correlation):
        made = _streamed(rule, schema, options)
        losses = (*_notes(rule), *made.losses)
        found = _written(replace(rule, detection=made.source), made.rule, "elastic", losses, schema)
        return _with_more(found, made.assumed)
    if options.language is not None:
        return _to_elastic_in(rule, options.language, schema, options)
    refused: UnsupportedError | None = None
    for language in dict.fromkeys((_former_language(rule) or "eql", "eql", "kuery")):
        try:
            return _to_elastic_in(rule, language, schema, options)
        except UnsupportedError as error:
            refused = refused or error
    assert refused is not None
    raise refused


def _streamed(rule: Rule, schema: FieldSchema, options: Options) -> Streamed:
    """A Sigma correlation as a sequence, sample or threshold rule."""

    def lowered(base: Rule, language: str) -> tuple[Predicate, tuple[Loss, ...]]:
        try:
            found = _lower(base, dialect(language), schema, options)
        except UnsupportedError as error:
            raise UnsupportedError(_placed(error.diagnostic, base)) from error
        return found.predicate, tuple(_placed(loss, base) for loss in found.losses)

    return streamed(rule, lowered, partial(_apart, rule=rule, schema=schema))


def _former_language(rule: Rule) -> str | None:
    """The query language of the Elastic rule that this rule was converted from."""
    kept = rule.extras.get("elastic", {}).get("rule")
    language = kept.get("language") if isinstance(kept, dict) else None
    return language if language in ("eql", "kuery", "lucene") else None


def _to_elastic_in(rule: Rule, language: str, schema: FieldSchema, options: Options) -> Conversion:
    lowered = _lower(rule, dialect(language), schema, options)
    return _written(rule, as_elastic(rule, lowered.predicate, language), "elastic", lowered.losses, schema)


def _written(source: Rule, target: Rule, format_name: str, losses: tuple[Loss, ...], schema: FieldSchema) -> Conversion:
    """The target rule as text, read back by its own reader and compared with the source."""
    name = source.origin.file.path if source.origin is not None else source.metadata.title
    emission, back = document_format(format_name).reread(target, f"<{format_name} of {name}>")
    verdict = compare(
        stream_form(source.detection),
        stream_form(back.detection),
        schema,
        first_category=source.data_source.category_field,
        second_category=back.data_source.category_field,
        names=SIDES,
    )
    return Conversion(emission.text, back, (*losses, *emission.losses), verdict)


def _to_query(rule: Rule, target: Dialect, schema: FieldSchema, options: Options) -> Conversion:
    """The bare query; its verdict is undecided where isorule does not read the dialect."""
    if target.emit is None:
        raise refusal("dialect-not-written", f"isorule does not write {target.title}")
    if isinstance(rule.detection, Correlation) and target.name == "eql":
        return _to_stream_query(rule, target.emit, schema, options)
    drops = options.allow_loss and not _of_eql_alone(rule.detection, target)
    base, dropped = base_query(rule.detection) if drops else (rule.detection, ())
    wanted, changed = _sayable(replace(rule, detection=base), target, schema, options)
    emission = target.emit(wanted)
    losses = (*changed, *emission.losses)
    back = replace(rule, detection=wanted, language=target.name, origin=None)
    if target.parse is None:
        unread = Verdict(VerdictKind.UNDECIDED, reason=f"{target.title} is not read")
        return _with_more(Conversion(emission.text, back, losses, unread), dropped)
    detection = target.parse(emission.text)
    category = rule.data_source.category_field
    verdict = compare(base, detection, schema, first_category=category, second_category=category, names=SIDES)
    return _with_more(Conversion(emission.text, replace(back, detection=detection), losses, verdict), dropped)


def _sayable(rule: Rule, target: Dialect, schema: FieldSchema, options: Options) -> tuple[Detection, tuple[Loss, ...]]:
    """A detection as a query language can say it, clause by clause; only EQL has clauses."""
    detection = rule.detection
    if not _of_eql_alone(detection, target):
        lowered = _lower(rule, target, schema, options)
        return Match(lowered.predicate), lowered.losses
    losses: list[Loss] = []

    def sayable(where: Predicate) -> Predicate:
        lowered = _lower(replace(rule, detection=Match(where)), target, schema, options)
        losses.extend(lowered.losses)
        return lowered.predicate

    return map_predicates(detection, sayable), tuple(losses)


def _of_eql_alone(detection: Detection, target: Dialect) -> bool:
    """Whether a detection has a form in EQL, which is the target, and in no other query language."""
    return target.name == "eql" and (
        isinstance(detection, Sequence | Sample) or (isinstance(detection, Match) and bool(detection.pipes))
    )


def _to_stream_query(
    rule: Rule, emit: Callable[[Detection], Emission], schema: FieldSchema, options: Options
) -> Conversion:
    """A Sigma correlation as a bare EQL query."""
    made = _streamed(rule, schema, options)
    emission = emit(made.rule.detection)
    detection = dialect("eql").parse(emission.text)  # type: ignore[misc]  # EQL is read
    verdict = compare(made.source, detection, schema, names=SIDES)
    losses = (*_notes(rule), *made.losses, *emission.losses)
    return _with_more(Conversion(emission.text, replace(made.rule, detection=detection), losses, verdict), made.assumed)


def _lower(rule: Rule, target: Dialect, schema: FieldSchema, options: Options) -> _Lowered:
    if target.capabilities is None:
        raise refusal("dialect-not-written", f"isorule does not write {target.title}")
    match = _single_event(rule.detection)
    category_field = rule.data_source.category_field
    where = resolve(resolve_category(match.where, category_field), schema)
    fold_case = options.case is CaseMode.FOLD
    lowered = lower(where, Target(target.capabilities, schema, category_field, fold_case))
    return _Lowered(where, lowered.predicate, lowered.losses)


def _single_event(detection: Detection) -> Match:
    """The detection, if it asks for single events; otherwise the refusal that names what it is."""
    match detection:
        case Match(_, ()):
            return detection
        case Match():
            raise refusal("pipes", "`head` and `tail` have no form outside of EQL")
        case Sequence():
            raise refusal("sequence", "only EQL and Sigma correlations have a form for sequences")
        case Sample():
            raise refusal("sample", "only EQL and Sigma correlations have a form for samples")
        case Aggregate():
            raise refusal("threshold", "only threshold rules and Sigma correlations count events")
        case NewTerms():
            raise refusal("new-terms", "no target has a form for new terms")
        case IndicatorMatch():
            raise refusal("indicator-match", "no target has a form for indicator matches")
        case Correlation():
            raise refusal("correlation", "a query on single events has no form for a correlation")
        case Opaque(language, _, why):
            raise refusal(language.replace("_", "-"), f"{language} is not understood: {why}")
        case _:
            assert_never(detection)
