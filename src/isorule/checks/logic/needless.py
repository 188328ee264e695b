"""What a detection could do without, for all checks that speak of it: found once, and each of them proved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from isorule.checks.check import CheckedDocument
from isorule.checks.detection import MOMENT, CheckedDetection, Condition
from isorule.checks.logic.screening import may_have_needless_terms
from isorule.checks.logic.value_lists import covered_values
from isorule.ir.detections import Match
from isorule.ir.predicates import Predicate
from isorule.ir.resolve import resolve, resolve_category
from isorule.ir.walk import leaves
from isorule.mappings import ecs_schema
from isorule.source import Span
from isorule.verification.budget import Budget

BUDGET: Final = Budget(steps=50_000, states=2_000, seconds=None)
"""What the proofs of one condition may cost; ten times as much finds one in a hundred more."""


@dataclass(frozen=True, slots=True)
class Needless:
    """A term that a rule means the same without, or that makes it a rule for nothing. Spans count in the file.

    `kind` is that of `isorule.analysis.FindingKind`, `value` tells that the term is one value of a list that others of
    the list cover, `single` that this is true of events in which fields have one value at most.
    """

    kind: str
    place: Span
    by: tuple[Span, ...] = ()
    value: bool = False
    single: bool = False
    whole: bool = False
    """The term is a whole condition of the detection."""


def needless(detection: CheckedDetection) -> tuple[Needless, ...]:
    """All that is needless or dead in a detection, in the order of the text. Ask for it with `detection.once`."""
    found: dict[Span, Needless] = {}
    for condition in detection.conditions:
        category = detection.rule.data_source.category_field
        predicate = resolve(resolve_category(condition.predicate, category), ecs_schema())
        for item in (*_in_lists(condition, predicate), *_in_terms(detection, condition, predicate)):
            found.setdefault(item.place, item)
    return tuple(sorted(found.values(), key=lambda item: (item.place.start, -item.place.end)))


def _in_lists(condition: Condition, predicate: Predicate) -> list[Needless]:
    found = []
    for test, _ in leaves(predicate):
        for covered in covered_values(test.matcher):
            spans = covered.spans
            if spans is None:
                continue
            place, by = condition.span(spans[0]), condition.span(spans[1])
            if place is not None and by is not None:
                found.append(Needless("duplicate" if covered.same else "subsumed", place, (by,), value=True))
    return found


def _in_terms(detection: CheckedDetection, condition: Condition, predicate: Predicate) -> list[Needless]:
    if not may_have_needless_terms(predicate, lambda path: ecs_schema()[path].many):
        return []
    from isorule.analysis import Scope, analyse  # slow to import, and few rules need it

    category = detection.rule.data_source.category_field
    (proved,) = analyse(
        Match(condition.predicate), ecs_schema(), category_field=category, now=MOMENT, budget=BUDGET
    ).conditions
    found = []
    for finding in proved.findings:
        place = condition.span(finding.part.span)
        if place is None:
            continue
        by = tuple(span for part in finding.by if (span := condition.span(part.span)) is not None and span != place)
        single = finding.scope is Scope.SINGLE_VALUES
        whole = finding.part.span == proved.predicate.span
        found.append(Needless(finding.kind.value, place, by, single=single, whole=whole))
    return found


def written(document: CheckedDocument, span: Span) -> str:
    """The text of a place of the file, short enough for a message."""
    text = " ".join(document.file.text[span.start : span.end].split())
    return text if len(text) <= 60 else f"{text[:57]}…"
