"""Kibana's filters: the objects in `filters` and `threat_filters` of an Elastic rule, as predicates.

A filter holds one clause of Elasticsearch's Query DSL, at `query` or (older ones) at the top, and `meta.negate` and
`meta.disabled`. https://github.com/elastic/kibana/tree/main/src/platform/packages/shared/kbn-es-query/src/filters
https://www.elastic.co/docs/reference/query-languages/query-dsl
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from isorule.ir.axes import Case, TokenMode
from isorule.ir.matchers import Bound, Equals, LikePart, Matcher, OneOf, Present, Range, Scalar, Tokens, Wildcard, like
from isorule.ir.predicates import Field, Not, Predicate, Test, conjunction, disjunction

_IGNORED_OPTIONS: Final = frozenset({"boost", "_name"})
"""Options that change the score or the name of a match, not whether it matches."""

_USUAL_DATE_FORMAT: Final = "strict_date_optional_time"
_BOUNDS: Final = ("gt", "gte", "lt", "lte")
_MAX_DEPTH: Final = 20


class UnknownFilterError(Exception):
    """A filter has a shape that is not understood; its text says what it is."""


def filter_predicate(item: Mapping[str, Any]) -> Predicate | None:
    """What a filter asks of an event; None where it is disabled.

    Raises UnknownFilterError for a shape that is not understood.
    """
    meta = item.get("meta", {})
    if not isinstance(meta, Mapping):
        raise UnknownFilterError("a filter whose `meta` is not a table")
    if meta.get("disabled") is True:
        return None
    clause = item["query"] if "query" in item else {key: item[key] for key in item if key not in ("meta", "$state")}
    predicate = _clause(clause, 0)
    return Not(predicate) if meta.get("negate") is True else predicate


def _clause(clause: Any, depth: int) -> Predicate:
    if not isinstance(clause, Mapping) or len(clause) != 1:
        names = ", ".join(map(str, clause)) if isinstance(clause, Mapping) else type(clause).__name__
        raise UnknownFilterError(
            f"a filter that is not one query clause ({names})" if names else "a filter without query"
        )
    if depth > _MAX_DEPTH:
        raise UnknownFilterError("a filter of deeply nested clauses")
    ((name, body),) = clause.items()
    if not isinstance(body, Mapping):
        raise UnknownFilterError(f"a filter whose `{name}` is not a table")
    if name == "bool":
        return _bool(body, depth)
    if name == "exists":
        return Test(Field(_only_text(body, "field", "exists")), Present())
    read = _LEAVES.get(name)
    if read is None:
        raise UnknownFilterError(f"a filter with the query clause `{name}`")
    options = {field: value for field, value in body.items() if field not in _IGNORED_OPTIONS}
    if len(options) != 1:
        raise UnknownFilterError(f"a filter whose `{name}` does not name one field")
    ((field, value),) = options.items()
    return Test(Field(field), read(value))


def _bool(body: Mapping[str, Any], depth: int) -> Predicate:
    unknown = set(body) - {"must", "filter", "should", "must_not", "minimum_should_match", *_IGNORED_OPTIONS}
    if unknown:
        raise UnknownFilterError(f"a filter with bool.{min(unknown)}")
    required = [_clause(part, depth + 1) for key in ("must", "filter") for part in _parts(body.get(key, []))]
    required += [Not(_clause(part, depth + 1)) for part in _parts(body.get("must_not", []))]
    options = tuple(_clause(part, depth + 1) for part in _parts(body.get("should", [])))
    least = body.get("minimum_should_match", 0 if body.get("must") or body.get("filter") else 1)
    if isinstance(least, bool) or least not in (0, 1):
        raise UnknownFilterError(f"a filter with minimum_should_match {least}")
    if options and least == 1:
        required.append(disjunction(options))
    return conjunction(tuple(required))


def _parts(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _only_text(body: Mapping[str, Any], key: str, clause: str) -> str:
    value = body.get(key)
    if not isinstance(value, str) or set(body) - {key, *_IGNORED_OPTIONS}:
        raise UnknownFilterError(f"a filter whose `{clause}` is not {{{key}: text}}")
    return value


def _wildcard(value: Any) -> Matcher:
    case = Case.MAPPED
    if isinstance(value, Mapping):
        _check_options("wildcard", value, "value", "wildcard", "case_insensitive", "rewrite")
        case = Case.INSENSITIVE if value.get("case_insensitive") is True else Case.MAPPED
        value = value.get("value", value.get("wildcard"))
    if not isinstance(value, str):
        raise UnknownFilterError("a filter whose `wildcard` has no text")
    return like(_pattern(value), case)


def _pattern(text: str) -> tuple[LikePart, ...]:
    """`*` any run, `?` one character, `\\` takes the next character as it is (the wildcard query)."""
    parts: list[LikePart] = []
    characters = iter(text)
    for character in characters:
        if character == "\\":
            parts.append(next(characters, "\\"))
        elif character == "*":
            parts.append(Wildcard.RUN)
        elif character == "?":
            parts.append(Wildcard.ONE)
        else:
            parts.append(character)
    return tuple(parts)


def _match_phrase(value: Any) -> Matcher:
    if isinstance(value, Mapping):
        _check_options("match_phrase", value, "query")
        value = value.get("query")
    return Tokens(_literal_text("match_phrase", value), TokenMode.PHRASE)


def _range(value: Any) -> Matcher:
    if not isinstance(value, Mapping):
        raise UnknownFilterError("a filter whose `range` has no bounds")
    _check_options("range", value, *_BOUNDS, "format")
    if value.get("format", _USUAL_DATE_FORMAT) != _USUAL_DATE_FORMAT:
        raise UnknownFilterError("a filter with a date format of its own")
    if not any(key in value for key in _BOUNDS) or {"gt", "gte"} <= set(value) or {"lt", "lte"} <= set(value):
        raise UnknownFilterError("a filter whose `range` has no single bounds")
    return Range(_bound(value, "gt", "gte"), _bound(value, "lt", "lte"))


def _bound(value: Mapping[str, Any], exclusive: str, inclusive: str) -> Bound | None:
    for key in (exclusive, inclusive):
        if key in value:
            return Bound(_scalar("range", value[key]), key == inclusive)
    return None


def _term(value: Any) -> Matcher:
    case = Case.MAPPED
    if isinstance(value, Mapping):
        _check_options("term", value, "value", "case_insensitive")
        case = Case.INSENSITIVE if value.get("case_insensitive") is True else Case.MAPPED
        value = value.get("value")
    found = _scalar("term", value)
    return Equals(found, case) if isinstance(found, str) else Equals(found)


def _terms(value: Any) -> Matcher:
    if not isinstance(value, list) or not value:
        raise UnknownFilterError("a filter whose `terms` has no list")
    options = tuple(_term(item) for item in value)
    return options[0] if len(options) == 1 else OneOf(options)


def _check_options(clause: str, value: Mapping[str, Any], *known: str) -> None:
    unknown = set(value) - {*known, *_IGNORED_OPTIONS}
    if unknown:
        raise UnknownFilterError(f"a filter with {clause}.{min(unknown)}")


def _scalar(clause: str, value: Any) -> Scalar:
    if not isinstance(value, str | int | float):
        raise UnknownFilterError(f"a filter whose `{clause}` has no value")
    return value


def _literal_text(clause: str, value: Any) -> str:
    """The text of a value as the query of a full-text clause has it."""
    found = _scalar(clause, value)
    return str(found).lower() if isinstance(found, bool) else str(found)


_LEAVES: Final[Mapping[str, Callable[[Any], Matcher]]] = {
    "wildcard": _wildcard,
    "match_phrase": _match_phrase,
    "range": _range,
    "term": _term,
    "terms": _terms,
}


def filters_predicate(items: Iterable[Mapping[str, Any]]) -> tuple[Predicate, ...]:
    """The predicates of all filters that are not disabled, all of which must hold.

    Raises UnknownFilterError for a shape that is not understood.
    """
    return tuple(found for item in items if (found := filter_predicate(item)) is not None)
