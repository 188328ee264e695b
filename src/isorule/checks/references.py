"""Sigma rules that speak of other rules: correlations and filters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Final

from isorule.checks.check import SIGMA, About, CheckedDocument
from isorule.checks.facts import Collected, CollectionFinding, Fact
from isorule.diagnostics import Severity

_ANY: Final = "any"
_DEFINES: Final = "defines "
_REFERS: Final = "refers "


class DanglingReference:
    """A correlation or filter that names a rule which is not there.

    ## What it does
    Looks for each entry of `correlation: rules` and `filter: rules` among the names and ids of all rules of the run.

    ## Why
    A correlation without one of its rules never fires, and converters refuse it. A filter without its rule narrows
    nothing, so the false positives that it was written for come back.

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
        for key in ("name", "id"):
            value = document.get(key)
            if isinstance(value, str):
                yield Fact(_DEFINES + value, (key,))
        for kind in ("correlation", "filter"):
            rules = document.get(kind, "rules")
            if isinstance(rules, str):
                yield Fact(_REFERS + rules, (kind, "rules"))
            for index, name in enumerate(rules if isinstance(rules, list) else []):
                if isinstance(name, str):
                    yield Fact(_REFERS + name, (kind, "rules", index))

    def in_collection(self, facts: Iterable[Collected]) -> Iterator[CollectionFinding]:
        """One finding for each reference that leads nowhere."""
        known = list(facts)
        defined = {str(fact.value) for fact in known}
        for fact in known:
            kind, _, name = str(fact.value).partition(" ")
            if f"{kind} " == _REFERS and name != _ANY and _DEFINES + name not in defined:
                yield CollectionFinding(fact, f"no rule of this run has the name or id {name!r}")


CHECKS: Final = (DanglingReference,)
"""The checks of this family."""
