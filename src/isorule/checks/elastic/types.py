"""What belongs to one type of Elastic rule only: keys, threat mappings, jobs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import ClassVar, Final

from isorule.checks.check import ELASTIC, About, CheckedDocument, Finding
from isorule.checks.edits import UNSAFE, removed
from isorule.checks.elastic.values import tables, text, texts, versions
from isorule.diagnostics import Severity
from isorule.source import KeyPath

_ELASTIC: Final = frozenset({ELASTIC})
_MAPPING: Final = ("rule", "threat_mapping")
_JOB: Final = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?")
_THREAT: Final = (
    "threat_filters",
    "threat_index",
    "threat_indicator_path",
    "threat_language",
    "threat_mapping",
    "threat_query",
    "concurrent_searches",
    "items_per_search",
)
_OWN_KEYS: Final[Mapping[str, str]] = {
    "anomaly_threshold": "machine_learning",
    "event_category_override": "eql",
    "machine_learning_job_id": "machine_learning",
    "new_terms": "new_terms",
    "threshold": "threshold",
    "tiebreaker_field": "eql",
    "timestamp_field": "eql",
    **dict.fromkeys(_THREAT, "threat_match"),
}
"""Keys that Kibana reads in one type of rule only."""
_INDICATORS: Final = ("threat.indicator", "threatintel.indicator")
"""Where ECS has indicators, and where Filebeat had them before; the first one is Kibana's default."""
_NOT_OF_JOBS: Final = ("data_view_id", "filters", "index", "language", "query")


