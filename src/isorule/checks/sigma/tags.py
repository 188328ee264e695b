"""Tags: their namespaces, and the form that each namespace asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import PurePath
from typing import ClassVar, Final

from isorule.checks.attack.lookup import Known, known
from isorule.checks.attack.mentions import technique_of_tag
from isorule.checks.check import SIGMA, About, CheckedDocument, Finding
from isorule.checks.edits import SAFE, replaced_within
from isorule.checks.sigma.tables import texts, words
from isorule.diagnostics import Fix, Severity
from isorule.source import KeyPath

_ONLY = frozenset({SIGMA})
_FORMS: Final = {
    "car": (re.compile(r"\d{4}-\d{2}-\d{3}"), "car.2016-04-005"),
    "cve": (re.compile(r"\d{4}-\d{4,}"), "cve.2021-44228"),
    "d3fend": (re.compile(r"d3f?-[A-Za-z0-9]+|model|harden|detect|isolate|deceive|evict"), "d3fend.d3-am"),
    "stp": (re.compile(r"[1-5][auk]?"), "stp.3k"),
}
_LOOSE_CVE = re.compile(r"(?:cve[-._])?(\d{4})[-._](\d{4,})", re.IGNORECASE)
_NAMED_CVE = re.compile(r"cve[-_ ](\d{4})[-_](\d{4,})", re.IGNORECASE)
_LOOSE_CAR = re.compile(r"(?:car[-._])?(\d{4})[-._](\d{2})[-._](\d{3})", re.IGNORECASE)
_TACTIC_ID = re.compile(r"ta\d{4}")


def _tags(document: CheckedDocument) -> Iterator[tuple[KeyPath, str, str]]:
    """Path, namespace and name of each tag that has both."""
    for index, tag in texts(document.get("tags")):
        namespace, dot, name = tag.partition(".")
        if dot and namespace and name:
            yield ("tags", index), namespace.lower(), name


def _renamed(document: CheckedDocument, path: KeyPath, namespace: str, name: str, better: str) -> Fix | None:
    start = len(namespace) + 1
    return replaced_within(document, path, start, start + len(name), better, f"write {namespace}.{better}", SAFE)


class TagNamespace:
    """A tag of a namespace that Sigma does not define.

    ## What it does
    Compares what stands before the first dot of a tag with Sigma's namespaces: attack, car, cve, d3fend, detection, stp
    and tlp.

    ## Why
    Tools group rules by these namespaces, and most of them drop a tag of another one without a word.

    ## Example
    ```yaml
    tags:
      - atack.discovery
    ```

    ## Use instead
    ```yaml
    tags:
      - attack.discovery
    ```

    ## Fix
    Safe: a namespace that is almost a known one is put right; tags take no part in what a rule matches.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-appendix-tags.md
    """

    about: ClassVar = About("SIGMATAG001", "sigma-tag-namespace", Severity.WARNING, _ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each tag; a note where the namespace is like none of Sigma's."""
        namespaces: list[str] = words("namespaces")
        for path, namespace, _ in _tags(document):
            if namespace not in namespaces:
                meant = next(iter(get_close_matches(namespace, namespaces, 1, 0.7)), None)
                yield Finding(
                    path,
                    f"Sigma has no namespace {namespace!r} for tags",
                    f"did you mean {meant}?" if meant else f"it has {', '.join(namespaces)}",
                    severity=None if meant else Severity.INFO,
                    fix=replaced_within(document, path, 0, len(namespace), meant, f"write {meant}") if meant else None,
                )


