"""Sequences: their span of time against the schedule, their keys, and what ends them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from isorule.checks.check import ELASTIC, About, Finding
from isorule.checks.detection import CheckedDetection
from isorule.diagnostics import Severity
from isorule.ir.core import core
from isorule.ir.detections import Sequence
from isorule.ir.resolve import resolve, resolve_category
from isorule.mappings import ecs_schema
from isorule.source import Span

_ELASTIC_ONLY: Final = frozenset({ELASTIC})
_MAXSPAN: Final = re.compile(r"\bmaxspan\s*=\s*\d+\w*", re.IGNORECASE)
_SEQUENCE: Final = re.compile(r"\bsequence\b", re.IGNORECASE)
_COMMENT_OR_TEXT: Final = re.compile(r'//[^\n]*|/\*.*?\*/|"""(?:.|\n)*?"""|"(?:\\.|[^"\\\n])*"', re.DOTALL)


def _sequence(detection: CheckedDetection) -> Sequence | None:
    found = detection.detection
    return found if isinstance(found, Sequence) else None


@dataclass(frozen=True, slots=True)
class _Times:
    """The longest sequence, how far the rule looks back, and what two runs have in common, in milliseconds."""

    longest: int
    seen: int
    common: int

    def text(self, milliseconds: int) -> str:
        """A span of time as a rule writes it."""
        from isorule.conversion.spans import span_text

        return span_text(milliseconds)


def _times(detection: CheckedDetection) -> _Times | None:
    """The times of a sequence with a `maxspan`."""
    found = _sequence(detection)
    if found is None or found.maxspan is None:
        return None
    from isorule.conversion.spans import interval, lookback  # slow to import, and few rules are sequences

    seen = lookback(detection.rule)
    return _Times(found.maxspan, seen, seen - interval(detection.rule))


def _place(detection: CheckedDetection, pattern: re.Pattern[str]) -> Span:
    """The first place of the query, outside of texts and comments, at which a pattern matches."""
    text = detection.query
    if text is not None:
        blank = _COMMENT_OR_TEXT.sub(lambda found: " " * len(found[0]), text.text)
        found = pattern.search(blank)
        if found is not None:
            return text.span(Span(*found.span()))
    return detection.span(None)


class MaxspanOverLookback:
    """A sequence that may be longer than the time that the rule looks at.

    ## What it does
    Compares `maxspan` of an EQL sequence with how far the rule looks back (`from`).

    ## Why
    Each run of the rule sees the events of its look-back only. A sequence that takes longer is never seen as a whole,
    though the query allows it.

    ## Example
    ```toml
    [rule]
    type = "eql"
    language = "eql"
    from = "now-9m"
    query = '''
    sequence by host.id with maxspan=1h
      [process where process.name == "nmap"]
      [network where destination.port == 22]
    '''
    ```

    ## Use instead
    ```toml
    [rule]
    type = "eql"
    language = "eql"
    from = "now-65m"
    query = '''
    sequence by host.id with maxspan=1h
      [process where process.name == "nmap"]
      [network where destination.port == 22]
    '''
    ```

    ## Fix
    None. Whether the look-back is too short or the span too long is for the author to say.

    ## References
    - https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax#eql-with-maxspan-keywords
    - https://www.elastic.co/docs/solutions/security/detect-and-alert/create-detection-rule
    """

    about: ClassVar = About("SEQUENCE001", "maxspan-over-lookback", Severity.ERROR, _ELASTIC_ONLY)

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """At most one finding, at `maxspan`."""
        times = detection.once(_times)
        if times is not None and times.longest > times.seen:
            message = f"maxspan is {times.text(times.longest)}, the rule looks back {times.text(times.seen)}"
            yield Finding(_place(detection, _MAXSPAN), message, "longer sequences are never seen as a whole")


class MaxspanOverOverlap:
    """A sequence that may lie across two runs of the rule, and in neither of them.

    ## What it does
    Compares `maxspan` of an EQL sequence with the time that two runs of the rule have in common: its look-back less its
    interval.

    ## Why
    A run sees what happened since it looked back. If two runs overlap by less than `maxspan`, a sequence that begins
    early in one run and ends late in the next is seen as a whole by neither.

    ## Example
    ```toml
    [rule]
    type = "eql"
    language = "eql"
    from = "now-9m"
    interval = "5m"
    query = '''
    sequence by host.id with maxspan=8m
      [process where process.name == "nmap"]
      [network where destination.port == 22]
    '''
    ```

    ## Use instead
    ```toml
    [rule]
    type = "eql"
    language = "eql"
    from = "now-13m"
    interval = "5m"
    query = '''
    sequence by host.id with maxspan=8m
      [process where process.name == "nmap"]
      [network where destination.port == 22]
    '''
    ```

    ## Fix
    None. Look-back, interval and span are for the author to balance.

    ## References
    - https://www.elastic.co/docs/solutions/security/detect-and-alert/create-detection-rule
    """

    about: ClassVar = About("SEQUENCE002", "maxspan-over-overlap", Severity.WARNING, _ELASTIC_ONLY)

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """At most one finding, at `maxspan`; none where the look-back is too short altogether."""
        times = detection.once(_times)
        if times is not None and times.common < times.longest <= times.seen:
            shared = times.text(times.common) if times.common > 0 else "nothing"
            message = f"maxspan is {times.text(times.longest)}, but two runs of the rule have {shared} in common"
            hint = f"look back at least {times.text(times.longest + times.seen - times.common)}"
            yield Finding(_place(detection, _MAXSPAN), message, hint)


class SequenceWithoutMaxspan:
    """A sequence whose events may lie any time apart.

    ## What it does
    Finds EQL sequences without `with maxspan`.

    ## Why
    The look-back of the rule then sets the span without saying so: whoever widens it for late events changes what the
    rule detects. Elasticsearch also keeps every open sequence in memory for as long.

    ## Example
    ```eql
    sequence by host.id
      [process where process.name == "nmap"]
      [network where destination.port == 22]
    ```

    ## Use instead
    ```eql
    sequence by host.id with maxspan=1m
      [process where process.name == "nmap"]
      [network where destination.port == 22]
    ```

    ## Fix
    None. How long the sequence takes is for the author to say.

    ## References
    - https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax#eql-with-maxspan-keywords
    """

    about: ClassVar = About("SEQUENCE003", "sequence-without-maxspan", Severity.INFO, _ELASTIC_ONLY)

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """At most one finding, at the word `sequence`."""
        found = _sequence(detection)
        if found is not None and found.maxspan is None:
            yield Finding(_place(detection, _SEQUENCE), "the sequence has no maxspan", "write `with maxspan=…`")


class SequenceWithoutKeys:
    """A sequence of events that have nothing in common.

    ## What it does
    Finds EQL sequences without `by`, neither for all clauses nor for each.

    ## Why
    An event on one host and one on another then make an alert. Such rules raise false alerts on every busy system and
    are expensive to run.

    ## Example
    ```eql
    sequence with maxspan=1m
      [process where process.name == "nmap"]
      [network where destination.port == 22]
    ```

    ## Use instead
    ```eql
    sequence by host.id with maxspan=1m
      [process where process.name == "nmap"]
      [network where destination.port == 22]
    ```

    ## Fix
    None. What the events share is for the author to say.

    ## References
    - https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax#eql-by-keyword
    """

    about: ClassVar = About("SEQUENCE004", "sequence-without-by", Severity.WARNING, _ELASTIC_ONLY)

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """At most one finding, at the word `sequence`."""
        found = _sequence(detection)
        if found is not None and not found.by and not any(stage.by for stage in found.stages):
            message = "the events of the sequence share no field"
            yield Finding(_place(detection, _SEQUENCE), message, "write `sequence by host.id`, or what they share")


class UntilIsStage:
    """An `until` that is also one of the events of the sequence.

    ## What it does
    Compares the condition behind `until`, in its normal form, with those of the sequence.

    ## Why
    An event that matches `until` ends all open sequences. Where it is the same as an event of the sequence, the
    sequence ends with it and is never found.

    ## Example
    ```eql
    sequence by process.entity_id with maxspan=1m
      [process where event.type == "start"]
      [process where event.type == "end"]
    until [process where event.type == "end"]
    ```

    ## Use instead
    ```eql
    sequence by process.entity_id with maxspan=1m
      [process where event.type == "start"]
      [network where event.type == "start"]
    until [process where event.type == "end"]
    ```

    ## Fix
    None. Which of the two was meant is for the author to say.

    ## References
    - https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax#eql-until-keyword
    """

    about: ClassVar = About("SEQUENCE005", "until-is-stage", Severity.WARNING, _ELASTIC_ONLY)

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """At most one finding, at the clause behind `until`."""
        found = _sequence(detection)
        if found is None or found.until is None:
            return
        category = detection.rule.data_source.category_field
        wheres = [
            core(resolve(resolve_category(stage.where, category), ecs_schema()))
            for stage in (*found.stages, found.until)
        ]
        for stage, where in zip(found.stages, wheres, strict=False):
            if where == wheres[-1]:
                place = detection.span(found.until.span or found.until.where.span)
                related = (("this clause asks for the same", detection.span(stage.span or stage.where.span)),)
                yield Finding(place, "the sequence ends at an event that is a part of it", related=related)
                return


CHECKS: Final = (
    MaxspanOverLookback,
    MaxspanOverOverlap,
    SequenceWithoutMaxspan,
    SequenceWithoutKeys,
    UntilIsStage,
)
