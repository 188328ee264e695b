"""SigmaHQ's conventions for keys, dates and status; each runs only where it is selected (`--extend-select SIGMAHQ`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePath
from typing import ClassVar, Final

from isorule.checks.check import SIGMA, About, CheckedDocument, Finding
from isorule.checks.edits import SAFE, UNSAFE, removed, respelled
from isorule.checks.sigma.dates import day
from isorule.checks.sigma.tables import words
from isorule.diagnostics import Severity

_ONLY = frozenset({SIGMA})
_OUT_OF_USE: Final = ("deprecated", "unsupported")
_TRIED: Final = "regression_tests_path"


@dataclass(frozen=True, slots=True)
class RequiredKeys:
    """A key that every rule of SigmaHQ has.

    ## What it does
    Looks for `id`, `status`, `description`, `author`, `date` and `level`.

    ## Why
    The specification asks for `title`, `logsource` and `detection` only. Without the others nobody can tell how far to
    trust a rule, or whom to ask.

    ## Example
    ```yaml
    title: Network Scan
    ```

    ## Use instead
    ```yaml
    title: Network Scan
    id: 0c7a1f3e-5b1d-4a55-9c5e-6d2f8b7a9e01
    status: experimental
    description: Detects a tool that looks for open ports
    author: isorule
    date: 2026-03-02
    level: medium
    ```

    ## Options
    - `keys`: the keys that a rule must have.

    ## Fix
    None. What the keys say is for the author to know.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/sigmahq/sigmahq-rule-convention.md
    """

    keys: tuple[str, ...] = ("id", "status", "description", "author", "date", "level")

    about: ClassVar = About("SIGMAHQ021", "sigmahq-required-keys", Severity.WARNING, _ONLY, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the title."""
        spared = {"status", "level", "author"} if "filter" in document.values else set()
        missing = [key for key in self.keys if document.get(key) is None and key not in spared]
        if missing:
            yield Finding(("title",), f"the rule has no {', '.join(missing)}", at_key=True)


@dataclass(frozen=True, slots=True)
class UnknownKey:
    """A key of your own.

    ## What it does
    Reports keys that the specification does not have, and that are like none that it has (`sigma-key-misspelt`).

    ## Why
    Sigma allows them; SigmaHQ takes only rules without.

    ## Example
    ```yaml
    ticket: SOC-123
    ```

    ## Use instead
    ```yaml
    references:
      - https://example.org/SOC-123
    ```

    ## Options
    - `allowed`: keys that may occur.

    ## Fix
    None. What the key says may be wanted elsewhere.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/sigmahq/sigmahq-rule-convention.md
    """

    allowed: tuple[str, ...] = ("regression_tests_path", "simulation")

    about: ClassVar = About("SIGMAHQ022", "sigmahq-unknown-key", Severity.WARNING, _ONLY, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each key."""
        for key in document.values:
            if key not in words("keys") and key not in self.allowed:
                yield Finding((key,), f"the specification has no key {key!r}", at_key=True)


class FieldsKey:
    """The key `fields`, which SigmaHQ gave up.

    ## What it does
    Reports a rule that has `fields`.

    ## Why
    Converters make a list of columns of it, which belongs into their own configuration.

    ## Example
    ```yaml
    fields:
      - CommandLine
    ```

    ## Use instead
    ```yaml
    falsepositives:
      - Unknown
    ```

    ## Fix
    Unsafe: the key is taken away; what a converter shows of an event may change.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/sigmahq/sigmahq-rule-convention.md
    """

    about: ClassVar = About("SIGMAHQ023", "sigmahq-fields-key", Severity.WARNING, _ONLY, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the key."""
        if document.get("fields"):
            fix = removed(document, ("fields",), "take fields away", UNSAFE)
            yield Finding(("fields",), "SigmaHQ no longer uses fields", at_key=True, fix=fix)


class ModifiedRedundant:
    """A rule that was modified on the day on which it was written.

    ## What it does
    Compares `modified` with `date`.

    ## Why
    A new rule has a `date` only; `modified` tells that it was changed since.

    ## Example
    ```yaml
    date: 2026-03-02
    modified: 2026-03-02
    ```

    ## Use instead
    ```yaml
    date: 2026-03-02
    ```

    ## Fix
    Safe: `modified` is taken away; it says what `date` says.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/sigmahq/sigmahq-rule-convention.md
    """

    about: ClassVar = About("SIGMAHQ024", "sigmahq-modified-redundant", Severity.WARNING, _ONLY, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at `modified`."""
        modified = day(document.get("modified"))
        if modified is not None and modified == day(document.get("date")):
            fix = removed(document, ("modified",), "take modified away", SAFE)
            yield Finding(("modified",), "modified says what date says", at_key=True, fix=fix)


class StatusFolder:
    """A rule out of use among the others.

    ## What it does
    Reports rules of the status `deprecated` or `unsupported` outside of a folder of that name.

    ## Why
    SigmaHQ keeps such rules in folders of their own, so that a converter that is given the others does not take them.

    ## Example
    ```yaml file=rules/linux/lnx_network_scan.yml
    status: deprecated
    ```

    ## Use instead
    ```yaml file=deprecated/linux/lnx_network_scan.yml
    status: deprecated
    ```

    ## Fix
    None. The file has to be moved.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/sigmahq/sigmahq-rule-convention.md
    """

    about: ClassVar = About("SIGMAHQ025", "sigmahq-status-folder", Severity.WARNING, _ONLY, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the status."""
        status = document.get("status")
        if status in _OUT_OF_USE and str(status) not in PurePath(document.file.path).parts:
            yield Finding(("status",), f"the file is in no folder {status}")


@dataclass(frozen=True, slots=True)
class StatusAge:
    """A status that a rule of this age cannot have.

    ## What it does
    Compares `status` with the number of days since `date`, on the day of the run. A rule with tests
    (`regression_tests_path`) may have the status `test` from the first day, any other rule is `experimental` for some
    time.

    ## Why
    `stable` says that a rule has run in many places without false positives.

    ## Example
    ```yaml
    date: 2226-03-02
    status: stable
    ```

    ## Use instead
    ```yaml
    date: 2026-03-02
    status: experimental
    ```

    ## Options
    - `days`: how long a rule without tests is experimental.

    ## Fix
    Unsafe: the status is lowered; tools may leave the rule out then.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/sigmahq/sigmahq-rule-convention.md
    """

    days: int = 60

    about: ClassVar = About("SIGMAHQ026", "sigmahq-status-age", Severity.WARNING, _ONLY, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the status."""
        written, status = day(document.get("date")), document.get("status")
        tried = _TRIED in document.values
        highest, least = ("test", 0) if tried else ("experimental", self.days)
        higher = ("stable",) if tried else ("stable", "test")
        if written is not None and status in higher and (datetime.now(UTC).date() - written).days <= least:
            fix = respelled(document, ("status",), highest, f"write {highest}", UNSAFE)
            yield Finding(("status",), f"a rule of {written} cannot be {status} yet", fix=fix)


CHECKS: Final = (RequiredKeys, UnknownKey, FieldsKey, ModifiedRedundant, StatusFolder, StatusAge)
"""The checks of this family."""
