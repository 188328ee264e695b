"""Dates of an Elastic rule: when it was made and changed, and whether it is still kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import ClassVar, Final

from isorule.checks.check import ELASTIC, About, CheckedDocument, Finding
from isorule.checks.elastic.values import text
from isorule.diagnostics import Severity

_ELASTIC: Final = frozenset({ELASTIC})
_KEYS: Final = ("creation_date", "updated_date", "deprecation_date")


def _day(document: CheckedDocument, key: str) -> date | None:
    """The day of a key of `[metadata]`; None where there is none, or none of the calendar."""
    parts = (text(document, "metadata", key) or "").split("/")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        return None
    try:
        return date(*(int(part) for part in parts))
    except ValueError:
        return None


class DateInvalid:
    """A date that the calendar does not have.

    ## What it does
    Looks for days and months that do not exist in `creation_date`, `updated_date` and `deprecation_date`; the form of
    a date is for the schema check.

    ## Why
    Tools that sort rules by date fail on it, or put the rule in a wrong place.

    ## Example
    ```toml
    [metadata]
    creation_date = "2026/02/30"
    maturity = "production"
    updated_date = "2026/11/21"
    ```

    ## Use instead
    ```toml
    [metadata]
    creation_date = "2026/02/28"
    maturity = "production"
    updated_date = "2026/11/21"
    ```

    ## Fix
    None. What was meant is for the author to say.

    ## References
    - https://github.com/elastic/detection-rules/blob/main/CONTRIBUTING.md
    """

    about: ClassVar = About("DATE001", "date-invalid", Severity.ERROR, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each date."""
        for key in _KEYS:
            written = text(document, "metadata", key) or ""
            parts = written.split("/")
            well_formed = [len(part) for part in parts] == [4, 2, 2] and all(part.isdigit() for part in parts)
            if well_formed and _day(document, key) is None:
                yield Finding(("metadata", key), f"the calendar has no {written}")


class DateOrder:
    """A rule that was changed or given up before it was made.

    ## What it does
    Compares `updated_date` and `deprecation_date` with `creation_date`.

    ## Why
    One of the dates is wrong. Tools that ship what has changed since a day pass over the rule.

    ## Example
    ```toml
    [metadata]
    creation_date = "2026/11/21"
    maturity = "production"
    updated_date = "2025/11/21"
    ```

    ## Use instead
    ```toml
    [metadata]
    creation_date = "2025/11/21"
    maturity = "production"
    updated_date = "2026/11/21"
    ```

    ## Fix
    None. Either of the two may be wrong.

    ## References
    - https://github.com/elastic/detection-rules/blob/main/CONTRIBUTING.md
    """

    about: ClassVar = About("DATE002", "date-order", Severity.ERROR, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each date that is too early."""
        made = _day(document, "creation_date")
        for key in _KEYS[1:]:
            day = _day(document, key)
            if made is not None and day is not None and day < made:
                message = f"{key} ({day:%Y/%m/%d}) is before creation_date ({made:%Y/%m/%d})"
                yield Finding(("metadata", key), message, related=(("made here", ("metadata", "creation_date")),))


class DateDeprecation:
    """A deprecated rule without the date of its end, or the date without the rule being deprecated.

    ## What it does
    Asks for `deprecation_date` where `maturity` is `deprecated`, and the other way round.

    ## Why
    Which of the two holds decides whether the rule is shipped.

    ## Example
    ```toml
    [metadata]
    creation_date = "2025/11/21"
    maturity = "deprecated"
    updated_date = "2026/11/21"
    ```

    ## Use instead
    ```toml
    [metadata]
    creation_date = "2025/11/21"
    deprecation_date = "2026/11/21"
    maturity = "deprecated"
    updated_date = "2026/11/21"
    ```

    ## Fix
    None. The day is for the author to say.

    ## References
    - https://github.com/elastic/detection-rules/blob/main/docs-dev/deprecating.md
    """

    about: ClassVar = About("DATE003", "date-deprecation", Severity.WARNING, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding."""
        maturity = text(document, "metadata", "maturity")
        dated = document.get("metadata", "deprecation_date") is not None
        if maturity == "deprecated" and not dated:
            yield Finding(("metadata", "maturity"), "the rule is deprecated, but has no deprecation_date")
        elif dated and maturity is not None and maturity != "deprecated":
            yield Finding(("metadata", "deprecation_date"), f"the rule has an end, but its maturity is {maturity}")


class DateDeprecatedReason:
    """A deprecated rule that does not say why.

    ## What it does
    Asks for `deprecated_reason` where `maturity` is `deprecated`.

    ## Why
    Who has the rule in use has to know what to put in its place. This is a rule of Elastic's own repository for new
    deprecations, so the check is off by default.

    ## Example
    ```toml
    [metadata]
    creation_date = "2025/11/21"
    deprecation_date = "2026/11/21"
    maturity = "deprecated"
    updated_date = "2026/11/21"
    ```

    ## Use instead
    ```toml
    [metadata]
    creation_date = "2025/11/21"
    deprecated_reason = "Another rule covers it."
    deprecation_date = "2026/11/21"
    maturity = "deprecated"
    updated_date = "2026/11/21"
    ```

    ## Fix
    None. The reason is for the author to say.

    ## References
    - https://github.com/elastic/detection-rules/blob/main/docs-dev/deprecating.md
    """

    about: ClassVar = About("DATE004", "date-deprecated-reason", Severity.INFO, _ELASTIC, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at `maturity`."""
        if document.get("metadata", "maturity") == "deprecated" and not text(document, "metadata", "deprecated_reason"):
            yield Finding(("metadata", "maturity"), "the rule is deprecated, but has no deprecated_reason")


CHECKS = (DateInvalid, DateOrder, DateDeprecation, DateDeprecatedReason)
"""The checks of this subject."""