class KeyOfOtherType:
    """A key that rules of this type do not have.

    ## What it does
    Looks for `threshold`, `new_terms`, `threat_…`, `anomaly_threshold`, `event_category_override` and the like in rules
    of another type, and for a query and its index in machine learning rules.

    ## Why
    Kibana passes over such a key without a word: what it asks for does not happen.

    ## Example
    ```toml
    [rule]
    type = "query"
    language = "kuery"
    query = "event.action: logon"

    [rule.threshold]
    field = ["user.id"]
    value = 10
    ```

    ## Use instead
    ```toml
    [rule]
    type = "threshold"
    language = "kuery"
    query = "event.action: logon"

    [rule.threshold]
    field = ["user.id"]
    value = 10
    ```

    ## Fix
    Unsafe: the key is taken away, which changes nothing in Kibana; but the type may be what is wrong.

    ## References
    - https://www.elastic.co/docs/api/doc/kibana/operation/operation-createrule
    """

    about: ClassVar = About("TYPE001", "key-of-other-type", Severity.ERROR, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each key."""
        kind = text(document, "rule", "type")
        strange = [key for key, own in _OWN_KEYS.items() if own != kind]
        if kind == "machine_learning":
            strange += _NOT_OF_JOBS
        for key in strange:
            path = ("rule", key)
            if kind is not None and path in document.places:
                fix = removed(document, path, f"remove {key}", UNSAFE)
                yield Finding(path, f"{kind} rules have no {key}", at_key=True, fix=fix)


def _entries(document: CheckedDocument) -> Iterator[tuple[KeyPath, list[Mapping[str, object]]]]:
    """The groups of a threat mapping, each with its path."""
    for path, _ in tables(document, *_MAPPING):
        yield path, [entry for _, entry in tables(document, *path, "entries")]


class ThreatMappingNegated:
    """A group of a threat mapping that negates all of its entries, or asks for a pair and its negation.

    ## What it does
    Looks at each group of `threat_mapping`: at least one entry must not be negated, and no pair of fields may stand in
    it both ways.

    ## Why
    Kibana refuses the rule: a group with negations alone would match every indicator, one with both ways none.

    ## Example
    ```toml
    [[rule.threat_mapping]]

    [[rule.threat_mapping.entries]]
    field = "source.ip"
    negate = true
    type = "mapping"
    value = "threat.indicator.ip"
    ```

    ## Use instead
    ```toml
    [[rule.threat_mapping]]

    [[rule.threat_mapping.entries]]
    field = "source.ip"
    type = "mapping"
    value = "threat.indicator.ip"
    ```

    ## Fix
    None. What was meant is for the author to say.

    ## References
    - https://www.elastic.co/docs/solutions/security/detect-and-alert/create-detection-rule
    """

    about: ClassVar = About("THREAT001", "threat-mapping-negated", Severity.ERROR, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each group."""
        for path, entries in _entries(document):
            pairs = {bool(entry.get("negate")): set[tuple[object, object]]() for entry in entries}
            for entry in entries:
                pairs[bool(entry.get("negate"))].add((str(entry.get("field")), str(entry.get("value"))))
            if entries and False not in pairs:
                yield Finding((*path, "entries", 0, "negate"), "every entry of this group is negated")
            both = pairs.get(True, set()) & pairs.get(False, set())
            if both:
                field, value = min(both, key=str)
                yield Finding((*path, "entries"), f"this group asks for {field} = {value} and for its negation")


class ThreatMappingDuplicate:
    """Two groups of a threat mapping that ask for the same.

    ## What it does
    Compares the groups of `threat_mapping`, without the order of their entries.

    ## Why
    One group is enough for an alert, so the second one does nothing; often another field was meant.

    ## Example
    ```toml
    [[rule.threat_mapping]]

    [[rule.threat_mapping.entries]]
    field = "source.ip"
    type = "mapping"
    value = "threat.indicator.ip"

    [[rule.threat_mapping]]

    [[rule.threat_mapping.entries]]
    field = "source.ip"
    type = "mapping"
    value = "threat.indicator.ip"
    ```

    ## Use instead
    ```toml
    [[rule.threat_mapping]]

    [[rule.threat_mapping.entries]]
    field = "source.ip"
    type = "mapping"
    value = "threat.indicator.ip"

    [[rule.threat_mapping]]

    [[rule.threat_mapping.entries]]
    field = "destination.ip"
    type = "mapping"
    value = "threat.indicator.ip"
    ```

    ## Fix
    None. Another field may have been meant.

    ## References
    - https://www.elastic.co/docs/solutions/security/detect-and-alert/create-detection-rule
    """

    about: ClassVar = About("THREAT002", "threat-mapping-duplicate", Severity.WARNING, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each repetition."""
        first: dict[frozenset[tuple[object, ...]], KeyPath] = {}
        for path, entries in _entries(document):
            key = frozenset((entry.get("field"), entry.get("value"), bool(entry.get("negate"))) for entry in entries)
            if key in first:
                yield Finding(path, "another group asks for the same", related=(("that group", first[key]),))
            else:
                first[key] = path


class ThreatNegateVersion:
    """A negated entry of a threat mapping on a version of the stack that has none.

    ## What it does
    Compares `min_stack_version` with 9.2, the version that brought `negate`.

    ## Why
    Kibana of an older version passes over the key, and the entry matches what it was to leave out.

    ## Example
    ```toml
    [metadata]
    min_stack_version = "8.19.0"

    [[rule.threat_mapping]]

    [[rule.threat_mapping.entries]]
    field = "source.ip"
    type = "mapping"
    value = "threat.indicator.ip"

    [[rule.threat_mapping.entries]]
    field = "host.ip"
    negate = true
    type = "mapping"
    value = "threat.indicator.ip"
    ```

    ## Use instead
    ```toml
    [metadata]
    min_stack_version = "9.2.0"

    [[rule.threat_mapping]]

    [[rule.threat_mapping.entries]]
    field = "source.ip"
    type = "mapping"
    value = "threat.indicator.ip"

    [[rule.threat_mapping.entries]]
    field = "host.ip"
    negate = true
    type = "mapping"
    value = "threat.indicator.ip"
    ```

    ## Fix
    None. Either of the two may be wrong.

    ## References
    - https://www.elastic.co/docs/release-notes/elastic-security
    """

    about: ClassVar = About("THREAT003", "threat-negate-version", Severity.ERROR, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each negated entry."""
        oldest = versions(document)
        if oldest is None or oldest >= (9, 2):
            return
        for path, entries in _entries(document):
            for index, entry in enumerate(entries):
                if entry.get("negate") is True:
                    place = (*path, "entries", index, "negate")
                    yield Finding(place, "negated entries need version 9.2 of the stack", at_key=True)


class ThreatIndicatorPath:
    """A threat mapping that takes the indicator from one place and the enrichment from another.

    ## What it does
    Compares the indicator fields of `threat_mapping` with `threat_indicator_path` (`threat.indicator` where the rule
    does not say). Where the rule names a path, only fields below the usual places of an indicator (`threat.indicator`,
    `threatintel.indicator`) are compared: documents of any form may have fields beside the indicator.

    ## Why
    The alert is enriched with what stands below this path. Where the indicator stands elsewhere, there is nothing.

    ## Example
    ```toml
    [rule]
    threat_indicator_path = "threatintel.indicator"

    [[rule.threat_mapping]]

    [[rule.threat_mapping.entries]]
    field = "source.ip"
    type = "mapping"
    value = "threat.indicator.ip"
    ```

    ## Use instead
    ```toml
    [rule]
    threat_indicator_path = "threat.indicator"

    [[rule.threat_mapping]]

    [[rule.threat_mapping.entries]]
    field = "source.ip"
    type = "mapping"
    value = "threat.indicator.ip"
    ```

    ## Fix
    None. Either of the two may be wrong.

    ## References
    - https://www.elastic.co/docs/solutions/security/detect-and-alert/create-detection-rule
    """

    about: ClassVar = About("THREAT004", "threat-indicator-path", Severity.WARNING, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each entry outside of the path."""
        named = text(document, "rule", "threat_indicator_path")
        home = named or _INDICATORS[0]
        for path, entries in _entries(document):
            for index, entry in enumerate(entries):
                value = entry.get("value")
                if isinstance(value, str) and not _below(value, home) and (not named or _of_indicator(value)):
                    yield Finding((*path, "entries", index, "value"), f"{value} does not stand below {home}")


def _of_indicator(field: str) -> bool:
    return any(_below(field, home) for home in _INDICATORS)


def _below(field: str, home: str) -> bool:
    return field.startswith(f"{home}.")


class JobForm:
    """The id of a machine learning job in a form that no job has.

    ## What it does
    Asks for lower-case letters, digits, `-` and `_`, 64 at most, with a letter or digit at both ends.

    ## Why
    Elasticsearch refuses to create a job of another form, so the rule waits for results that never come.

    ## Example
    ```toml
    type = "machine_learning"
    anomaly_threshold = 75
    machine_learning_job_id = "Rare Process"
    ```

    ## Use instead
    ```toml
    type = "machine_learning"
    anomaly_threshold = 75
    machine_learning_job_id = "rare_process"
    ```

    ## Fix
    None. Which job was meant is for the author to say.

    ## References
    - https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-ml-put-job
    """

    about: ClassVar = About("JOB001", "job-form", Severity.ERROR, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each id."""
        for path, job in texts(document, "rule", "machine_learning_job_id"):
            if not _JOB.fullmatch(job):
                yield Finding(path, f"no job can have the id {job!r}", "lower-case letters, digits, - and _")


CHECKS = (
    KeyOfOtherType,
    ThreatMappingNegated,
    ThreatMappingDuplicate,
    ThreatNegateVersion,
    ThreatIndicatorPath,
    JobForm,
)
"""The checks of this subject."""
