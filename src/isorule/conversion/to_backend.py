"""Rules through pySigma: to the backends that are installed, and with processing pipelines to our own targets.

A rule becomes a Sigma rule in memory. What a backend is known to change is declared; where isorule reads the backend's
language, the output is read back and compared with the source, as our own is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from isorule import backends
from isorule.backends import BackendChoice, InstalledBackend
from isorule.backends.features import features
from isorule.conversion.bounds import declared, observed
from isorule.conversion.result import Conversion, Options
from isorule.conversion.to_sigma import to_sigma
from isorule.diagnostics import Effect, ParseError, Severity, UnknownNameError, UnsupportedError
from isorule.dialects import dialect, dialect_names
from isorule.documents import document_names
from isorule.documents.references import require_resolved
from isorule.documents.sigma_homes import LOGSOURCE
from isorule.documents.sigma_yaml import FORMAT, document_of
from isorule.ir.detection_names import detection_name
from isorule.ir.detections import Comparison, Correlation, Detection, Match
from isorule.ir.losses import Loss, loss, refusal
from isorule.ir.predicates import Predicate, disjunction
from isorule.ir.rule import Rule
from isorule.ir.schema import FieldSchema
from isorule.lowering import Target, lower
from isorule.verification import Verdict, VerdictKind, compare


def to_backend(rule: Rule, to: str, schema: FieldSchema, options: Options) -> Conversion:
    """A rule as a backend writes it, with the losses that are known of the backend and those that reading back shows.

    `to` is the backend's name, with or without `pysigma:`.

    Raises UnsupportedError where the rule has no form in Sigma, the backend refuses it, or what the backend writes is
    no sentence of its language; UnknownNameError for a backend, format or pipeline that is not installed.
    """
    name = to.removeprefix(backends.PREFIX)
    choice = BackendChoice(name, options.format, options.pipelines, options.backend_options, options.correlation_method)
    known_backend(choice.name)
    unchanged = Conversion("", rule, (), Verdict(VerdictKind.IDENTICAL))
    made = unchanged if _is_sigma(rule) else to_sigma(rule, schema, options)
    if isinstance(made.rule.detection, Correlation):
        return _correlation(made, made.rule.detection, choice, schema)
    where = _condition(made.rule)
    folded, fold_losses = _folded(where, choice, schema)
    sigma = made.rule if folded is where else replace(made.rule, detection=Match(folded))
    document, emission_losses = document_of(sigma)
    written = backends.write([document], choice)
    known = backends.losses_of(choice, folded)
    if not _is_sigma(rule):
        known = tuple(replace(item, span=None) for item in known)  # spans of a Sigma text that nobody sees
        fold_losses = tuple(replace(item, span=None) for item in fold_losses)
    verdict = _verdict(rule, made.rule, written, choice, schema)
    before = made.losses if choice.pipelines or not verdict.same else ()
    sure = before if verdict.same else (*before, *fold_losses, *emission_losses, *known)
    losses = (*sure, *_observed(verdict, sure), *_remarks(written))
    return Conversion(written.text, sigma, _once(losses), verdict, written.queries)


def known_backend(name: str) -> InstalledBackend:
    """An installed backend. Raises UnknownNameError, which for a name that nothing has lists our own targets, too."""
    try:
        return backends.installed_backend(name)
    except UnknownNameError as error:
        found = error.diagnostic
        if found.name != "unknown-target":
            raise
        own = ", ".join(sorted({*document_names(), *dialect_names()}))
        message = f"nothing is called {name!r}: isorule itself writes {own}"
        hint = f"of pySigma's backends, {found.hint}"
        raise UnknownNameError(replace(found, message=message, hint=hint)) from error


def _is_sigma(rule: Rule) -> bool:
    return rule.language == FORMAT


def _condition(rule: Rule) -> Predicate:
    detection = rule.detection
    if isinstance(detection, Match):
        return detection.where
    raise refusal("detection-kind", f"pySigma has no form for {detection_name(detection)}")


def _folded(where: Predicate, choice: BackendChoice, schema: FieldSchema) -> tuple[Predicate, tuple[Loss, ...]]:
    """The condition without letter case, with the losses, where the backend raises on comparisons with it."""
    unsupported = backends.unsupported(choice.name)
    if not any(feature in unsupported for feature, _, _ in features(where)):
        return where, ()
    capabilities = dialect(FORMAT).capabilities
    assert capabilities is not None
    lowered = lower(where, Target(capabilities, schema, fold_case=True))
    return lowered.predicate, lowered.losses


def _verdict(
    source: Rule, sigma: Rule, written: backends.Written, choice: BackendChoice, schema: FieldSchema
) -> Verdict:
    """How the output stands to the source; to the source as the pipelines change it, where there are any."""
    language = backends.reader_of(choice)
    if language is None or language not in dialect_names():
        return _not_read(choice)
    parse = dialect(language).parse
    if parse is None:
        return _not_read(choice)
    try:
        found = _joined([parse(_query(query, language)) for query in written.queries])
    except ParseError as error:
        raise _invalid(language, error, written) from error
    except UnsupportedError as error:
        return _not_all_read(error)
    if found is None:
        return _not_read(choice)
    if not choice.pipelines:
        return compare(source.detection, found, schema, first_category=source.data_source.category_field)
    changed = backends.transform(document_of(sigma)[0], choice.pipelines)
    return compare(Match(changed.where), found, schema)


def _invalid(language: str, error: ParseError, written: backends.Written) -> UnsupportedError:
    message = f"what the backend writes is not {dialect(language).title}: {error.diagnostic.message}"
    return refusal("backend-output-invalid", message, hint=_excerpt(written.text))


def _not_all_read(error: UnsupportedError) -> Verdict:
    reason = f"isorule does not read all that the backend writes: {error.diagnostic.message}"
    return Verdict(VerdictKind.UNDECIDED, reason=reason)


def _not_read(choice: BackendChoice) -> Verdict:
    form = f" ({choice.format})" if choice.format else ""
    return Verdict(VerdictKind.UNDECIDED, reason=f"isorule does not read what {choice.name}{form} writes")


def _query(query: object, language: str) -> str:
    """A query as text of its language, out of the JSON that some formats put around it."""
    if isinstance(query, str) and not query.startswith("{"):
        return query
    values = json.loads(query) if isinstance(query, str) else query
    if language == "dsl" or not isinstance(values, dict):
        return json.dumps(values)
    inner = values.get("params")
    return str((inner if isinstance(inner, dict) else values).get("query"))


def _joined(found: list[Detection]) -> Detection | None:
    """Several queries as one detection that finds what any of them finds."""
    conditions = [item.where for item in found if isinstance(item, Match) and not item.pipes]
    return Match(disjunction(tuple(conditions))) if len(conditions) == len(found) else None


def _excerpt(text: str) -> str:
    line = " ".join(text.split())
    return f"it wrote: {line[:200]}{'…' if len(line) > 200 else ''}"


def _observed(verdict: Verdict, losses: tuple[Loss, ...]) -> tuple[Loss, ...]:
    """The loss for a difference that is shown and that nothing declares: what a backend changes is not ours to mend."""
    beyond = observed(verdict) - declared(losses)
    if not beyond:
        return ()
    effect = next(iter(beyond)) if len(beyond) == 1 else Effect.CHANGES
    return (loss("backend-differs", effect, f"the backend's output does not mean the same: {verdict.reason}"),)


def _remarks(written: backends.Written) -> tuple[Loss, ...]:
    """What the backend itself said of the rule; nobody knows what it does to the result."""
    return tuple(
        replace(loss("backend-remark", Effect.CHANGES, text), effect=None, severity=Severity.WARNING)
        for text in written.warnings
    )


def _once(losses: tuple[Loss, ...]) -> tuple[Loss, ...]:
    return tuple(dict.fromkeys(losses))


def _correlation(made: Conversion, correlation: Correlation, choice: BackendChoice, schema: FieldSchema) -> Conversion:
    """A correlation after the rules that it refers to."""
    rule = made.rule
    require_resolved(correlation)
    parts = [_part(part, choice, schema) for part in _parts(rule)]
    document, _ = document_of(rule)
    written = backends.write([*(part for part, _ in parts), document], choice)
    counted = backends.losses_of_correlation(choice, _traits(document))
    inner = [item for _, losses in parts for item in losses]
    if not _grows(correlation):
        inner = [replace(item, effect=Effect.CHANGES) for item in inner]
    verdict = _correlation_verdict(made, written, choice, schema)
    known = (*made.losses, *(() if verdict.same else (*counted, *inner)))
    losses = _once((*known, *_observed(verdict, known), *_remarks(written)))
    return Conversion(written.text, rule, losses, verdict, written.queries)


def _correlation_verdict(
    made: Conversion, written: backends.Written, choice: BackendChoice, schema: FieldSchema
) -> Verdict:
    """How the one query of a correlation stands to it, where isorule reads the language and no pipeline changed it."""
    language = backends.reader_of(choice)
    parse = dialect(language).parse if language in dialect_names() else None
    if parse is None or language is None:
        return _not_read(choice)
    if choice.pipelines or not made.verdict.same or len(written.queries) != 1:
        reason = "what a backend writes for a correlation is read back only without pipelines, and from Sigma"
        return Verdict(VerdictKind.UNDECIDED, reason=reason)
    try:
        found = parse(_query(written.queries[0], language))
    except ParseError as error:
        raise _invalid(language, error, written) from error
    except UnsupportedError as error:
        return _not_all_read(error)
    return compare(made.rule.detection, found, schema, first_category=made.rule.data_source.category_field)


def _part(part: Rule, choice: BackendChoice, schema: FieldSchema) -> tuple[Mapping[str, Any], list[Loss]]:
    """The document of a rule that a correlation refers to, as the backend takes it, and what that changes.

    The places of the losses are left out: the rule may stand in another file.
    """
    if not isinstance(part.detection, Match):
        return document_of(part)[0], []
    where, losses = _folded(part.detection.where, choice, schema)
    rule = part if where is part.detection.where else replace(part, detection=Match(where))
    found = (*losses, *backends.losses_of(choice, where))
    return document_of(rule)[0], [replace(item, span=None) for item in found]


def _grows(correlation: Correlation) -> bool:
    """Whether a correlation alerts on more where its rules match more, so that what widens a rule widens it, too.

    It does where it and those inside of it ask for at least so many, and for the absence of none.
    """
    at_least = all(having.comparison in (Comparison.GT, Comparison.GTE) for having in correlation.having)
    inner = [item.detection for item in correlation.items if isinstance(item.detection, Correlation)]
    return at_least and correlation.condition is None and all(map(_grows, inner))


def _parts(rule: Rule) -> list[Rule]:
    """The rules that a correlation refers to, each once, those that others refer to first."""
    found: list[Rule] = []
    for part in rule.references:
        found += [inner for inner in (*_parts(part), part) if inner not in found]
    return found


def _traits(document: Mapping[str, Any]) -> list[str]:
    """What the table of losses knows of correlations: the type, and a condition on several fields."""
    inner = document.get("correlation", {})
    condition = inner.get("condition")
    several = isinstance(condition, Mapping) and isinstance(condition.get("field"), list)
    return [str(inner.get("type")), *(["several-fields"] if several else [])]


def piped(rule: Rule, pipelines: tuple[str, ...]) -> tuple[Rule, tuple[Loss, ...]]:
    """A Sigma rule as processing pipelines change it, for our own targets, and what of them has no place there.

    Raises UnsupportedError for a rule that is no Sigma rule on single events, or that a pipeline refuses.
    """
    if not _is_sigma(rule) or not isinstance(rule.detection, Match):
        raise refusal("pipeline-for-sigma-only", "processing pipelines change Sigma rules on single events")
    changed = backends.transform(document_of(rule)[0], pipelines)
    kept = dict(rule.extras.get(FORMAT, {}))
    if changed.logsource is not None and "logsource" in kept:
        kept["logsource"] = LOGSOURCE.write(changed.logsource)
    extras = {**rule.extras, FORMAT: kept}
    source = replace(rule.data_source, logsource=changed.logsource)
    return replace(rule, detection=Match(changed.where), data_source=source, extras=extras), changed.losses
