"""Keys of Sigma rules: misspelt ones, misplaced ones, and lists that say the same thing twice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import ClassVar, Final

from isorule.checks.check import SIGMA, About, CheckedDocument, Finding
from isorule.checks.edits import SAFE, UNSAFE, removed, respelled
from isorule.checks.sigma.items import renamed
from isorule.checks.sigma.tables import texts, words
from isorule.diagnostics import Severity
from isorule.source import KeyPath

_ONLY = frozenset({SIGMA})
_LISTS: Final[tuple[KeyPath, ...]] = (
    ("tags",),
    ("references",),
    ("falsepositives",),
    ("fields",),
    ("scope",),
    ("correlation", "rules"),
    ("correlation", "group-by"),
    ("filter", "rules"),
)
_SPDX_JOINTS = re.compile(r"\s+(?:AND|OR|WITH)\s+|[()]")


class KeyMisspelt:
    """A key that is almost one of Sigma's.

    ## What it does
    Compares the keys of a rule with those of the specification. Keys that are like none of them are your own, which
    Sigma allows.

    ## Why
    Tools pass over a key that they do not know: the rule has no false positives, no level or no references for them.

    ## Example
    ```yaml
    falsepositive:
      - Administrators who look for open ports
    ```

    ## Use instead
    ```yaml
    falsepositives:
      - Administrators who look for open ports
    ```

    ## Fix
    Unsafe: the key gets its known name; a key of your own may be meant.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-rules-specification.md
    """

    about: ClassVar = About("SIGMAKEY001", "sigma-key-misspelt", Severity.WARNING, _ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each key."""
        known: list[str] = words("keys")
        for key in document.values:
            if key in known or key in words("custom_keys"):
                continue
            meant = next(iter(get_close_matches(key.lower().replace("_", ""), known, 1, 0.8)), None)
            if meant is not None:
                there = meant in document.values
                fix = None if there else renamed(document, (key,), key, meant, f"write {meant}", UNSAFE)
                yield Finding((key,), f"Sigma has no key {key!r}", f"did you mean {meant}?", at_key=True, fix=fix)


class DuplicateEntry:
    """A list that says the same thing twice.

    ## What it does
    Compares the entries of `tags`, `references`, `falsepositives`, `fields` and `scope`, of the `rules` and `group-by`
    of a correlation and the `rules` of a filter, without regard to spaces around them (and to letter case in tags), and
    the ids of `related`.

    ## Why
    Tools that count tags or sources count it twice, and most often another entry was meant.

    ## Example
    ```yaml
    tags:
      - attack.discovery
      - attack.t1046
      - attack.discovery
    ```

    ## Use instead
    ```yaml
    tags:
      - attack.discovery
      - attack.t1046
    ```

    ## Fix
    Safe: the second entry is taken away.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-rules-specification.md
    """

    about: ClassVar = About("SIGMAKEY002", "sigma-duplicate-entry", Severity.WARNING, _ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each entry after the first."""
        for path in _LISTS:
            fold = str.lower if path == ("tags",) else str
            entries = [(index, fold(item.strip())) for index, item in texts(document.get(*path))]
            yield from _repeated(document, path, entries)
        related = document.get("related")
        ids = [
            (index, f"{item['id'].lower()} as {item.get('type')}")
            for index, item in enumerate(related if isinstance(related, list) else [])
            if isinstance(item, Mapping) and isinstance(item.get("id"), str)
        ]
        yield from _repeated(document, ("related",), ids)


def _repeated(document: CheckedDocument, path: KeyPath, entries: list[tuple[int, str]]) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for index, text in entries:
        before = first.setdefault(text, index)
        if before != index:
            yield Finding(
                (*path, index),
                f"{path[-1]} has {text!r} already",
                related=(("the first one is here", (*path, before)),),
                fix=removed(document, (*path, index), "take the second one away", SAFE),
            )


class GenerateMisplaced:
    """`generate` in a rule that correlates nothing.

    ## What it does
    Reports the key `generate` in rules without `correlation`.

    ## Why
    It says whether the rules of a correlation give alerts of their own, and stands in the correlation. In another rule
    nothing reads it.

    ## Example
    ```yaml
    title: Failed logon
    generate: true
    ```

    ## Use instead
    ```yaml
    title: Failed logon
    ```

    ## Fix
    Unsafe: the key is taken away. It may belong into the correlation.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-correlation-rules-specification.md
    """

    about: ClassVar = About("SIGMAKEY003", "sigma-generate-misplaced", Severity.WARNING, _ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the key."""
        if "generate" in document.values and "correlation" not in document.values:
            fix = removed(document, ("generate",), "take generate away", UNSAFE)
            yield Finding(
                ("generate",), "generate speaks of a correlation, and this rule is none", at_key=True, fix=fix
            )


class Licence:
    """A licence that is no identifier of SPDX.

    ## What it does
    Compares `license` with the identifiers of SPDX that detection rules use.

    ## Why
    The specification asks for such an identifier, so that tools can tell which rules may be shared.

    ## Example
    ```yaml
    license: Detection Rule License 1.1
    ```
    ```yaml
    license: mit
    ```

    ## Use instead
    ```yaml
    license: DRL-1.1
    ```
    ```yaml
    license: MIT
    ```

    ## Fix
    Safe: an identifier in another letter case is put right. Other texts have no fix.

    ## References
    - https://spdx.org/licenses/
    """

    about: ClassVar = About("SIGMAKEY004", "sigma-licence", Severity.INFO, _ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the licence."""
        value = document.get("license")
        if not isinstance(value, str):
            return
        known = {name.lower(): name for name in words("licences")}
        names = [name.strip() for name in _SPDX_JOINTS.split(value) if name.strip()]
        for name in names:
            if name in known.values() or name.startswith("LicenseRef-"):
                continue
            meant = known.get(name.lower())
            close = get_close_matches(name.lower(), sorted(known), 1, 0.6)
            hint = f"did you mean {meant or known[close[0]]}?" if meant or close else "see https://spdx.org/licenses/"
            fix = respelled(document, ("license",), meant, f"write {meant}") if meant and names == [value] else None
            yield Finding(("license",), f"{name!r} is no licence that detection rules use", hint, fix=fix)


CHECKS: Final = (KeyMisspelt, DuplicateEntry, GenerateMisplaced, Licence)
"""The checks of this family."""