class TagForm:
    """A tag whose name has not the form of its namespace.

    ## What it does
    Compares the names of tags with what Sigma says of the namespaces `car`, `cve`, `d3fend`, `detection`, `stp` and
    `tlp`. `tlp.white` is left to `sigma-tag-tlp-white`.

    ## Why
    Tools take the number of a CVE or the level of the Traffic Light Protocol from the tag; one in another form is not
    found, and a rule that must stay with a few is shared with all.

    ## Example
    ```yaml
    tags:
      - cve.2021.44228
      - tlp.yellow
    ```

    ## Use instead
    ```yaml
    tags:
      - cve.2021-44228
      - tlp.amber
    ```

    ## Fix
    Safe: the separators of a CVE or of a CAR number are put right; tags take no part in what a rule matches.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-appendix-tags.md
    """

    about: ClassVar = About("SIGMATAG002", "sigma-tag-form", Severity.ERROR, _ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each tag."""
        listed = {"detection": words("detection_tags"), "tlp": [*words("tlp"), "white"]}
        for path, namespace, name in _tags(document):
            if namespace in listed and name not in listed[namespace]:
                close = get_close_matches(name, listed[namespace], 1)
                names = ", ".join(f"{namespace}.{item}" for item in listed[namespace] if item != "white")
                hint = f"did you mean {namespace}.{close[0]}?" if close else f"there are {names}"
                yield Finding(path, f"there is no tag {namespace}.{name}", hint)
            elif namespace in _FORMS and _FORMS[namespace][0].fullmatch(name) is None:
                better = _better(namespace, name)
                fix = _renamed(document, path, namespace, name, better) if better else None
                yield Finding(
                    path, f"{namespace}.{name} is no tag of {namespace}", f"as in {_FORMS[namespace][1]}", fix=fix
                )


def _better(namespace: str, name: str) -> str | None:
    loose = {"cve": _LOOSE_CVE, "car": _LOOSE_CAR}.get(namespace)
    found = loose.fullmatch(name) if loose is not None else None
    return "-".join(found.groups()) if found is not None else None


@dataclass(frozen=True, slots=True)
class TagAttack:
    """An ATT&CK tag that names the right thing in another form.

    ## What it does
    Reports tactics with an underscore (`attack.defense_evasion`) or by their id (`attack.ta0007`), sub-techniques with
    another separator or too few digits, and capital letters.

    ## Why
    Sigma writes `attack.defense-evasion` and `attack.t1059.001`. Tools that count coverage compare texts.

    ## Example
    ```yaml
    tags:
      - attack.privilege_escalation
      - attack.ta0007
    ```

    ## Use instead
    ```yaml
    tags:
      - attack.privilege-escalation
      - attack.discovery
    ```

    ## Options
    - `versions`: the packaged versions that count (`18.1`, `19`); all of them by default.
    - `stix`: files with MITRE's STIX data of further versions (`enterprise-attack-20.0.json`), from the working
      directory; they count alone where `versions` is not given.

    ## Fix
    Safe: the tag is put into Sigma's form; tags take no part in what a rule matches.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-appendix-tags.md
    """

    about: ClassVar = About("SIGMATAG003", "sigma-tag-attack", Severity.WARNING, _ONLY)
    versions: tuple[str, ...] = ()
    stix: tuple[str, ...] = ()

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each tag."""
        for path, namespace, name in _tags(document):
            better = _attack_name(name.lower(), known(self.versions, self.stix)) if namespace == "attack" else None
            if better is not None and better != name:
                yield Finding(
                    path,
                    f"Sigma writes attack.{better}, not attack.{name}",
                    fix=_renamed(document, path, namespace, name, better),
                )


def _attack_name(name: str, attack: Known) -> str | None:
    """A name in small letters in Sigma's form; None where it is not known what is meant."""
    if _TACTIC_ID.fullmatch(name):
        found = (table.tactic(name.upper()) for table in attack.tables)
        return next((tactic.shortname for tactic in found if tactic is not None), None)
    technique = technique_of_tag(name)
    return name.replace("_", "-") if technique is None else technique.lower()


class TagExclusive:
    """Several tags of a namespace of which a rule has one.

    ## What it does
    Reports a second tag of the namespaces `tlp`, `stp` and `detection`.

    ## Why
    A rule that is `tlp.clear` and `tlp.red` may be shared with everyone and with no one; each tool picks another one.

    ## Example
    ```yaml
    tags:
      - tlp.clear
      - tlp.red
    ```

    ## Use instead
    ```yaml
    tags:
      - tlp.red
    ```

    ## Fix
    None. Which of the tags is right is for the author to say.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-appendix-tags.md
    """

    about: ClassVar = About("SIGMATAG004", "sigma-tag-exclusive", Severity.WARNING, _ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each tag after the first."""
        first: dict[str, tuple[KeyPath, str]] = {}
        for path, namespace, name in _tags(document):
            if namespace not in words("exclusive_namespaces"):
                continue
            before = first.setdefault(namespace, (path, name))
            if before[0] != path and before[1] != name:
                message = f"the rule has the tag {namespace}.{before[1]} already"
                yield Finding(path, message, related=(("the first one is here", before[0]),))


class TagWhite:
    """The tag `tlp.white`, which version 2 of the Traffic Light Protocol calls `tlp.clear`.

    ## What it does
    Reports `tlp.white`.

    ## Why
    FIRST renamed the level in 2022, and Sigma's list of tags has the new name only.

    ## Example
    ```yaml
    tags:
      - tlp.white
    ```

    ## Use instead
    ```yaml
    tags:
      - tlp.clear
    ```

    ## Fix
    Safe: the tag gets its new name; the level is the same.

    ## References
    - https://www.first.org/tlp/
    """

    about: ClassVar = About("SIGMATAG005", "sigma-tag-tlp-white", Severity.INFO, _ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each tag."""
        for path, namespace, name in _tags(document):
            if (namespace, name) == ("tlp", "white"):
                yield Finding(path, "tlp.white is tlp.clear today", fix=_renamed(document, path, "tlp", name, "clear"))


class TagCve:
    """A tag of another CVE than the one that the title or the name of the file has.

    ## What it does
    Compares the tags of the namespace `cve` with the numbers in `title`, and with those in the name of the file, and
    reports them where the two have none in common.

    ## Why
    The rule is found by the tag: who looks for the vulnerability does not find it, and who looks for the other one
    does.

    ## Example
    ```yaml
    title: Exploitation Attempt of CVE-2023-38831
    tags:
      - cve.2023-38331
    ```

    ## Use instead
    ```yaml
    title: Exploitation Attempt of CVE-2023-38831
    tags:
      - cve.2023-38831
    ```

    ## Fix
    None. Either of the two may be wrong.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-appendix-tags.md
    """

    about: ClassVar = About("SIGMATAG006", "sigma-tag-cve", Severity.WARNING, _ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each tag."""
        tagged = [(path, name) for path, namespace, name in _tags(document) if namespace == "cve"]
        called = {
            "the title": str(document.get("title")),
            "the name of the file": PurePath(document.file.path).name,
        }
        named = {kind: {"-".join(found) for found in _NAMED_CVE.findall(text)} for kind, text in called.items()}
        apart = [kind for kind, numbers in named.items() if numbers and not any(name in numbers for _, name in tagged)]
        for path, name in tagged if apart else ():
            if _FORMS["cve"][0].fullmatch(name):
                other = ", ".join(f"CVE-{number}" for number in sorted(named[apart[0]]))
                yield Finding(path, f"cve.{name} is not the one in {apart[0]}, {other}")


CHECKS: Final = (TagNamespace, TagForm, TagAttack, TagExclusive, TagWhite, TagCve)
"""The checks of this family."""
