"""Alerts of many rules on one file of events: rules on single events stream, the others take all events together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from isorule.cli.events import Event
from isorule.cli.loading import Failure, at_detection, guarded
from isorule.diagnostics import Diagnostic, Severity, UnsupportedError
from isorule.evaluation import Alert, RuleSet, evaluate_detection
from isorule.ir.detections import IndicatorMatch, Match, NewTerms
from isorule.ir.rule import Rule
from isorule.ir.schema import FieldSchema


@dataclass(frozen=True, slots=True)
class Run:
    """What holds for all rules of a run; `history` and `indicators` are None where they were not given."""

    schema: FieldSchema
    now: datetime
    history: tuple[Event, ...] | None
    indicators: tuple[Event, ...] | None


def alerts(rules: Sequence[Rule], events: Iterable[Event], run: Run, problems: list[Diagnostic]) -> Iterator[Alert]:
    """The alerts of the rules on single events as events come, then those of each other rule.

    What could not be evaluated is added to `problems`.
    """
    single = [rule for rule in rules if isinstance(rule.detection, Match) and not rule.detection.pipes]
    others = [rule for rule in rules if not isinstance(rule.detection, Match) or rule.detection.pipes]
    kept: list[Event] = []
    yield from _rule_set(single, run, problems).feed(_keeping(events, kept) if others else events)
    for rule in others:
        found = guarded(rule_path(rule), partial(_evaluate, rule, kept, run))
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
