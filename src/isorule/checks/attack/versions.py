"""Which version of ATT&CK rules follow, and how they come to a newer one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Final

from isorule.attack import attack
from isorule.checks.attack.mentions import FRAMEWORK, Kind, Mention, mentions
from isorule.checks.attack.migrating import EVASION, IMPAIRMENT, NEW, OLD, home, migrated, only_in, successor
from isorule.checks.check import ELASTIC, SIGMA, About, CheckedDocument, Finding
from isorule.checks.edits import UNSAFE, changed, removed, respelled
from isorule.checks.facts import Collected, CollectionFinding, Fact
from isorule.diagnostics import Fix, Severity
from isorule.source import KeyPath

_ELASTIC: Final = frozenset({ELASTIC})
_ALERTS: Final = re.compile(r"""event\.kind\s*[:=]+\s*"?alert\b|\balerts?-""", re.IGNORECASE)
_OF_ALERTS: Final = re.compile(r"^(?:Mitre Atlas: |Promotion: |Rule Type: Higher-Order Rule$)", re.MULTILINE)
_EVASION_TAGS: Final = {ELASTIC: "Tactic: Defense Evasion", SIGMA: "attack.defense-evasion"}
_NEW_TAGS: Final = {
    ELASTIC: {EVASION: "Tactic: Stealth", IMPAIRMENT: "Tactic: Defense Impairment"},
    SIGMA: {EVASION: "attack.stealth", IMPAIRMENT: "attack.defense-impairment"},
}
_OLD_NAMES: Final = frozenset({"Defense Evasion", "defense-evasion"})
_NEW_NAMES: Final = frozenset({"Stealth", "stealth", "Defense Impairment", "defense-impairment"})


def _version(mention: Mention) -> str | None:
    """The one version that a mention fits; None where both have it, or neither."""
    if mention.kind is Kind.TACTIC:
        name = mention.key if mention.by_shortname else mention.name
        return OLD if name in _OLD_NAMES else NEW if name in _NEW_NAMES else None
    old, new = attack(OLD), attack(NEW)
    return OLD if only_in(old, new, mention.key) else NEW if only_in(new, old, mention.key) else None


class AttackMixed:
    """A rule that follows another version of ATT&CK than most rules of the collection.

    ## What it does
    Counts, for each format by itself, what only ATT&CK 18 has (Defense Evasion, T1562 …) and what only 19 has (Stealth,
    Defense Impairment, T1685 …), and reports what belongs to the rarer of the two.

    ## Why
    Coverage is counted against one version; the ids and tactics of the other fall out of it.

    ## Example
    ```yaml
    tags:
      - attack.stealth
      - attack.t1685
      - attack.defense-evasion
    ```

    ## Use instead
    ```yaml
    tags:
      - attack.stealth
      - attack.defense-impairment
      - attack.t1685
    ```

    ## Fix
    None. `attack-migration` brings rules of version 18 to version 19.

    ## References
    - https://attack.mitre.org/resources/versions/
    """

    about: ClassVar = About("ATTACK009", "attack-mixed", Severity.WARNING)

    def facts(self, document: CheckedDocument) -> Iterator[Fact]:
        """The version of every mention that only one version has."""
        for mention in mentions(document):
            version = _version(mention)
            if version is not None:
                yield Fact(version, mention.at("id"))

    def in_collection(self, facts: Iterable[Collected]) -> Iterator[CollectionFinding]:
        """One finding for each mention of the rarer version, that of version 18 where both are as common."""
        found = list(facts)
        counts = Counter((fact.format, str(fact.value)) for fact in found)
        for fact in found:
            version = str(fact.value)
            other = NEW if version == OLD else OLD
            here, there = counts[fact.format, version], counts[fact.format, other]
            if there > here or (there == here and version == OLD):
                yield CollectionFinding(fact, f"this is of ATT&CK {version}, and most of these rules follow {other}")


