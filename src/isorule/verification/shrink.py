"""Making a stream that tells two sides apart as small as it can be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from isorule.verification.drafts import Draft, Drafts
from isorule.verification.trial import Evidence, Shown, Stream, Trial

_MOST_EVENTS = 40
"""Of a longer stream no event is left out: its length is what decides."""


def shrunk(stream: Stream, evidence: Evidence, trial: Trial, drafts: Drafts) -> Shown | None:
    """The stream without events and fields that it can do without; None where the detections do not agree with it."""
    changed = True
    while changed:
        changed = False
        for smaller in _smaller(stream, drafts):
            if trial.evidence(smaller) is evidence:
                stream, changed = smaller, True
                break
    shown = trial.shown(stream)
    return shown if shown is not None and shown.evidence is evidence else None


def _smaller(stream: Stream, drafts: Drafts) -> Iterator[Stream]:
    if 1 < len(stream.events) <= _MOST_EVENTS:
        for place in range(len(stream.events)):
            yield replace(stream, events=stream.events[:place] + stream.events[place + 1 :])
    for place in range(len(stream.history)):
        yield replace(stream, history=stream.history[:place] + stream.history[place + 1 :])
    for draft in {id(draft): draft for draft in _drafts(stream)}.values():
        for path in draft.values:
            yield _with(stream, draft, drafts.changed(draft, path, ()))
            if len(draft.values[path]) > 1:
                for value in draft.values[path]:
                    yield _with(stream, draft, drafts.changed(draft, path, (value,)))


def _drafts(stream: Stream) -> Iterator[Draft]:
    yield from (draft for draft, _ in stream.events)
    yield from stream.history
    yield from stream.indicators


def _with(stream: Stream, old: Draft, new: Draft) -> Stream:
    def swapped(draft: Draft) -> Draft:
        return new if draft is old else draft

    return replace(
        stream,
        events=tuple((swapped(draft), offset) for draft, offset in stream.events),
        history=tuple(map(swapped, stream.history)),
        indicators=tuple(map(swapped, stream.indicators)),
    )
