"""Index patterns of an Elastic rule, by themselves, against its integrations and against its query."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import ClassVar, Final

from isorule.checks.check import ELASTIC, About, CheckedDocument, Finding
from isorule.checks.detection import CheckedDetection
from isorule.checks.edits import UNSAFE, removed
from isorule.checks.elastic.values import repeated, tables, texts
from isorule.diagnostics import Severity
from isorule.ir.matchers import Equals, Matcher, OneOf, Tokens
from isorule.ir.predicates import Field
from isorule.ir.walk import Polarity
from isorule.source import KeyPath

_ELASTIC: Final = frozenset({ELASTIC})
_INDEX: Final = ("rule", "index")
_SEARCHES: Final = frozenset({"eql", "query", "threshold", "new_terms", "threat_match"})
_FORBIDDEN: Final = re.compile(r'[A-Z\\/?"<>|# ]')
_REMOTE: Final = re.compile(r"[^:<]*:(?!:)")
"""The alias of a remote cluster before the pattern (`europe:logs-*`)."""
_PACKAGE: Final = re.compile(r"(?:logs|metrics|traces)-([a-z0-9_]+?)(?:[.*-].*)?")
_MODELS: Final = frozenset({"beaconing", "ded", "dga", "lmd", "pad", "problemchild"})
"""Integrations that bring jobs and models instead of data: https://www.elastic.co/docs/reference/integrations"""
_DATASET_FIELDS: Final = frozenset({"event.dataset", "data_stream.dataset"})


