"""Checks of the comments that silence findings. The engine finds what they report, since it knows what was silenced."""

from __future__ import annotations

from typing import ClassVar, Final

from isorule.checks.check import About
from isorule.diagnostics import Severity


class UnusedIgnore:
    """A comment that silences nothing.

    ## What it does
    Reports `# isorule: ignore[name]` where no finding of that name stands on the lines for which the comment speaks.
    Names of checks that did not run are passed over.

    ## Why
    What once was silenced is mended, or the name is misspelt; in the meantime the comment would hide a new finding.

    ## Example
    ```toml
    [rule]
    severity = "medium"
    risk_score = 47  # isorule: ignore[risk-score-usual] a fine score
    ```

    ## Use instead
    ```toml
    [rule]
    severity = "medium"
    risk_score = 47  # a fine score
    ```

    ## Fix
    Safe: the comment is removed; no value changes.

    ## References
    - https://docs.astral.sh/ruff/rules/unused-noqa/
    """

    about: ClassVar = About("IGNORE001", "unused-ignore", Severity.WARNING)


class MalformedIgnore:
    """A comment to isorule that it does not understand.

    ## What it does
    Reports comments that begin with `isorule:` and do not go on with `ignore[name]` or `ignore-file[name]`, and names
    in them that no check has.

    ## Why
    A comment without a name would hide every finding of its line, also those of checks to come; so isorule does not
    take it for an ignore.

    ## Example
    ```yaml
    title: A rule
    level: high  # isorule: ignore
    ```

    ## Use instead
    ```yaml
    title: A rule
    level: high
    ```

    ## Fix
    None. What was meant is for the author to say.

    ## References
    - https://docs.astral.sh/ruff/rules/blanket-noqa/
    """

    about: ClassVar = About("IGNORE002", "malformed-ignore", Severity.WARNING)


class IgnoreWithoutReason:
    """A comment that silences a finding and does not say why.

    ## What it does
    Reports `# isorule: ignore[name]` with nothing behind the bracket. Runs only where it is selected.

    ## Why
    The next reader cannot tell a decision from a shortcut.

    ## Example
    ```toml
    [rule]
    risk_score = 43  # isorule: ignore[risk-score-usual]
    severity = "medium"
    ```

    ## Use instead
    ```toml
    [rule]
    risk_score = 43  # isorule: ignore[risk-score-usual] agreed with the owners of the service
    severity = "medium"
    ```

    ## Fix
    None. The reason is for the author to say.

    ## References
    - https://mysticatea.github.io/eslint-plugin-eslint-comments/rules/require-description.html
    """

    about: ClassVar = About("IGNORE003", "ignore-without-reason", Severity.INFO, enabled=False)


CHECKS: Final = (UnusedIgnore, MalformedIgnore, IgnoreWithoutReason)
"""The checks of this family."""
