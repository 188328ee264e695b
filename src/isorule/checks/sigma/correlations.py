"""Correlations by themselves: conditions that never hold or always do, aliases, time spans."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import ClassVar, Final

from isorule.checks.check import SIGMA, About, CheckedDocument, Finding
from isorule.checks.edits import SAFE, respelled
from isorule.checks.sigma.correlation_parts import CONDITION, correlation, grouping, measured, number_range, rules_of
from isorule.diagnostics import Severity
from isorule.source import KeyPath

_ONLY = frozenset({SIGMA})
_TEMPORAL: Final = ("temporal", "temporal_ordered")
_COUNTS: Final = ("event_count", "value_count")
_SPAN = re.compile(r"0*([1-9]\d*)([wMy])")
_DAYS: Final = {"w": 7}


class CorrelationRules:
    """A correlation of several rules that refers to one.

    ## What it does
    Counts the rules of correlations of the types `temporal` and `temporal_ordered`.

    ## Why
    They hold when all of their rules match within a time span. With one rule that is every match of it.

    ## Example
    ```yaml
    title: Scan, then logon
    correlation:
      type: temporal
      rules:
        - port_scan
      group-by:
        - SourceIp
      timespan: 5m
    ```

    ## Use instead
    ```yaml
    title: Scan, then logon
    correlation:
      type: temporal
      rules:
        - port_scan
        - logon
      group-by:
        - SourceIp
      timespan: 5m
    ```

    ## Fix
    None. The missing rule is for the author to name.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-correlation-rules-specification.md
    """

    about: ClassVar = About("SIGMACORR001", "sigma-correlation-rules", Severity.WARNING, _ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the rules."""
        table = correlation(document)
        if table is not None and table.get("type") in _TEMPORAL and "rules" in table and len(set(rules_of(table))) < 2:
            yield Finding(("correlation", "rules"), f"{table['type']} needs two rules or more", at_key=True)


