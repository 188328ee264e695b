"""Verdicts on pairs of rules."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from isorule.report.text import counted, tally
from isorule.verification import Verdict


@dataclass(frozen=True, slots=True)
class Judged:
    """Two sides by name, and the verdict; None for a missing partner, and for the verdict where there is none."""

    first: str | None
    second: str | None
    verdict: Verdict | None = None

    @property
    def kind(self) -> str:
        """The verdict in a word; `unpaired` without a partner, `unjudged` where judging failed."""
        if self.verdict is not None:
            return self.verdict.kind.value
        return "unpaired" if self.first is None or self.second is None else "unjudged"


def verdict_json(verdict: Verdict) -> dict[str, object]:
    """A verdict as JSON values."""
    witness = [dict(event) for event in verdict.witness] if verdict.witness is not None else None
    return {"kind": verdict.kind.value, "reason": verdict.reason, "witness": witness}


def verdict_details(verdict: Verdict) -> list[str]:
    """Why, and the events on which the two sides differ, one indented line each."""
    lines = [f"  {verdict.reason}"] if verdict.reason else []
    return lines + [
        f"  they differ on: {json.dumps(dict(event), ensure_ascii=False)}" for event in verdict.witness or ()
    ]


def judged_text(judged: Judged) -> str:
    """A line with the verdict and both sides, and the details of a verdict below it."""
    head = f"{judged.kind:10}  {judged.first or '-'}  {judged.second or '-'}"
    details = verdict_details(judged.verdict) if judged.verdict is not None else []
    return "".join(f"{line}\n" for line in (head, *details))


def judged_json(judged: Sequence[Judged]) -> dict[str, object]:
    """All pairs as JSON values."""
    return {
        "pairs": [
            {
                "first": item.first,
                "second": item.second,
                "verdict": verdict_json(item.verdict) if item.verdict is not None else None,
            }
            for item in judged
        ]
    }


def verdict_summary(judged: Sequence[Judged]) -> str:
    """How many pairs there are, by verdict."""
    return f"{counted(len(judged), 'pair')}: {tally(item.kind for item in judged)}" if judged else "no pairs"
