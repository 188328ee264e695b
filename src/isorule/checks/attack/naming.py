"""Names and pages that do not belong to the id beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from isorule.checks.attack.lookup import known
from isorule.checks.attack.mentions import mentions
from isorule.checks.check import ELASTIC, About, CheckedDocument, Finding
from isorule.checks.edits import respelled
from isorule.diagnostics import Severity


@dataclass(frozen=True, slots=True)
class AttackName:
    """A name other than the one that ATT&CK gives to the id.

    ## What it does
    Compares the names of tactics and techniques with those of ATT&CK, letter by letter.

    ## Why
    An id with another's name makes readers follow the wrong one; an old name shows that the mapping was not looked at
    since it changed.

    ## Example
    ```toml
    [[rule.threat]]
    framework = "MITRE ATT&CK"

    [[rule.threat.technique]]
    id = "T1218"
    name = "Signed Binary Proxy Execution"
    reference = "https://attack.mitre.org/techniques/T1218/"

    [rule.threat.tactic]
    id = "TA0005"
    name = "Defense Evasion"
    reference = "https://attack.mitre.org/tactics/TA0005/"
    ```

    ## Use instead
    ```toml
    [[rule.threat]]
    framework = "MITRE ATT&CK"

    [[rule.threat.technique]]
    id = "T1218"
    name = "System Binary Proxy Execution"
    reference = "https://attack.mitre.org/techniques/T1218/"

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
    Safe: the name is what ATT&CK calls the id; nothing but the name changes.

    ## References
    - https://attack.mitre.org/techniques/enterprise/
    """

    about: ClassVar = About("ATTACK004", "attack-name", Severity.ERROR, frozenset({ELASTIC}))
    versions: tuple[str, ...] = ()
    stix: tuple[str, ...] = ()

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each wrong name, with the right one as a fix."""
        for mention in mentions(document):
            names = [name for name, _ in known(self.versions, self.stix).known_as(mention)]
            if mention.name is not None and names and mention.name not in names:
                path = mention.at("name")
                yield Finding(
                    path,
                    f"{mention.key} is called {' or '.join(names)}, not {mention.name}",
                    fix=respelled(document, path, names[0], "use the name that ATT&CK gives"),
                )


@dataclass(frozen=True, slots=True)
class AttackReference:
    """A link that does not lead to the page of the id.

    ## What it does
    Compares the links of tactics and techniques with the pages of ATT&CK; the slash at the end does not count.

    ## Why
    Readers of an alert follow the link, and read about another technique.

    ## Example
    ```toml
    [[rule.threat]]
    framework = "MITRE ATT&CK"

    [rule.threat.tactic]
    id = "TA0007"
    name = "Discovery"
    reference = "https://attack.mitre.org/tactics/TA0008/"
    ```

    ## Use instead
    ```toml
    [[rule.threat]]
    framework = "MITRE ATT&CK"

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
    Safe: the link is the page of the id; nothing but the link changes.

    ## References
    - https://attack.mitre.org/tactics/enterprise/
    """

    about: ClassVar = About("ATTACK005", "attack-reference", Severity.ERROR, frozenset({ELASTIC}))
    versions: tuple[str, ...] = ()
    stix: tuple[str, ...] = ()

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each wrong link, with the right one as a fix."""
        for mention in mentions(document):
            pages = list(dict.fromkeys(url for _, url in known(self.versions, self.stix).known_as(mention)))
            if mention.reference is not None and pages and f"{mention.reference.rstrip('/')}/" not in pages:
                path = mention.at("reference")
                yield Finding(
                    path,
                    f"the page of {mention.key} is {pages[0]}, not {mention.reference}",
                    fix=respelled(document, path, pages[0], "link the page of the id"),
                )
