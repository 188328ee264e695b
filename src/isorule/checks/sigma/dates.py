"""Dates of Sigma rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar, Final

from isorule.checks.check import SIGMA, About, CheckedDocument, Finding
from isorule.checks.edits import SAFE, respelled
from isorule.diagnostics import Severity

_ONLY = frozenset({SIGMA})
_KEYS: Final = ("date", "modified")
_LOOSE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_STRICT = re.compile(r"\d{4}-\d{2}-\d{2}")


def day(value: object) -> date | None:
    """The day that a date of a rule means, in any of the spellings that are read; None for all else."""
    found = _LOOSE.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


class DateForm:
    """A date that is no day of the calendar, or is written in another way than `2026-11-21`.

    ## What it does
    Reads `date` and `modified`.

    ## Why
    Sigma 2 has the form of ISO 8601. Rules of Sigma 1 have slashes, which newer tools refuse; a day that does not exist
    makes converters refuse the rule.

    ## Example
    ```yaml
    date: 2024/02/01
    modified: 2024-02-30
    ```

    ## Use instead
    ```yaml
    date: 2024-02-01
    modified: 2024-02-29
    ```

    ## Fix
    Safe: a day in another spelling is written as Sigma writes it. A day that does not exist has no fix.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-rules-specification.md
    """

    about: ClassVar = About("SIGMADATE001", "sigma-date-form", Severity.ERROR, _ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each date."""
        for key in _KEYS:
            value = document.get(key)
            if not isinstance(value, str) or not value:
                continue
            found = day(value)
            if found is None:
                yield Finding((key,), f"{value!r} is no day", "as in 2026-11-21")
            elif _STRICT.fullmatch(value) is None:
                better = found.isoformat()
                fix = respelled(document, (key,), better, f"write {better}", SAFE)
                yield Finding((key,), f"Sigma writes {better}, not {value}", fix=fix)


class ModifiedBeforeDate:
    """A rule that was modified before it was written.

    ## What it does
    Compares `modified` with `date`.

    ## Why
    Teams take new and changed rules over by these days; a rule like this one is passed over.

    ## Example
    ```yaml
    date: 2026-03-01
    modified: 2025-03-02
    ```

    ## Use instead
    ```yaml
    date: 2026-03-01
    modified: 2026-03-02
    ```

    ## Fix
    None. Either of the days may be wrong.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-rules-specification.md
    """

    about: ClassVar = About("SIGMADATE002", "sigma-modified-before-date", Severity.WARNING, _ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at `modified`."""
        written, modified = day(document.get("date")), day(document.get("modified"))
        if written is not None and modified is not None and modified < written:
            yield Finding(
                ("modified",), f"modified on {modified}, before it was written on {written}",
                related=(("the date is here", ("date",)),),
            )  # fmt: skip


class ModifiedWithoutDate:
    """A rule that says when it was modified and not when it was written.

    ## What it does
    Reports `modified` where there is no `date`.

    ## Why
    A new rule has a `date` only. Where it is missing, `modified` most often stands in its place by mistake.

    ## Example
    ```yaml
    modified: 2026-03-02
    ```

    ## Use instead
    ```yaml
    date: 2026-03-02
    ```

    ## Fix
    None. When the rule was written is for the author to say.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-rules-specification.md
    """

    about: ClassVar = About("SIGMADATE003", "sigma-modified-without-date", Severity.WARNING, _ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at `modified`."""
        if document.get("modified") is not None and document.get("date") is None:
            yield Finding(("modified",), "the rule has no date", at_key=True)


class DateFuture:
    """A date that is still to come.

    ## What it does
    Compares `date` and `modified` with the day of the run, with one day to spare for other time zones.

    ## Why
    Tools that take over what changed since their last run pass over such a rule until its day has come, or take it over
    each time.

    ## Example
    ```yaml
    date: 2226-03-02
    ```

    ## Use instead
    ```yaml
    date: 2026-03-02
    ```

    ## Fix
    None. Which day was meant is for the author to say.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-rules-specification.md
    """

    about: ClassVar = About("SIGMADATE004", "sigma-date-future", Severity.WARNING, _ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each date."""
        last = datetime.now(UTC).date() + timedelta(days=1)
        for key in _KEYS:
            found = day(document.get(key))
            if found is not None and found > last:
                yield Finding((key,), f"{found} is still to come")


CHECKS: Final = (DateForm, ModifiedBeforeDate, ModifiedWithoutDate, DateFuture)
"""The checks of this family."""
