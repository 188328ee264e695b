"""New terms: events with a combination of values that their history does not have, and a history that has it."""

from __future__ import annotations

from itertools import islice

from isorule.evaluation.dates import MILLISECOND, bound
from isorule.ir.detections import NewTerms
from isorule.synthesis.aggregates import Group
from isorule.synthesis.cases import Kind
from isorule.synthesis.collecting import Collector
from isorule.synthesis.judging import Stream, Timed
from isorule.synthesis.makers import text_of
from isorule.synthesis.questions import Missed
from isorule.synthesis.scene import Scene
from isorule.verification.cells import Values


class _Stage:
    """Puts an event beside an earlier one with another term."""

    def __init__(self, rule: NewTerms, scene: Scene) -> None:
        self.rule = rule
        self.group = Group(rule.where, rule.fields, (), scene)
        self._fields = scene.setting.fields
        start = bound(rule.history_start, False, scene.setting.present)
        self.earlier = -1000 if start is None else min(-1000, (start - scene.setting.present) // MILLISECOND // 2)
        self._others: dict[str, list[Values]] = {}

    def source(self, path: str) -> str:
        """Where events have the values of a field."""
        return self._fields.reader(path).source

    def stream(self, event: Values, like: Values) -> Stream:
        """An event, and an earlier one like another that has none of its terms, where the rule allows one."""
        for other in self._other_terms(like):
            if any(not set(other[path]) & set(event.get(path, [])) for path in map(self.source, self.rule.fields)):
                return Stream((Timed(event),), (Timed(other, self.earlier),))
        return Stream((Timed(event),))

    def _other_terms(self, like: Values) -> list[Values]:
        """Two events like another, with other terms in one of the fields."""
        key = text_of(like)
        if key not in self._others:
            found: list[Values] = []
            for path in self.rule.fields:
                values = islice(self.group.different(path, like), 1, 3)
                found = [like | {self.source(path): [value]} for value in values]
                if found:
                    break
            self._others[key] = found
        return self._others[key]


def make_new_terms(rule: NewTerms, scene: Scene, out: Collector, matching: int, near_miss: bool) -> None:
    """Events with a new term and a history with others, and near misses: each condition, and the term already seen."""
    stage = _Stage(rule, scene)
    first: Values | None = None
    for number in range(max(matching, 1 if near_miss else 0)):
        found = stage.group.maker.match(number)
        if isinstance(found, Missed):
            out.unmatched(found, "event")
            break
        first = first or found
        if number < matching and not out.match(stage.stream(found, found)):
            out.unmatched(None, "event")
            break
    if near_miss and first is not None:
        _near_misses(stage, first, out)


def _near_misses(stage: _Stage, event: Values, out: Collector) -> None:
    out.vary(stage.group.maker, [event], lambda values: stage.stream(values, event), None)
    rule = stage.rule
    fields = " and ".join(rule.fields)
    seen = Stream((Timed(event),), (Timed(event, stage.earlier),))
    out.near_miss(Kind.SEEN, f"values of {fields} that do not occur from {rule.history_start} on", seen)
    for path in rule.fields:
        without = {other: values for other, values in event.items() if other != stage.source(path)}
        out.near_miss(Kind.MISSING, f"{path} has a value", stage.stream(without, event))
