"""SigmaHQ's conventions for tags; each runs only where it is selected (`--extend-select SIGMAHQ`)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import ClassVar, Final

from isorule.attack import VERSIONS, AttackVersion, attack
from isorule.checks.attack.lookup import known
from isorule.checks.check import SIGMA, About, CheckedDocument, Finding
from isorule.checks.edits import SAFE, added_item
from isorule.checks.sigma.tables import texts, words
from isorule.diagnostics import Severity
from isorule.source import KeyPath

_ONLY = frozenset({SIGMA})


class TagDetection:
    """A rule in a folder of its kind without the tag of that kind.

    ## What it does
    Compares the folders `rules-dfir`, `rules-emerging-threats` and `rules-threat-hunting` with the tags.

    ## Why
    Tools choose rules by these tags.

    ## Example
    ```yaml file=rules-threat-hunting/proc_creation_lnx_scan.yml
    tags:
      - attack.discovery
    ```

    ## Use instead
    ```yaml file=rules-threat-hunting/proc_creation_lnx_scan.yml
    tags:
      - attack.discovery
      - detection.threat-hunting
    ```

    ## Fix
    Safe: the tag is added; tags take no part in what a rule matches.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-appendix-tags.md
    """

    about: ClassVar = About("SIGMAHQ027", "sigmahq-tag-detection", Severity.WARNING, _ONLY, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the tags."""
        tags = [tag for _, tag in texts(document.get("tags"))]
        for kind in words("detection_tags"):
            wanted = f"detection.{kind}"
            if f"rules-{kind}" in PurePath(document.file.path).parts and wanted not in tags:
                place: KeyPath = ("tags",) if tags else ("title",)
                fix = added_item(document, ("tags",), wanted, f"add {wanted}", SAFE) if tags else None
                yield Finding(place, f"a rule of rules-{kind} has the tag {wanted}", at_key=True, fix=fix)


@dataclass(frozen=True, slots=True)
class TagTlp:
    """A rule that may not be shared.

    ## What it does
    Reports tags of the Traffic Light Protocol other than `tlp.clear`.

    ## Why
    What stands in a public collection is shared with everyone.

    ## Example
    ```yaml
    tags:
      - tlp.amber
    ```

    ## Use instead
    ```yaml
    tags:
      - tlp.clear
    ```

    ## Options
    - `allowed`: the levels that may occur.

    ## Fix
    None. Whether the rule may be shared is for its owners to say.

    ## References
    - https://www.first.org/tlp/
    """

    allowed: tuple[str, ...] = ("clear",)

    about: ClassVar = About("SIGMAHQ028", "sigmahq-tag-tlp", Severity.WARNING, _ONLY, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each tag."""
        for index, tag in texts(document.get("tags")):
            namespace, _, level = tag.partition(".")
            if namespace == "tlp" and level not in self.allowed:
                yield Finding(("tags", index), f"{tag} does not let the rule be shared here")


@dataclass(frozen=True, slots=True)
class TechniqueTactics:
    """A technique without all of its tactics.

    ## What it does
    Looks the tactics of each technique up in the version of ATT&CK that the tags are of: the newest that has in use all
    techniques and tactics of the rule. What became of the former Defense Evasion is not asked for where the
    tables do not tell.

    ## Why
    SigmaHQ gives every tactic that ATT&CK lists a technique under.

    ## Example
    ```yaml
    tags:
      - attack.t1046
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
    Safe: the tag of the tactic is added; tags take no part in what a rule matches.

    ## References
    - https://attack.mitre.org/matrices/enterprise/
    """

    about: ClassVar = About("SIGMAHQ029", "sigmahq-technique-tactics", Severity.INFO, _ONLY, enabled=False)
    versions: tuple[str, ...] = ()
    stix: tuple[str, ...] = ()

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each tactic that is missing, at the first technique that has it."""
        tags = {
            tag.removeprefix("attack."): index
            for index, tag in texts(document.get("tags"))
            if tag.startswith("attack.")
        }
        table = _version(known(self.versions, self.stix).tables, tags)
        said: set[str] = set()
        for tag, index in tags.items():
            for name in _missing_tactics(table, tag, tags):
                if name not in said:
                    said.add(name)
                    fix = added_item(document, ("tags",), f"attack.{name}", f"add attack.{name}", SAFE)
                    yield Finding(("tags", index), f"attack.{tag} belongs to attack.{name}", fix=fix)


def _missing_tactics(table: AttackVersion, tag: str, tags: Collection[str]) -> list[str]:
    """The tactics of a technique that the tags do not name.

    In a table that is not complete a technique stands under both tactics that came out of a former one; it has one of
    them, so neither is asked for.
    """
    technique = table.technique(tag.upper())
    if technique is None or technique.domain != "enterprise":
        return []
    names = [tactic.shortname for key in technique.tactics if (tactic := table.tactic(key)) is not None]
    new = [name for name in names if not table.complete and attack(VERSIONS[0]).tactic_by_shortname(name) is None]
    unsure = new if len(new) > 1 else []
    return [name for name in names if name not in tags and name not in unsure]


def _version(tables: Sequence[AttackVersion], tags: Collection[str]) -> AttackVersion:
    """The last version that has the tactics of the tags, and their techniques in use."""
    for table in reversed(tables):
        techniques = (table.technique(tag.upper()) for tag in tags if tag[:2].rstrip("0123456789") == "t")
        tactics = (tag for tag in tags if tag[-1:].isalpha())
        if all(item is not None and not item.revoked and not item.deprecated for item in techniques) and all(
            table.tactic_by_shortname(tag) is not None for tag in tactics
        ):
            return table
    return tables[-1]


CHECKS: Final = (TagDetection, TagTlp, TechniqueTactics)
"""The checks of this family."""
