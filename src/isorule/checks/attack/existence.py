"""Tactics and techniques that do not exist, or no longer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from isorule.checks.attack.lookup import in_use, known, versions_text
from isorule.checks.attack.mentions import mentions
from isorule.checks.check import About, CheckedDocument, Finding
from isorule.diagnostics import Severity


@dataclass(frozen=True, slots=True)
class AttackUnknown:
    """An id or a tactic that ATT&CK does not have.

    ## What it does
    Looks up every tactic and technique that a rule names. Tables of ATT&CK 18.1 (Enterprise, Mobile, ICS) and 19
    (Enterprise) are at hand; what one of them has is known. Groups, software and the like (`attack.g0007`) are looked
    up where the option `stix` names a file that has some.

    ## Why
    Coverage is counted by these ids. A misspelt one counts for nothing, and most tools drop it without a word.

    ## Example
    ```yaml
    tags:
      - attack.discovery
      - attack.t1946
    ```

    ## Use instead
    ```yaml
    tags:
      - attack.discovery
      - attack.t1046
    ```

    ## Options
    - `versions`: the packaged versions that count (`18.1`, `19`); all of them by default.
    - `stix`: files with MITRE's STIX data of further versions (`enterprise-attack-20.0.json`), from the working
      directory; they count alone where `versions` is not given.

    ## Fix
    None. What was meant is for the author to say.

    ## References
    - https://attack.mitre.org/matrices/enterprise/
    """

    about: ClassVar = About("ATTACK001", "attack-unknown", Severity.ERROR)
    versions: tuple[str, ...] = ()
    stix: tuple[str, ...] = ()

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each unknown id."""
        tables = known(self.versions, self.stix)
        for mention in mentions(document):
            if not tables.has(mention):
                yield Finding(mention.at("id"), f"no {mention.kind.value} {mention.key} is known to {tables.text}")


@dataclass(frozen=True, slots=True)
class AttackRevoked:
    """A technique that ATT&CK revoked.

    ## What it does
    Reports techniques and sub-techniques that no version at hand has in use and that were revoked for others.

    ## Why
    A revoked id has no page of its own any more, and coverage maps leave it out.

    ## Example
    ```toml
    [[rule.threat]]
    framework = "MITRE ATT&CK"

    [[rule.threat.technique]]
    id = "T1547"
    name = "Boot or Logon Autostart Execution"
    reference = "https://attack.mitre.org/techniques/T1547/"

    [[rule.threat.technique.subtechnique]]
    id = "T1547.011"
    name = "Plist Modification"
    reference = "https://attack.mitre.org/techniques/T1547/011/"

    [rule.threat.tactic]
    id = "TA0003"
    name = "Persistence"
    reference = "https://attack.mitre.org/tactics/TA0003/"
    ```

    ## Use instead
    ```toml
    [[rule.threat]]
    framework = "MITRE ATT&CK"

    [[rule.threat.technique]]
    id = "T1647"
    name = "Plist File Modification"
    reference = "https://attack.mitre.org/techniques/T1647/"

    [rule.threat.tactic]
    id = "TA0005"
    name = "Defense Evasion"
    reference = "https://attack.mitre.org/tactics/TA0005/"
    ```

    ## Options
    - `versions`: the packaged versions that count (`18.1`, `19`); all of them by default.
    - `stix`: files with MITRE's STIX data of further versions (`enterprise-attack-20.0.json`), from the working
      directory; they count alone where `versions` is not given.

    ## Fix
    None. A technique that stands for a revoked one may belong to another tactic.

    ## References
    - https://attack.mitre.org/resources/versions/
    """

    about: ClassVar = About("ATTACK002", "attack-revoked", Severity.ERROR)
    versions: tuple[str, ...] = ()
    stix: tuple[str, ...] = ()

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each revoked technique, with what stands for it."""
        for mention in mentions(document):
            found = known(self.versions, self.stix).techniques(mention.key)
            if in_use(found) or not any(item.revoked for _, item in found):
                continue
            tables = [table for table, item in found if item.revoked]
            current = tables[0].current(mention.key)
            versions = versions_text([table.version for table in tables])
            yield Finding(
                mention.at("id"),
                f"{mention.key} ({found[0][1].name}) is revoked in {versions}",
                f"{current.id} ({current.name}) stands for it" if current else None,
            )


@dataclass(frozen=True, slots=True)
class AttackDeprecated:
    """A technique that ATT&CK deprecated.

    ## What it does
    Reports techniques that no version at hand has in use and that were given up without another in their place.

    ## Why
    A deprecated technique is left out of coverage maps; most were given up because they cannot be observed.

    ## Example
    ```yaml
    tags:
      - attack.execution
      - attack.t1064
    ```

    ## Use instead
    ```yaml
    tags:
      - attack.execution
      - attack.t1059
    ```

    ## Options
    - `versions`: the packaged versions that count (`18.1`, `19`); all of them by default.
    - `stix`: files with MITRE's STIX data of further versions (`enterprise-attack-20.0.json`), from the working
      directory; they count alone where `versions` is not given.

    ## Fix
    None. Nothing stands for a deprecated technique.

    ## References
    - https://attack.mitre.org/resources/versions/
    """

    about: ClassVar = About("ATTACK003", "attack-deprecated", Severity.WARNING)
    versions: tuple[str, ...] = ()
    stix: tuple[str, ...] = ()

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each deprecated technique."""
        for mention in mentions(document):
            found = known(self.versions, self.stix).techniques(mention.key)
            if found and not in_use(found) and not any(item.revoked for _, item in found):
                versions = versions_text([table.version for table, _ in found])
                yield Finding(mention.at("id"), f"{mention.key} ({found[0][1].name}) is deprecated in {versions}")
