"""Operating systems and data sources that the tags name, against the query and the index patterns."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import ClassVar, Final

from isorule.checks.check import ELASTIC, About, CheckedDocument, Finding
from isorule.checks.detection import CheckedDetection
from isorule.checks.elastic.indices import packages, wanted_texts
from isorule.checks.elastic.values import texts
from isorule.diagnostics import Severity
from isorule.ir.matchers import OneOf
from isorule.ir.predicates import And, Field, Or, Predicate, Test
from isorule.source import KeyPath, Span

_ELASTIC: Final = frozenset({ELASTIC})
_TAGS: Final = ("rule", "tags")
_SYSTEM_FIELD: Final = "host.os.type"
_SYSTEMS: Final = {"OS: Windows": "windows", "OS: Linux": "linux", "OS: macOS": "macos"}


def _wanted(detection: CheckedDetection) -> dict[str, Span] | None:
    """The operating systems that every condition of a detection asks for, each with its place.

    None where one of them does not ask, or in a way that does not tell (a negation, a wildcard).
    """
    found: dict[str, Span] = {}
    for condition in detection.conditions:
        own = _required(condition.predicate)
        if own is None:
            return None
        for name, span in own.items():
            found.setdefault(name, condition.span(span) or detection.span(None))
    return found or None


def _required(predicate: Predicate) -> dict[str, Span | None] | None:
    """The operating systems on one of which an event that matches must have occurred; None for any."""
    match predicate:
        case Test(Field(path), matcher, span=span) if path == _SYSTEM_FIELD:
            names = wanted_texts(matcher)
            whole = len(names) == (len(matcher.options) if isinstance(matcher, OneOf) else 1)
            return {name.lower(): span for name in names} if whole else None
        case And(terms):
            return next((found for term in terms if (found := _required(term)) is not None), None)
        case Or(terms):
            every = [_required(term) for term in terms]
            if None in every:
                return None
            return {name: span for found in every if found for name, span in found.items()}
        case _:
            return None


class SystemTagUnfounded:
    """A tag with an operating system that the query leaves out.

    ## What it does
    Compares `OS: …` tags with the values of `host.os.type` that the query asks for.

    ## Why
    One of the two is wrong: the rule is counted as coverage of a system on which it never fires.

    ## Example
    ```toml
    tags = ["OS: Linux", "OS: macOS"]
    type = "eql"
    language = "eql"
    query = "process where host.os.type == \\"linux\\" and process.name == \\"nmap\\""
    ```

    ## Use instead
    ```toml
    tags = ["OS: Linux"]
    type = "eql"
    language = "eql"
    query = "process where host.os.type == \\"linux\\" and process.name == \\"nmap\\""
    ```

    ## Fix
    None. Either of the two may be wrong.

    ## References
    - https://www.elastic.co/docs/reference/ecs/ecs-os
    """

    about: ClassVar = About("DATA001", "os-tag-unfounded", Severity.WARNING, _ELASTIC)

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """One finding for each tag."""
        wanted = detection.once(_wanted)
        for path, tag in texts(detection.document, *_TAGS):
            system = _SYSTEMS.get(tag)
            if wanted is not None and system is not None and system not in wanted:
                message = f"the query asks for {', '.join(wanted)}, not for {system}"
                yield Finding(path, message, related=(("the query asks here", next(iter(wanted.values()))),))


class SystemTagMissing:
    """An operating system that the query asks for, without its tag.

    ## What it does
    Looks for `OS: …` for every value of `host.os.type` that the query asks for, in rules that have tags.

    ## Why
    Rules are filtered by tag; who looks for rules for this system does not find it.

    ## Example
    ```toml
    tags = ["Domain: Endpoint"]
    type = "eql"
    language = "eql"
    query = "process where host.os.type == \\"linux\\" and process.name == \\"nmap\\""
    ```

    ## Use instead
    ```toml
    tags = ["Domain: Endpoint", "OS: Linux"]
    type = "eql"
    language = "eql"
    query = "process where host.os.type == \\"linux\\" and process.name == \\"nmap\\""
    ```

    ## Fix
    None. The condition may be the one that is too much.

    ## References
    - https://github.com/elastic/detection-rules/blob/main/docs-dev/rule-tag-taxonomy.md
    """

    about: ClassVar = About("DATA002", "os-tag-missing", Severity.INFO, _ELASTIC)

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """One finding for each system."""
        tags = {tag for _, tag in texts(detection.document, *_TAGS)}
        if not any(": " in tag for tag in tags):
            return
        for tag, system in _SYSTEMS.items():
            span = (detection.once(_wanted) or {}).get(system)
            if span is not None and tag not in tags:
                yield Finding(span, f"the query asks for {system}, and the tag {tag!r} is missing")


@cache
def _sources() -> Mapping[str, tuple[str, ...]]:
    """The integrations whose data a tag names, by tag."""
    table = tomllib.loads(files(__package__).joinpath("sources.toml").read_text(encoding="utf-8"))
    return {f"Data Source: {name}": tuple(found) for name, found in table["sources"].items()}


def _reads(document: CheckedDocument) -> dict[str, KeyPath] | None:
    """The integrations and shippers that the index patterns name; None where they may be any, or none is known."""
    patterns = [pattern for _, pattern in texts(document, "rule", "index")]
    if not patterns or any(pattern.startswith((".", "logs-*", "ml_", "*")) for pattern in patterns):
        return None
    found: dict[str, KeyPath] = dict(packages(document))
    for path, pattern in texts(document, "rule", "index"):
        shipper = pattern.partition("-")[0]
        if shipper not in ("logs", "metrics", "traces"):
            found.setdefault(shipper, path)
    return found


class SourceTagUnfounded:
    """A tag with a data source that no index pattern reads.

    ## What it does
    Compares `Data Source: …` tags of products with the integrations that the index patterns name. Patterns for all
    integrations (`logs-*`), alerts and results of jobs may be of any product; Beats count for those that they carry.

    ## Why
    One of the two is wrong: the rule is counted as coverage of data that it never looks at.

    ## Example
    ```toml
    index = ["logs-endpoint.events.*"]
    tags = ["Data Source: Elastic Defend", "Data Source: Crowdstrike"]
    ```

    ## Use instead
    ```toml
    index = ["logs-endpoint.events.*", "logs-crowdstrike.fdr*"]
    tags = ["Data Source: Elastic Defend", "Data Source: Crowdstrike"]
    ```

    ## Fix
    None. Either of the two may be wrong.

    ## References
    - https://github.com/elastic/detection-rules/blob/main/docs-dev/rule-tag-taxonomy.md
    """

    about: ClassVar = About("DATA003", "source-tag-unfounded", Severity.WARNING, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each tag."""
        reads = _reads(document)
        if reads is None:
            return
        for path, tag in texts(document, *_TAGS):
            sources = _sources().get(tag, ())
            if sources and not any(name in reads for name in sources):
                yield Finding(path, f"no index pattern reads {tag.removeprefix('Data Source: ')}")


