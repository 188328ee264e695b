"""Fields that a rule counts, groups, compares with its history or suppresses alerts by, against its query."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, Final

from isorule.checks.check import ELASTIC, About, CheckedDocument, Finding
from isorule.checks.detection import CheckedDetection
from isorule.diagnostics import Severity
from isorule.ir.detections import Aggregate, NewTerms, Sequence
from isorule.ir.matchers import Equals, Indexed, Near, Tokens
from isorule.ir.predicates import And, Field, Predicate, Test
from isorule.ir.schema import FieldType
from isorule.mappings import ecs_schema
from isorule.source import KeyPath

_ELASTIC_ONLY: Final = frozenset({ELASTIC})
_HOMES: Final[tuple[KeyPath, ...]] = (
    ("rule", "threshold", "field"),
    ("rule", "new_terms", "value"),
    ("rule", "alert_suppression", "group_by"),
)


def _grouping_fields(document: CheckedDocument) -> Iterator[tuple[KeyPath, str]]:
    """The fields by which a rule groups, with their paths in the document."""
    for home in _HOMES:
        match document.get(*home):
            case str() as path:
                yield home, path
            case list() as paths:
                yield from (((*home, index), path) for index, path in enumerate(paths) if isinstance(path, str))
    counted = document.get("rule", "threshold", "cardinality")
    for index, item in enumerate(counted if isinstance(counted, list) else []):
        if isinstance(item, dict) and isinstance(item.get("field"), str):
            yield ("rule", "threshold", "cardinality", index, "field"), item["field"]


class GroupByText:
    """A full text field, or no field at all, by which a rule groups.

    ## What it does
    Finds fields of the type `text`, and objects, in `threshold`, `new_terms` and `alert_suppression`, by the types of
    ECS and of the data that published rules use.

    ## Why
    Elasticsearch has no whole values of a text field to group by: the search fails, and the rule never alerts.

    ## Example
    ```toml
    [rule]
    type = "threshold"
    language = "kuery"
    query = "event.category:authentication"

    [rule.threshold]
    field = ["message"]
    value = 10
    ```

    ## Use instead
    ```toml
    [rule]
    type = "threshold"
    language = "kuery"
    query = "event.category:authentication"

    [rule.threshold]
    field = ["user.name"]
    value = 10
    ```

    ## Fix
    None. Which field tells the groups apart is for the author to say.

    ## References
    - https://www.elastic.co/docs/solutions/security/detect-and-alert/create-detection-rule
    - https://www.elastic.co/docs/reference/elasticsearch/mapping-reference/text
    """

    about: ClassVar = About("GROUP001", "group-by-text", Severity.ERROR, _ELASTIC_ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each such field."""
        for home, path in _grouping_fields(document):
            kind = ecs_schema().type_of(path) if path in ecs_schema() else None
            if kind in (FieldType.TEXT, FieldType.OBJECT, FieldType.NESTED):
                yield Finding(home, f"`{path}` is of the type {kind.value}: nothing can be grouped by it")


class GroupByConstant:
    """A field by which a rule groups, and which has one value only.

    ## What it does
    Finds fields of `threshold` and `new_terms` that the query compares with one value, so that every event has it.

    ## Why
    Grouping by such a field says nothing. As the only new term it has been seen after the first alert, and the rule is
    silent from then on.

    ## Example
    ```toml
    [rule]
    type = "new_terms"
    language = "kuery"
    query = "event.category:process and process.name:nmap"

    [rule.new_terms]
    field = "new_terms_fields"
    value = ["process.name"]
    history_window_start = [{field = "history_window_start", value = "now-7d"}]
    ```

    ## Use instead
    ```toml
    [rule]
    type = "new_terms"
    language = "kuery"
    query = "event.category:process and process.name:nmap"

    [rule.new_terms]
    field = "new_terms_fields"
    value = ["process.name", "host.id"]
    history_window_start = [{field = "history_window_start", value = "now-7d"}]
    ```

    ## Fix
    None. Which field tells the groups apart is for the author to say.

    ## References
    - https://www.elastic.co/docs/solutions/security/detect-and-alert/create-detection-rule
    """

    about: ClassVar = About("GROUP002", "group-by-constant", Severity.WARNING, _ELASTIC_ONLY)

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """One finding, where all of the fields have one value only."""
        found = detection.detection
        if not isinstance(found, Aggregate | NewTerms):
            return
        fields = found.by if isinstance(found, Aggregate) else found.fields
        fixed = set(_fixed(found.where))
        home: KeyPath = (
            ("rule", "threshold", "field") if isinstance(found, Aggregate) else ("rule", "new_terms", "value")
        )
        if fields and all(path in fixed for path in fields):
            named = ", ".join(f"`{path}`" for path in fields)
            yield Finding(home, f"the query leaves one value only for {named}")


