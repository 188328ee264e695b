"""The condition of a rule of single events as a target can say it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from isorule.conversion.result import CaseMode, Options
from isorule.dialects import Dialect
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
from isorule.ir.losses import Loss, refusal
from isorule.ir.predicates import Predicate
from isorule.ir.resolve import resolve, resolve_category
from isorule.ir.rule import Rule
from isorule.ir.schema import FieldSchema
from isorule.lowering import Target, lower


@dataclass(frozen=True, slots=True)
class Lowered:
    """A rule's condition with its roles resolved, as the target can say it, and what that changes."""

    where: Predicate
    predicate: Predicate
    losses: tuple[Loss, ...]


def lowered(rule: Rule, target: Dialect, schema: FieldSchema, options: Options) -> Lowered:
    """The condition of a rule as a target can say it.

    Raises UnsupportedError where the target has no form for it, or the rule is not one of single events.
    """
    if target.capabilities is None:
        raise refusal("dialect-not-written", f"isorule does not write {target.title}")
    match = _single_event(rule.detection)
    category_field = rule.data_source.category_field
    where = resolve(resolve_category(match.where, category_field), schema)
    fold_case = options.case is CaseMode.FOLD
    found = lower(where, Target(target.capabilities, schema, category_field, fold_case))
    return Lowered(where, found.predicate, found.losses)


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
