"""Rules on single events: `Match`, with and without pipes."""

from __future__ import annotations

from isorule.ir.detections import Match
from isorule.synthesis.collecting import Collector
from isorule.synthesis.judging import Stream, Timed
from isorule.synthesis.makers import Maker, text_of
from isorule.synthesis.questions import Missed
from isorule.synthesis.scene import Scene
from isorule.verification.cells import Values

_APART = 1000
_MOST_PIPED = 200
"""A pipe that keeps more is not shown at work."""


def make_singles(match: Match, scene: Scene, out: Collector, matching: int, near_miss: bool) -> None:
    """Matching events, and near misses of each condition. A pipe that keeps nothing is said to match nothing."""
    if any(pipe.count == 0 for pipe in match.pipes):
        out.cannot("matches-nothing", "a pipe of the rule keeps no event")
        return
    maker = Maker(match.where, scene)
    known: list[Values] = []
    taken: set[str] = set()
    for number in range(max(matching, 1 if near_miss else 0)):
        found = maker.match(number, frozenset(taken))
        if isinstance(found, Missed):
            out.unmatched(found, "event")
            break
        taken.add(text_of(found))
        known.append(found)
        if number < matching and not out.match(Stream((Timed(found, number * _APART),))):
            out.unmatched(None, "event")
    if match.pipes and known and matching:
        _beyond_pipes(match, known[0], out)
    if near_miss and known:
        out.vary(maker, known, lambda values: Stream((Timed(values),)), None)


def _beyond_pipes(match: Match, event: Values, out: Collector) -> None:
    """One event more than the first pipe keeps: the number of alerts stays what the pipes say."""
    count = match.pipes[0].count + 1
    if count <= _MOST_PIPED:
        out.match(Stream(tuple(Timed(event, number * _APART) for number in range(count))))
