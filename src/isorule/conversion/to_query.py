"""Rules as bare queries in a query language."""

from __future__ import annotations

from dataclasses import replace

from isorule.conversion.base_query import base_query
from isorule.conversion.condition import lowered
from isorule.conversion.from_correlation import streamed
from isorule.conversion.result import Conversion, Options
from isorule.conversion.written import SIDES
from isorule.dialects import Dialect
from isorule.ir.detections import Correlation, Detection, Match, Sample, Sequence
from isorule.ir.losses import Loss, refusal
from isorule.ir.predicates import Predicate
from isorule.ir.rule import Rule
from isorule.ir.schema import FieldSchema
from isorule.ir.walk import map_predicates
from isorule.verification import Verdict, VerdictKind, compare


def to_query(rule: Rule, target: Dialect, schema: FieldSchema, options: Options) -> Conversion:
    """The bare query; its verdict is undecided where isorule does not read the dialect.

    Raises UnsupportedError where the dialect is not written or has no form for the rule.
    """
    if isinstance(rule.detection, Correlation) and target.name == "eql":
        made = streamed(rule, schema, options)
        asked = replace(made.rule, detection=made.source)
        return _written(asked, made.rule.detection, target, made.losses, schema).with_losses(made.assumed)
    drops = options.allow_loss and not _of_eql_alone(rule.detection, target)
    base, dropped = base_query(rule.detection) if drops else (rule.detection, ())
    asked = replace(rule, detection=base)
    wanted, losses = _sayable(asked, target, schema, options)
    return _written(asked, wanted, target, losses, schema).with_losses(dropped)


def _written(
    source: Rule, wanted: Detection, target: Dialect, losses: tuple[Loss, ...], schema: FieldSchema
) -> Conversion:
    """The query for a detection, read back by its own parser and compared with the source."""
    if target.emit is None:
        raise refusal("dialect-not-written", f"isorule does not write {target.title}")
    emission = target.emit(wanted)
    losses = (*losses, *emission.losses)
    back = replace(source, detection=wanted, language=target.name, origin=None)
    if target.parse is None:
        unread = Verdict(VerdictKind.UNDECIDED, reason=f"{target.title} is not read")
        return Conversion(emission.text, back, losses, unread)
    detection = target.parse(emission.text)
    category = source.data_source.category_field
    verdict = compare(
        source.detection, detection, schema, first_category=category, second_category=category, names=SIDES
    )
    return Conversion(emission.text, replace(back, detection=detection), losses, verdict)


def _sayable(rule: Rule, target: Dialect, schema: FieldSchema, options: Options) -> tuple[Detection, tuple[Loss, ...]]:
    """A detection as a query language can say it, clause by clause; only EQL has clauses."""
    detection = rule.detection
    if not _of_eql_alone(detection, target):
        found = lowered(rule, target, schema, options)
        return Match(found.predicate), found.losses
    losses: list[Loss] = []

    def sayable(where: Predicate) -> Predicate:
        found = lowered(replace(rule, detection=Match(where)), target, schema, options)
        losses.extend(found.losses)
        return found.predicate

    return map_predicates(detection, sayable), tuple(losses)


def _of_eql_alone(detection: Detection, target: Dialect) -> bool:
    """Whether a detection has a form in EQL, which is the target, and in no other query language."""
    return target.name == "eql" and (
        isinstance(detection, Sequence | Sample) or (isinstance(detection, Match) and bool(detection.pipes))
    )
