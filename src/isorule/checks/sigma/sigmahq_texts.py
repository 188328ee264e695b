"""SigmaHQ's conventions for descriptions, false positives and references; all but the check of typing errors run only
where they are selected (`--extend-select SIGMAHQ`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from isorule.checks.check import SIGMA, About, CheckedDocument, Finding
from isorule.checks.edits import SAFE, removed, replaced_within
from isorule.checks.sigma.tables import texts, words
from isorule.diagnostics import Severity
from isorule.source import KeyPath

_ONLY = frozenset({SIGMA})
_WORD = re.compile(r"[A-Za-z]+")
_LINK = re.compile(r"https?://|internal research", re.IGNORECASE)
_FILE_ON_BRANCH = re.compile(
    r"https://(?:github\.com/[^/]+/[^/]+/(?:blob|raw|blame)|raw\.githubusercontent\.com/[^/]+/[^/]+)/"
    r"(?!(?:[0-9a-f]{40}|v?\d+(?:\.\d+)+)/)."
)
_MITRE: Final = "https://attack.mitre.org/"


def _falsepositives(document: CheckedDocument) -> Iterator[tuple[KeyPath, str]]:
    for index, text in texts(document.get("falsepositives")):
        yield ("falsepositives", index), text


class FalsePositivesTypo:
    """A typing error in the false positives.

    ## What it does
    Looks for words that are often misspelt in `falsepositives`: "legitimate", "unknown", "unlikely", "administrator".

    ## Why
    Tools tell rules without known false positives by the word "Unknown".

    ## Example
    ```yaml
    falsepositives:
      - Unkown
    ```

    ## Use instead
    ```yaml
    falsepositives:
      - Unknown
    ```

    ## Fix
    Safe: the word is put right; false positives take no part in what a rule matches.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/sigmahq/sigmahq-rule-convention.md
    """

    about: ClassVar = About("SIGMATEXT001", "sigma-falsepositives-typo", Severity.WARNING, _ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each word."""
        typos: dict[str, str] = words("typos")
        for path, text in _falsepositives(document):
            for found in _WORD.finditer(text):
                better = typos.get(found[0].lower())
                if better is not None:
                    spelled = better.capitalize() if found[0][0].isupper() else better
                    fix = replaced_within(document, path, *found.span(), spelled, f"write {spelled}", SAFE)
                    place = document.within(path, *found.span()) or path
                    yield Finding(place, f"{found[0]!r} is a typing error", f"did you mean {spelled}?", fix=fix)


