"""What Kibana asks of thresholds, new terms and alert suppression beyond the shape of their keys."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import ClassVar, Final

from isorule.checks.check import ELASTIC, About, CheckedDocument, Finding
from isorule.checks.elastic.values import (
    DEFAULT_FROM,
    DEFAULT_INTERVAL,
    duration,
    repeated,
    since_now,
    span_text,
    text,
    texts,
    versions,
)
from isorule.diagnostics import Severity
from isorule.source import KeyPath

_ELASTIC: Final = frozenset({ELASTIC})
_SUPPRESSION: Final = ("rule", "alert_suppression")
_GROUP_BY: Final[KeyPath] = (*_SUPPRESSION, "group_by")
_LISTS: Final[tuple[KeyPath, ...]] = (
    ("rule", "threshold", "field"),
    _GROUP_BY,
    ("rule", "investigation_fields", "field_names"),
)
_SINCE: Final = {
    "query": (8, 8),
    "saved_query": (8, 8),
    "threshold": (8, 12),
    "threat_match": (8, 13),
    "eql": (8, 14),
    "new_terms": (8, 14),
    "esql": (8, 15),
    "machine_learning": (8, 15),
}
"""The first version of the stack that suppresses alerts of a type of rule, as a technical preview or for good."""


class ThresholdTrivial:
    """A threshold that every single event reaches.

    ## What it does
    Reports a threshold of 1 without `cardinality` and without fields to group by.

    ## Why
    The rule raises one alert for all events of a run, whatever their number. Mostly a plain query rule was meant, or a
    greater number.

    ## Example
    ```toml
    [rule.threshold]
    field = []
    value = 1
    ```

    ## Use instead
    ```toml
    [rule.threshold]
    field = []
    value = 10
    ```

    ## Fix
    None. The number is for the author to say.

    ## References
    - https://www.elastic.co/docs/solutions/security/detect-and-alert/create-detection-rule
    """

    about: ClassVar = About("THRESHOLD001", "threshold-trivial", Severity.WARNING, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the value."""
        path = ("rule", "threshold")
        grouped = document.get(*path, "cardinality") or texts(document, *path, "field")
        if document.get(*path, "value") == 1 and not grouped:
            yield Finding((*path, "value"), "every single event reaches a threshold of 1")


