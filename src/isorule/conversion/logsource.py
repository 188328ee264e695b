"""The log source of a rule on the other side.

The log source only routes: it never stands in for a condition, so the conditions that it was derived from stay in the
detection, and nothing is lost where a reader of the rule ignores it.
"""

from __future__ import annotations

from dataclasses import replace

from isorule.ir.axes import Absent, Quantifier
from isorule.ir.matchers import Equals, Matcher, OneOf
from isorule.ir.predicates import And, Field, Predicate, Test
from isorule.ir.rule import DataSource, LogSource
from isorule.mappings import logsources

DEFAULT_INDICES = ("logs-*", "filebeat-*", "winlogbeat-*")
"""Where a rule of an unknown log source looks."""

_PRODUCTS = {"windows": "windows", "linux": "linux", "macos": "macos"}


def logsource_of(source: DataSource, where: Predicate) -> LogSource:
    """The Sigma log source of an Elastic rule, from its index patterns and from what its condition requires.

    `where` has its event category as a plain field. A rule that tells nothing gets `product: elastic` and its index
    patterns as the definition.
    """
    table = logsources()
    row = table.for_indices(source.indices) or table.for_integrations(source.integrations)
    systems = required_values(where, "host.os.type")
    product = _PRODUCTS.get(next(iter(systems))) if len(systems) == 1 else None
    category = _category(source, where)
    if row is not None and row.product is not None and (product is None or row.product == product):
        found = _with_category(row, category)
    else:
        found = LogSource(product=product, category=category or (row.category if row else None))
    if found == LogSource():
        found = LogSource(product="elastic")
    if source.indices and not found.category and not found.service:
        found = replace(found, definition=f"Index patterns: {', '.join(source.indices)}")
    return found


def _with_category(row: LogSource, category: str | None) -> LogSource:
    """A log source with a category that the rule asks for: a service of an operating system has none beside it, and
    one of a product has no categories."""
    if category is None or (row.service is not None and row.product not in _PRODUCTS):
        return row
    return replace(row, category=category, service=None)


def _category(source: DataSource, where: Predicate) -> str | None:
    categories = required_values(where, "event.category")
    if source.category_field != "event.category" or len(categories) != 1:
        return None
    return logsources().category(next(iter(categories)), required_values(where, "event.type"))


def required_values(where: Predicate, path: str) -> frozenset[str]:
    """The texts of which a field must hold one for the condition to be true; empty where there is no such set."""
    for term in where.terms if isinstance(where, And) else (where,):
        match term:
            case Test(Field(found), matcher, Quantifier.ANY, Absent.FALSE) if found == path:
                values = _texts(matcher)
                if values:
                    return values
            case And():
                values = required_values(term, path)
                if values:
                    return values
            case _:
                continue
    return frozenset()


def _texts(matcher: Matcher) -> frozenset[str]:
    match matcher:
        case Equals(str() as text):
            return frozenset({text.lower()})
        case OneOf(options):
            parts = [_texts(option) for option in options]
            return frozenset().union(*parts) if all(parts) else frozenset()
        case _:
            return frozenset()


def indices_of(logsource: LogSource | None) -> tuple[str, ...]:
    """The index patterns for a rule of a Sigma log source."""
    return (logsources().indices(logsource) if logsource else None) or DEFAULT_INDICES
