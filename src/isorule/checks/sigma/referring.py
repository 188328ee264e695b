"""Correlations and filters together with the rules that they refer to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from isorule.checks.check import SIGMA, About, CheckedDocument
from isorule.checks.facts import Collected, CollectionFinding, Fact, Json
from isorule.checks.sigma.correlation_parts import correlation, grouping, measured, rules_of
from isorule.checks.sigma.items import items
from isorule.checks.sigma.tables import Parts, parts_of, rows, texts
from isorule.diagnostics import Severity
from isorule.source import KeyPath

_ONLY = frozenset({SIGMA})


def _names(document: CheckedDocument) -> list[Json]:
    """The texts by which other rules may refer to a document."""
    return [value for key in ("name", "id") if isinstance(value := document.get(key), str) and value]


def _sources(document: CheckedDocument) -> list[Json]:
    parts = parts_of(document)
    return [] if parts is None else list(parts)


@dataclass(frozen=True, slots=True)
class _Rules:
    """What was kept of all rules, by the names that they go by."""

    by_name: Mapping[str, dict[str, Any]]

    def of(self, names: Iterable[str]) -> Iterator[tuple[str, dict[str, Any]]]:
        """The rules of single events that names lead to, through correlations; with the first name."""
        for name in names:
            seen: set[str] = set()
            waiting = [name]
            while waiting:
                at = waiting.pop()
                found = self.by_name.get(at)
                if found is None or at in seen:
                    continue
                seen.add(at)
                waiting += found["rules"]
                if not found["rules"]:
                    yield name, found


def _by_name(facts: Iterable[Collected]) -> _Rules:
    found: dict[str, dict[str, Any]] = {}
    for fact in facts:
        match fact.value:
            case {"names": list(names), **kept}:
                table = {str(key): value for key, value in kept.items()}
                for name in names:
                    found.setdefault(str(name), table)
    return _Rules(found)


class CorrelationCycle:
    """A correlation that refers to itself.

    ## What it does
    Follows the rules of correlations to the correlations among them.

    ## Why
    What has to match before it can match never does, and converters refuse it or run without end.

    ## Example
    ```yaml
    title: First
    name: first
    correlation:
      type: event_count
      rules:
        - second
      timespan: 5m
      condition:
        gte: 10
    ```
    ```yaml
    title: Second
    name: second
    correlation:
      type: event_count
      rules:
        - first
      timespan: 5m
      condition:
        gte: 10
    ```

    ## Use instead
    ```yaml
    title: First
    name: first
    correlation:
      type: event_count
      rules:
        - second
      timespan: 5m
      condition:
        gte: 10
    ```
    ```yaml
    title: Second
    name: second
    correlation:
      type: event_count
      rules:
        - failed_logon
      timespan: 5m
      condition:
        gte: 10
    ```

    ## Fix
    None. Which of the references is wrong is for the author to say.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-correlation-rules-specification.md
    """

    about: ClassVar = About("SIGMACORR007", "sigma-correlation-cycle", Severity.ERROR, _ONLY)

    def facts(self, document: CheckedDocument) -> Iterator[Fact]:
        """The names of a correlation and the rules that it refers to."""
        table = correlation(document)
        if table is not None:
            rules: list[Json] = list(rules_of(table))
            yield Fact({"names": _names(document), "rules": rules}, ("correlation", "rules"), at_key=True)

    def in_collection(self, facts: Iterable[Collected]) -> Iterator[CollectionFinding]:
        """One finding for each correlation on a circle."""
        known = list(facts)
        by_name = _by_name(known).by_name
        for fact in known:
            match fact.value:
                case {"names": list(names), "rules": list(rules)} if _reaches(by_name, rules, {str(n) for n in names}):
                    yield CollectionFinding(fact, "the correlation refers to itself, by way of its rules")


def _reaches(by_name: Mapping[str, dict[str, Any]], rules: Iterable[Any], goal: set[str]) -> bool:
    seen: set[str] = set()
    waiting = [str(name) for name in rules]
    while waiting:
        at = waiting.pop()
        if at in goal:
            return True
        if at not in seen and at in by_name:
            seen.add(at)
            waiting += by_name[at]["rules"]
    return False


class CorrelationField:
    """A field of a correlation that one of its rules cannot have.

    ## What it does
    Looks the fields of `group-by` and of the measured value up: each rule that the correlation refers to must have them
    in its detection or among the fields of its log source in Sigma's taxonomy. Rules of log sources without a list of
    fields, and aliases, are passed over.

    ## Why
    Events without the field are in no group, so the correlation never holds.

    ## Example
    ```yaml
    title: Many tools
    correlation:
      type: event_count
      rules:
        - network_tool
      group-by:
        - UserName
      timespan: 5m
      condition:
        gte: 10
    ```
    ```yaml
    title: Network tool
    name: network_tool
    logsource:
      category: process_creation
      product: windows
    ```

    ## Use instead
    ```yaml
    title: Many tools
    correlation:
      type: event_count
      rules:
        - network_tool
      group-by:
        - User
      timespan: 5m
      condition:
        gte: 10
    ```
    ```yaml
    title: Network tool
    name: network_tool
    logsource:
      category: process_creation
      product: windows
    ```

    ## Fix
    None. Which field is meant is for the author to say.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-correlation-rules-specification.md
    """

    about: ClassVar = About("SIGMACORR008", "sigma-correlation-field", Severity.WARNING, _ONLY)

    def facts(self, document: CheckedDocument) -> Iterator[Fact]:
        """The names, log source and fields of a rule; and each field of a correlation with the rules that need it."""
        table = correlation(document)
        names = _names(document)
        if table is None:
            if names and "detection" in document.values:
                own: list[Json] = [*sorted({item.field for item in items(document)})]
                plain = document.get("taxonomy") in (None, "sigma")
                kept: Json = {"names": names, "rules": [], "source": _sources(document) if plain else [], "own": own}
                yield Fact(kept, ("title",))
            return
        rules: list[Json] = list(rules_of(table))
        yield Fact({"names": names, "rules": rules}, ("title",))
        aliases = table.get("aliases")
        for path, name in (*grouping(table), *measured(table)):
            if not isinstance(aliases, Mapping) or name not in aliases:
                yield Fact({"field": name, "rules": rules}, path)

    def in_collection(self, facts: Iterable[Collected]) -> Iterator[CollectionFinding]:
        """One finding for each field and rule."""
        known = list(facts)
        rules = _by_name(known)
        for fact in known:
            match fact.value:
                case {"field": str(field), "rules": list(names)}:
                    for name, rule in rules.of(str(item) for item in names):
                        if rule["source"] and not _has(rule, field):
                            source = Parts(*rule["source"]).text()
                            yield CollectionFinding(fact, f"{name} ({source}) has no field {field}")


def _has(rule: Mapping[str, Any], field: str) -> bool:
    row = rows().get(Parts(*rule["source"]))
    return row is None or not row.fields or field in row.fields or field in rule["own"]


class FilterLogsource:
    """A filter for a rule of another log source.

    ## What it does
    Compares the log source of a filter with those of the rules that it names.

    ## Why
    A filter narrows only rules whose log source is its own or a narrower one. For another one it does nothing, and the
    false positives that it was written for stay.

    ## Example
    ```yaml
    title: Administrators
    logsource:
      category: file_event
      product: windows
    filter:
      rules:
        - network_tool
      selection:
        User|startswith: 'adm_'
      condition: not selection
    ```
    ```yaml
    title: Network tool
    name: network_tool
    logsource:
      category: process_creation
      product: windows
    ```

    ## Use instead
    ```yaml
    title: Administrators
    logsource:
      category: process_creation
      product: windows
    filter:
      rules:
        - network_tool
      selection:
        User|startswith: 'adm_'
      condition: not selection
    ```
    ```yaml
    title: Network tool
    name: network_tool
    logsource:
      category: process_creation
      product: windows
    ```

    ## Fix
    None. The filter may be meant for another rule.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-filters-specification.md
    """

    about: ClassVar = About("SIGMACORR009", "sigma-filter-logsource", Severity.WARNING, _ONLY)

    def facts(self, document: CheckedDocument) -> Iterator[Fact]:
        """The names and log source of a rule; the log source of a filter with each rule that it names."""
        if "filter" not in document.values:
            if "detection" in document.values and _names(document):
                yield Fact({"names": _names(document), "rules": [], "source": _sources(document)}, ("logsource",))
            return
        listed = document.get("filter", "rules")
        for index, name in texts(listed):
            path: KeyPath = ("filter", "rules", index)
            yield Fact({"narrows": name, "source": _sources(document)}, path)

    def in_collection(self, facts: Iterable[Collected]) -> Iterator[CollectionFinding]:
        """One finding for each rule of another log source."""
        known = list(facts)
        by_name = _by_name(known).by_name
        for fact in known:
            match fact.value:
                case {"narrows": str(name), "source": [_, *_] as source} if name in by_name:
                    other = by_name[name]["source"]
                    mine = Parts(*source)
                    if other and not mine.within(Parts(*other)):
                        theirs = Parts(*other).text()
                        yield CollectionFinding(fact, f"{name} is a rule of {theirs}; the filter is for {mine.text()}")


CHECKS: Final = (CorrelationCycle, CorrelationField, FilterLogsource)
"""The checks of this family."""
