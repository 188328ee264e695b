"""What verdicts find, as lines for docs/coverage.md: edits of rules found, rewritings proved, and how long it takes."""

from __future__ import annotations

from collections import Counter

import stream_edits
import test_stream_verdicts
import test_verdict_corpus

RULES = 300
STREAM_STEP = 8
"""Every so many rules over several events are edited."""


def section(rules: int = RULES, step: int = STREAM_STEP) -> list[str]:
    """Edits that change the meaning of single-event rules and of streams, and rewritings that keep it."""
    changed = test_verdict_corpus.mutations(test_verdict_corpus.sample(rules, seed=3), seed=3)
    kept = test_verdict_corpus.rewritings(test_verdict_corpus.sample(rules, seed=4), seed=4)
    lines = ["## Verdicts on edited rules", ""]
    lines += [f"Edits of {rules} single-event rules: {changed.tally}.", ""]
    lines += [f"Rewritings of {rules} single-event rules that keep the meaning: {kept}.", ""]
    lines += _table("single events", changed.by_edit)
    streams = test_stream_verdicts.edited(test_stream_verdicts.stream_rules(step), stream_edits.EDITS, seed=3)
    proved = test_stream_verdicts.edited(test_stream_verdicts.stream_rules(step), stream_edits.REWRITINGS, seed=3)
    lines += [f"Edits of sequences, samples, thresholds, new terms and indicator rules, one in {step}: {streams}.", ""]
    lines += [f"Rewritings of these that keep the meaning: {proved}.", ""]
    return lines + _table("streams", streams.by_edit)


def _table(title: str, by_edit: dict[str, Counter[str]]) -> list[str]:
    kinds = ("identical", "equivalent", "wider", "narrower", "divergent", "undecided")
    lines = [f"| edit ({title}) | {' | '.join(kinds)} |", f"| --- |{' ---: |' * len(kinds)}"]
    for name, counts in by_edit.items():
        lines.append(f"| {name} | {' | '.join(str(counts[kind]) for kind in kinds)} |")
    return [*lines, ""]
