"""The steps of a conversion, in order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import assert_never

from isorule.conversion.envelope import as_elastic, as_sigma
from isorule.conversion.restoring import as_it_was
from isorule.conversion.result import CaseMode, Conversion, MaxLoss, Options
from isorule.diagnostics import Diagnostic, ParseError, Severity, UnknownNameError, UnsupportedError
from isorule.dialects import Dialect, dialect, dialect_names
from isorule.documents import document_format, document_names
from isorule.ir.detections import (
    Aggregate,
    Detection,
    IndicatorMatch,
    Match,
    NewTerms,
    Opaque,
    Sample,
    Sequence,
)
from isorule.ir.losses import Loss, refusal
from isorule.ir.predicates import Predicate
from isorule.ir.resolve import resolve, resolve_category
from isorule.ir.rule import Rule
from isorule.ir.schema import FieldSchema, schema_from
from isorule.lowering import Target, lower
from isorule.mappings import ecs_schema
from isorule.source import Embedded, SourceFile
from isorule.verification import Verdict, VerdictKind, compare

QUERY = ("rule", "query")
"""Where an Elastic rule has its query."""


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
        if to == "sigma":
            found = _to_sigma(rule, schema, options)
        elif to == "elastic":
            found = _to_elastic(rule, schema, options)
        elif to in dialect_names():
            found = _to_query(rule, dialect(to), schema, options)
        else:
            raise UnknownNameError(_unknown_target(to))
    except (UnsupportedError, ParseError) as error:
        raise type(error)(_placed(error.diagnostic, rule)) from error
    losses = tuple(_placed(loss, rule) for loss in found.losses)
    _check_limit(losses, options.max_loss)
    return replace(found, losses=losses)


def _unknown_target(to: str) -> Diagnostic:
    known = ", ".join(sorted({*document_names(), *dialect_names()}))
    return Diagnostic("NAME003", "unknown-target", Severity.ERROR, f"nothing is called {to!r}", hint=f"one of {known}")


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
    lowered = _lower(rule, dialect("sigma"), schema, options)
    sigma = as_it_was(as_sigma(rule, lowered.where, lowered.predicate), rule)
    return _written(rule, sigma, "sigma", lowered.losses, schema)


def _to_elastic(rule: Rule, schema: FieldSchema, options: Options) -> Conversion:
    """The language that the caller names; else the one that the rule had before, or EQL, and the others after it."""
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
        source.detection,
        back.detection,
        schema,
        first_category=source.data_source.category_field,
        second_category=back.data_source.category_field,
    )
    return Conversion(emission.text, back, (*losses, *emission.losses), verdict)


def _to_query(rule: Rule, target: Dialect, schema: FieldSchema, options: Options) -> Conversion:
    """The bare query; its verdict is undecided where isorule does not read the dialect."""
    if target.emit is None:
        raise refusal("dialect-not-written", f"isorule does not write {target.title}")
    lowered = _lower(rule, target, schema, options)
    emission = target.emit(Match(lowered.predicate))
    losses = (*lowered.losses, *emission.losses)
    back = replace(rule, detection=Match(lowered.predicate), language=target.name, origin=None)
    if target.parse is None:
        return Conversion(
            emission.text, back, losses, Verdict(VerdictKind.UNDECIDED, reason=f"{target.title} is not read")
        )
    detection = target.parse(emission.text)
    category = rule.data_source.category_field
    verdict = compare(rule.detection, detection, schema, first_category=category, second_category=category)
    return Conversion(emission.text, replace(back, detection=detection), losses, verdict)


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
            raise refusal("sequence", "sequences are not converted yet")
        case Sample():
            raise refusal("sample", "samples are not converted yet")
        case Aggregate():
            raise refusal("threshold", "threshold rules are not converted yet")
        case NewTerms():
            raise refusal("new-terms", "no target has a form for new terms")
        case IndicatorMatch():
            raise refusal("indicator-match", "no target has a form for indicator matches")
        case Opaque(language, _, why):
            raise refusal(language.replace("_", "-"), f"{language} is not understood: {why}")
        case _:
            assert_never(detection)
