"""Ids and names of rules: ids that no generator made, white space, and what several rules of a collection share."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar, Final

from isorule.checks.check import SIGMA, About, CheckedDocument, Finding
from isorule.checks.facts import Collected, CollectionFinding, Fact
from isorule.diagnostics import Severity
from isorule.source import KeyPath

_ID: Mapping[str, KeyPath] = {"elastic": ("rule", "rule_id"), "sigma": ("id",)}
_NAME: Mapping[str, KeyPath] = {"elastic": ("rule", "name"), "sigma": ("title",)}
_LATEST: Final = 4_102_444_800
"""The year 2100, in seconds since 1970."""
_SINCE_1582: Final = 12_219_292_800
"""Seconds from 15 October 1582 to 1970."""


def repeated(facts: Iterable[Collected]) -> Iterator[tuple[Collected, Collected]]:
    """Every fact whose format and value another had before it, with the first that had them."""
    first: dict[tuple[str, str], Collected] = {}
    for fact in facts:
        key = (fact.format, str(fact.value))
        if key in first:
            yield fact, first[key]
        else:
            first[key] = fact


class IdHandmade:
    """An id that has the form of a UUID, but was not made by a generator.

    ## What it does
    Looks at what a UUID says of itself (RFC 9562): generators write versions 1 to 5, or 6 and 7 with the time of its
    making, and one variant.

    ## Why
    Made up by hand (or by a language model), the same id is soon made up twice. Sigma's specification recommends random
    ids (version 4).

    ## Example
    ```toml
    rule_id = "a1b2c3d4-e5f6-7890-abcd-ef1234567890"
    ```
    ```yaml
    id: 12345678-1234-1234-1234-123456789012
    ```

    ## Use instead
    ```toml
    rule_id = "6a3b1f7e-58b3-4d6e-9d0b-8a1f5d1c2e3f"
    ```
    ```yaml
    id: 0c7a1f3e-5b1d-4a55-9c5e-6d2f8b7a9e01
    ```

    ## Fix
    None. Exceptions and alerts refer to the id of a rule that is in use.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-rules-specification.md
    - https://www.rfc-editor.org/rfc/rfc9562
    """

    about: ClassVar = About("ID002", "id-handmade", Severity.INFO)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the id."""
        key = document.get(*_ID[document.format])
        try:
            oddity = _oddity(uuid.UUID(key)) if isinstance(key, str) else None
        except ValueError:
            return
        if oddity is not None:
            yield Finding(_ID[document.format], f"{key} seems to be made by hand: {oddity}")


def _oddity(key: uuid.UUID) -> str | None:
    """What generators do not write into a UUID."""
    if key.variant != uuid.RFC_4122:
        return "its variant is not that of RFC 9562"
    match key.version:
        case 1 | 2 | 3 | 4 | 5:
            return None
        case 6 | 7 as version:
            late = f"version {version} begins with a time, and this one is after the year 2100"
            return late if _made(key) >= _LATEST else None
        case 8:
            return "version 8 is for forms of one's own"
        case version:
            return f"there is no version {version}"


def _made(key: uuid.UUID) -> float:
    """When a UUID of version 6 or 7 was made, in seconds since 1970: 7 counts milliseconds, 6 parts of 100 ns since
    1582."""
    high = key.int >> 80
    return high / 1e3 if key.version == 7 else (high << 12 | key.int >> 64 & 0xFFF) / 1e7 - _SINCE_1582


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


class NameSpace:
    """A name with spaces around it or several in a row.

    ## What it does
    Looks for white space at the ends of `name` (in Sigma `title`), doubled spaces, tabs and line breaks in it.

    ## Why
    It looks like another rule's name, but sorts and compares differently.

    ## Example
    ```toml
    name = "Shell in  a container"
    ```
    ```yaml
    title: Shell in  a Container
    ```

    ## Use instead
    ```toml
    name = "Shell in a container"
    ```
    ```yaml
    title: Shell in a Container
    ```

    ## Fix
    None. A name that is in use stands in reports and filters.

    ## References
    - https://www.elastic.co/docs/solutions/security/detect-and-alert/create-detection-rule
    """

    about: ClassVar = About("NAME001", "name-space", Severity.WARNING)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the name."""
        name = document.get(*_NAME[document.format])
        if isinstance(name, str) and name != " ".join(name.split()):
            yield Finding(_NAME[document.format], "the name has needless white space")


class UniqueName:
    """A name that another rule of the same format has, too.

    ## What it does
    Compares `name` of all Elastic rules of a run, and `title` of all Sigma rules. Deprecated Sigma rules may keep a
    title that a newer rule took over; deprecated Elastic rules stay in Kibana beside the newer one, which is why
    Elastic puts "Deprecated - " before their names.

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
        """The name of a rule, but for a deprecated Sigma rule."""
        path = _NAME[document.format]
        value = document.get(*path)
        replaced = document.format == SIGMA and document.get("status") == "deprecated"
        if isinstance(value, str) and value and not replaced:
            yield Fact(value, path)

    def in_collection(self, facts: Iterable[Collected]) -> Iterator[CollectionFinding]:
        """One finding for each rule whose name stands in an earlier file."""
        for fact, first in repeated(facts):
            message = f"another rule is called {fact.value!r}, too"
            yield CollectionFinding(fact, message, related=(("the other rule is here", first),))


CHECKS = (IdHandmade, UniqueId, NameSpace, UniqueName)
"""The checks of this family."""
