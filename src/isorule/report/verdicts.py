"""Verdicts on pairs of rules."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from isorule.diagnostics import Diagnostic, render, to_json
from isorule.report.text import counted, tally
from isorule.source import SourceFile
from isorule.verification import Alerts, Verdict, Witness

_MOST_SHOWN = 12
"""Of a longer stream of events only the first are shown."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a text, and the text."""

    diagnostic: Diagnostic
    file: SourceFile

    def text(self) -> str:
        """The place with its line and the test underlined."""
        return render(self.diagnostic, {self.file.path: self.file})


Places = tuple[Place | None, Place | None]
"""Where the deciding tests of a witness stand, on the first side and on the second."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Two sides by name, and the verdict; None for a missing partner, and for the verdict where there is none.

    `places` are those of the tests that decide, one pair for each witness.
    """

    first: str | None
    second: str | None
    verdict: Verdict | None = None
    places: tuple[Places, ...] = ()

    @property
    def kind(self) -> str:
        """The verdict in a word; `unpaired` without a partner, `unjudged` where judging failed."""
        if self.verdict is not None:
            return self.verdict.kind.value
        return "unpaired" if self.first is None or self.second is None else "unjudged"


def verdict_json(verdict: Verdict) -> dict[str, object]:
    """A verdict as JSON values."""
    witnesses = [witness_json(witness) for witness in verdict.witnesses]
    return {"kind": verdict.kind.value, "reason": verdict.reason, "witnesses": witnesses}


def witness_json(witness: Witness) -> dict[str, object]:
    """A witness as JSON values; of each alert of a side the places of its events, from 0.

    `now` is the present time of the answers, null where they do not depend on it.
    """
    return {
        "events": [dict(event) for event in witness.events],
        "history": [dict(event) for event in witness.history],
        "indicators": [dict(event) for event in witness.indicators],
        "alerts": {"first": [list(a) for a in witness.first], "second": [list(a) for a in witness.second]},
        "why": witness.why,
        "now": witness.now.isoformat() if witness.now is not None else None,
    }


def verdict_details(verdict: Verdict) -> list[str]:
    """Why, and the events on which the two sides differ, one indented line each."""
    lines = [f"  {verdict.reason}"] if verdict.reason else []
    return lines + [line for witness in verdict.witnesses for line in witness_lines(witness)]


def witness_lines(witness: Witness) -> list[str]:
    """The events of a witness, indented: one line where it is a single event, else one for each."""
    if witness.single:
        return [f"  they differ on: {_text(witness.events[0])}"]
    lines = ["  they differ on:"]
    lines += [f"    at the present time: {witness.now.isoformat()}"] if witness.now is not None else []
    lines += [f"    seen before: {_text(event)}" for event in witness.history]
    lines += [f"    indicator: {_text(event)}" for event in witness.indicators]
    shown = witness.events[:_MOST_SHOWN]
    lines += [f"    {place}: {_text(event)}" for place, event in enumerate(shown, 1)]
    if len(witness.events) > len(shown):
        lines.append(f"    … and {len(witness.events) - len(shown)} more such events")
    return lines


def _text(event: Mapping[str, object]) -> str:
    return json.dumps(dict(event), ensure_ascii=False)


def judged_text(judged: Judged) -> str:
    """A line with the verdict and both sides, and the details of a verdict below it."""
    lines = [f"{judged.kind:10}  {judged.first or '-'}  {judged.second or '-'}"]
    if judged.verdict is not None:
        lines += [f"  {judged.verdict.reason}"] if judged.verdict.reason else []
        places = judged.places or ((None, None),) * len(judged.verdict.witnesses)
        for witness, pair in zip(judged.verdict.witnesses, places, strict=True):
            lines += [*witness_lines(witness), *_answers(judged, witness)]
            lines += [f"  {line}" for place in pair if place is not None for line in place.text().splitlines()]
    return "".join(f"{line}\n" for line in lines)


def _answers(judged: Judged, witness: Witness) -> list[str]:
    """What the evaluator says of the witness, for either side."""
    sides = ((judged.first, witness.first), (judged.second, witness.second))
    return [f"    {name}: {_alerts(alerts, witness.single)}" for name, alerts in sides]


def _alerts(alerts: Alerts, single: bool) -> str:
    if single and len(alerts) < 2:
        return "matches" if alerts else "does not match"
    if not alerts:
        return "no alert"
    shown = "; ".join("events " + ", ".join("-" if at is None else str(at + 1) for at in alert) for alert in alerts[:3])
    return f"{counted(len(alerts), 'alert')} ({shown}{'; …' if len(alerts) > 3 else ''})"


def judged_json(judged: Sequence[Judged]) -> dict[str, object]:
    """All pairs as JSON values."""
    return {
        "pairs": [
            {
                "first": item.first,
                "second": item.second,
                "verdict": _verdict_json(item) if item.verdict is not None else None,
            }
            for item in judged
        ]
    }


def _verdict_json(judged: Judged) -> dict[str, object]:
    """The verdict with the places of the deciding tests in its witnesses."""
    assert judged.verdict is not None
    witnesses: list[dict[str, object]] = [witness_json(witness) for witness in judged.verdict.witnesses]
    for witness, (first, second) in zip(witnesses, judged.places, strict=False):
        witness["deciding"] = {"first": _place_json(first), "second": _place_json(second)}
    return verdict_json(judged.verdict) | {"witnesses": witnesses}


def _place_json(place: Place | None) -> dict[str, object] | None:
    return to_json(place.diagnostic) if place is not None else None


def verdict_summary(judged: Sequence[Judged]) -> str:
    """How many pairs there are, by verdict."""
    return f"{counted(len(judged), 'pair')}: {tally(item.kind for item in judged)}" if judged else "no pairs"
