"""References and licence of an Elastic rule."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import ClassVar, Final
from urllib.parse import urlsplit

from isorule.checks.check import ELASTIC, About, CheckedDocument, Finding
from isorule.checks.edits import UNSAFE, replaced_within, respelled
from isorule.checks.elastic.values import repeated, text, texts
from isorule.diagnostics import Severity

_ELASTIC: Final = frozenset({ELASTIC})
_REFERENCES: Final = ("rule", "references")
_LICENCE: Final = ("rule", "license")
_BRANCH: Final = re.compile(r"https?://github\.com/[^/]+/[^/]+/(?:blob|tree)/(?![0-9a-f]{40}(?:/|$))([^/#?]+)")
_CLOSE: Final = 0.9


class ReferenceForm:
    """A reference that is no link.

    ## What it does
    Asks every entry of `references` for `http://` or `https://`, a host, no white space, and no bracket at the end
    that was not opened.

    ## Why
    Kibana shows references as links; this one leads nowhere.

    ## Example
    ```toml
    references = ["attack.mitre.org/techniques/T1059"]
    ```

    ## Use instead
    ```toml
    references = ["https://attack.mitre.org/techniques/T1059"]
    ```

    ## Fix
    None. What was meant is for the author to say.

    ## References
    - https://www.rfc-editor.org/rfc/rfc3986
    """

    about: ClassVar = About("REF001", "reference-form", Severity.ERROR, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each entry."""
        for path, link in texts(document, *_REFERENCES):
            problem = _problem(link)
            if problem:
                yield Finding(path, f"{link!r} leads nowhere: {problem}")


def _problem(link: str) -> str | None:
    if re.search(r"\s", link):
        return "it has white space"
    try:
        parts = urlsplit(link)
    except ValueError as error:
        return str(error)
    if parts.scheme not in ("http", "https"):
        return "it does not begin with https://"
    if link.endswith(")") and link.count(")") > link.count("("):
        return "nothing opens the bracket at its end"
    return None if parts.hostname else "it has no host"


class ReferenceDuplicate:
    """A reference that a rule has twice.

    ## What it does
    Compares the entries of `references`; a slash at the end does not count.

    ## Why
    Readers open the same page twice; often another one was meant.

    ## Example
    ```toml
    references = ["https://example.org/report", "https://example.org/report/"]
    ```

    ## Use instead
    ```toml
    references = ["https://example.org/report"]
    ```

    ## Fix
    Safe: the second of two equal links is taken away; the set of pages stays as it is.

    ## References
    - https://www.elastic.co/docs/solutions/security/detect-and-alert/create-detection-rule
    """

    about: ClassVar = About("REF002", "reference-duplicate", Severity.WARNING, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each repetition."""
        links = [(path, link.rstrip("/")) for path, link in texts(document, *_REFERENCES)]
        yield from repeated(document, links, "{} stands here twice")


class ReferencePlain:
    """A reference without encryption.

    ## What it does
    Reports links that begin with `http://`.

    ## Why
    Analysts follow these links out of a security tool. Some sites have no other, so it is information only.

    ## Example
    ```toml
    references = ["http://example.org/report"]
    ```

    ## Use instead
    ```toml
    references = ["https://example.org/report"]
    ```

    ## Fix
    Unsafe: `https` is put in; the site may not have it.

    ## References
    - https://www.rfc-editor.org/rfc/rfc9110
    """

    about: ClassVar = About("REF003", "reference-plain", Severity.INFO, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each link."""
        for path, link in texts(document, *_REFERENCES):
            if link.startswith("http://"):
                fix = replaced_within(document, path, 0, 4, "https", "use https", UNSAFE)
                yield Finding(path, "the link is not encrypted", fix=fix)


class ReferenceBranch:
    """A link to a branch on GitHub, whose content changes.

    ## What it does
    Reports links to files and folders of a branch (`/blob/main/…`). Links with a commit are what is wanted.

    ## Why
    The line or file that the author read moves or goes away. Many rules refer to such pages, so the check is off by
    default.

    ## Example
    ```toml
    references = ["https://github.com/GTFOBins/GTFOBins.github.io/blob/master/_gtfobins/awk.md"]
    ```

    ## Use instead
    ```toml
    references = ["https://github.com/GTFOBins/GTFOBins.github.io/blob/0123456789abcdef0123456789abcdef01234567/_gtfobins/awk.md"]
    ```

    ## Fix
    None. The commit is not known here.

    ## References
    - https://docs.github.com/en/repositories/working-with-files/using-files/getting-permanent-links-to-files
    """

    about: ClassVar = About("REF004", "reference-branch", Severity.INFO, _ELASTIC, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each link."""
        for path, link in texts(document, *_REFERENCES):
            found = _BRANCH.match(link)
            if found:
                yield Finding(path, f"the link is to the branch or tag {found[1]}, which may change")


@cache
def _licences() -> tuple[str, ...]:
    table = tomllib.loads(files(__package__).joinpath("licences.toml").read_text(encoding="utf-8"))
    return tuple(table["licences"])


class LicenceSpelling:
    """A licence that is nearly, but not quite, a known one.

    ## What it does
    Compares `license` with the names of licences that rules are published under, and reports a name that differs by a
    few letters from one of them.

    ## Why
    A licence is a legal text: tools that look for a name do not find it, and lawyers ask. The list has the identifiers
    of SPDX for common licences, and the names that Elastic uses.

    ## Example
    ```toml
    license = "Elastic Licence v2"
    ```

    ## Use instead
    ```toml
    license = "Elastic License v2"
    ```

    ## Fix
    Unsafe: the known name is put in; which licence holds is for the author to say.

    ## References
    - https://spdx.org/licenses/
    - https://www.elastic.co/licensing/elastic-license
    """

    about: ClassVar = About("LICENCE001", "licence-spelling", Severity.WARNING, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the licence."""
        name = text(document, *_LICENCE)
        if name is None or name in _licences():
            return
        by_letters = {known.casefold(): known for known in _licences()}
        close = get_close_matches(name.casefold(), by_letters, 1, _CLOSE)
        if close:
            known = by_letters[close[0]]
            fix = respelled(document, _LICENCE, known, f"write {known}", UNSAFE)
            yield Finding(_LICENCE, f"no licence is called {name!r}; a known one is {known!r}", fix=fix)


CHECKS = (ReferenceForm, ReferenceDuplicate, ReferencePlain, ReferenceBranch, LicenceSpelling)
"""The checks of this subject."""
