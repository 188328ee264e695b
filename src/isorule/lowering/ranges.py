"""The letter case of the bounds of a range: Lucene lower-cases them for full text, other languages do not."""

from __future__ import annotations

from dataclasses import replace

from isorule.diagnostics import Effect
from isorule.ir.axes import Case
from isorule.ir.losses import Loss, loss
from isorule.ir.matchers import Matcher, Range
from isorule.ir.predicates import Field, Predicate, Subject, Test
from isorule.ir.schema import FieldType
from isorule.ir.walk import Polarity, rewrite_leaves, rewrite_matchers
from isorule.ir.words import bounds_count_case
from isorule.lowering.target import Lowering, Target


def lower_ranges(predicate: Predicate, target: Target) -> Lowering:
    """Bounds as the target reads them; a loss where their letter case counts and the field may be full text."""
    wanted = Case.MAPPED if target.capabilities.bounds_as_mapped else Case.SENSITIVE
    losses: list[Loss] = []

    def leaf(test: Test, _polarity: Polarity) -> Predicate:
        def change(matcher: Matcher) -> Matcher:
            if not isinstance(matcher, Range) or matcher.case is wanted or not bounds_count_case(matcher):
                return matcher
            if _may_be_text(test.subject, target):
                losses.append(loss("bounds-lower-cased", Effect.CHANGES, _MESSAGES[wanted], span=test.span))
            return replace(matcher, case=wanted)

        matcher = rewrite_matchers(test.matcher, change)
        return test if matcher is test.matcher else replace(test, matcher=matcher)

    return Lowering(rewrite_leaves(predicate, leaf), tuple(dict.fromkeys(losses)))


_MESSAGES = {
    Case.MAPPED: "the bounds of a range are lower-cased where the field is full text",
    Case.SENSITIVE: "the bounds of a range are compared as they are written, also where a field is full text",
}


def _may_be_text(subject: Subject, target: Target) -> bool:
    """Whether a field is full text, or may be for all that is known of it."""
    match subject:
        case Field(path):
            return path not in target.schema or target.schema.type_of(path) is FieldType.TEXT
        case _:
            return True
