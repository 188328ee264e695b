"""What a detection could do without, for all checks that speak of it: found once, and each of them proved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from isorule.checks.check import SIGMA, CheckedDocument
from isorule.checks.detection import MOMENT, CheckedDetection, Condition
from isorule.checks.logic.networks import holds, network
from isorule.checks.logic.screening import narrowed, worth_proving
from isorule.checks.logic.value_lists import covered_values
from isorule.checks.sigma.items import items
from isorule.ir.detections import Match
from isorule.ir.predicates import Predicate
from isorule.ir.resolve import resolve, resolve_category
from isorule.ir.walk import leaves
from isorule.mappings import ecs_schema
from isorule.source import Span

_STEPS: Final = 50_000
_STATES: Final = 2_000
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


def needless(detection: CheckedDetection) -> tuple[Needless, ...]:
    """All that is needless or dead in a detection, in the order of the text. Ask for it with `detection.once`."""
    found = {item.place: item for item in _in_blocks(detection.document)}
    for condition in detection.conditions:
        category = detection.rule.data_source.category_field
        predicate = resolve(resolve_category(condition.predicate, category), ecs_schema())
        for item in (*_in_lists(condition, predicate), *_in_terms(condition, predicate)):
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


def _in_blocks(document: CheckedDocument) -> Iterator[Needless]:
    """Blocks of addresses in a list of a Sigma rule, which is one value for the rest of isorule."""
    for item in items(document) if document.format == SIGMA else ():
        if "cidr" not in item.modifiers or "all" in item.modifiers:
            continue
        blocks = [(document.span(path), network(text)) for path, text in item.texts()]
        for at, (place, block) in enumerate(blocks):
            for other, (by, wider) in enumerate(blocks):
                same = block == wider
                if place is not None and by is not None and holds(wider, block) and (other < at if same else True):
                    yield Needless("duplicate" if same else "subsumed", place, (by,), value=True)
                    break


def _in_terms(condition: Condition, predicate: Predicate) -> list[Needless]:
    subjects = worth_proving(predicate, lambda path: ecs_schema()[path].many)
    if not subjects:
        return []
    from isorule.analysis import FindingKind, Scope, analyse  # slow to import, and few rules need it
    from isorule.verification.budget import Budget

    budget = Budget(steps=_STEPS, states=_STATES, seconds=None)
    where = narrowed(predicate, subjects)
    (proved,) = analyse(Match(where), ecs_schema(), now=MOMENT, budget=budget).conditions
    found = []
    for finding in proved.findings:
        place = condition.span(finding.part.span)
        whole = finding.part.span == proved.predicate.span
        if place is None or (whole and finding.kind not in (FindingKind.NEVER_TRUE, FindingKind.ALWAYS_TRUE)):
            continue  # a term of a filter has no place of its own
        by = tuple(span for part in finding.by if (span := condition.span(part.span)) is not None and span != place)
        found.append(Needless(finding.kind.value, place, by, single=finding.scope is Scope.SINGLE_VALUES))
    return found


def written(document: CheckedDocument, span: Span) -> str:
    """The text of a place of the file, short enough for a message."""
    text = " ".join(document.file.text[span.start : span.end].split())
    return text if len(text) <= 60 else f"{text[:57]}…"
