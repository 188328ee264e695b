"""Alerts of many rules on one stream of events.

Rules on single events and sequences stream. Where the events of a file turn out not to be in order of time, its
sequences are evaluated once more on all events together, in order; of standard input that cannot be read again, and
the alerts stand with a warning. All other rules take all events together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from isorule.cli.events import Event
from isorule.cli.loading import Failure, at_detection, guarded
from isorule.diagnostics import Diagnostic, Severity, UnsupportedError
from isorule.evaluation import OUT_OF_ORDER, Alert, RuleSet, evaluate_detection
from isorule.ir.detections import Correlation, IndicatorMatch, Match, NewTerms
from isorule.ir.detections import Sequence as SequenceDetection
from isorule.ir.rule import Rule
from isorule.ir.schema import FieldSchema

Again = Callable[[], Iterable[Event]]


@dataclass(frozen=True, slots=True)
class Run:
    """What holds for all rules of a run; `history` and `indicators` are None where they were not given."""

    schema: FieldSchema
    now: datetime
    history: tuple[Event, ...] | None
    indicators: tuple[Event, ...] | None


def alerts(
    rules: Sequence[Rule], events: Iterable[Event], run: Run, problems: list[Diagnostic], *, again: Again | None = None
) -> Iterator[Alert]:
    """The alerts of rules on single events as events come, those of sequences, then those of each other rule.

    `again` gives the events once more; without it alerts of sequences, too, are given as events come. What could not
    be evaluated, and what sequences could not keep, is added to `problems`.
    """
    streaming = [rule for rule in rules if _streams(rule)]
    others = [rule for rule in rules if not _streams(rule)]
    kept: list[Event] = []
    rule_set = _rule_set(streaming, run, problems)
    sequences: list[Alert] = []
    for alert in rule_set.feed(_keeping(events, kept) if others else events):
        if again is None or alert.rule is None or isinstance(alert.rule.detection, Match):
            yield alert
        else:
            sequences.append(alert)
    if again is not None and any(problem.name == OUT_OF_ORDER for problem in rule_set.problems):
        followed = [rule for rule in rule_set.rules if isinstance(rule.detection, SequenceDetection | Correlation)]
        yield from _together(followed, kept if others else list(again()), run, problems)
    else:
        yield from sequences
        problems += rule_set.problems
    yield from _together(others, kept, run, problems)


def _streams(rule: Rule) -> bool:
    """Whether a rule can be followed event by event; a tiebreaker orders events of the same time, which are not."""
    match rule.detection:
        case Match(_, ()):
            return True
        case SequenceDetection(pipes=()) | Correlation():
            return rule.data_source.tiebreaker_field is None
        case _:
            return False


def _together(rules: Sequence[Rule], events: Sequence[Event], run: Run, problems: list[Diagnostic]) -> Iterator[Alert]:
    for rule in rules:
        found = guarded(rule_path(rule), partial(_evaluate, rule, events, run))
        if isinstance(found, Failure):
            problems.append(at_detection(found.diagnostic, rule))
        else:
            yield from (replace(alert, rule=rule) for alert in found)


def _rule_set(rules: Sequence[Rule], run: Run, problems: list[Diagnostic]) -> RuleSet:
    """All rules that can be evaluated. The set refuses as a whole; then each rule is tried alone."""
    made = guarded("", partial(RuleSet, rules, schema=run.schema, now=run.now))
    if not isinstance(made, Failure):
        return made
    sound: list[Rule] = []
    for rule in rules:
        alone = guarded(rule_path(rule), partial(RuleSet, [rule], schema=run.schema, now=run.now))
        if isinstance(alone, Failure):
            problems.append(at_detection(alone.diagnostic, rule))
        else:
            sound.append(rule)
    return RuleSet(sound, schema=run.schema, now=run.now)


def _keeping(events: Iterable[Event], kept: list[Event]) -> Iterator[Event]:
    for event in events:
        kept.append(event)
        yield event


def _evaluate(rule: Rule, events: Sequence[Event], run: Run) -> list[Alert]:
    if isinstance(rule.detection, NewTerms) and run.history is None:
        raise _missing("needs-history", "a new terms rule asks what was seen before", "give earlier events: --history")
    if isinstance(rule.detection, IndicatorMatch) and run.indicators is None:
        raise _missing("needs-indicators", "an indicator match rule asks for indicators", "give them: --indicators")
    source = rule.data_source
    return evaluate_detection(
        rule.detection,
        events,
        schema=run.schema,
        category_field=source.category_field,
        timestamp_field=source.timestamp_field,
        tiebreaker_field=source.tiebreaker_field,
        now=run.now,
        history=run.history or (),
        indicators=run.indicators or (),
    )


def _missing(name: str, message: str, hint: str) -> UnsupportedError:
    return UnsupportedError(Diagnostic("EVAL001", name, Severity.ERROR, message, hint=hint))


def rule_path(rule: Rule) -> str:
    """The file that a rule came from, as output shows it."""
    return rule.origin.file.path if rule.origin is not None else rule.metadata.title
