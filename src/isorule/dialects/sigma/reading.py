"""Reads the `detection:` mapping of a Sigma rule.

https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-rules-specification.md#detection
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from isorule.dialects.sigma.chains import Chain, Kind, read_chain
from isorule.dialects.sigma.conditions import MAX_DEPTH, Places, read_condition
from isorule.dialects.sigma.matching import Value, predicate
from isorule.dialects.sigma.problems import problem
from isorule.ir.detections import Match
from isorule.ir.predicates import Predicate, conjunction, disjunction
from isorule.source import Embedded, KeyPath, Located, Span

_KEYWORDS: Final = Chain(None, Kind.TEXT)
_SCALARS: Final = (str, int, float, bool, type(None))


def read_detection(
    detection: Mapping[str, object],
    places: Mapping[KeyPath, Located] | None = None,
    texts: Callable[[KeyPath], Embedded] | None = None,
) -> Match:
    """The detection of a rule, from the plain values of its `detection` mapping.

    `places` gives the place in the file of each key and value, and `texts` the text of a value with the place of each
    of its characters, both by key path from the top of the mapping (`source.reading.Reading` has both). Every leaf
    then has the span of its value. Without `places`, errors have no span, except that those of a condition have one
    in the text of the condition; without `texts` they have that of the whole condition, and the message says the
    column.

    Raises ParseError where the mapping does not follow the specification (see `problems.CODES`). Selections that no
    condition speaks of are read, too, so that their errors are found.
    """
    return Match(_Reader(detection, places, texts).whole())


class _Reader:
    """Reads one mapping; each selection is read once, however often the condition names it."""

    def __init__(
        self,
        detection: Mapping[str, object],
        places: Mapping[KeyPath, Located] | None,
        texts: Callable[[KeyPath], Embedded] | None,
    ) -> None:
        self._detection = detection
        self._places = places
        self._texts = texts

    def whole(self) -> Predicate:
        if "timeframe" in self._detection:
            raise problem(
                "legacy-timeframe",
                "timeframe belongs to aggregations, which are not part of Sigma any more",
                span=self._key_span(("timeframe",)),
                hint="write a correlation rule with a timespan",
            )
        if "condition" not in self._detection:
            raise problem("missing-condition", "a detection needs a condition", span=self._value_span(()))
        selections = {
            name: self._selection(value, (name,), 0) for name, value in self._detection.items() if name != "condition"
        }
        if not selections:
            raise problem("missing-selection", "a detection needs a selection", span=self._value_span(()))
        return self._conditions(self._detection["condition"], selections)

    def _conditions(self, condition: object, selections: Mapping[str, Predicate]) -> Predicate:
        """One condition, or a list of which one must hold."""
        if not isinstance(condition, list | tuple):
            return self._condition(condition, ("condition",), selections)
        span = self._value_span(("condition",))
        if not condition:
            raise problem("missing-condition", "the list of conditions is empty", span=span)
        terms = [self._condition(text, ("condition", index), selections) for index, text in enumerate(condition)]
        return disjunction(tuple(terms), span)

    def _condition(self, text: object, path: KeyPath, selections: Mapping[str, Predicate]) -> Predicate:
        if not isinstance(text, str):
            raise problem("wrong-shape", "a condition is a text", span=self._value_span(path))
        return read_condition(text, list(selections), selections.__getitem__, self._condition_places(path))

    def _condition_places(self, path: KeyPath) -> Places:
        if self._texts is not None:
            return self._texts(path).span
        if self._places is None:
            return _same
        span = self._value_span(path)
        return lambda _: span

    def _selection(self, value: object, path: KeyPath, depth: int) -> Predicate:
        """A map (all of its items), a list (one of its entries), or keywords."""
        span = self._value_span(path)
        if depth > MAX_DEPTH:
            raise problem("nested-too-deep", f"lists nest deeper than {MAX_DEPTH} levels", span=span)
        match value:
            case Mapping():
                return self._map(value, path, span)
            case list() | tuple():
                return self._list(value, path, span, depth)
            case _:
                return predicate(_KEYWORDS, (Value(value, span),), span)

    def _map(self, items: Mapping[object, object], path: KeyPath, span: Span | None) -> Predicate:
        if not items:
            raise problem("empty-selection", "a selection is empty", span=span)
        return conjunction(tuple(self._item(key, value, path) for key, value in items.items()), span)

    def _item(self, key: object, value: object, path: KeyPath) -> Predicate:
        if not isinstance(key, str):
            raise problem("wrong-shape", f"the field name {key!r} is not a text", span=self._value_span(path))
        path = (*path, key)
        span = self._value_span(path)
        chain = read_chain(key, self._key_span(path))
        if isinstance(value, list | tuple):
            values = tuple(Value(entry, self._value_span((*path, index))) for index, entry in enumerate(value))
        else:
            values = (Value(value, span),)
        return predicate(chain, values, span)

    def _list(self, entries: Sequence[object], path: KeyPath, span: Span | None, depth: int) -> Predicate:
        if not entries:
            raise problem("empty-selection", "a selection is empty", span=span)
        if all(isinstance(entry, _SCALARS) for entry in entries):
            values = tuple(Value(entry, self._value_span((*path, index))) for index, entry in enumerate(entries))
            return predicate(_KEYWORDS, values, span)
        terms = tuple(self._selection(entry, (*path, index), depth + 1) for index, entry in enumerate(entries))
        return disjunction(terms, span)

    def _key_span(self, path: KeyPath) -> Span | None:
        located = self._places.get(path) if self._places is not None else None
        return None if located is None else located.key or located.value

    def _value_span(self, path: KeyPath) -> Span | None:
        located = self._places.get(path) if self._places is not None else None
        return None if located is None else located.value


def _same(span: Span) -> Span:
    return span
