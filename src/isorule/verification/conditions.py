"""Conditions of detections, ready to be decided and evaluated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from isorule.diagnostics import IsoruleError
from isorule.evaluation import compile_predicate
from isorule.evaluation.dates import nanos
from isorule.ir.core import Core, Truth, core, negated
from isorule.ir.predicates import Predicate
from isorule.ir.resolve import resolve, resolve_category
from isorule.ir.schema import FieldSchema
from isorule.verification.budget import Meter
from isorule.verification.cells import Values
from isorule.verification.decision import Answer, Decision, Included
from isorule.verification.leaves import Compile
from isorule.verification.subjects import Subjects
from isorule.verification.verdict import Event
from isorule.verification.witness import Check, smallest


@dataclass(frozen=True, slots=True)
class Condition:
    """A predicate, its core, and it as a function of an event; `refused` says why there is no such function."""

    predicate: Predicate
    core: Core
    check: Check | None
    refused: str | None
    compile_leaf: Compile

    def holds(self, event: Event) -> bool:
        """Whether the event meets the condition; False where it cannot be evaluated."""
        return self.check is not None and self.check(event) is True


class Ground:
    """What all conditions of two detections are decided on: field types, the present, and what it may cost."""

    def __init__(self, schema: FieldSchema, now: datetime, meter: Meter) -> None:
        self.schema = schema
        self.now = now
        self.meter = meter

    def condition(self, predicate: Predicate, category: str) -> Condition:
        """The predicate of a side whose events have their category in that field."""
        check: Check | None = None
        refused: str | None = None
        compile_leaf = partial(compile_predicate, schema=self.schema, category_field=category, now=self.now)
        try:
            check = compile_leaf(predicate)
        except IsoruleError as error:
            refused = error.diagnostic.message
        meaning = core(resolve(resolve_category(predicate, category), self.schema))
        return Condition(predicate, meaning, check, refused, compile_leaf)

    def differences(self, first: Condition, second: Condition) -> tuple[Answer, Answer]:
        """Whether the first holds of an event of which the second does not, and the other way round."""
        if first.core == second.core:
            return Included(), Included()
        decision = Decision(first.core, second.core, self._subjects(), self.meter)
        return decision.first_only(_telling(first, second)), decision.second_only(_telling(second, first))

    def inside(self, first: Condition, second: Condition) -> Answer:
        """Whether the first holds of an event of which the second does not."""
        if first.core == second.core:
            return Included()
        return Decision(first.core, second.core, self._subjects(), self.meter).first_only(_telling(first, second))

    def example(self, condition: Condition, other: Condition | None = None) -> Answer:
        """An event of which the condition, and the other one, too, holds."""
        outside = Truth(False) if other is None else negated(other.core)
        decision = Decision(condition.core, outside, self._subjects(), self.meter)
        return decision.first_only(_showing(condition, other))

    def _subjects(self) -> Subjects:
        return Subjects(self.schema, nanos(self.now))


def _telling(matching: Condition, missing: Condition) -> Callable[[Values], Event | None]:
    """Makes events that the first matches and the second does not; none where one of them cannot be evaluated."""
    if matching.check is None or missing.check is None:
        return lambda _: None
    return partial(smallest, matching=matching.check, missing=missing.check)


def _showing(condition: Condition, other: Condition | None) -> Callable[[Values], Event | None]:
    if condition.check is None or (other is not None and other.check is None):
        return lambda _: None
    if other is None:
        return partial(smallest, matching=condition.check, missing=_never)
    return partial(smallest, matching=lambda event: condition.holds(event) and other.holds(event), missing=_never)


def _never(_event: Event) -> bool:
    return False
