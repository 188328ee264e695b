"""A conversion from its start to its end: names and pipelines first, then the target, then the limits of the caller."""

from __future__ import annotations

from dataclasses import replace

from isorule.conversion.bounds import require_declared, require_losses_within, require_within
from isorule.conversion.clauses import placed_anew, without_indices
from isorule.conversion.fields import SEVERAL_LOGSOURCES, FieldMapping, mapped
from isorule.conversion.mapped_witness import with_witnesses
from isorule.conversion.placing import placed
from isorule.conversion.result import Conversion, Options
from isorule.conversion.to_backend import piped, to_backend
from isorule.conversion.to_elastic import to_elastic
from isorule.conversion.to_query import to_query
from isorule.conversion.to_sigma import to_sigma
from isorule.diagnostics import Effect, ParseError, UnsupportedError
from isorule.dialects import dialect, dialect_names
from isorule.documents import document_names
from isorule.documents.notes import query_notes
from isorule.documents.sigma_homes import DEFAULT_TAXONOMY
from isorule.ir.detections import Correlation
from isorule.ir.losses import Loss
from isorule.ir.rule import Rule
from isorule.ir.schema import FieldSchema, schema_from
from isorule.mappings import ecs_schema


def convert_rule(rule: Rule, to: str, options: Options) -> Conversion:
    """A rule in another document format or query language; see `isorule.convert`."""
    schema = ecs_schema() if options.fields is None else schema_from(options.fields)
    try:
        if options.pipelines and is_own_target(to):
            return _piped(rule, to, options)
        if options.mapping is not None:
            return _mapped(rule, to, options.mapping, schema, options)
        found = _to_target(rule, to, schema, options)
    except (UnsupportedError, ParseError) as error:
        raise type(error)(placed(error.diagnostic, rule)) from error
    losses = _within(found.losses, rule, options)
    require_declared(found.verdict, losses)
    require_within(found.verdict, options.max_loss)
    notes = (replace(note, code="LOSS", effect=Effect.COSMETIC) for note in query_notes(rule))
    return replace(found, losses=tuple(dict.fromkeys((*notes, *losses))))


def is_own_target(to: str) -> bool:
    """Whether a target is a document format or query language of isorule's own, not a backend of pySigma."""
    return to in document_names() or to in dialect_names()


def _to_target(rule: Rule, to: str, schema: FieldSchema, options: Options) -> Conversion:
    match to:
        case "sigma":
            return to_sigma(rule, schema, options)
        case "elastic":
            return to_elastic(rule, schema, options)
        case _ if to in dialect_names():
            return to_query(rule, dialect(to), schema, options)
        case _:
            return to_backend(rule, to, schema, options)


def _within(losses: tuple[Loss, ...], rule: Rule, options: Options) -> tuple[Loss, ...]:
    """Losses placed in the file of the rule, none of them over the caller's limit."""
    found = tuple(placed(loss, rule) for loss in losses)
    require_losses_within(found, options.max_loss)
    return found


def _mapped(rule: Rule, to: str, mapping: FieldMapping, schema: FieldSchema, options: Options) -> Conversion:
    """The conversion of the rule with other field names; what the names change counts for verdict and limit."""
    try:
        given = mapped(rule, mapping, schema)
    except UnsupportedError as error:
        if error.diagnostic.name != SEVERAL_LOGSOURCES or to != "sigma" or isinstance(rule.detection, Correlation):
            raise
        return _mapped_clauses(rule, mapping, schema, options)
    plain = convert_rule(given.rule, to, replace(options, mapping=None))
    found = plain.with_losses(_within(given.losses, rule, options))
    if not plain.verdict.same or found.verdict.same:
        return found
    to_sigma_names = given.rule.data_source.taxonomy == DEFAULT_TAXONOMY
    verdict = with_witnesses(found.verdict, rule, given.rule, mapping.taxonomy, schema, to_sigma_names=to_sigma_names)
    return replace(found, verdict=verdict)


def _mapped_clauses(rule: Rule, mapping: FieldMapping, schema: FieldSchema, options: Options) -> Conversion:
    """A rule over several events whose clauses are of several log sources: a correlation, then its rules mapped."""
    plain = replace(options, mapping=None)
    made = convert_rule(rule, "sigma", plain)
    given = mapped(placed_anew(made.rule, rule), mapping, schema)
    found = convert_rule(without_indices(given.rule), "sigma", plain)
    losses = _within(tuple(replace(item, span=None) for item in given.losses), rule, options)
    verdict = made.verdict if found.verdict.same else found.verdict
    all_losses = tuple(dict.fromkeys((*losses, *made.losses, *found.losses)))
    return replace(found, losses=all_losses, verdict=given.judged(verdict))


def _piped(rule: Rule, to: str, options: Options) -> Conversion:
    """A target of our own, after pySigma's processing pipelines have changed the rule."""
    changed, losses = piped(rule, options.pipelines)
    found = convert_rule(changed, to, replace(options, pipelines=()))
    return replace(found, losses=(*_within(losses, rule, options), *found.losses))
