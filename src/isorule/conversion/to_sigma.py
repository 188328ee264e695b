"""Rules as Sigma rules and correlations."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from isorule.conversion.base_query import base_detection, base_predicate
from isorule.conversion.condition import lowered
from isorule.conversion.envelope import as_sigma
from isorule.conversion.from_correlation import beyond_specification
from isorule.conversion.restoring import as_it_was
from isorule.conversion.result import Conversion, Options
from isorule.conversion.to_correlation import correlated
from isorule.conversion.written import written
from isorule.dialects import Dialect, dialect
from isorule.ir.detections import Aggregate, Correlation, Match, Sample, Sequence
from isorule.ir.losses import Loss
from isorule.ir.predicates import Predicate
from isorule.ir.rule import Rule
from isorule.ir.schema import FieldSchema


def to_sigma(rule: Rule, schema: FieldSchema, options: Options) -> Conversion:
    """The Sigma rule; of one whose parts are dropped, what is left is compared, and the drops are added to that.

    Raises UnsupportedError where Sigma has no form for the rule.
    """
    detection, dropped = base_detection(rule.detection) if options.allow_loss else (rule.detection, ())
    base = replace(rule, detection=detection)
    match detection:
        case Sequence() | Sample() | Aggregate():
            made = correlated(base, detection, partial(_single, schema=schema, options=options), schema)
            source = replace(base, detection=made.source)
            found = written(source, as_it_was(made.rule, rule), "sigma", made.losses, schema).with_losses(made.assumed)
        case Correlation():
            found = written(base, replace(base, origin=None), "sigma", beyond_specification(rule), schema)
        case _:
            sigma, losses = _single(base, schema, options)
            found = written(base, as_it_was(sigma, rule), "sigma", losses, schema)
    return found.with_losses(dropped)


def _single(rule: Rule, schema: FieldSchema, options: Options) -> tuple[Rule, tuple[Loss, ...]]:
    """The Sigma rule for a rule of single events; what Sigma cannot say of it is dropped where `allow_loss` has it."""
    target = dialect("sigma")
    dropped: tuple[Loss, ...] = ()
    if options.allow_loss and isinstance(rule.detection, Match):
        sayable = partial(_require_sayable, rule, target=target, schema=schema, options=options)
        where, dropped = base_predicate(rule.detection.where, sayable)
        rule = replace(rule, detection=replace(rule.detection, where=where))
    found = lowered(rule, target, schema, options)
    return as_sigma(rule, found.where, found.predicate), (*dropped, *found.losses)


def _require_sayable(rule: Rule, test: Predicate, target: Dialect, schema: FieldSchema, options: Options) -> None:
    """Raises UnsupportedError for a test that a target cannot write."""
    found = lowered(replace(rule, detection=Match(test)), target, schema, options)
    assert target.emit is not None
    target.emit(Match(found.predicate))