class SourceTagMissing:
    """An index pattern of a product without the tag of that product.

    ## What it does
    Looks for the `Data Source: …` tag of every integration that the index patterns name and that has one tag of its own
    (Elastic Defend, Crowdstrike, SentinelOne, Microsoft Defender XDR, …), in rules with at least one such tag.

    ## Why
    Rules are filtered by tag; who looks for rules for this product does not find it.

    ## Example
    ```toml
    index = ["logs-endpoint.events.*", "logs-crowdstrike.fdr*"]
    tags = ["Data Source: Elastic Defend"]
    ```

    ## Use instead
    ```toml
    index = ["logs-endpoint.events.*", "logs-crowdstrike.fdr*"]
    tags = ["Data Source: Elastic Defend", "Data Source: Crowdstrike"]
    ```

    ## Fix
    None. The pattern may be the one that is too much.

    ## References
    - https://github.com/elastic/detection-rules/blob/main/docs-dev/rule-tag-taxonomy.md
    """

    about: ClassVar = About("DATA004", "source-tag-missing", Severity.INFO, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each pattern."""
        reads, tags = _reads(document), {tag for _, tag in texts(document, *_TAGS)}
        if reads is None or not any(tag.startswith("Data Source: ") for tag in tags):
            return
        for name, path in reads.items():
            own = [tag for tag, sources in _sources().items() if sources[0] == name]
            if own and not tags.intersection(own):
                yield Finding(path, f"the tag {own[0]!r} is missing")


CHECKS = (SystemTagUnfounded, SystemTagMissing, SourceTagUnfounded, SourceTagMissing)
"""The checks of this subject."""