def _fixed(where: Predicate) -> Iterator[str]:
    """The fields that have one and the same value in every event that meets a condition."""
    for term in where.terms if isinstance(where, And) else (where,):
        if isinstance(term, And):
            yield from _fixed(term)
        elif isinstance(term, Test) and isinstance(term.subject, Field) and not ecs_schema()[term.subject.path].many:
            asked = term.matcher.matcher if isinstance(term.matcher, Indexed) else term.matcher
            whole = isinstance(asked, Equals | Tokens | Near)
            if whole and ecs_schema().type_of(term.subject.path) is not FieldType.TEXT:
                yield term.subject.path


class CardinalityOfGroup:
    """A threshold that counts the values of a field by which it groups.

    ## What it does
    Finds a field in `threshold.cardinality` that is in `threshold.field`, too, and one whose least number is below 2.

    ## Why
    Within a group such a field has one value, so that two are never found; Kibana refuses the rule. A number of one is
    always reached.

    ## Example
    ```toml
    [rule]
    type = "threshold"
    language = "kuery"
    query = "event.category:authentication"

    [rule.threshold]
    field = ["user.name"]
    value = 10

    [[rule.threshold.cardinality]]
    field = "user.name"
    value = 3
    ```

    ## Use instead
    ```toml
    [rule]
    type = "threshold"
    language = "kuery"
    query = "event.category:authentication"

    [rule.threshold]
    field = ["user.name"]
    value = 10

    [[rule.threshold.cardinality]]
    field = "source.ip"
    value = 3
    ```

    ## Fix
    None. Which of the two was meant is for the author to say.

    ## References
    - https://www.elastic.co/docs/solutions/security/detect-and-alert/create-detection-rule
    """

    about: ClassVar = About("GROUP003", "cardinality-of-group", Severity.ERROR, _ELASTIC_ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each such field or number."""
        grouped = document.get("rule", "threshold", "field")
        fields = [grouped] if isinstance(grouped, str) else grouped if isinstance(grouped, list) else []
        counted = document.get("rule", "threshold", "cardinality")
        for index, item in enumerate(counted if isinstance(counted, list) else []):
            home: KeyPath = ("rule", "threshold", "cardinality", index)
            if not isinstance(item, dict):
                continue
            if item.get("field") in fields:
                yield Finding(
                    (*home, "field"), f"`{item['field']}` has one value in each group, which it is grouped by"
                )
            least = item.get("value")
            if isinstance(least, int) and least < 2:
                message = f"every group has at least {least} of them"
                yield Finding((*home, "value"), message, severity=Severity.WARNING)


class SuppressedSequence:
    """Suppression of the alerts of a sequence on a version of Elastic that has none.

    ## What it does
    Finds `alert_suppression` in rules with an EQL sequence whose `min_stack_version` is 8.14 to 8.17.

    ## Why
    Elastic 8.14 to 8.17 suppress alerts of EQL queries for single events only, and refuse such a rule.

    ## Example
    ```toml
    [metadata]
    min_stack_version = "8.14.0"

    [rule]
    type = "eql"
    language = "eql"
    query = '''
    sequence by host.id with maxspan=1m
      [process where process.name == "nmap"]
      [network where destination.port == 22]
    '''

    [rule.alert_suppression]
    group_by = ["host.id"]
    ```

    ## Use instead
    ```toml
    [metadata]
    min_stack_version = "8.18.0"

    [rule]
    type = "eql"
    language = "eql"
    query = '''
    sequence by host.id with maxspan=1m
      [process where process.name == "nmap"]
      [network where destination.port == 22]
    '''

    [rule.alert_suppression]
    group_by = ["host.id"]
    ```

    ## Fix
    None. Either the version or the suppression has to change.

    ## References
    - https://www.elastic.co/docs/solutions/security/detect-and-alert/suppress-detection-alerts
    """

    about: ClassVar = About("GROUP004", "suppressed-sequence", Severity.WARNING, _ELASTIC_ONLY)

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """At most one finding, at `alert_suppression`."""
        document = detection.document
        version = document.get("metadata", "min_stack_version")
        if not isinstance(detection.detection, Sequence) or document.get("rule", "alert_suppression") is None:
            return
        numbers = re.match(r"(\d+)\.(\d+)", version) if isinstance(version, str) else None
        if numbers is not None and (8, 14) <= (int(numbers[1]), int(numbers[2])) < (8, 18):
            message = f"Elastic {version} does not suppress alerts of sequences"
            yield Finding(("rule", "alert_suppression"), message, at_key=True)


CHECKS: Final = (GroupByText, GroupByConstant, CardinalityOfGroup, SuppressedSequence)
