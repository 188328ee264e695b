"""A rule made ready for comparing: its conditions, their normal forms, and an event for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from isorule.analysis.terms import terms_of
from isorule.analysis.theory import No, Theory
from isorule.diagnostics import IsoruleError
from isorule.evaluation import compile_predicate
from isorule.evaluation.dates import nanos
from isorule.ir.core import Core, core
from isorule.ir.detections import Detection, Match, Opaque
from isorule.ir.predicates import Const, Predicate
from isorule.ir.printing import show
from isorule.ir.resolve import resolve, resolve_category
from isorule.ir.rule import Rule
from isorule.ir.schema import FieldSchema
from isorule.ir.walk import map_predicates, predicates
from isorule.verification.budget import Budget
from isorule.verification.witness import smallest

Event = Mapping[str, object]

_BUDGET = Budget(steps=200_000, states=10_000, seconds=None)


@dataclass(frozen=True, slots=True)
class Ground:
    """What all rules are compared on: field types, what date math counts from, and what one decision may cost."""

    schema: FieldSchema
    now: datetime
    budget: Budget


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition with roles resolved, its core, and an event that it matches, as the evaluator has confirmed."""

    predicate: Predicate
    core: Core
    example: Event


@dataclass(frozen=True, slots=True)
class Prepared:
    """A rule that can be compared.

    `frame` is its detection without conditions, as text: equal for rules that are built alike.
    """

    detection: Detection
    category_field: str
    frame: str
    conditions: tuple[Condition, ...]

    @property
    def is_match(self) -> bool:
        """Whether the rule asks for single events."""
        return isinstance(self.detection, Match) and not self.detection.pipes


def prepared(rule: Rule, ground: Ground) -> Prepared | None:
    """The rule made ready; None for one that cannot be evaluated, and where no event for a condition is found."""
    if isinstance(rule.detection, Opaque):
        return None
    category = rule.data_source.category_field
    conditions: list[Condition] = []
    for where in predicates(rule.detection):
        predicate = resolve_category(where, category)
        try:
            found = _condition(predicate, ground)
        except IsoruleError:
            return None
        if found is None:
            return None
        conditions.append(found)
    frame = show(map_predicates(rule.detection, lambda _: Const(True)))
    return Prepared(rule.detection, category, frame, tuple(conditions)) if conditions else None


def _condition(predicate: Predicate, ground: Ground) -> Condition | None:
    check = compile_predicate(predicate, ground.schema, now=ground.now)
    resolved = resolve(predicate, ground.schema)
    root = terms_of(resolved)
    theory = Theory(root, ground.schema, nanos(ground.now), _BUDGET)
    for single in (True, False):
        scene = theory.possible([root.formula], single=single)
        if isinstance(scene, No):
            continue
        for values in theory.candidates(scene):
            event = smallest(values, check, lambda _: False)
            if event is not None:
                return Condition(predicate, core(resolved), event)
    return None
