"""Sigma filters: tuning that is kept apart from the rules that it narrows.

https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-filters-specification.md (2.1.0)

A rule with a filter asks for its own condition and for that of the filter, so a filter that excludes says
`condition: not selection`. The specification leaves that open; pySigma has it so
(https://github.com/SigmaHQ/pySigma/blob/main/sigma/filters.py), and so do other tools. Beyond the specification, as
pySigma: `rules: any` and an empty list mean every rule of the log source.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, assert_never

from isorule.diagnostics import Diagnostic, ParseError, Severity, UnsupportedError
from isorule.dialects.sigma import read_detection
from isorule.documents.elastic_detections import with_filters
from isorule.documents.problems import Place
from isorule.documents.references import FILTER, resolved
from isorule.ir.detections import Correlation
from isorule.ir.predicates import And, Const, Nested, Not, Or, Predicate, Test
from isorule.ir.rule import LogSource, Rule
from isorule.source import Embedded, KeyPath, Span
from isorule.source.reading import Reading

ANY: Final = "any"


@dataclass(frozen=True, slots=True)
class Filter:
    """What a filter asks of the events of the rules that it names by name or id; `rules` is None for every rule."""

    rules: tuple[str, ...] | None
    logsource: LogSource
    taxonomy: str
    where: Predicate

    def concerns(self, rule: Rule) -> bool:
        """Whether the filter narrows a rule: it names it, and the rule has what its own log source says."""
        source = rule.data_source.logsource
        named = self.rules is None or rule.metadata.id in self.rules or rule.metadata.name in self.rules
        return named and rule.type != FILTER and source is not None and _within(source, self.logsource)


def _within(source: LogSource, wanted: LogSource) -> bool:
    """Whether a log source has every attribute that is wanted, custom ones included; the definition is prose."""
    own = (source.category, source.product, source.service)
    asked = (wanted.category, wanted.product, wanted.service)
    extra = dict(source.extra)
    return all(want is None or want == have for want, have in zip(asked, own, strict=True)) and all(
        extra.get(name) == value for name, value in wanted.extra
    )


def read_filter(reading: Reading) -> None:
    """Read the filter of a document, so that its errors are found.

    Raises ParseError where the filter does not follow the specification, at the place in the file.
    """
    place = Place(reading.file, reading.places)
    table = _table(reading.values, place)
    _rules(table, place)
    if "condition" in table and not isinstance(table["condition"], str):
        raise place.wrong_type(("filter", "condition"), "a text", table["condition"])
    places = {path[1:]: located for path, located in reading.places.items() if path[:1] == ("filter",)}

    def embedded(path: KeyPath) -> Embedded:
        return reading.embedded(("filter", *path))

    try:
        read_detection(_selections(table), places, embedded)
    except ParseError as error:
        raise ParseError(error.diagnostic.located(reading.file)) from error
    except UnsupportedError as error:
        raise UnsupportedError(error.diagnostic.located(reading.file)) from error


def _table(values: Mapping[str, object], place: Place) -> Mapping[str, object]:
    table = values.get("filter")
    if not isinstance(table, Mapping):
        raise place.wrong_type(("filter",), "a table", table)
    return table


def _selections(table: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in table.items() if name != "rules"}


def _rules(table: Mapping[str, object], place: Place) -> tuple[str, ...] | None:
    path = ("filter", "rules")
    if "rules" not in table:
        raise place.missing(path, "a filter names the rules that it narrows, or `any`")
    found = table["rules"]
    if isinstance(found, str):
        return None if found.lower() == ANY else (found,)
    if not isinstance(found, list):
        raise place.wrong_type(path, "a list of texts", found)
    for index, name in enumerate(found):
        if not isinstance(name, str):
            raise place.wrong_type((*path, index), "a text", name)
    return tuple(found) or None


def filter_of(rule: Rule) -> Filter:
    """The filter that a rule of the type `sigma-filter` is; it must have been read from a file.

    Its condition has no places, since it comes to stand in rules of other files.
    """
    origin = rule.origin
    assert origin is not None
    place = Place(origin.file, origin.places)
    table = _table(origin.document, place)
    where = _without_places(read_detection(_selections(table)).where)
    return Filter(_rules(table, place), rule.data_source.logsource or LogSource(), rule.data_source.taxonomy, where)


def _without_places(where: Predicate) -> Predicate:
    """The condition without the places of its operators; its tests, read without places, have none."""
    match where:
        case Test():
            return where
        case Const():
            return replace(where, span=None)
        case Not(term) | Nested(_, term):
            return replace(where, term=_without_places(term), span=None)
        case And(terms) | Or(terms):
            return replace(where, terms=tuple(map(_without_places, terms)), span=None)
        case _:
            assert_never(where)


def apply_filters(rules: Iterable[Rule], filters: Iterable[Filter]) -> tuple[Rule, ...]:
    """The rules, each narrowed by the filters that concern it; correlations then refer to the narrowed rules.

    A filter of another taxonomy than the rule's leaves the rule as it is, since its fields have other names; see
    `filter_problems`.
    """
    given = tuple(filters)
    return resolved(_narrowed(rule, given) for rule in rules)


def _narrowed(rule: Rule, filters: tuple[Filter, ...]) -> Rule:
    if isinstance(rule.detection, Correlation):
        return rule
    wanted = tuple(item.where for item in filters if item.concerns(rule) and item.taxonomy == rule.data_source.taxonomy)
    return replace(rule, detection=with_filters(rule.detection, wanted)) if wanted else rule


def filter_problems(filters: Iterable[Rule], rules: Iterable[Rule]) -> tuple[Diagnostic, ...]:
    """Where filters have no effect on the rules that they seem to have: unknown rules, other taxonomies or sources.

    They have the names and codes of the checks that find the same in files.
    """
    given = tuple(rules)
    return tuple(problem for rule in filters if rule.type == FILTER for problem in _problems(rule, given))


def _problems(rule: Rule, given: tuple[Rule, ...]) -> Iterable[Diagnostic]:
    found = filter_of(rule)
    origin = rule.origin
    assert origin is not None
    named: dict[str, list[Rule]] = {}
    for item in given:
        for name in dict.fromkeys(name for name in (item.metadata.id, item.metadata.name) if name):
            named.setdefault(name, []).append(item)
    for number, name in enumerate(found.rules or ()):
        located = origin.places.get(("filter", "rules", number)) or origin.places.get(("filter", "rules"))
        for problem in _reference_problems(name, named.get(name, []), found):
            span = located.value if located is not None else Span(0, 0)
            yield replace(problem, span=span).located(origin.file)
    for item in given:
        if found.concerns(item) and item.data_source.taxonomy != found.taxonomy:
            message = (
                f"the filter has the field names of {found.taxonomy!r}, the rule {item.metadata.title!r} those of "
                f"{item.data_source.taxonomy!r}, so it is not applied"
            )
            yield Diagnostic("COLL005", "filter-taxonomy", Severity.WARNING, message).located(origin.file)


def _reference_problems(name: str, targets: list[Rule], found: Filter) -> Iterable[Diagnostic]:
    """What keeps a filter from narrowing the rules that one of its references leads to."""
    if not targets:
        message = f"no rule of this name or id is among the given rules: {name}"
        yield Diagnostic("COLL003", "dangling-reference", Severity.WARNING, message)
    for target in targets:
        if found.concerns(target):
            continue
        title = target.metadata.title
        message = f"the filter is for another log source than the rule {title!r}, so it is not applied"
        if isinstance(target.detection, Correlation):
            message = f"{title!r} is a correlation, which has no events to leave out; name the rules that it refers to"
        yield Diagnostic("SIGMACORR009", "sigma-filter-logsource", Severity.WARNING, message)


def collection(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Rules of one or many files as one collection: references followed across files, filters applied and left out."""
    given = tuple(rules)
    filters = [filter_of(rule) for rule in given if rule.type == FILTER and rule.origin is not None]
    kept = tuple(rule for rule in given if rule.type != FILTER)
    return apply_filters(kept, filters) if filters else resolved(kept)
