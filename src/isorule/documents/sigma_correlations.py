"""The `correlation` of a Sigma correlation rule.

https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-correlation-rules-specification.md (2.1.0).
What pySigma has beyond it is read, too, and said in a note: `value_median`, the key `percentile`, conditions that are a
text, spans of weeks, months and years.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from isorule.diagnostics import Diagnostic, Severity
from isorule.documents.problems import Place
from isorule.documents.sigma_occurrences import OccurrenceError, names, read_occurrence
from isorule.ir.detections import (
    UNRESOLVED,
    Comparison,
    Correlation,
    CorrelationItem,
    CorrelationKind,
    Detection,
    Having,
    Measure,
    MeasureKind,
    Occurrence,
    Opaque,
)
from isorule.ir.predicates import Field
from isorule.source import KeyPath, Located, Span

HOME: Final = ("correlation",)

_MEASURES: Final = {
    "event_count": MeasureKind.COUNT,
    "value_count": MeasureKind.CARDINALITY,
    "value_sum": MeasureKind.SUM,
    "value_avg": MeasureKind.AVERAGE,
    "value_percentile": MeasureKind.PERCENTILE,
    "value_median": MeasureKind.PERCENTILE,
}
_TEMPORAL: Final = {
    "temporal": CorrelationKind.TEMPORAL,
    "temporal_ordered": CorrelationKind.TEMPORAL_ORDERED,
}
_COMPARISONS: Final = {comparison.value: comparison for comparison in Comparison}
_KEYS: Final = ("type", "rules", "aliases", "group-by", "timespan", "condition", "generate")
_TIMESPAN: Final = re.compile(r"([0-9]{1,12})([smhdwMy])")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800, "M": 2_629_746, "y": 31_556_952}
_SPECIFIED_UNITS: Final = ("s", "m", "h", "d")


@dataclass(frozen=True, slots=True)
class Referred:
    """What a reference leads to: the detection, and all that the rule is called (name, id)."""

    detection: Detection
    called: tuple[str, ...]


Lookup = Callable[[str], Referred | None]
"""Gives what a name or an id leads to; None where no rule, or more than one, has it."""


def nothing_known(_reference: str) -> Referred | None:
    """The lookup for a correlation whose rules are not known yet."""
    return None


def read_correlation(values: Mapping[str, Any], place: Place, lookup: Lookup) -> Correlation:
    """The correlation of a document with these values.

    An item that `lookup` does not know is an `Opaque` of the language `UNRESOLVED`. Raises ParseError where the
    correlation does not follow the specification.
    """
    return _Reader(values, place, lookup).whole()


def unresolved(reference: str) -> Opaque:
    """What stands for a rule that is not known."""
    return Opaque(UNRESOLVED, None, f"no rule of this name or id is among the given rules: {reference}")


def correlation_notes(values: Mapping[str, Any], places: Mapping[KeyPath, Located]) -> tuple[Diagnostic, ...]:
    """What a well-formed correlation uses beyond the specification; spans count from the start of the file."""
    table = values.get("correlation")
    if not isinstance(table, Mapping):
        return ()
    condition = table.get("condition")
    found: list[tuple[str, str]] = []
    if table.get("type") == "value_median":
        found.append(("type", "the type `value_median` is pySigma's, not in Sigma 2.1"))
    if isinstance(condition, str):
        found.append(("condition", "a condition that is a text is pySigma's, not in Sigma 2.1"))
    if isinstance(condition, Mapping) and "percentile" in condition:
        found.append(("condition", "the key `percentile` is pySigma's, not in Sigma 2.1"))
    timespan = table.get("timespan")
    if isinstance(timespan, str) and timespan[-1:] not in _SPECIFIED_UNITS:
        found.append(("timespan", "spans of weeks, months and years are pySigma's, not in Sigma 2.1"))
    return tuple(
        Diagnostic("NOTE", "sigma-extension", Severity.INFO, message, span=_span(places, ("correlation", key)))
        for key, message in found
    )


def _span(places: Mapping[KeyPath, Located], path: KeyPath) -> Span | None:
    located = places.get(path)
    return located.value if located is not None else None


class _Reader:
    def __init__(self, values: Mapping[str, Any], place: Place, lookup: Lookup) -> None:
        self._place = place
        self._lookup = lookup
        table = values.get("correlation")
        if not isinstance(table, Mapping):
            raise place.wrong_type(HOME, "a table", table)
        self._table = table

    def whole(self) -> Correlation:
        for key in self._table:
            if key not in _KEYS:
                raise self._place.unknown_value(
                    (*HOME, key), f"a correlation has no key {key!r}", f"one of {', '.join(_KEYS)}"
                )
        kind = self._type()
        aliases = self._aliases()
        by = self._texts("group-by", required=False)
        span = self._timespan()
        having, condition = self._condition(kind)
        references = self._references(condition)
        items = tuple(self._item(reference, number, by, aliases) for number, reference in enumerate(references))
        return Correlation(_TEMPORAL.get(kind, CorrelationKind.MEASURE), items, by, span, having, condition)

    def _type(self) -> str:
        if "type" not in self._table:
            raise self._place.missing((*HOME, "type"), f"one of {', '.join((*_MEASURES, *_TEMPORAL))}")
        found = self._table["type"]
        if not isinstance(found, str):
            raise self._place.wrong_type((*HOME, "type"), "a text", found)
        if found not in _MEASURES and found not in _TEMPORAL:
            hint = f"one of {', '.join((*_MEASURES, *_TEMPORAL))}"
            raise self._place.unknown_value((*HOME, "type"), f"no type of correlation is called {found!r}", hint)
        return found

    def _references(self, condition: Occurrence | None) -> tuple[str, ...]:
        if "rules" not in self._table and condition is not None:
            return names(condition)
        found = self._texts("rules", required=True)
        if not found:
            raise self._place.unknown_value((*HOME, "rules"), "a correlation refers to at least one rule")
        for index, name in enumerate(found):
            if name in found[:index]:
                raise self._place.unknown_value((*HOME, "rules", index), f"the rule {name!r} is named twice")
        unknown = [name for name in names(condition) if name not in found] if condition is not None else []
        if unknown:
            raise self._place.unknown_value(
                (*HOME, "condition"), f"the condition names {unknown[0]!r}, which is not among `rules`"
            )
        return found

    def _texts(self, key: str, *, required: bool) -> tuple[str, ...]:
        path = (*HOME, key)
        if key not in self._table:
            if required:
                raise self._place.missing(path)
            return ()
        found = self._table[key]
        if isinstance(found, str):
            return (found,)
        if not isinstance(found, list):
            raise self._place.wrong_type(path, "a list of texts", found)
        for index, name in enumerate(found):
            if not isinstance(name, str):
                raise self._place.wrong_type((*path, index), "a text", name)
        return tuple(found)

    def _aliases(self) -> dict[str, dict[str, str]]:
        path = (*HOME, "aliases")
        found = self._table.get("aliases", {})
        if not isinstance(found, Mapping):
            raise self._place.wrong_type(path, "a table", found)
        for alias, fields in found.items():
            if not isinstance(fields, Mapping):
                raise self._place.wrong_type((*path, alias), "a table of rules and their fields", fields)
            for rule, name in fields.items():
                if not isinstance(name, str):
                    raise self._place.wrong_type((*path, alias, rule), "a text", name)
        return {alias: dict(fields) for alias, fields in found.items()}

    def _timespan(self) -> int:
        path = (*HOME, "timespan")
        if "timespan" not in self._table:
            raise self._place.missing(path, "a correlation says within which span of time: `timespan: 5m`")
        found = self._table["timespan"]
        if not isinstance(found, str):
            raise self._place.wrong_type(path, "a text", found)
        parts = _TIMESPAN.fullmatch(found)
        if parts is None or int(parts[1]) == 0:
            hint = "a whole number and one of s, m, h, d: `90m`"
            raise self._place.unknown_value(path, f"{found!r} is no span of time", hint)
        return int(parts[1]) * _SECONDS[parts[2]] * 1_000

    def _condition(self, kind: str) -> tuple[tuple[Having, ...], Occurrence | None]:
        path = (*HOME, "condition")
        found = self._table.get("condition")
        if found is None:
            if kind in _TEMPORAL:
                return (), None
            raise self._place.missing(path, f"a correlation of type {kind} says what to compare its number with")
        if isinstance(found, str):
            return (), self._occurrence(found, kind)
        if not isinstance(found, Mapping):
            raise self._place.wrong_type(path, "a table", found)
        for key in found:
            if key not in _COMPARISONS and key not in ("field", "percentile"):
                hint = f"one of {', '.join((*_COMPARISONS, 'field'))}"
                raise self._place.unknown_value((*path, key), f"a condition has no key {key!r}", hint)
        measure = self._measure(kind, found)
        having = tuple(
            Having(measure, _COMPARISONS[key], self._number((*path, key), value))
            for key, value in found.items()
            if key in _COMPARISONS
        )
        if not having and kind not in _TEMPORAL:
            raise self._place.missing((*path, "gte"), f"a condition has one of {', '.join(_COMPARISONS)}")
        return having, None

    def _occurrence(self, text: str, kind: str) -> Occurrence:
        path = (*HOME, "condition")
        if kind not in _TEMPORAL:
            raise self._place.wrong_type(path, "a table", text)
        try:
            return read_occurrence(text)
        except OccurrenceError as error:
            message = f"the condition is not well-formed at character {error.at + 1}: {error.message}"
            raise self._place.unknown_value(path, message) from error

    def _measure(self, kind: str, condition: Mapping[str, Any]) -> Measure:
        path = (*HOME, "condition")
        fields = self._fields(condition)
        if kind in _TEMPORAL or kind == "event_count":
            if fields:
                hint = "`value_count` counts the values of a field"
                raise self._place.unknown_value((*path, "field"), f"a condition of {kind} has no field", hint)
        elif not fields:
            raise self._place.missing((*path, "field"), f"a correlation of type {kind} says of which field")
        if len(fields) > 1 and kind != "value_count":
            raise self._place.unknown_value((*path, "field"), f"{kind} measures one field, not {len(fields)}")
        if "percentile" in condition and kind != "value_percentile":
            raise self._place.unknown_value((*path, "percentile"), f"a condition of {kind} has no percentile")
        if kind in _TEMPORAL:
            return Measure(MeasureKind.RULES)
        return Measure(_MEASURES[kind], fields, self._rank(kind, condition))

    def _fields(self, condition: Mapping[str, Any]) -> tuple[str, ...]:
        path = (*HOME, "condition", "field")
        found = condition.get("field", [])
        fields = [found] if isinstance(found, str) else found
        if not isinstance(fields, list):
            raise self._place.wrong_type(path, "a list of texts", found)
        for index, name in enumerate(fields):
            if not isinstance(name, str):
                raise self._place.wrong_type((*path, index), "a text", name)
        return tuple(fields)

    def _rank(self, kind: str, condition: Mapping[str, Any]) -> float | None:
        if kind == "value_median":
            return 50
        if "percentile" not in condition:
            return None
        path = (*HOME, "condition", "percentile")
        rank = self._number(path, condition["percentile"])
        if not 0 <= rank <= 100:
            raise self._place.unknown_value(path, "a percentile is a number from 0 to 100")
        return rank

    def _number(self, path: KeyPath, found: object) -> int | float:
        if not isinstance(found, int | float) or isinstance(found, bool):
            raise self._place.wrong_type(path, "a number", found)
        if isinstance(found, float) and not math.isfinite(found):
            raise self._place.wrong_type(path, "a finite number", found)
        return found

    def _item(
        self, reference: str, number: int, by: tuple[str, ...], aliases: Mapping[str, Mapping[str, str]]
    ) -> CorrelationItem:
        referred = self._lookup(reference)
        called = (reference, *(referred.called if referred is not None else ()))
        keys = tuple(Field(_own_field(name, called, aliases)) for name in by)
        span = _span(self._place.places, (*HOME, "rules", number)) or _span(self._place.places, (*HOME, "rules"))
        detection = referred.detection if referred is not None else unresolved(reference)
        return CorrelationItem(reference, detection, keys, span)


def _own_field(name: str, called: tuple[str, ...], aliases: Mapping[str, Mapping[str, str]]) -> str:
    """The field that a group key is in the events of an item: what its alias says, or the key itself."""
    fields = aliases.get(name, {})
    return next((fields[rule] for rule in called if rule in fields), name)
