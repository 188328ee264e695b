"""Spans of time: how far a rule looks back, and the units in which a target counts."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from isorule.diagnostics import Effect
from isorule.ir.detections import Aggregate, Window, WindowKind
from isorule.ir.losses import Loss, loss
from isorule.ir.rule import Rule

DEFAULT_LOOKBACK: Final = 360_000
"""Six minutes: where a rule has no `from`, as Kibana has it."""

SECOND: Final = 1_000

_LOOKBACK: Final = re.compile(r"now-(\d{1,12})(ms|s|m|h|d|w)(?:/[smhdw])?")
_UNITS: Final = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}


def lookback(rule: Rule) -> int:
    """How far a rule looks back, in milliseconds (`from: now-9m`)."""
    text = rule.schedule.lookback if rule.schedule is not None else None
    found = _LOOKBACK.fullmatch(text or "")
    return int(found[1]) * _UNITS[found[2]] if found else DEFAULT_LOOKBACK


def with_lookback(rule: Rule) -> Rule:
    """A threshold rule whose window says how far the rule looks back; any other rule as it is."""
    match rule.detection:
        case Aggregate(window=Window(WindowKind.LOOKBACK, None)) as detection:
            window = Window(WindowKind.LOOKBACK, lookback(rule))
            return replace(rule, detection=replace(detection, window=window))
        case _:
            return rule


def interval(rule: Rule) -> int:
    """How often a rule runs, in milliseconds; five minutes where it does not say."""
    text = rule.schedule.interval if rule.schedule is not None else None
    found = _LOOKBACK.fullmatch(f"now-{text}")
    return int(found[1]) * _UNITS[found[2]] if found else 300_000


def whole_seconds(span: int) -> tuple[int, tuple[Loss, ...]]:
    """A span rounded up to whole seconds, and the loss where that changes it."""
    rest = span % SECOND
    if not rest:
        return span, ()
    message = f"Sigma counts whole seconds: {span} ms become {(span - rest + SECOND) // SECOND} s"
    return span - rest + SECOND, (loss("span-rounded", Effect.WIDENS, message),)


def span_text(milliseconds: int) -> str:
    """A span as Elastic writes it, in the largest unit that divides it: `90s`, `5m`."""
    for unit in ("w", "d", "h", "m", "s"):
        size = _UNITS[unit]
        if unit != "w" and milliseconds and milliseconds % size == 0:
            return f"{milliseconds // size}{unit}"
    return f"{max(1, -(-milliseconds // SECOND))}s"
