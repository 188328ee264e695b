"""The sentence that says why two detections differ on a stream, and the tests that it names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from isorule.ir.detections import Detection
from isorule.verification.conditions import Condition
from isorule.verification.outline import Outline
from isorule.verification.single import Names
from isorule.verification.structure import aligned, built_differently
from isorule.verification.trial import Shown
from isorule.verification.verdict import Alerts, Deciding, Event
from isorule.verification.wording import because, told_apart

_COUNTS = {0: "no alert", 1: "one alert", 2: "two alerts", 3: "three alerts"}


def told(
    shown: Shown,
    detections: tuple[Detection, Detection],
    outlines: tuple[Outline, Outline],
    conditions: tuple[Sequence[Condition], Sequence[Condition]],
    names: Names,
) -> tuple[str, Deciding]:
    """Why the sides differ on a stream, and the tests of the first event on which conditions in one place differ."""
    counts = f"{names[0]} gives {_alerts(shown.first)} and {names[1]} {_alerts(shown.second)}"
    head = f"on {_stream(shown)} {counts}"
    for where, event, place in _looked_at(shown, outlines) if aligned(*detections) else ():
        pair = conditions[0][place], conditions[1][place]
        answers = tuple(condition.holds(event) for condition in pair)
        if answers[0] is answers[1]:
            continue
        matching = answers.index(True)
        hit, miss = pair[matching], pair[1 - matching]
        ours, theirs = told_apart((hit.predicate, hit.compile_leaf), (miss.predicate, miss.compile_leaf), event)
        clause = because(event, names[matching], ours, names[1 - matching], theirs)
        tests = (ours.test if ours else None, theirs.test if theirs else None)
        return f"{head}: {where}, {clause}", Deciding(tests[matching], tests[1 - matching])
    return f"{head}: {built_differently(*detections, names)}", Deciding()


def _looked_at(shown: Shown, outlines: tuple[Outline, Outline]) -> Iterator[tuple[str, Event, int]]:
    """Events with the conditions that they may decide: those of an alert with the one they meet, then all with all."""
    for alerts, outline in zip((shown.first, shown.second), outlines, strict=True):
        for alert in alerts:
            places = [place for place in alert if place is not None]
            slots = outline.slots if len(outline.slots) == len(places) else (0,) * len(places)
            for place, slot in zip(places, slots, strict=True):
                yield f"at event {place + 1}", shown.events[place], slot
    conditions = len(outlines[0].clauses)
    beside = [("at an event seen before", event) for event in shown.history]
    beside += [("at the indicator", event) for event in shown.indicators]
    for where, event in (*((f"at event {place}", event) for place, event in enumerate(shown.events, 1)), *beside):
        yield from ((where, event, place) for place in range(conditions))


def _alerts(alerts: Alerts) -> str:
    return _COUNTS.get(len(alerts), f"{len(alerts)} alerts")


def _stream(shown: Shown) -> str:
    count = len(shown.events)
    text = "one event" if count == 1 else f"a stream of {count} events"
    if shown.history:
        text += f" after a history of {len(shown.history)}"
    return f"{text} and {len(shown.indicators)} indicator" if shown.indicators else text
