"""Kibana's filters: the objects in `filters` and `threat_filters` of an Elastic rule, as predicates.

A filter holds one clause of Elasticsearch's Query DSL, at `query` or (older ones) at the top, and `meta.negate` and
`meta.disabled`. The clause is read by the dialect called dsl.
https://github.com/elastic/kibana/tree/main/src/platform/packages/shared/kbn-es-query/src/filters
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from isorule.diagnostics import IsoruleError
from isorule.dialects import dialect
from isorule.ir.detections import Match
from isorule.ir.predicates import Not, Predicate
from isorule.ir.spans import moved


class UnknownFilterError(Exception):
    """A filter has a shape that is not understood; its text says what it is."""


def filter_predicate(item: Mapping[str, Any]) -> Predicate | None:
    """What a filter asks of an event, without spans; None where it is disabled.

    Raises UnknownFilterError for a shape that is not understood.
    """
    meta = item.get("meta", {})
    if not isinstance(meta, Mapping):
        raise UnknownFilterError("a filter whose `meta` is not a table")
    if meta.get("disabled") is True:
        return None
    clause = item["query"] if "query" in item else {key: item[key] for key in item if key not in ("meta", "$state")}
    predicate = _clause(clause)
    return Not(predicate) if meta.get("negate") is True else predicate


def _clause(clause: Any) -> Predicate:
    if not clause:
        raise UnknownFilterError("a filter without query")
    parse = dialect("dsl").parse
    assert parse is not None  # the dialect is one that isorule brings
    try:
        text = json.dumps(clause, default=str)
    except RecursionError:
        raise UnknownFilterError("a filter of deeply nested clauses") from None
    try:
        found = parse(text)
    except IsoruleError as error:
        raise UnknownFilterError(f"a filter that is not understood: {error.diagnostic.message}") from error
    assert isinstance(found, Match)  # a query asks for single events
    return moved(found.where, lambda _: None)


def filters_predicate(items: Iterable[Mapping[str, Any]]) -> tuple[Predicate, ...]:
    """The predicates of all filters that are not disabled, all of which must hold.

    Raises UnknownFilterError for a shape that is not understood.
    """
    return tuple(found for item in items if (found := filter_predicate(item)) is not None)