class IndexMissing:
    """A rule that does not say where to look.

    ## What it does
    Reports rules with a query and neither `index` nor `data_view_id`. ES|QL names its index in the query, machine
    learning rules have a job.

    ## Why
    The rule then runs on the default index of Kibana, which differs from space to space. Where that is meant, rules are
    right without it, so the check is off by default.

    ## Example
    ```toml
    type = "eql"
    language = "eql"
    query = "process where process.name == \\"nmap\\""
    ```

    ## Use instead
    ```toml
    type = "eql"
    language = "eql"
    index = ["logs-endpoint.events.process-*"]
    query = "process where process.name == \\"nmap\\""
    ```

    ## Fix
    None. Where the data is, is for the author to say.

    ## References
    - https://www.elastic.co/docs/solutions/security/detect-and-alert/create-detection-rule
    """

    about: ClassVar = About("INDEX001", "index-missing", Severity.WARNING, _ELASTIC, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the type."""
        named = document.get(*_INDEX) or document.get("rule", "data_view_id")
        if document.get("rule", "type") in _SEARCHES and not named:
            yield Finding(("rule", "type"), "the rule has neither index nor data_view_id")


class IndexForm:
    """An index pattern that can match no index.

    ## What it does
    Looks for characters that no index has in its name (upper-case letters, spaces, `\\`, `/`, `?`, `"`, `<`, `>`, `|`,
    `#`), and for empty patterns. The alias of a remote cluster (`Europe:logs-*`) may have them.

    ## Why
    Elasticsearch refuses such names, so the pattern finds nothing or the rule fails.

    ## Example
    ```toml
    index = ["logs-Endpoint.events.process-*"]
    ```

    ## Use instead
    ```toml
    index = ["logs-endpoint.events.process-*"]
    ```

    ## Fix
    None. What was meant is for the author to say.

    ## References
    - https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-indices-create
    """

    about: ClassVar = About("INDEX002", "index-form", Severity.ERROR, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each pattern."""
        for key in ("index", "threat_index"):
            for path, pattern in texts(document, "rule", key):
                remote = _REMOTE.match(pattern)
                own = pattern[remote.end() :] if remote else pattern
                found = _FORBIDDEN.search(own)
                if not own:
                    yield Finding(path, f"no index is called {pattern!r}")
                elif found is not None and not own.startswith("<"):
                    yield Finding(path, f"no index name has {found[0]!r}, as {pattern!r} asks for")


class IndexDuplicate:
    """An index pattern that a rule has twice.

    ## What it does
    Compares the patterns of `index`, and those of `threat_index`, letter by letter.

    ## Why
    The second one does nothing; often another one was meant.

    ## Example
    ```toml
    index = [
        "logs-endpoint.events.*",
        "winlogbeat-*",
        "logs-endpoint.events.*",
    ]
    ```

    ## Use instead
    ```toml
    index = [
        "logs-endpoint.events.*",
        "winlogbeat-*",
    ]
    ```

    ## Fix
    Safe: the second of two equal patterns is taken away; the indices stay the same.

    ## References
    - https://www.elastic.co/docs/reference/elasticsearch/rest-apis/api-conventions
    """

    about: ClassVar = About("INDEX003", "index-duplicate", Severity.WARNING, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each repetition."""
        for key in ("index", "threat_index"):
            yield from repeated(document, texts(document, "rule", key), "the pattern {!r} stands here twice")


class IndexCovered:
    """An index pattern that another pattern of the rule covers.

    ## What it does
    Compares the patterns of `index` with each other: `logs-endpoint.*` matches all that `logs-endpoint.events.*` does.

    ## Why
    The narrower pattern does nothing; if it was meant to narrow the search, it does not.

    ## Example
    ```toml
    index = ["logs-endpoint.*", "logs-endpoint.events.process-*"]
    ```

    ## Use instead
    ```toml
    index = ["logs-endpoint.*"]
    ```

    ## Fix
    Unsafe: the covered pattern is taken away; the indices stay the same, but required integrations may be read from it.

    ## References
    - https://www.elastic.co/docs/reference/elasticsearch/rest-apis/api-conventions
    """

    about: ClassVar = About("INDEX004", "index-covered", Severity.INFO, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each covered pattern."""
        patterns = texts(document, *_INDEX)
        if any(pattern.startswith("-") for _, pattern in patterns):
            return
        for path, pattern in patterns:
            wider = next((other for _, other in patterns if other != pattern and fnmatchcase(pattern, other)), None)
            if wider is not None:
                fix = removed(document, path, f"{wider} covers it", UNSAFE)
                yield Finding(path, f"{wider!r} covers {pattern!r}", fix=fix)


class IndexOfEsql:
    """Index patterns beside an ES|QL query.

    ## What it does
    Reports `index` and `data_view_id` in ES|QL rules.

    ## Why
    An ES|QL query names its indices itself; Kibana passes over the key, so a change to it changes nothing.

    ## Example
    ```toml
    type = "esql"
    language = "esql"
    index = ["logs-*"]
    query = "from logs-endpoint.events.* metadata _id, _version, _index | keep host.name"
    ```

    ## Use instead
    ```toml
    type = "esql"
    language = "esql"
    query = "from logs-endpoint.events.* metadata _id, _version, _index | keep host.name"
    ```

    ## Fix
    Safe: the key is taken away; nothing reads it.

    ## References
    - https://www.elastic.co/docs/api/doc/kibana/operation/operation-createrule
    """

    about: ClassVar = About("INDEX005", "index-of-esql", Severity.WARNING, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each of the two keys."""
        if document.get("rule", "type") == "esql":
            for key in ("index", "data_view_id"):
                path = ("rule", key)
                if path in document.places:
                    fix = removed(document, path, f"remove {key}")
                    yield Finding(path, f"an ES|QL rule does not read {key}", at_key=True, fix=fix)


class IndexAndView:
    """Index patterns and a data view in one rule.

    ## What it does
    Reports rules with both `index` and `data_view_id`.

    ## Why
    Kibana reads the data view and passes over the patterns.

    ## Example
    ```toml
    index = ["logs-endpoint.events.*"]
    data_view_id = "security-solution-default"
    ```

    ## Use instead
    ```toml
    index = ["logs-endpoint.events.*"]
    ```

    ## Fix
    None. Which of the two was meant is for the author to say.

    ## References
    - https://www.elastic.co/docs/api/doc/kibana/operation/operation-createrule
    """

    about: ClassVar = About("INDEX006", "index-and-view", Severity.ERROR, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the data view."""
        both = document.get(*_INDEX) and document.get("rule", "data_view_id")
        if both and document.get("rule", "type") != "esql":
            message = "the rule has index as well as data_view_id; Kibana reads the data view only"
            yield Finding(("rule", "data_view_id"), message, at_key=True)


def packages(document: CheckedDocument) -> dict[str, KeyPath]:
    """The integrations whose data streams the index patterns name (`logs-aws.cloudtrail-*`: `aws`), each with the
    place of the first pattern that does."""
    found: dict[str, KeyPath] = {}
    for path, pattern in texts(document, *_INDEX):
        package = _PACKAGE.fullmatch(pattern)
        if package is not None:
            found.setdefault(package[1], path)
    return found


def _integrations(document: CheckedDocument) -> list[tuple[KeyPath, str]]:
    """The integrations that the rule says it needs, each with its place."""
    related = tables(document, "rule", "related_integrations")
    packages = [((*path, "package"), str(item["package"])) for path, item in related if "package" in item]
    return [*texts(document, "metadata", "integration"), *packages]


class IndexIntegration:
    """An index pattern of an integration that the rule does not name.

    ## What it does
    Reads the integration from patterns such as `logs-aws.cloudtrail-*`, and looks for it in `integration` and
    `related_integrations`. Rules that name no integration at all are passed over.

    ## Why
    Kibana shows the user which integrations a rule needs; one that is left out is not installed.

    ## Example
    ```toml
    [metadata]
    integration = ["endpoint"]

    [rule]
    index = ["logs-endpoint.events.*", "logs-crowdstrike.fdr*"]
    ```

    ## Use instead
    ```toml
    [metadata]
    integration = ["endpoint", "crowdstrike"]

    [rule]
    index = ["logs-endpoint.events.*", "logs-crowdstrike.fdr*"]
    ```

    ## Fix
    None. The pattern may be the one that is too much.

    ## References
    - https://github.com/elastic/detection-rules/blob/main/CONTRIBUTING.md
    """

    about: ClassVar = About("INDEX007", "index-integration", Severity.WARNING, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each integration."""
        named = {name for _, name in _integrations(document)}
        if named:
            for package, path in packages(document).items():
                if package not in named and not any(name.startswith(f"{package}_") for name in named):
                    yield Finding(path, f"{package} is none of the rule's integrations ({', '.join(sorted(named))})")


class IntegrationUnused:
    """An integration in whose data the rule does not look.

    ## What it does
    Looks for an index pattern of every integration in `integration` and `related_integrations`, in rules with `index`.
    Machine learning and ES|QL rules are passed over, and so are rules with a pattern for all integrations (`logs-*`) or
    for alerts.

    ## Why
    Kibana asks the user to install an integration that the rule does not use. Integrations that bring jobs and models
    instead of data are passed over.

    ## Example
    ```toml
    [metadata]
    integration = ["endpoint", "crowdstrike"]

    [rule]
    index = ["logs-endpoint.events.*"]
    ```

    ## Use instead
    ```toml
    [metadata]
    integration = ["endpoint"]

    [rule]
    index = ["logs-endpoint.events.*"]
    ```

    ## Fix
    None. The pattern may be the one that is missing.

    ## References
    - https://github.com/elastic/detection-rules/blob/main/CONTRIBUTING.md
    """

    about: ClassVar = About("INDEX008", "integration-unused", Severity.INFO, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each integration."""
        found = packages(document)
        patterns = [pattern for _, pattern in texts(document, *_INDEX)]
        if not found or any(pattern.startswith((".", "logs-*", "*")) for pattern in patterns):
            return
        for path, name in _integrations(document):
            if name not in _MODELS and not any(f"{name}_".startswith(f"{package}_") for package in found):
                yield Finding(path, f"no index pattern of the rule is one of the integration {name}")


class DatasetUnread:
    """A data set that the query asks for and that no index pattern covers.

    ## What it does
    Takes the names that the query wants in `event.dataset` or `data_stream.dataset`, and looks for an index pattern
    that covers `logs-<data set>-*`. Only names with a dot count, and only rules all of whose patterns are those of data
    streams.

    ## Why
    Events of a data set stand in the data stream of its name. Where no pattern covers it, this part of the query finds
    nothing.

    ## Example
    ```toml
    type = "query"
    language = "kuery"
    index = ["logs-aws.cloudtrail-*"]
    query = "event.dataset: aws.vpcflow"
    ```

    ## Use instead
    ```toml
    type = "query"
    language = "kuery"
    index = ["logs-aws.vpcflow-*"]
    query = "event.dataset: aws.vpcflow"
    ```

    ## Fix
    None. Either of the two may be wrong.

    ## References
    - https://www.elastic.co/docs/reference/fleet/data-streams
    """

    about: ClassVar = About("INDEX009", "dataset-unread", Severity.WARNING, _ELASTIC)

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """One finding for each test of the data set."""
        patterns = [pattern for _, pattern in texts(detection.document, *_INDEX)]
        if not patterns or not all(_PACKAGE.fullmatch(pattern) for pattern in patterns):
            return
        for condition, test, polarity in detection.leaves():
            subject = test.subject
            if polarity is not Polarity.POSITIVE or not isinstance(subject, Field):
                continue
            if subject.path not in _DATASET_FIELDS:
                continue
            place = condition.span(test.span) or detection.span(None)
            for value in wanted_texts(test.matcher):
                if "." in value and not _covered(value, patterns):
                    yield Finding(place, f"no index pattern of the rule covers the data set {value}")


def wanted_texts(matcher: Matcher) -> list[str]:
    """The texts that a matcher asks for; one that asks for another thing as well gives what it has."""
    terms = matcher.options if isinstance(matcher, OneOf) else (matcher,)
    return [text for term in terms if (text := _text(term)) is not None]


def _text(matcher: Matcher) -> str | None:
    """The text that a matcher asks for: a keyword that is equal to it, or a word of kuery."""
    match matcher:
        case Equals(str(found)) | Tokens(found):
            return found
        case _:
            return None


def _covered(dataset: str, patterns: list[str]) -> bool:
    streams = [f"{kind}-{dataset}-default" for kind in ("logs", "metrics", "traces")]
    return any(fnmatchcase(stream, pattern) for stream in streams for pattern in patterns)


CHECKS = (
    IndexMissing,
    IndexForm,
    IndexDuplicate,
    IndexCovered,
    IndexOfEsql,
    IndexAndView,
    IndexIntegration,
    IntegrationUnused,
    DatasetUnread,
)
"""The checks of this subject."""