class AttackMigration:
    """A mapping of ATT&CK 18 that version 19 says in other words.

    ## What it does
    Finds tactics and techniques that ATT&CK 19 renamed, split or revoked: Defense Evasion became Stealth (with the same
    id), techniques that impair defenses moved to the new tactic Defense Impairment, T1562 and its sub-techniques and a
    few more have successors. It is off by default: switch it on when you move to version 19.

    ## Why
    Coverage against version 19 leaves out what it revoked.

    ## Example
    ```toml
    [[rule.threat]]
    framework = "MITRE ATT&CK"

    [[rule.threat.technique]]
    id = "T1562"
    name = "Impair Defenses"
    reference = "https://attack.mitre.org/techniques/T1562/"

    [[rule.threat.technique.subtechnique]]
    id = "T1562.001"
    name = "Disable or Modify Tools"
    reference = "https://attack.mitre.org/techniques/T1562/001/"

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
    id = "T1685"
    name = "Disable or Modify Tools"
    reference = "https://attack.mitre.org/techniques/T1685/"

    [rule.threat.tactic]
    id = "TA0112"
    name = "Defense Impairment"
    reference = "https://attack.mitre.org/tactics/TA0112/"
    ```

    ## Fix
    Unsafe: the whole mapping is put into the words of version 19. Techniques whose new tactic is not published in a
    table that isorule has stay under Stealth: look at them.

    ## References
    - https://attack.mitre.org/resources/updates/
    """

    about: ClassVar = About("ATTACK010", "attack-migration", Severity.INFO, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for the mapping of an Elastic rule, and one for each tag."""
        if document.format == ELASTIC:
            yield from _of_threats(document)
        yield from _of_tags(document)


def _of_threats(document: CheckedDocument) -> Iterator[Finding]:
    path: KeyPath = ("rule", "threat")
    threats: Any = document.get(*path)
    old = [mention for mention in mentions(document) if _version(mention) == OLD]
    if old:
        places = ", ".join(dict.fromkeys(mention.key for mention in old))
        fix = changed(document, path, migrated(threats), "say it in the words of ATT&CK 19", UNSAFE)
        yield Finding(old[0].at("id"), f"ATT&CK 19 says this in other words: {places}", fix=fix)


def _of_tags(document: CheckedDocument) -> Iterator[Finding]:
    path: KeyPath = ("rule", "tags") if document.format == ELASTIC else ("tags",)
    tags = document.get(*path)
    for index, tag in enumerate(tags if isinstance(tags, list) else ()):
        here = (*path, index)
        if tag == _EVASION_TAGS[document.format]:
            new = [_NEW_TAGS[document.format][key] for key in _heirs(document)]
            yield Finding(here, f"ATT&CK 19 calls this {' or '.join(new)}", fix=_put(document, here, new[0]))
        elif document.format == SIGMA and isinstance(tag, str) and tag.startswith("attack.t"):
            found = successor(tag.removeprefix("attack.").upper())
            if found is not None:
                wanted = f"attack.{found.id.lower()}"
                yield Finding(here, f"{wanted} ({found.name}) stands for {tag}", fix=_put(document, here, wanted))


def _put(document: CheckedDocument, path: KeyPath, tag: str) -> Fix | None:
    """A tag in the place of another, or the old one gone where the new one stands there already."""
    tags = document.get(*path[:-1])
    title = f"write {tag}"
    if isinstance(tags, list) and tag in tags:
        return removed(document, path, f"{tag} stands here already", UNSAFE)
    return respelled(document, path, tag, title, UNSAFE)


def _heirs(document: CheckedDocument) -> list[str]:
    """The tactics of version 19 that a rule's techniques of Defense Evasion belong to, in the order of the techniques;
    both where it has none, and for a technique whose new tactic no table at hand has."""
    found: list[str] = []
    for mention in mentions(document):
        technique = None if mention.kind is Kind.TACTIC else attack(OLD).technique(mention.key)
        if technique is None or EVASION not in technique.tactics or mention.tactic not in (None, EVASION):
            continue
        moved = successor(mention.key)
        found += (EVASION, IMPAIRMENT) if moved is None else (home(mention.key, moved),)
    return list(dict.fromkeys(found)) or [EVASION, IMPAIRMENT]


class AttackBare:
    """A tactic without any technique.

    ## What it does
    Reports entries of `[[rule.threat]]` that name a tactic alone.

    ## Why
    Coverage is counted by technique. Many rules can only say the tactic, so the check is off by default.

    ## Example
    ```toml
    [[rule.threat]]
    framework = "MITRE ATT&CK"
    tactic = { id = "TA0007", name = "Discovery" }
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

    ## Fix
    None. The technique is for the author to say.

    ## References
    - https://attack.mitre.org/matrices/enterprise/
    """

    about: ClassVar = About("ATTACK011", "attack-bare", Severity.INFO, _ELASTIC, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each tactic."""
        threats = document.get("rule", "threat")
        for index, threat in enumerate(threats if isinstance(threats, list) else ()):
            if isinstance(threat, dict) and threat.get("framework") == FRAMEWORK and not threat.get("technique"):
                yield Finding(("rule", "threat", index, "tactic"), "the tactic stands without a technique")


class AttackMissing:
    """A rule without an ATT&CK mapping.

    ## What it does
    Reports Elastic rules without `[[rule.threat]]`, and Sigma rules without a tag `attack.…`. Elastic rules over alerts
    and over indicators, which may be of any technique, and rules with tags of MITRE ATLAS are passed over. It is off by
    default: some other things that rules find are no technique, either.

    ## Why
    The rule does not count in any coverage map.

    ## Example
    ```yaml
    tags:
      - cve.2021-44228
    ```

    ## Use instead
    ```yaml
    tags:
      - attack.initial-access
      - attack.t1190
    ```

    ## Fix
    None. The mapping is for the author to say.

    ## References
    - https://attack.mitre.org/matrices/enterprise/
    """

    about: ClassVar = About("ATTACK012", "attack-missing", Severity.INFO, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the name or title."""
        named = document.get("rule", "threat") if document.format == ELASTIC else mentions(document)
        if not named and "filter" not in document.values and not _of_any_technique(document):
            place: KeyPath = ("rule", "name") if document.format == ELASTIC else ("title",)
            yield Finding(place, "the rule is not mapped to ATT&CK")


def _of_any_technique(document: CheckedDocument) -> bool:
    """Whether an Elastic rule is about alerts or indicators, or mapped to another framework by its tags."""
    rule = document.get("rule")
    if not isinstance(rule, dict):
        return False
    looks_at = f"{rule.get('index')} {rule.get('query')}"
    tags = "\n".join(map(str, rule.get("tags", ())))
    return rule.get("type") == "threat_match" or bool(_ALERTS.search(looks_at) or _OF_ALERTS.search(tags))


CHECKS: Final = (AttackMixed, AttackMigration, AttackBare, AttackMissing)
"""The checks of this subject."""
