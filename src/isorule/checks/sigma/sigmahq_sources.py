"""SigmaHQ's conventions for log sources and correlations; each runs only where it is selected
(`--extend-select SIGMAHQ`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from isorule.checks.check import SIGMA, About, CheckedDocument, Finding
from isorule.checks.detection import CheckedDetection
from isorule.checks.logic.written import path_of, values
from isorule.checks.sigma.correlation_parts import correlation, grouping
from isorule.checks.sigma.tables import row_of
from isorule.diagnostics import Severity
from isorule.ir.matchers import Equals
from isorule.ir.walk import Polarity

_ONLY = frozenset({SIGMA})
_GROUPED: Final = ("event_count", "value_count", "temporal", "temporal_ordered")


class CorrelationGroup:
    """A correlation that does not group.

    ## What it does
    Looks for `group-by` in correlations that count events or rules.

    ## Why
    Without it the events of all users and hosts are counted together. The specification allows that; SigmaHQ does not.

    ## Example
    ```yaml
    title: Many Failed Logons
    correlation:
      type: event_count
      rules:
        - failed_logon
      timespan: 5m
      condition:
        gte: 10
    ```

    ## Use instead
    ```yaml
    title: Many Failed Logons
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

    ## Fix
    None. By which field to group is for the author to say.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-correlation-rules-specification.md
    """

    about: ClassVar = About("SIGMAHQ030", "sigmahq-correlation-group", Severity.WARNING, _ONLY, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the correlation."""
        table = correlation(document)
        if table is not None and table.get("type") in _GROUPED and not grouping(table):
            yield Finding(("correlation",), "the correlation has no group-by", at_key=True)


class LogsourceDefinition:
    """A log source whose events come only after something was switched on, without a word about it.

    ## What it does
    Looks for `definition` in rules of `ps_script`, `ps_module`, `pipe_created` and `file_access`.

    ## Why
    Windows does not log blocks of scripts, and Sysmon no pipes, unless they are told to. Who takes the rule over has to
    know.

    ## Example
    ```yaml
    logsource:
      product: windows
      category: ps_script
    ```

    ## Use instead
    ```yaml
    logsource:
      product: windows
      category: ps_script
      definition: 'Requirements: Script Block Logging must be enabled'
    ```

    ## Fix
    None. What has to be switched on is for the author to say.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-rules-specification.md
    """

    about: ClassVar = About("SIGMAHQ031", "sigmahq-logsource-definition", Severity.INFO, _ONLY, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the log source."""
        row = row_of(document)
        if row is not None and row.definition and not document.get("logsource", "definition"):
            yield Finding(("logsource",), "the log source has no definition of what must be switched on", at_key=True)


class ProviderCovered:
    """A provider that the log source decides already.

    ## What it does
    Reports a `Provider_Name` that a rule asks for in a category whose events come from that provider. A filter that
    takes out the events of one of several providers is left alone.

    ## Why
    The condition takes out the events of other agents, for which the category stands as well.

    ## Example
    ```yaml
    logsource:
      product: windows
      category: process_creation
    detection:
      selection:
        Provider_Name: 'Microsoft-Windows-Sysmon'
        Image|endswith: '\\nmap.exe'
      condition: selection
    ```

    ## Use instead
    ```yaml
    logsource:
      product: windows
      category: process_creation
    detection:
      selection:
        Image|endswith: '\\nmap.exe'
      condition: selection
    ```

    ## Fix
    None. Without the condition the rule matches the events of other agents, too.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-appendix-taxonomy.md
    """

    about: ClassVar = About("SIGMAHQ032", "sigmahq-provider-covered", Severity.INFO, _ONLY, enabled=False)

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """One finding for each value."""
        row = row_of(detection.document)
        if row is None or not row.provider:
            return
        for condition, test, polarity in detection.leaves():
            if polarity is Polarity.POSITIVE and path_of(test.subject) == "Provider_Name":
                for value in values(test.matcher):
                    if isinstance(value, Equals) and value.value in row.provider:
                        place = condition.span(value.span) or detection.span(None)
                        yield Finding(place, f"the log source stands for the events of {value.value} already")


CHECKS: Final = (CorrelationGroup, LogsourceDefinition, ProviderCovered)
"""The checks of this family."""
