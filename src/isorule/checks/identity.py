"""Ids and names that several rules of a collection share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar

from isorule.checks.check import ELASTIC, About, CheckedDocument
from isorule.checks.facts import Collected, CollectionFinding, Fact
from isorule.diagnostics import Severity
from isorule.source import KeyPath

_ID: Mapping[str, KeyPath] = {"elastic": ("rule", "rule_id"), "sigma": ("id",)}
_NAME: Mapping[str, KeyPath] = {"elastic": ("rule", "name"), "sigma": ("title",)}


def repeated(facts: Iterable[Collected]) -> Iterator[tuple[Collected, Collected]]:
    """Every fact whose format and value another had before it, with the first that had them."""
    first: dict[tuple[str, str], Collected] = {}
    for fact in facts:
        key = (fact.format, str(fact.value))
        if key in first:
            yield fact, first[key]
        else:
            first[key] = fact


class UniqueId:
    """An id that another rule of the same format has, too.

    ## What it does
    Compares `rule_id` of all Elastic rules of a run, and `id` of all Sigma rules; letter case does not count. An
    Elastic rule and its Sigma twin may share an id.

    ## Why
    An import into Kibana replaces one of the two rules by the other, and exceptions and alerts of one are counted for
    the other.

    ## Example
    ```yaml
    title: First
    id: 0c7a1f3e-5b1d-4a55-9c5e-6d2f8b7a9e01
    ```
    ```yaml
    title: Second
    id: 0C7A1F3E-5B1D-4A55-9C5E-6D2F8B7A9E01
    ```

    ## Use instead
    ```yaml
    title: First
    id: 0c7a1f3e-5b1d-4a55-9c5e-6d2f8b7a9e01
    ```
    ```yaml
    title: Second
    id: 0c7a1f3e-5b1d-4a55-9c5e-6d2f8b7a9e02
    ```

    ## Fix
    None. Which of the rules keeps the id depends on which of them is in use.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-rules-specification.md
    - https://www.elastic.co/docs/api/doc/kibana/operation/operation-createrule
    """

    about: ClassVar = About("COLL001", "unique-id", Severity.ERROR)

    def facts(self, document: CheckedDocument) -> Iterator[Fact]:
        """The id of a rule."""
        path = _ID[document.format]
        value = document.get(*path)
        if isinstance(value, str) and value:
            yield Fact(value.lower(), path)

    def in_collection(self, facts: Iterable[Collected]) -> Iterator[CollectionFinding]:
        """One finding for each rule whose id stands in an earlier file."""
        for fact, first in repeated(facts):
            message = f"the id {fact.value} is that of another rule"
            yield CollectionFinding(fact, message, related=(("the other rule is here", first),))


class UniqueName:
    """A name that another rule of the same format has, too.

    ## What it does
    Compares `name` of all Elastic rules of a run, and `title` of all Sigma rules. Deprecated rules (`maturity =
    "deprecated"`, `status: deprecated`) may keep a name that a newer rule took over.

    ## Why
    Alerts show the name, not the id: who reads one cannot tell which of the rules raised it.

    ## Example
    ```yaml
    title: Shell in a container
    ```
    ```yaml
    title: Shell in a container
    ```

    ## Use instead
    ```yaml
    title: Shell in a container
    ```
    ```yaml
    title: Interactive shell in a container
    ```

    ## Fix
    None. A good name is for the author to find.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/sigmahq/sigmahq-rule-convention.md
    - https://www.elastic.co/docs/solutions/security/detect-and-alert/create-detection-rule
    """

    about: ClassVar = About("COLL002", "unique-name", Severity.WARNING)

    def facts(self, document: CheckedDocument) -> Iterator[Fact]:
        """The name of a rule that is not deprecated."""
        path = _NAME[document.format]
        state = ("metadata", "maturity") if document.format == ELASTIC else ("status",)
        value = document.get(*path)
        if isinstance(value, str) and value and document.get(*state) != "deprecated":
            yield Fact(value, path)

    def in_collection(self, facts: Iterable[Collected]) -> Iterator[CollectionFinding]:
        """One finding for each rule whose name stands in an earlier file."""
        for fact, first in repeated(facts):
            message = f"another rule is called {fact.value!r}, too"
            yield CollectionFinding(fact, message, related=(("the other rule is here", first),))


CHECKS = (UniqueId, UniqueName)
"""The checks of this family."""
