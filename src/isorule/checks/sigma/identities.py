"""Names of Sigma rules, and the rules that they say they are related to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Final

from isorule.checks.check import SIGMA, About, CheckedDocument, Finding
from isorule.checks.facts import Collected, CollectionFinding, Fact
from isorule.checks.identity import repeated
from isorule.diagnostics import Severity

_ONLY = frozenset({SIGMA})
_GONE: Final = ("obsolete", "renamed")
_OUT_OF_USE: Final = ("deprecated", "unsupported")
_IS: Final = "is "
_REPLACES: Final = "replaces "


class RelatedSelf:
    """A rule that is related to itself.

    ## What it does
    Compares the ids of `related` with the rule's own.

    ## Why
    The relation says nothing, and the id of another rule was meant.

    ## Example
    ```yaml
    id: 0c7a1f3e-5b1d-4a55-9c5e-6d2f8b7a9e01
    related:
      - id: 0c7a1f3e-5b1d-4a55-9c5e-6d2f8b7a9e01
        type: similar
    ```

    ## Use instead
    ```yaml
    id: 0c7a1f3e-5b1d-4a55-9c5e-6d2f8b7a9e01
    related:
      - id: 0c7a1f3e-5b1d-4a55-9c5e-6d2f8b7a9e02
        type: similar
    ```

    ## Fix
    None. Which rule was meant is for the author to say.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-rules-specification.md
    """

    about: ClassVar = About("SIGMAID002", "sigma-related-self", Severity.ERROR, _ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each relation."""
        own = document.get("id")
        for index, key, _ in _related(document):
            if isinstance(own, str) and key == own.lower():
                yield Finding(("related", index, "id"), "this is the rule's own id")


def _related(document: CheckedDocument) -> Iterator[tuple[int, str, str]]:
    """Number, id and type of each related rule."""
    listed = document.get("related")
    for index, item in enumerate(listed if isinstance(listed, list) else []):
        match item:
            case {"id": str(key), "type": str(kind)}:
                yield index, key.lower(), kind


class RelatedInUse:
    """A rule that took the place of another one which is still in use.

    ## What it does
    Looks for rules of the run whose id another rule gives as `related` of type `obsolete` or `renamed`, and that are
    neither deprecated nor unsupported.

    ## Why
    Both rules are deployed, and every event raises two alerts.

    ## Example
    ```yaml
    title: Network scanner
    id: 0c7a1f3e-5b1d-4a55-9c5e-6d2f8b7a9e01
    related:
      - id: 0c7a1f3e-5b1d-4a55-9c5e-6d2f8b7a9e02
        type: obsolete
    ```
    ```yaml
    title: Nmap
    id: 0c7a1f3e-5b1d-4a55-9c5e-6d2f8b7a9e02
    status: test
    ```

    ## Use instead
    ```yaml
    title: Network scanner
    id: 0c7a1f3e-5b1d-4a55-9c5e-6d2f8b7a9e01
    related:
      - id: 0c7a1f3e-5b1d-4a55-9c5e-6d2f8b7a9e02
        type: obsolete
    ```
    ```yaml
    title: Nmap
    id: 0c7a1f3e-5b1d-4a55-9c5e-6d2f8b7a9e02
    status: deprecated
    ```

    ## Fix
    None. Which of the rules is to stay is for their authors to say.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-rules-specification.md
    """

    about: ClassVar = About("SIGMAID003", "sigma-related-in-use", Severity.WARNING, _ONLY)

    def facts(self, document: CheckedDocument) -> Iterator[Fact]:
        """The id of a rule in use, and those whose place it took."""
        own = document.get("id")
        if isinstance(own, str) and document.get("status") not in _OUT_OF_USE:
            yield Fact(_IS + own.lower(), ("id",))
            for index, key, kind in _related(document):
                if kind in _GONE and key != own.lower():
                    yield Fact(_REPLACES + key, ("related", index, "id"))

    def in_collection(self, facts: Iterable[Collected]) -> Iterator[CollectionFinding]:
        """One finding for each relation."""
        known = list(facts)
        used = {str(fact.value)[len(_IS) :]: fact for fact in known if str(fact.value).startswith(_IS)}
        for fact in known:
            text = str(fact.value)
            other = used.get(text[len(_REPLACES) :]) if text.startswith(_REPLACES) else None
            if other is not None:
                message = "the rule whose place this one took is still in use"
                yield CollectionFinding(fact, message, related=(("it is here", other),))


class NameUnique:
    """A name for correlations that two rules have.

    ## What it does
    Compares the key `name` of all rules of the run.

    ## Why
    Correlations and filters refer to rules by it. With two rules of one name, which of them is meant depends on the
    order in which files are read.

    ## Example
    ```yaml
    title: First
    name: failed_logon
    ```
    ```yaml
    title: Second
    name: failed_logon
    ```

    ## Use instead
    ```yaml
    title: First
    name: failed_logon
    ```
    ```yaml
    title: Second
    name: failed_logon_of_service
    ```

    ## Fix
    None. Other rules may refer to either of them.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-rules-specification.md
    """

    about: ClassVar = About("SIGMAID004", "sigma-name-unique", Severity.ERROR, _ONLY)

    def facts(self, document: CheckedDocument) -> Iterator[Fact]:
        """The name of a rule."""
        value = document.get("name")
        if isinstance(value, str) and value:
            yield Fact(value, ("name",))

    def in_collection(self, facts: Iterable[Collected]) -> Iterator[CollectionFinding]:
        """One finding for each rule whose name stands in an earlier file."""
        for fact, first in repeated(facts):
            message = f"another rule has the name {fact.value}, too"
            yield CollectionFinding(fact, message, related=(("the other rule is here", first),))


CHECKS: Final = (RelatedSelf, RelatedInUse, NameUnique)
"""The checks of this family."""
