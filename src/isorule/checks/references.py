"""Sigma rules that speak of other rules: correlations and filters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Final

from isorule.checks.check import SIGMA, About, CheckedDocument
from isorule.checks.facts import Collected, CollectionFinding, Fact
from isorule.diagnostics import Severity
from isorule.documents.sigma_homes import DEFAULT_TAXONOMY

_ANY: Final = "any"
_KINDS: Final = ("correlation", "filter")


class DanglingReference:
    """A correlation or filter that names a rule which is not there.

    ## What it does
    Looks for each entry of `correlation: rules` and `filter: rules` among the names and ids of all rules of the run.

    ## Why
    A correlation without one of its rules never fires, and converters refuse it; a filter is no rule that it could ask
    for. A filter without its rule narrows nothing, so the false positives that it was written for come back.

    ## Example
    ```yaml
    title: Many failed logons
    correlation:
      type: event_count
      rules:
        - failed_login
      group-by:
        - User
      timespan: 5m
      condition:
        gte: 10
    ```
    ```yaml
    title: Failed logon
    name: failed_logon
    ```

    ## Use instead
    ```yaml
    title: Many failed logons
    correlation:
      type: event_count
      rules:
        - failed_logon
      group-by:
        - User
      timespan: 5m
      condition:
        gte: 10
    ```
    ```yaml
    title: Failed logon
    name: failed_logon
    ```

    ## Fix
    None. The rule may be misspelt, or missing.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-correlation-rules-specification.md
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-filters-specification.md
    """

    about: ClassVar = About("COLL003", "dangling-reference", Severity.ERROR, frozenset({SIGMA}))

    def facts(self, document: CheckedDocument) -> Iterator[Fact]:
        """The names of a rule, and the names that it refers to."""
        yield from _names(document)
        yield from _references(document)

    def in_collection(self, facts: Iterable[Collected]) -> Iterator[CollectionFinding]:
        """One finding for each reference that leads nowhere."""
        known = list(facts)
        kinds: dict[str, set[str]] = {}
        for fact in known:
            match fact.value:
                case {"defines": str(name), "kind": str(kind)}:
                    kinds.setdefault(name, set()).add(kind)
        for fact in known:
            match fact.value:
                case {"refers": str(name), "from": str(kind)} if name not in kinds:
                    yield CollectionFinding(fact, f"no rule of this run has the name or id {name!r}")
                case {"refers": str(name), "from": "correlation"} if kinds[name] == {"filter"}:
                    yield CollectionFinding(fact, f"{name!r} is a filter, which detects nothing")


class AmbiguousReference:
    """A correlation that names a rule of which there are several.

    ## What it does
    Looks for the entries of `correlation: rules` that are the name or id of several rules. A rule of the same file is
    meant before those of other files.

    ## Why
    Which of the rules is meant, nobody can tell. isorule refuses such a correlation, and other converters take any.

    ## Example
    ```yaml
    title: Many failed logons
    correlation:
      type: event_count
      rules:
        - failed_logon
      group-by:
        - User
      timespan: 5m
      condition:
        gte: 10
    ```
    ```yaml
    title: Failed logon on Windows
    name: failed_logon
    ```
    ```yaml
    title: Failed logon on Linux
    name: failed_logon
    ```

    ## Use instead
    ```yaml
    title: Many failed logons
    correlation:
      type: event_count
      rules:
        - failed_logon_windows
      group-by:
        - User
      timespan: 5m
      condition:
        gte: 10
    ```
    ```yaml
    title: Failed logon on Windows
    name: failed_logon_windows
    ```
    ```yaml
    title: Failed logon on Linux
    name: failed_logon_linux
    ```

    ## Fix
    None. Which of the rules is meant is for the author to say.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-correlation-rules-specification.md
    """

    about: ClassVar = About("COLL004", "ambiguous-reference", Severity.ERROR, frozenset({SIGMA}))

    def facts(self, document: CheckedDocument) -> Iterator[Fact]:
        """The names of a rule, and the names that it refers to."""
        yield from _names(document)
        yield from _references(document)

    def in_collection(self, facts: Iterable[Collected]) -> Iterator[CollectionFinding]:
        """One finding for each reference of a correlation that leads to several rules."""
        known = list(facts)
        rules: dict[str, dict[tuple[str, int], Collected]] = {}
        for fact in known:
            match fact.value:
                case {"defines": str(name)}:
                    rules.setdefault(name, {}).setdefault((fact.path, fact.index), fact)
        for fact in known:
            match fact.value:
                case {"refers": str(name), "from": "correlation"} if len(rules.get(name, ())) > 1:
                    if sum(path == fact.path for path, _ in rules[name]) != 1:
                        related = tuple(("a rule of this name is here", other) for other in rules[name].values())
                        message = f"{len(rules[name])} rules have the name or id {name!r}"
                        yield CollectionFinding(fact, message, related=related)


class FilterTaxonomy:
    """A filter with the field names of another taxonomy than the rule that it names.

    ## What it does
    Compares `taxonomy` of each filter (`sigma` where it is absent) with that of the rules that it names.

    ## Why
    A field of one taxonomy is another field, or none, in the other. isorule does not apply such a filter, so the false
    positives that it was written for come back; elsewhere it may hide events that it does not mean.

    ## Example
    ```yaml
    title: Without the backup server
    logsource:
      product: windows
    filter:
      rules:
        - failed_logon
      selection:
        Computer: backup01
      condition: not selection
    ```
    ```yaml
    title: Failed logon
    name: failed_logon
    taxonomy: ecs
    ```

    ## Use instead
    ```yaml
    title: Without the backup server
    taxonomy: ecs
    logsource:
      product: windows
    filter:
      rules:
        - failed_logon
      selection:
        host.name: backup01
      condition: not selection
    ```
    ```yaml
    title: Failed logon
    name: failed_logon
    taxonomy: ecs
    ```

    ## Fix
    None. The fields of the other taxonomy are for the author to name.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-filters-specification.md
    - https://github.com/SigmaHQ/sigma-specification/blob/main/appendix/appendix-taxonomy.md
    """

    about: ClassVar = About("COLL005", "filter-taxonomy", Severity.WARNING, frozenset({SIGMA}))

    def facts(self, document: CheckedDocument) -> Iterator[Fact]:
        """The names of a rule, and the names that a filter refers to."""
        yield from _names(document)
        if isinstance(document.get("filter"), dict):
            yield from _references(document)

    def in_collection(self, facts: Iterable[Collected]) -> Iterator[CollectionFinding]:
        """One finding for each reference of a filter that leads to rules of another taxonomy only."""
        known = list(facts)
        found: dict[str, set[str]] = {}
        for fact in known:
            match fact.value:
                case {"defines": str(name), "kind": "rule", "taxonomy": str(taxonomy)}:
                    found.setdefault(name, set()).add(taxonomy)
        for fact in known:
            match fact.value:
                case {"refers": str(name), "taxonomy": str(own)} if name in found and own not in found[name]:
                    other = min(found[name])
                    message = f"the filter has the field names of {own!r}, the rule {name!r} those of {other!r}"
                    yield CollectionFinding(fact, message)


def _names(document: CheckedDocument) -> Iterator[Fact]:
    kind = next((key for key in _KINDS if document.get(key) is not None), "rule")
    for key in ("name", "id"):
        value = document.get(key)
        if isinstance(value, str):
            yield Fact({"defines": value, "kind": kind, "taxonomy": _taxonomy(document)}, (key,))


def _references(document: CheckedDocument) -> Iterator[Fact]:
    for kind in _KINDS:
        rules = document.get(kind, "rules")
        listed = isinstance(rules, list)
        for index, name in enumerate(rules if isinstance(rules, list) else [rules]):
            if isinstance(name, str) and not (kind == "filter" and not listed and name.lower() == _ANY):
                place = (kind, "rules", index) if listed else (kind, "rules")
                yield Fact({"refers": name, "from": kind, "taxonomy": _taxonomy(document)}, place)


def _taxonomy(document: CheckedDocument) -> str:
    found = document.get("taxonomy")
    return found if isinstance(found, str) else DEFAULT_TAXONOMY


CHECKS: Final = (DanglingReference, AmbiguousReference, FilterTaxonomy)
"""The checks of this family."""