class CorrelationNever:
    """A condition of a correlation that never holds.

    ## What it does
    Looks at the numbers of `condition`: ranges without a number in them, counts below one (a correlation is asked only
    when an event comes), more rules than the correlation has.

    ## Why
    The rule never raises an alert.

    ## Example
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
        gt: 10
        lt: 5
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
        gt: 5
        lt: 10
    ```

    ## Fix
    None. What was meant is for the author to say.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-correlation-rules-specification.md
    """

    about: ClassVar = About("SIGMACORR002", "sigma-correlation-never", Severity.ERROR, _ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the condition."""
        table = correlation(document)
        condition = table.get("condition") if table is not None else None
        if table is None or not isinstance(condition, Mapping):
            return
        kind = table.get("type")
        found = number_range(condition, counts=kind in (*_COUNTS, *_TEMPORAL))
        number = len(set(rules_of(table)))
        if found.empty:
            yield Finding(CONDITION, "no number is in this range", at_key=True)
        elif kind == "event_count" and found.high < 1:
            yield Finding(CONDITION, "a count of events that is asked for when one comes is never below 1", at_key=True)
        elif kind in _TEMPORAL and "rules" in table and found.low > number:
            yield Finding(
                CONDITION, f"the correlation has {number} rules, and the condition asks for more", at_key=True
            )


class CorrelationAlways:
    """A count that the first event reaches.

    ## What it does
    Reports correlations of the types `event_count` and `value_count` whose condition holds for a count of 1.

    ## Why
    Every event of the rule raises an alert, so the correlation says no more than the rule alone. An upper limit without
    a lower one does the same until it is passed.

    ## Example
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
        gte: 1
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

    ## Fix
    None. The number is for the author to choose.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-correlation-rules-specification.md
    """

    about: ClassVar = About("SIGMACORR003", "sigma-correlation-always", Severity.WARNING, _ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the condition."""
        table = correlation(document)
        condition = table.get("condition") if table is not None else None
        if table is None or table.get("type") not in _COUNTS or not isinstance(condition, Mapping):
            return
        found = number_range(condition, counts=True)
        if found.low <= 1 <= found.high and condition.get("neq") != 1 and not isinstance(condition.get("field"), list):
            yield Finding(CONDITION, "the first event reaches this count", at_key=True)


class CorrelationAlias:
    """An alias that is not used, or that says nothing of one of the rules.

    ## What it does
    Compares `aliases` with `group-by`, with the measured field and with `rules`.

    ## Why
    An alias gives a field that each rule calls by another name. A rule that it leaves out has no field to be grouped
    by, and an alias that is not used means that the correlation groups by something else than was meant.

    ## Example
    ```yaml
    title: Scan, then logon
    correlation:
      type: temporal
      rules:
        - port_scan
        - logon
      aliases:
        address:
          port_scan: SourceIp
      group-by:
        - address
      timespan: 5m
    ```

    ## Use instead
    ```yaml
    title: Scan, then logon
    correlation:
      type: temporal
      rules:
        - port_scan
        - logon
      aliases:
        address:
          port_scan: SourceIp
          logon: IpAddress
      group-by:
        - address
      timespan: 5m
    ```

    ## Fix
    None. Which field is meant is for the author to say.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-correlation-rules-specification.md
    """

    about: ClassVar = About("SIGMACORR004", "sigma-correlation-alias", Severity.WARNING, _ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each alias that is not used, and for each rule that one does not fit."""
        table = correlation(document)
        aliases = table.get("aliases") if table is not None else None
        if table is None or not isinstance(aliases, Mapping):
            return
        used = {name for _, name in (*grouping(table), *measured(table))}
        rules = list(dict.fromkeys(rules_of(table)))
        for name, fields in aliases.items():
            path: KeyPath = ("correlation", "aliases", name)
            if name not in used:
                yield Finding(path, f"the correlation does not use the alias {name}", at_key=True)
            if not isinstance(fields, Mapping) or not rules:
                continue
            for rule in fields:
                if rule not in rules:
                    yield Finding((*path, rule), f"the correlation does not refer to a rule {rule}", at_key=True)
            missing = [rule for rule in rules if rule not in fields]
            if name in used and missing:
                yield Finding(path, f"the alias {name} has no field for {', '.join(missing)}", at_key=True)


class CorrelationTimespan:
    """A time span in a unit that Sigma does not have.

    ## What it does
    Reports weeks, months and years in `timespan`.

    ## Why
    The specification has seconds, minutes, hours and days. pySigma reads the others, too; further tools do not, and
    `M` is easily taken for minutes.

    ## Example
    ```yaml
    title: Rare tool
    correlation:
      type: event_count
      rules:
        - network_tool
      group-by:
        - User
      timespan: 1w
      condition:
        gte: 10
    ```

    ## Use instead
    ```yaml
    title: Rare tool
    correlation:
      type: event_count
      rules:
        - network_tool
      group-by:
        - User
      timespan: 7d
      condition:
        gte: 10
    ```

    ## Fix
    Safe: weeks become days. Months and years have no length of their own and no fix.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-correlation-rules-specification.md
    """

    about: ClassVar = About("SIGMACORR005", "sigma-correlation-timespan", Severity.INFO, _ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the time span."""
        value = document.get("correlation", "timespan")
        found = _SPAN.fullmatch(value) if isinstance(value, str) else None
        if found is not None:
            path: KeyPath = ("correlation", "timespan")
            days = _DAYS.get(found[2])
            better = f"{int(found[1]) * days}d" if days is not None else None
            fix = respelled(document, path, better, f"write {better}", SAFE) if better is not None else None
            yield Finding(path, f"Sigma has no unit {found[2]!r} for time spans", "it has s, m, h and d", fix=fix)


class FilterAll:
    """A filter that narrows every rule.

    ## What it does
    Reports filters with `rules: any` or an empty list.

    ## Why
    pySigma takes both for all rules of the filter's log source. A filter that was written for one rule then hides
    attacks from all others.

    ## Example
    ```yaml
    title: Administrators
    logsource:
      category: process_creation
      product: windows
    filter:
      rules: any
      selection:
        User|startswith: 'adm_'
      condition: not selection
    ```

    ## Use instead
    ```yaml
    title: Administrators
    logsource:
      category: process_creation
      product: windows
    filter:
      rules:
        - network_tool
      selection:
        User|startswith: 'adm_'
      condition: not selection
    ```

    ## Fix
    None. Which rules are meant is for the author to say.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-filters-specification.md
    """

    about: ClassVar = About("SIGMACORR006", "sigma-filter-all", Severity.WARNING, _ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the rules."""
        if document.get("filter", "rules") in ("any", []):
            yield Finding(("filter", "rules"), "the filter narrows every rule of its log source", at_key=True)


CHECKS: Final = (
    CorrelationRules,
    CorrelationNever,
    CorrelationAlways,
    CorrelationAlias,
    CorrelationTimespan,
    FilterAll,
)
"""The checks of this family."""
