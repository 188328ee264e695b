"""Severity and risk score of Elastic rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, NamedTuple

from isorule.checks.check import ELASTIC, About, CheckedDocument, Finding
from isorule.checks.edits import UNSAFE, respelled
from isorule.diagnostics import Severity


class Band(NamedTuple):
    """The risk scores of a severity, and the one that published rules give it."""

    least: int
    most: int
    usual: int


BANDS: dict[str, Band] = {
    "low": Band(0, 21, 21),
    "medium": Band(22, 47, 47),
    "high": Band(48, 73, 73),
    "critical": Band(74, 100, 99),
}


class _Scores(NamedTuple):
    severity: str
    score: int
    band: Band


def _scores(document: CheckedDocument) -> _Scores | None:
    """Severity and score of a rule that has both, in a shape that the schema allows."""
    match document.values.get("rule"):
        case {"severity": str(severity), "risk_score": int(score)} if severity in BANDS and 0 <= score <= 100:
            return _Scores(severity, score, BANDS[severity])
        case _:
            return None


class RiskScoreBand:
    """A risk score that belongs to another severity.

    ## What it does
    Compares `risk_score` with the band of scores of the rule's `severity`: low 0 to 21, medium 22 to 47, high 48 to 73,
    critical 74 to 100.

    ## Why
    Kibana sorts alerts by either of the two; where they disagree, an alert stands high in one list and low in the
    other. Elastic's own repository refuses such rules.

    ## Example
    ```toml
    [rule]
    risk_score = 73
    severity = "medium"
    ```

    ## Use instead
    ```toml
    [rule]
    risk_score = 47
    severity = "medium"
    ```

    ## Fix
    Unsafe: the score becomes the usual one of the severity, which changes how alerts are sorted; the severity may be
    what is wrong.

    ## References
    - https://www.elastic.co/docs/solutions/security/detect-and-alert/create-detection-rule
    """

    about: ClassVar = About("RISK001", "risk-score-band", Severity.ERROR, frozenset({ELASTIC}))

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the score."""
        found = _scores(document)
        if found is None or found.band.least <= found.score <= found.band.most:
            return
        meant = next(name for name, band in BANDS.items() if band.least <= found.score <= band.most)
        least, most, usual = found.band
        yield Finding(
            ("rule", "risk_score"),
            f"risk_score {found.score} belongs to severity {meant}; severity is {found.severity} ({least} to {most})",
            f'set risk_score = {usual}, or severity = "{meant}"',
            fix=respelled(document, ("rule", "risk_score"), usual, f"use {usual}", UNSAFE),
        )


class RiskScoreUsual:
    """A risk score other than the usual one of its severity.

    ## What it does
    Reports a `risk_score` that lies within the band of the rule's `severity` without being the usual score: 21 for low,
    47 for medium, 73 for high, 99 for critical.

    ## Why
    Almost all published rules keep to the four pairs, so another score is more often a slip than a decision.

    ## Example
    ```toml
    [rule]
    risk_score = 43
    severity = "medium"
    ```

    ## Use instead
    ```toml
    [rule]
    risk_score = 47
    severity = "medium"
    ```

    ## Fix
    None. A score within the band may be meant.

    ## References
    - https://www.elastic.co/docs/solutions/security/detect-and-alert/create-detection-rule
    """

    about: ClassVar = About("RISK002", "risk-score-usual", Severity.INFO, frozenset({ELASTIC}))

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the score."""
        found = _scores(document)
        if found is None or not found.band.least <= found.score <= found.band.most or found.score == found.band.usual:
            return
        yield Finding(
            ("rule", "risk_score"),
            f"risk_score is {found.score}; {found.severity} rules usually have {found.band.usual}",
        )


CHECKS = (RiskScoreBand, RiskScoreUsual)
"""The checks of this family."""
