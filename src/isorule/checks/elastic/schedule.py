"""How often an Elastic rule runs, and what stretch of time it looks at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import ClassVar, Final, NamedTuple

from isorule.checks.check import ELASTIC, About, CheckedDocument, Finding
from isorule.checks.edits import UNSAFE, respelled
from isorule.checks.elastic.values import (
    DEFAULT_FROM,
    DEFAULT_INTERVAL,
    DEFAULT_TO,
    duration,
    since_now,
    span_text,
    text,
)
from isorule.diagnostics import Fix, Severity
from isorule.ir.detections import Match
from isorule.source import KeyPath

_ELASTIC: Final = frozenset({ELASTIC})
_FROM: Final[KeyPath] = ("rule", "from")
_INTERVAL: Final[KeyPath] = ("rule", "interval")


class _Window(NamedTuple):
    """What one run looks at: `start` and `end` from now, and the time between two runs."""

    start: timedelta
    end: timedelta
    interval: timedelta

    @property
    def length(self) -> timedelta:
        return self.end - self.start


def _window(document: CheckedDocument) -> _Window | None:
    start = since_now(text(document, "rule", "from") or DEFAULT_FROM)
    end = since_now(text(document, "rule", "to") or DEFAULT_TO)
    interval = duration(text(document, "rule", "interval") or DEFAULT_INTERVAL)
    return None if start is None or end is None or interval is None else _Window(start, end, interval)


def _place(document: CheckedDocument) -> KeyPath:
    """The key that sets the window apart from the defaults."""
    return next((path for path in (_FROM, _INTERVAL) if path in document.places), _FROM)


def _longer(document: CheckedDocument, window: _Window) -> Fix | None:
    """A start that reaches one minute further back than the interval, as Kibana's form proposes."""
    start = window.interval + timedelta(minutes=1) - window.end
    return respelled(
        document, _FROM, f"now-{span_text(start)}", "look back one minute longer than the interval", UNSAFE
    )