class ThresholdFields:
    """More fields to group by than the rule's oldest version of the stack has.

    ## What it does
    Counts `threshold.field`: more than three need 9.2. Looks only at rules with `min_stack_version`.

    ## Why
    Kibana of an older version refuses the rule.

    ## Example
    ```toml
    [metadata]
    min_stack_version = "8.19.0"

    [rule.threshold]
    field = ["host.id", "user.id", "source.ip", "process.name"]
    value = 10
    ```

    ## Use instead
    ```toml
    [metadata]
    min_stack_version = "9.2.0"

    [rule.threshold]
    field = ["host.id", "user.id", "source.ip", "process.name"]
    value = 10
    ```

    ## Fix
    None. Either of the two may be wrong.

    ## References
    - https://www.elastic.co/docs/release-notes/elastic-security
    """

    about: ClassVar = About("THRESHOLD002", "threshold-fields", Severity.ERROR, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the fourth field."""
        oldest = versions(document)
        fields = texts(document, "rule", "threshold", "field")
        if oldest is not None and oldest < (9, 2) and len(fields) > 3:
            message = f"{len(fields)} fields need version 9.2, and the rule is for {_version(oldest)} or newer"
            yield Finding(fields[3][0], message)


def _version(parts: tuple[int, ...]) -> str:
    return ".".join(str(part) for part in parts)


class GroupDuplicate:
    """A field that stands twice in a list of fields.

    ## What it does
    Compares the fields of `threshold.field`, `alert_suppression.group_by` and `investigation_fields.field_names`.

    ## Why
    The second one does nothing; often another one was meant.

    ## Example
    ```toml
    [rule]
    [rule.investigation_fields]
    field_names = ["host.name", "user.name", "host.name"]
    ```

    ## Use instead
    ```toml
    [rule]
    [rule.investigation_fields]
    field_names = ["host.name", "user.name"]
    ```

    ## Fix
    Safe: the second of two equal fields is taken away; the set of fields stays as it is.

    ## References
    - https://www.elastic.co/docs/api/doc/kibana/operation/operation-createrule
    """

    about: ClassVar = About("FIELDS001", "field-repeated", Severity.WARNING, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each repetition."""
        for key in _LISTS:
            yield from repeated(document, texts(document, *key), f"{{}} stands in {key[-1]} twice")


class TermsHistory:
    """A history of known terms that does not reach further back than the rule looks.

    ## What it does
    Compares `history_window_start` of a new terms rule with `from`.

    ## Why
    A term is new where it does not occur between the two. Kibana fails the rule if that time is empty.

    ## Example
    ```toml
    [rule]
    type = "new_terms"
    language = "kuery"
    query = "event.action: logon"
    from = "now-8d"

    [rule.new_terms]
    field = "new_terms_fields"
    value = ["user.id"]

    [[rule.new_terms.history_window_start]]
    field = "history_window_start"
    value = "now-7d"
    ```

    ## Use instead
    ```toml
    [rule]
    type = "new_terms"
    language = "kuery"
    query = "event.action: logon"
    from = "now-9m"

    [rule.new_terms]
    field = "new_terms_fields"
    value = ["user.id"]

    [[rule.new_terms.history_window_start]]
    field = "history_window_start"
    value = "now-7d"
    ```

    ## Fix
    None. Either of the two may be wrong.

    ## References
    - https://www.elastic.co/docs/solutions/security/detect-and-alert/create-detection-rule
    """

    about: ClassVar = About("TERMS001", "terms-history", Severity.ERROR, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the start of the history."""
        path = ("rule", "new_terms", "history_window_start", 0, "value")
        history = since_now(text(document, *path) or "")
        start = since_now(text(document, "rule", "from") or DEFAULT_FROM)
        if history is not None and start is not None and history >= start:
            looks = span_text(abs(start))
            yield Finding(path, f"the history begins {span_text(abs(history))} ago, and the rule looks back {looks}")


class SuppressionShape:
    """Suppression of alerts in a shape that this type of rule does not have.

    ## What it does
    Asks for `group_by`, except at threshold rules, whose suppression has a `duration` and nothing else.

    ## Why
    Kibana refuses the rule.

    ## Example
    ```toml
    [rule]
    type = "query"
    language = "kuery"
    query = "event.action: logon"

    [rule.alert_suppression]
    missing_fields_strategy = "suppress"
    ```

    ## Use instead
    ```toml
    [rule]
    type = "query"
    language = "kuery"
    query = "event.action: logon"

    [rule.alert_suppression]
    group_by = ["host.id"]
    missing_fields_strategy = "suppress"
    ```

    ## Fix
    None. The fields are for the author to say.

    ## References
    - https://www.elastic.co/docs/api/doc/kibana/operation/operation-createrule
    """

    about: ClassVar = About("SUPPRESS001", "suppression-shape", Severity.ERROR, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each key that is missing or too much."""
        kind, found = text(document, "rule", "type"), document.get(*_SUPPRESSION)
        if not isinstance(found, dict) or kind is None:
            return
        if kind == "threshold":
            for key in ("group_by", "missing_fields_strategy"):
                if key in found:
                    yield Finding((*_SUPPRESSION, key), f"suppression of a threshold rule has no {key}", at_key=True)
            if "duration" not in found:
                yield Finding(_SUPPRESSION, "suppression of a threshold rule needs a duration", at_key=True)
        elif "group_by" not in found:
            yield Finding(_SUPPRESSION, "suppression needs fields to group by (group_by)", at_key=True)


class SuppressionVersion:
    """Suppression of alerts on a version of the stack that has none for this type of rule.

    ## What it does
    Compares `min_stack_version` with the version that brought suppression to the type of the rule: query 8.8, threshold
    8.12, threat match 8.13, EQL and new terms 8.14, ES|QL and machine learning 8.15.

    ## Why
    Kibana of an older version refuses the rule, or raises every alert.

    ## Example
    ```toml
    [metadata]
    min_stack_version = "8.12.0"

    [rule]
    [rule.alert_suppression]
    group_by = ["host.id"]
    ```

    ## Use instead
    ```toml
    [metadata]
    min_stack_version = "8.18.0"

    [rule]
    [rule.alert_suppression]
    group_by = ["host.id"]
    ```

    ## Fix
    None. Either of the two may be wrong.

    ## References
    - https://www.elastic.co/docs/solutions/security/detect-and-alert/suppress-detection-alerts
    """

    about: ClassVar = About("SUPPRESS002", "suppression-version", Severity.ERROR, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the suppression."""
        kind, oldest = text(document, "rule", "type"), versions(document)
        since = _SINCE.get(kind or "")
        if oldest is not None and since is not None and oldest < since and document.get(*_SUPPRESSION):
            message = f"suppression of {kind} rules needs version {_version(since)}, and the rule is for"
            yield Finding(_SUPPRESSION, f"{message} {_version(oldest)} or newer", at_key=True)


class SuppressionShort:
    """Suppression that ends before the rule runs again.

    ## What it does
    Compares the duration of `alert_suppression` with `interval`.

    ## Why
    Alerts of the next run are never suppressed, so the duration does nothing beyond suppression within a run.

    ## Example
    ```toml
    [rule]
    interval = "1h"
    from = "now-65m"

    [rule.alert_suppression]
    group_by = ["host.id"]
    duration = {unit = "m", value = 10}
    ```

    ## Use instead
    ```toml
    [rule]
    interval = "1h"
    from = "now-65m"

    [rule.alert_suppression]
    group_by = ["host.id"]
    duration = {unit = "h", value = 10}
    ```

    ## Fix
    None. The duration is for the author to say.

    ## References
    - https://www.elastic.co/docs/solutions/security/detect-and-alert/suppress-detection-alerts
    """

    about: ClassVar = About("SUPPRESS003", "suppression-short", Severity.WARNING, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the duration."""
        path = (*_SUPPRESSION, "duration")
        length = duration(f"{document.get(*path, 'value')}{document.get(*path, 'unit')}")
        interval = duration(text(document, "rule", "interval") or DEFAULT_INTERVAL)
        if length is not None and interval is not None and timedelta() < length < interval:
            yield Finding(
                path, f"suppression ends after {span_text(length)}, and the rule runs every {span_text(interval)}"
            )


CHECKS = (
    ThresholdTrivial,
    ThresholdFields,
    GroupDuplicate,
    TermsHistory,
    SuppressionShape,
    SuppressionVersion,
    SuppressionShort,
)
"""The checks of this subject."""
