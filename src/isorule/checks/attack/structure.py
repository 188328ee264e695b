"""Techniques in a place where they do not belong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from isorule.checks.attack.lookup import Known, known
from isorule.checks.attack.mentions import Kind, Mention, mentions
from isorule.checks.check import ELASTIC, About, CheckedDocument, Finding
from isorule.diagnostics import Severity


@dataclass(frozen=True, slots=True)
class AttackTactic:
    """A technique under a tactic that ATT&CK does not list it under.

    ## What it does
    Checks for every technique and sub-technique that ATT&CK lists it under the tactic of the same `[[rule.threat]]`; in
    a Sigma rule, under one of the tactics that its tags name, if they name any (a warning). Techniques of the former
    Defense Evasion count under both tactics that version 19 made of it.

    ## Why
    The tactic says what the intruder is after; coverage by tactic goes wrong with such an entry.

    ## Example
    ```toml
    [[rule.threat]]
    framework = "MITRE ATT&CK"

    [[rule.threat.technique]]
    id = "T1046"
    name = "Network Service Discovery"
    reference = "https://attack.mitre.org/techniques/T1046/"

    [rule.threat.tactic]
    id = "TA0002"
    name = "Execution"
    reference = "https://attack.mitre.org/tactics/TA0002/"
    ```

    ## Use instead
    ```toml
    [[rule.threat]]
    framework = "MITRE ATT&CK"

    [[rule.threat.technique]]
    id = "T1046"
    name = "Network Service Discovery"
    reference = "https://attack.mitre.org/techniques/T1046/"

    [rule.threat.tactic]
    id = "TA0007"
    name = "Discovery"
    reference = "https://attack.mitre.org/tactics/TA0007/"
    ```

    ## Options
    - `versions`: the packaged versions that count (`18.1`, `19`); all of them by default.
    - `stix`: files with MITRE's STIX data of further versions (`enterprise-attack-20.0.json`), from the working
      directory; they count alone where `versions` is not given.

    ## Fix
    None. Either of the two may be wrong.

    ## References
    - https://attack.mitre.org/matrices/enterprise/
    """

    about: ClassVar = About("ATTACK006", "attack-tactic", Severity.ERROR)
    versions: tuple[str, ...] = ()
    stix: tuple[str, ...] = ()

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each technique that stands under a wrong tactic."""
        tables = known(self.versions, self.stix)
        nested = document.format == ELASTIC
        all_named = dict.fromkeys(item.id for mention in mentions(document) for item in tables.tactics(mention))
        for mention in mentions(document):
            found = [item for _, item in tables.techniques(mention.key) if item.tactics]
            under = [key for key in all_named if not nested or key == mention.tactic]
            if mention.kind is Kind.TACTIC or not found or not under:
                continue
            if not any(key in item.tactics for item in found for key in under):
                named = " or ".join(_tactic_text(tables, key) for key in under)
                yield Finding(
                    mention.at("id"),
                    f"{mention.key} ({found[0].name}) is no {mention.kind.value} of {named}",
                    f"ATT&CK lists it under {', '.join(_tactic_text(tables, key) for key in found[0].tactics)}",
                    severity=None if nested else Severity.WARNING,
                )


class AttackParent:
    """A sub-technique under a technique that it is not part of.

    ## What it does
    Checks that every sub-technique stands under the technique whose id its own begins with.

    ## Why
    Kibana shows the two side by side, and the reader is told that one is a form of the other.

    ## Example
    ```toml
    [[rule.threat]]
    framework = "MITRE ATT&CK"

    [[rule.threat.technique]]
    id = "T1071"
    name = "Application Layer Protocol"
    reference = "https://attack.mitre.org/techniques/T1071/"

    [[rule.threat.technique.subtechnique]]
    id = "T1568.002"
    name = "Domain Generation Algorithms"
    reference = "https://attack.mitre.org/techniques/T1568/002/"

    [rule.threat.tactic]
    id = "TA0011"
    name = "Command and Control"
    reference = "https://attack.mitre.org/tactics/TA0011/"
    ```

    ## Use instead
    ```toml
    [[rule.threat]]
    framework = "MITRE ATT&CK"

    [[rule.threat.technique]]
    id = "T1071"
    name = "Application Layer Protocol"
    reference = "https://attack.mitre.org/techniques/T1071/"

    [[rule.threat.technique.subtechnique]]
    id = "T1071.004"
    name = "DNS"
    reference = "https://attack.mitre.org/techniques/T1071/004/"

    [rule.threat.tactic]
    id = "TA0011"
    name = "Command and Control"
    reference = "https://attack.mitre.org/tactics/TA0011/"
    ```

    ## Fix
    None. Either of the two may be wrong.

    ## References
    - https://attack.mitre.org/techniques/enterprise/
    """

    about: ClassVar = About("ATTACK007", "attack-parent", Severity.ERROR, frozenset({ELASTIC}))

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each sub-technique that stands under another technique."""
        for mention in mentions(document):
            if mention.kind is Kind.SUBTECHNIQUE and mention.parent is not None:
                own = mention.key.partition(".")[0]
                if own != mention.parent:
                    yield Finding(
                        mention.at("id"), f"{mention.key} is a sub-technique of {own}, not of {mention.parent}"
                    )


class AttackDuplicate:
    """A tactic or technique that a rule names twice in the same place.

    ## What it does
    Reports a tactic with two `[[rule.threat]]` entries, a technique that stands twice under one tactic, and a
    sub-technique that stands twice under one technique.

    ## Why
    Kibana shows both, and a change to one of them leaves the other behind.

    ## Example
    ```toml
    [[rule.threat]]
    framework = "MITRE ATT&CK"
    tactic = { id = "TA0007", name = "Discovery" }

    [[rule.threat]]
    framework = "MITRE ATT&CK"
    tactic = { id = "TA0007", name = "Discovery" }
    ```

    ## Use instead
    ```toml
    [[rule.threat]]
    framework = "MITRE ATT&CK"
    tactic = { id = "TA0007", name = "Discovery" }
    ```

    ## Fix
    None. The two entries may name different techniques, which have to be joined by hand.

    ## References
    - https://attack.mitre.org/tactics/enterprise/
    """

    about: ClassVar = About("ATTACK008", "attack-duplicate", Severity.WARNING, frozenset({ELASTIC}))

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each repetition."""
        seen: set[tuple[str | None, str | None, str]] = set()
        for mention in mentions(document):
            place = _place(mention)
            if place in seen:
                yield Finding(mention.at("id"), f"the {mention.kind.value} {mention.key} stands here a second time")
            seen.add(place)


def _place(mention: Mention) -> tuple[str | None, str | None, str]:
    return (mention.tactic, mention.parent, mention.key)


def _tactic_text(tables: Known, key: str) -> str:
    found = (table.tactic(key) for table in tables.tables)
    names = " or ".join(dict.fromkeys(item.name for item in found if item is not None))
    return f"{key} ({names})"
