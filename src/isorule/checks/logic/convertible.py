"""Which rules cannot be translated, and what in them is in the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from isorule.checks.check import About, Finding
from isorule.checks.detection import CheckedDetection
from isorule.diagnostics import Diagnostic, IsoruleError, Severity, UnknownNameError
from isorule.source import Span


@dataclass(frozen=True, slots=True)
class NotConvertible:
    """A rule that another language cannot say.

    ## What it does
    Translates each rule into the languages of the option `targets` and reports what is in the way. Runs only where it
    is selected, and takes as long as a translation.

    ## Why
    A team that keeps its rules in one language and runs them in another wants to know at once when a new rule, or a
    change, cannot be carried over.

    ## Example
    ```eql
    process where process.pid % 2 == 0 and process.name == "nmap"
    ```

    ## Use instead
    ```eql
    process where process.command_line : "*-enc*"
    ```

    ## Options
    - `targets`: the languages and formats that a rule should be translated to (`sigma`, `kuery`, `eql`, `lucene` …);
      that of the rule itself is passed over.

    ## Fix
    None. Another way to say it may not exist.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-rules-specification.md
    - https://www.elastic.co/docs/reference/query-languages/eql
    """

    about: ClassVar = About("CONVERT001", "not-convertible", Severity.INFO, enabled=False)
    targets: tuple[str, ...] = ("sigma", "eql")

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """One finding for each target that refuses the rule, at the place that is in the way."""
        # only where the check is selected: it imports all of the translation
        from isorule.conversion import MaxLoss, Options, convert_rule

        own = {detection.document.format, detection.language}
        for target in self.targets:
            if target in own:
                continue
            try:
                convert_rule(detection.rule, target, Options(max_loss=MaxLoss.ANY))
            except UnknownNameError:
                raise
            except IsoruleError as error:
                found = error.diagnostic
                message = f"{target} cannot say this rule: {found.message}"
                yield Finding(_place(detection, found), message, found.hint)


def _place(detection: CheckedDetection, found: Diagnostic) -> Span:
    """The place of a refusal, which counts in the file where the refusal says in which."""
    return found.span if found.path is not None and found.span is not None else detection.span(found.span)


CHECKS: Final = (NotConvertible,)
