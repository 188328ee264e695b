"""Tests of many fields at once, whose values count together and are each read as the type of their own field."""

from __future__ import annotations

import re
from collections.abc import Callable

from isorule.evaluation.events import EventView, Fields
from isorule.evaluation.matching import Kind, value_check, values_check
from isorule.evaluation.references import Bound, bound_matcher, refers
from isorule.evaluation.values import Coercion, Value, coercion
from isorule.evaluation.wildcards import pattern as wildcard_pattern
from isorule.ir.matchers import Matcher, Scalar, Wildcard
from isorule.ir.schema import FieldInfo

_MOST_REMEMBERED = 10_000
"""Paths of which it is remembered how they are read; events may have any number of them."""

_Reading = tuple[Coercion | None, Bound, Callable[[list[Value]], bool] | None]


class ManyFields:
    """Asks the values of all visible fields, or of those whose path matches a pattern, multi-fields among them."""

    def __init__(
        self, fields: Fields, matcher: Matcher, pattern: str | None, inside: str | None, now: int, *, alone: bool
    ) -> None:
        """`pattern` is that of `FieldGlob`, None for all fields that a condition on the objects at `inside` sees.

        Where `alone`, no values meet the matcher together.

        Kibana puts the nested fields that a pattern names into queries of their own objects (`functions/is.ts`,
        wrapWithNestedQuery), so that it finds those, too. Raises `UnsupportedError` as `value_check` does.
        """
        self._fields = fields
        self._matcher = matcher
        self._wanted = _path_check(pattern) if pattern is not None else None
        self._inside = inside
        self._now = now
        self._alone = alone
        self._known: dict[tuple[FieldInfo, bool], _Reading] = {}
        self._readings: dict[str, tuple[_Reading, ...]] = {}
        if not refers(matcher):  # what cannot be evaluated is refused now, not at the first event
            value_check(matcher, Kind(FieldInfo(), True, now, among_others=True))

    def met(self, view: EventView) -> list[bool]:
        """For each value, whether it meets the matcher; for each field, where its values may meet it together."""
        found: list[bool] = []
        held: dict[str, list[Scalar]] = {}
        for path, raw in view.leaves():
            held.setdefault(path, []).append(raw)
        remembered = self._readings
        for path, raws in held.items():
            readings = remembered.get(path)
            if readings is None:
                readings = self._remember(path)
            for coerce, bound, together in readings:
                values = [value for value in (map(coerce, raws) if coerce else raws) if value is not None]
                if together is not None and values:
                    found.append(together(values))
                elif values:
                    found += map(bound(view), values)
        return found

    def _remember(self, path: str) -> tuple[_Reading, ...]:
        if len(self._readings) >= _MOST_REMEMBERED:
            self._readings.clear()
        found = self._readings[path] = tuple(map(self._reading, self._names(path)))
        return found

    def _names(self, path: str) -> list[str]:
        """The fields that hold what stands at a path, and are asked."""
        wanted = self._wanted
        if wanted is None and self._fields.nesting.hides(path, self._inside):
            return []
        return [name for name in (path, *self._fields.multi_fields(path)) if wanted is None or wanted(name)]

    def _reading(self, name: str) -> _Reading:
        schema = self._fields.schema
        key = (schema[name], name in schema)
        found = self._known.get(key)
        if found is None:
            kind = Kind(key[0], key[1], self._now, among_others=True)
            bound = bound_matcher(self._matcher, kind, self._fields, self._inside)
            alone = self._alone or refers(self._matcher)
            found = coercion(key[0]), bound, None if alone else values_check(self._matcher, kind)
            self._known[key] = found
        return found


def _path_check(pattern: str) -> Callable[[str], bool]:
    """Paths that match a pattern in which only `*` is a wildcard, and stands for dots, too."""
    check = wildcard_pattern(tuple(Wildcard.RUN if part == "*" else part for part in re.split(r"(\*)", pattern)), False)
    return check.check
