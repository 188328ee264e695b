"""SigmaHQ's conventions for titles; each runs only where it is selected (`--extend-select SIGMAHQ`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from isorule.checks.check import SIGMA, About, CheckedDocument, Finding
from isorule.checks.edits import SAFE, respelled
from isorule.checks.sigma.tables import words
from isorule.diagnostics import Severity

_ONLY = frozenset({SIGMA})
_PATH = ("title",)


def _title(document: CheckedDocument) -> str:
    value = document.get("title")
    return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class TitleLength:
    """A title that is longer than SigmaHQ allows.

    ## What it does
    Counts the characters of `title`.

    ## Why
    Titles stand in lists of alerts, where long ones are cut off. The specification allows 256 characters, SigmaHQ 120.

    ## Example
    ```yaml
    title: >-
      A Network Tool Was Started in a Container by a Shell That Was Started by a Web Server or by an Application
      Server of a Customer
    ```

    ## Use instead
    ```yaml
    title: Network Tool Started in Container by Web Server
    ```

    ## Options
    - `longest`: the number of characters that a title may have.

    ## Fix
    None. A shorter title is for the author to find.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/sigmahq/sigmahq-title-convention.md
    """

    longest: int = 120

    about: ClassVar = About("SIGMAHQ001", "sigmahq-title-length", Severity.WARNING, _ONLY, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the title."""
        length = len(_title(document))
        if length > self.longest:
            yield Finding(_PATH, f"the title has {length} characters; {self.longest} are allowed")


class TitleStart:
    """A title that begins with "Detect" or "Detects".

    ## What it does
    Looks at the first word of `title`.

    ## Why
    Every rule detects something; the word takes the place of one that says what.

    ## Example
    ```yaml
    title: Detects Network Scan
    ```

    ## Use instead
    ```yaml
    title: Network Scan
    ```

    ## Fix
    Safe: the word is taken away; a title takes no part in what a rule matches.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/sigmahq/sigmahq-title-convention.md
    """

    about: ClassVar = About("SIGMAHQ002", "sigmahq-title-start", Severity.WARNING, _ONLY, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the title."""
        first, _, rest = _title(document).partition(" ")
        if first in ("Detect", "Detects") and rest.strip():
            better = rest.strip()[0].upper() + rest.strip()[1:]
            yield Finding(
                _PATH,
                f"the title begins with {first!r}",
                fix=respelled(document, _PATH, better, f"write {better}", SAFE),
            )


class TitleEnd:
    """A title with a full stop at its end.

    ## What it does
    Looks at the last character of `title`.

    ## Why
    A title is no sentence.

    ## Example
    ```yaml
    title: Network Scan.
    ```

    ## Use instead
    ```yaml
    title: Network Scan
    ```

    ## Fix
    Safe: the full stop is taken away; a title takes no part in what a rule matches.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/sigmahq/sigmahq-title-convention.md
    """

    about: ClassVar = About("SIGMAHQ003", "sigmahq-title-end", Severity.WARNING, _ONLY, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the title."""
        title = _title(document)
        better = title.rstrip(". ")
        if title.endswith(".") and better:
            fix = respelled(document, _PATH, better, "take the full stop away", SAFE)
            yield Finding(_PATH, "the title ends with a full stop", fix=fix)


@dataclass(frozen=True, slots=True)
class TitleCase:
    """A word of a title in small letters.

    ## What it does
    Looks at the words of `title` other than articles, conjunctions and prepositions, and other than names with a digit
    at the beginning, a dot, a slash or an underscore.

    ## Why
    SigmaHQ writes titles as English headlines are written.

    ## Example
    ```yaml
    title: Network scan by Container
    ```

    ## Use instead
    ```yaml
    title: Network Scan by Container
    ```

    ## Options
    - `small-words`: more words that may stand in small letters.

    ## Fix
    Safe: the words get capital letters; a title takes no part in what a rule matches.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/sigmahq/sigmahq-title-convention.md
    """

    small_words: tuple[str, ...] = ()

    about: ClassVar = About("SIGMAHQ004", "sigmahq-title-case", Severity.WARNING, _ONLY, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the title."""
        small = {*words("small_words"), *self.small_words}
        parts = _title(document).split(" ")
        wrong = [part for part in parts if _is_small(part) and part not in small]
        if wrong:
            better = " ".join(part[0].upper() + part[1:] if part in wrong else part for part in parts)
            fix = respelled(document, _PATH, better, f"write {better}", SAFE)
            yield Finding(_PATH, f"in small letters: {', '.join(wrong)}", fix=fix)


def _is_small(word: str) -> bool:
    return word.islower() and not word[0].isdigit() and not set(word) & set("./_")


class Trademark:
    """A title that names a trademark of MITRE.

    ## What it does
    Looks for `ATT&CK` in `title`.

    ## Why
    SigmaHQ keeps trademarks out of titles; tags say which technique a rule is about.

    ## Example
    ```yaml
    title: Technique of MITRE ATT&CK
    ```

    ## Use instead
    ```yaml
    title: Network Scan
    ```

    ## Fix
    None. Another title is for the author to find.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/sigmahq/sigmahq-rule-convention.md
    """

    about: ClassVar = About("SIGMAHQ005", "sigmahq-title-trademark", Severity.WARNING, _ONLY, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the title."""
        found = next((name for name in words("trademarks") if name in _title(document)), None)
        if found is not None:
            yield Finding(_PATH, f"the title names the trademark {found}")


CHECKS: Final = (TitleLength, TitleStart, TitleEnd, TitleCase, Trademark)
"""The checks of this family."""
