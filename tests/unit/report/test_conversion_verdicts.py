"""What `isorule convert` says of verdicts."""

from __future__ import annotations

from isorule.report.conversions import ConversionRecord, Status, verdicts_text
from isorule.verification import Verdict, VerdictKind


def record(path: str, kind: VerdictKind, reason: str | None = None) -> ConversionRecord:
    return ConversionRecord(path, 0, Status.CONVERTED, verdict=Verdict(kind, reason))


RECORDS = [
    record("a.yml", VerdictKind.UNDECIDED, "not read back"),
    record("b.yml", VerdictKind.IDENTICAL),
    record("c.yml", VerdictKind.UNDECIDED, "not read back"),
    record("d.yml", VerdictKind.WIDER, "counts less"),
    record("e.yml", VerdictKind.WIDER, "counts less"),
    record("f.yml", VerdictKind.UNDECIDED, "too many streams"),
]


def test_a_reason_that_rules_share_is_said_once_and_no_other_verdict_is_joined() -> None:
    heads = [lines.splitlines()[0] for lines in verdicts_text(RECORDS)]
    assert heads == ["d.yml: wider", "e.yml: wider", "2 rules: undecided", "f.yml: undecided"]
    assert "not read back" in verdicts_text(RECORDS)[2]


def test_undecided_verdicts_can_be_left_out() -> None:
    heads = [lines.splitlines()[0] for lines in verdicts_text(RECORDS, undecided=False)]
    assert heads == ["d.yml: wider", "e.yml: wider"]