class FalsePositivesCapital:
    """A false positive that begins with a small letter.

    ## What it does
    Looks at the first letter of each entry of `falsepositives`.

    ## Why
    SigmaHQ writes the entries as sentences.

    ## Example
    ```yaml
    falsepositives:
      - administrators
    ```

    ## Use instead
    ```yaml
    falsepositives:
      - Administrators
    ```

    ## Fix
    Safe: the letter is made a capital one; false positives take no part in what a rule matches.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/sigmahq/sigmahq-rule-convention.md
    """

    about: ClassVar = About("SIGMAHQ011", "sigmahq-falsepositives-capital", Severity.WARNING, _ONLY, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each entry."""
        for path, text in _falsepositives(document):
            if text and text[0] != text[0].upper():
                fix = replaced_within(document, path, 0, 1, text[0].upper(), "begin with a capital letter", SAFE)
                yield Finding(path, f"{text.split()[0]!r} begins with a small letter", fix=fix)


@dataclass(frozen=True, slots=True)
class FalsePositivesWord:
    """A false positive that is none.

    ## What it does
    Looks for the words "none", "pentest" and "penetration" in `falsepositives`.

    ## Why
    No rule is known to have none; and a penetration test is what the rule is to find.

    ## Example
    ```yaml
    falsepositives:
      - None
    ```

    ## Use instead
    ```yaml
    falsepositives:
      - Unknown
    ```

    ## Options
    - `banned`: more words that may not occur.

    ## Fix
    None. What is known is for the author to say.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/sigmahq/sigmahq-rule-convention.md
    """

    banned: tuple[str, ...] = ()

    about: ClassVar = About("SIGMAHQ012", "sigmahq-falsepositives-word", Severity.WARNING, _ONLY, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each word."""
        banned = {word.lower() for word in (*words("banned_falsepositives"), *self.banned)}
        for path, text in _falsepositives(document):
            for word in text.split():
                if word.strip(".,;:!?()").lower() in banned:
                    yield Finding(path, f"{word!r} is no false positive")


@dataclass(frozen=True, slots=True)
class DescriptionLength:
    """A description of a word or two.

    ## What it does
    Counts the characters of `description`.

    ## Why
    Who gets the alert reads it to know what happened.

    ## Example
    ```yaml
    description: Network scan
    ```

    ## Use instead
    ```yaml
    description: Detects a tool that looks for open ports, started in a container
    ```

    ## Options
    - `shortest`: the number of characters that a description must have.

    ## Fix
    None. What the rule finds is for the author to say.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/sigmahq/sigmahq-rule-convention.md
    """

    shortest: int = 16

    about: ClassVar = About("SIGMAHQ013", "sigmahq-description-length", Severity.WARNING, _ONLY, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the description."""
        value = document.get("description")
        if isinstance(value, str) and len(value) < self.shortest:
            yield Finding(("description",), f"the description has {len(value)} characters; {self.shortest} are wanted")


class DescriptionLink:
    """A source that stands in the description of a rule without references.

    ## What it does
    Looks for addresses and "internal research" in `description`, where the rule has no `references`.

    ## Why
    Tools show references as links, and look for them under their key.

    ## Example
    ```yaml
    description: Detects a scan, see https://nmap.org/book/man.html
    ```

    ## Use instead
    ```yaml
    description: Detects a scan
    references:
      - https://nmap.org/book/man.html
    ```

    ## Fix
    None. The sentence has to be written anew.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/sigmahq/sigmahq-rule-convention.md
    """

    about: ClassVar = About("SIGMAHQ014", "sigmahq-description-link", Severity.WARNING, _ONLY, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the description."""
        value = document.get("description")
        found = _LINK.search(value) if isinstance(value, str) and not document.get("references") else None
        if found is not None:
            place = document.within(("description",), *found.span()) or ("description",)
            yield Finding(place, "sources belong into references")


class GithubPermalink:
    """A reference to a file of GitHub as it is on a branch.

    ## What it does
    Looks for references to files on GitHub whose address has neither a commit nor the tag of a version in it.

    ## Why
    The file changes or moves, and the link no longer shows what the author saw.

    ## Example
    ```yaml
    references:
      - https://github.com/nmap/nmap/blob/master/nmap.cc
    ```

    ## Use instead
    ```yaml
    references:
      - https://github.com/nmap/nmap/blob/0123456789abcdef0123456789abcdef01234567/nmap.cc
    ```

    ## Fix
    None. Which commit was meant cannot be known without the network.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/sigmahq/sigmahq-rule-convention.md
    """

    about: ClassVar = About("SIGMAHQ015", "sigmahq-github-permalink", Severity.WARNING, _ONLY, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each reference."""
        for index, link in texts(document.get("references")):
            if _FILE_ON_BRANCH.match(link):
                yield Finding(("references", index), "the link shows a branch, which changes", "press y on GitHub")


class MitreLink:
    """A reference to a page of ATT&CK in place of a tag.

    ## What it does
    Looks for references to `https://attack.mitre.org/`.

    ## Why
    Tags say which technique a rule is about, and tools make links of them.

    ## Example
    ```yaml
    references:
      - https://nmap.org/book/man.html
      - https://attack.mitre.org/techniques/T1046/
    tags:
      - attack.t1046
    ```

    ## Use instead
    ```yaml
    references:
      - https://nmap.org/book/man.html
    tags:
      - attack.t1046
    ```

    ## Fix
    Safe: a reference to a technique that the tags name is taken away. Others are for the author to make a tag of.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/sigmahq/sigmahq-rule-convention.md
    """

    about: ClassVar = About("SIGMAHQ016", "sigmahq-mitre-link", Severity.WARNING, _ONLY, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each reference."""
        tags = {tag.lower() for _, tag in texts(document.get("tags"))}
        for index, link in texts(document.get("references")):
            if link.startswith(_MITRE):
                path: KeyPath = ("references", index)
                tag = _tag(link)
                fix = removed(document, path, "take the link away", SAFE) if tag in tags else None
                yield Finding(path, "a tag says this", f"the tag is {tag}" if tag else None, fix=fix)


def _tag(link: str) -> str | None:
    found = re.match(rf"{re.escape(_MITRE)}techniques/(T\d{{4}})(?:/(\d{{3}}))?/?$", link)
    return None if found is None else f"attack.{'.'.join(part for part in found.groups() if part).lower()}"


CHECKS: Final = (
    FalsePositivesTypo,
    FalsePositivesCapital,
    FalsePositivesWord,
    DescriptionLength,
    DescriptionLink,
    GithubPermalink,
    MitreLink,
)
"""The checks of this family."""