class ScheduleGap:
    """A rule that looks back less far than its interval, so that events between two runs are never looked at.

    ## What it does
    Compares the time between `from` and `to` with `interval`. What is missing has Kibana's default: `from` is `now-6m`,
    `to` is `now`, `interval` is `5m`.

    ## Why
    Events of the gap raise no alert, whatever they are. Kibana refuses to create such a rule.

    ## Example
    ```toml
    from = "now-4m"
    interval = "5m"
    ```

    ## Use instead
    ```toml
    from = "now-6m"
    interval = "5m"
    ```

    ## Fix
    Unsafe: the rule looks back one minute longer than its interval; it will see events that it did not see before.

    ## References
    - https://www.elastic.co/docs/solutions/security/detect-and-alert/create-detection-rule
    """

    about: ClassVar = About("SCHEDULE001", "schedule-gap", Severity.ERROR, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at `from`."""
        window = _window(document)
        if window is not None and timedelta() <= window.length < window.interval:
            looks, runs = span_text(window.length), span_text(window.interval)
            message = f"the rule looks at {looks} and runs every {runs}; {span_text(window.interval - window.length)}"
            yield Finding(_place(document), f"{message} of each run are never looked at", fix=_longer(document, window))


class ScheduleOverlap:
    """A rule that looks back exactly as far as its interval.

    ## What it does
    Reports rules whose time between `from` and `to` is equal to `interval`. Elastic's machine learning rules are left
    out: they read the results of a job.

    ## Why
    An event that is indexed a few seconds late, or a run that starts late, falls between two runs. Kibana's form adds
    one minute of additional look-back for this reason.

    ## Example
    ```toml
    from = "now-5m"
    interval = "5m"
    ```

    ## Use instead
    ```toml
    from = "now-6m"
    interval = "5m"
    ```

    ## Fix
    Unsafe: the rule looks back one minute longer; it will see events that it did not see before.

    ## References
    - https://www.elastic.co/docs/solutions/security/detect-and-alert/create-detection-rule
    """

    about: ClassVar = About("SCHEDULE002", "schedule-overlap", Severity.WARNING, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at `from`."""
        window = _window(document)
        learns = document.get("rule", "type") == "machine_learning"
        if window is not None and window.length == window.interval and not learns:
            message = f"the rule looks at {span_text(window.length)} and runs every {span_text(window.interval)}"
            yield Finding(_place(document), f"{message}; what is indexed late is missed", fix=_longer(document, window))


class ScheduleOrder:
    """A rule that looks at a time which ends before it begins, or at the future.

    ## What it does
    Reads `from` and `to` as date math, and reports a `from` that is not before `to`.

    ## Why
    The rule looks at no time at all, and never raises an alert.

    ## Example
    ```toml
    from = "now+9m"
    ```

    ## Use instead
    ```toml
    from = "now-9m"
    ```

    ## Fix
    None. What was meant is for the author to say.

    ## References
    - https://www.elastic.co/docs/reference/elasticsearch/rest-apis/common-options
    """

    about: ClassVar = About("SCHEDULE003", "schedule-order", Severity.ERROR, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at `from`."""
        window = _window(document)
        if window is not None and window.start >= window.end:
            start = text(document, "rule", "from") or DEFAULT_FROM
            end = text(document, "rule", "to") or DEFAULT_TO
            yield Finding(_place(document), f"from ({start}) is not before to ({end})")


class ScheduleZero:
    """A rule whose interval is no time at all.

    ## What it does
    Reports an `interval` of zero.

    ## Why
    Kibana refuses an interval below its least one (one minute by default).

    ## Example
    ```toml
    interval = "0m"
    ```

    ## Use instead
    ```toml
    interval = "5m"
    ```

    ## Fix
    None. What was meant is for the author to say.

    ## References
    - https://www.elastic.co/docs/reference/kibana/configuration-reference/alerting-settings
    """

    about: ClassVar = About("SCHEDULE004", "schedule-zero", Severity.ERROR, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at `interval`."""
        if duration(text(document, *_INTERVAL) or "") == timedelta():
            yield Finding(_INTERVAL, "the interval is zero")


class ScheduleBuildingBlock:
    """A building block that runs more often, or looks back less far, than Elastic wants of its own.

    ## What it does
    Asks of rules with `building_block_type` for a `from` of at least `now-119m` and an `interval` of at least `60m`,
    unless `bypass_bbr_timing` is true.

    ## Why
    Building blocks raise no alerts that people read; run often, they take time from rules that do. This is a rule of
    Elastic's own repository, so the check is off by default.

    ## Example
    ```toml
    [rule]
    building_block_type = "default"
    from = "now-9m"
    interval = "5m"
    ```

    ## Use instead
    ```toml
    [rule]
    building_block_type = "default"
    from = "now-119m"
    interval = "60m"
    ```

    ## Fix
    None. A building block may be needed soon.

    ## References
    - https://www.elastic.co/docs/solutions/security/detect-and-alert/about-building-block-rules
    """

    about: ClassVar = About("SCHEDULE005", "schedule-building-block", Severity.INFO, _ELASTIC, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at `from` or `interval`."""
        window = _window(document)
        if window is None or document.get("rule", "building_block_type") is None:
            return
        if document.get("metadata", "bypass_bbr_timing") is True:
            return
        if window.start > timedelta(minutes=-119):
            yield Finding(_FROM, "a building block looks back 119 minutes or more")
        elif window.interval < timedelta(hours=1):
            yield Finding(_INTERVAL, "a building block runs once an hour or less often")


class ScheduleEventTime:
    """A rule that looks for events by the time at which they happened.

    ## What it does
    Asks EQL and query rules for `timestamp_override = "event.ingested"`; sequences and samples are passed over, since
    they need the order of the events.

    ## Why
    An event that reaches the index later than the look-back is long is never looked at. Not all data has the field, so
    the check is off by default.

    ## Example
    ```toml
    from = "now-9m"
    ```

    ## Use instead
    ```toml
    from = "now-9m"
    timestamp_override = "event.ingested"
    ```

    ## Fix
    None. The data may not have the field.

    ## References
    - https://www.elastic.co/docs/solutions/security/detect-and-alert/create-detection-rule
    """

    about: ClassVar = About("SCHEDULE006", "schedule-event-time", Severity.INFO, _ELASTIC, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the type."""
        override = text(document, "rule", "timestamp_override")
        single = document.rule is not None and isinstance(document.rule.detection, Match)
        if single and text(document, "rule", "type") in ("eql", "query") and override != "event.ingested":
            yield Finding(("rule", "type"), "the rule has no timestamp_override, so events that come late are missed")


CHECKS = (ScheduleGap, ScheduleOverlap, ScheduleOrder, ScheduleZero, ScheduleBuildingBlock, ScheduleEventTime)
"""The checks of this subject."""
