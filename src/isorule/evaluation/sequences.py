"""Sequences: events in order of time that share their join keys (EQL `sequence`).

For each key there is one waiting place for each clause but the last. A partial match that moves on leaves its place,
a newer one pushes an older one out, so not all combinations are found
(https://www.elastic.co/guide/en/elasticsearch/reference/current/eql-syntax.html, "How a state machine…").
"""

from __future__ import annotations

from dataclasses import dataclass

from isorule.evaluation.alerts import Alert
from isorule.evaluation.dates import MILLISECOND
from isorule.evaluation.events import EventView
from isorule.evaluation.keys import Key, Keys
from isorule.evaluation.logic import Check
from isorule.evaluation.missing import MissingClause, Neighbours, passes
from isorule.evaluation.pipes import piped
from isorule.evaluation.setting import Setting
from isorule.evaluation.timeline import Moment, timeline
from isorule.ir.detections import Sequence, Stage
from isorule.ir.losses import refusal
from isorule.ir.predicates import Field

Partial = tuple[Moment, ...]
"""The events matched so far, one for each ordinary clause."""


@dataclass(frozen=True, slots=True)
class _Clause:
    """An ordinary clause, or the `until` clause."""

    check: Check
    keys: Keys


@dataclass(frozen=True, slots=True)
class _Match:
    """A match of all ordinary clauses."""

    key: Key
    moments: Partial


def sequence_alerts(sequence: Sequence, views: list[EventView], setting: Setting) -> list[Alert]:
    """The matches of a sequence over the events that have a time, sorted by last event and then key.

    Raises `UnsupportedError` where there is no ordinary clause, or a missing-event clause without `maxspan`.
    """
    ordinary = [stage for stage in sequence.stages if not stage.missing]
    require_sound(sequence, ordinary)
    moments = timeline(views, setting.clock)
    clauses = [_clause(stage, sequence.by, setting) for stage in ordinary for _ in range(stage.runs)]
    until = _clause(sequence.until, sequence.by, setting) if sequence.until is not None else None
    span = None if sequence.maxspan is None else sequence.maxspan * MILLISECOND
    found = _matches(clauses, until, span, moments)
    missing = _missing_clauses(sequence, moments, setting)
    if missing and span is not None:
        found = [match for match in found if passes(match.key, _neighbours(match.moments), missing, span)]
    return [_alert(match, sequence, clauses[0].keys) for match in piped(found, sequence.pipes)]


def require_sound(sequence: Sequence, ordinary: list[Stage]) -> None:
    """Raises `UnsupportedError` where there is no ordinary clause, or a missing-event clause without `maxspan`."""
    if not ordinary:
        raise refusal("only-missing-clauses", "a sequence needs a clause that is not a missing-event clause")
    if len(ordinary) < len(sequence.stages) and sequence.maxspan is None:
        raise refusal("missing-needs-maxspan", "a sequence with a missing-event clause needs `maxspan`")


def _clause(stage: Stage, by: tuple[Field, ...], setting: Setting) -> _Clause:
    return _Clause(setting.compiler.check(stage.where), setting.join_keys((*by, *stage.by)))


def _matches(clauses: list[_Clause], until: _Clause | None, span: int | None, moments: list[Moment]) -> list[_Match]:
    last = len(clauses) - 1
    places: list[dict[Key, Partial]] = [{} for _ in range(last)]
    found: list[_Match] = []
    for moment in moments:
        complete: list[_Match] = []
        for index in range(last, -1, -1):  # later clauses first: no event fills two clauses of one match
            clause = clauses[index]
            if (index and not places[index - 1]) or clause.check(moment.view) is not True:
                continue
            for key in clause.keys.keys(moment.view):
                partial = _advanced(places, index, key, moment, span)
                if partial is None:
                    continue
                if index == last:
                    complete.append(_Match(key, partial))
                else:
                    places[index][key] = partial
        found += sorted(complete, key=lambda match: match.key)
        if until is not None and any(places) and until.check(moment.view) is True:
            for key in until.keys.keys(moment.view):
                for place in places:
                    place.pop(key, None)
    return found


def _advanced(
    places: list[dict[Key, Partial]], index: int, key: Key, moment: Moment, span: int | None
) -> Partial | None:
    """The partial match that an event makes at a clause; None where none waits, or the one that waits is too old."""
    if index == 0:
        return (moment,)
    waiting = places[index - 1].pop(key, None)
    if waiting is None or (span is not None and moment.time - waiting[0].time > span):
        return None
    return (*waiting, moment)


def _missing_clauses(sequence: Sequence, moments: list[Moment], setting: Setting) -> list[MissingClause]:
    """The missing-event clauses, each with how many ordinary clauses stand before it."""
    out: list[MissingClause] = []
    before = 0
    for stage in sequence.stages:
        if stage.missing:
            clause = _clause(stage, sequence.by, setting)
            out.append(MissingClause.of(before, clause.check, clause.keys, moments))
        else:
            before += stage.runs
    return out


def _neighbours(moments: Partial) -> Neighbours:
    return Neighbours(tuple(moment.time for moment in moments))


def _alert(match: _Match, sequence: Sequence, keys: Keys) -> Alert:
    moments = iter(match.moments)
    events = tuple(
        None if stage.missing else next(moments).view.event for stage in sequence.stages for _ in range(stage.runs)
    )
    return Alert(events, keys=keys.shown(match.key))
