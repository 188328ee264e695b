"""The regular expressions of a detection, and expressions that their engine refuses or reads in another way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import ClassVar, Final

from isorule.checks.check import ELASTIC, SIGMA, About, Finding
from isorule.checks.detection import CheckedDetection
from isorule.checks.logic.written import path_of, values
from isorule.diagnostics import Diagnostic, ParseError, Severity, UnsupportedError
from isorule.ir.axes import Case, RegexFlavor
from isorule.ir.matchers import Regex
from isorule.ir.predicates import Test
from isorule.ir.regex import parse_regex
from isorule.source import Span

_ELASTIC_ONLY: Final = frozenset({ELASTIC})
_HIDDEN: Final = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)


def expressions(detection: CheckedDetection) -> tuple[tuple[Test, Regex, Span], ...]:
    """Every expression of a detection with the test that asks for it and its place in the file."""
    return detection.once(_expressions)


def _expressions(detection: CheckedDetection) -> tuple[tuple[Test, Regex, Span], ...]:
    return tuple(_found(detection))


def _found(detection: CheckedDetection) -> Iterator[tuple[Test, Regex, Span]]:
    for condition, test, _ in detection.leaves():
        for value in values(test.matcher):
            place = condition.span(value.span) if isinstance(value, Regex) else None
            if isinstance(value, Regex) and place is not None:
                yield test, value, place


def bare(pattern: str) -> str:
    """A pattern with its escapes and classes blanked out; offsets stay."""
    return _HIDDEN.sub(lambda found: "\0" * len(found[0]), pattern)


class LuceneInvalid:
    """An expression of EQL or Lucene that Elasticsearch refuses.

    ## What it does
    Reads each expression by the rules of Lucene: brackets that are not closed, ranges that run backwards, escapes that
    it does not have. (Expressions of Sigma rules are read with the rule.)

    ## Why
    The search fails when the rule runs, and the rule never alerts.

    ## Example
    ```eql
    process where process.command_line regex ".*\\\\bwhoami.*"
    ```

    ## Use instead
    ```eql
    process where process.command_line regex ".*[^a-z]whoami.*"
    ```

    ## Fix
    None. What was meant is for the author to say.

    ## References
    - https://www.elastic.co/docs/reference/query-languages/query-dsl/regexp-syntax
    """

    about: ClassVar = About("REGEX008", "regex-lucene-invalid", Severity.ERROR, _ELASTIC_ONLY)

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """One finding for each such expression, with what is wrong in it."""
        for _, regex, place in expressions(detection):
            trouble = _trouble(replace(regex, case=Case.SENSITIVE, span=None))
            if trouble is not None:
                yield Finding(place, trouble.message, trouble.hint)


@lru_cache(maxsize=512)
def _trouble(regex: Regex) -> Diagnostic | None:
    try:
        parse_regex(regex)
    except ParseError as error:
        return error.diagnostic
    except UnsupportedError:
        return None
    return None


class LuceneGroup:
    """`(?…)` in an expression of EQL or Lucene, where the question mark is a plain character.

    ## What it does
    Finds `(?:`, `(?i)`, `(?=` and their like in expressions of EQL (`regex`) and Lucene (`/…/`).

    ## Why
    Lucene has groups of one kind only. It takes the question mark and what follows for text, so that the expression
    matches nothing that its author had in mind.

    ## Example
    ```eql
    process where process.command_line regex ".*(?:curl|wget) http.*"
    ```

    ## Use instead
    ```eql
    process where process.command_line regex ".*(curl|wget) http.*"
    ```

    ## Fix
    None. A flag or a lookaround has to be said in another way (`regex~` ignores letter case).

    ## References
    - https://www.elastic.co/docs/reference/query-languages/query-dsl/regexp-syntax
    """

    about: ClassVar = About("REGEX009", "regex-lucene-group", Severity.ERROR, _ELASTIC_ONLY)

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """One finding for each such expression."""
        for _, regex, place in expressions(detection):
            if regex.flavor is RegexFlavor.LUCENE and "(?" in bare(regex.pattern):
                yield Finding(place, "Lucene has no groups with `(?`: the question mark is a plain character here")


_NAMES: Final = re.compile(
    r"(?!.*imagepath).*(?:image|imageloaded|filename|path|queryname|hostname|host|domain|query)", re.IGNORECASE
)
"""Fields that hold one name or path; the `ImagePath` of a service is a command line."""

_ENDING: Final = re.compile(r"\\\.(?:exe|dll|sys|bat|cmd|ps1|vbs|js|hta|tmp|txt|com|net|org|ru|cn|xyz)\Z")
_COUNT_AT_START: Final = re.compile(
    r"(?:\[\^?\]?(?:\\.|[^\]\\])*\]|\\.|[^\\\[(){}^$*+?|])\{(?P<least>\d+),(?P<most>\d+)\}", re.DOTALL
)
_COUNT_AT_END: Final = re.compile(r"\{(?P<least>\d+),(?P<most>\d+)\}\Z")


class UnanchoredRegex:
    """A Sigma expression whose open end matches more than it seems to.

    ## What it does
    Finds expressions that are looked for anywhere in a value and end, without `$`, with the ending of a name (`\\.exe`)
    on a field for names and paths, or begin or end with a repetition between two bounds above one (`[a-z]{5,6}`).

    ## Why
    What stands around an expression without anchors may be anything. `cmd\\.exe` is found in `cmd.exe.bak.zip`, and
    `[a-z]{5,6}` in every longer word: its upper bound says nothing.

    ## Example
    ```yaml
    detection:
      selection:
        TargetFilename|re: '\\\\[a-z]{8}\\.exe'
      condition: selection
    ```

    ## Use instead
    ```yaml
    detection:
      selection:
        TargetFilename|re: '\\\\[a-z]{8}\\.exe$'
      condition: selection
    ```

    ## Fix
    None. The open end may be meant.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-appendix-modifiers.md
    """

    about: ClassVar = About("REGEX010", "regex-unanchored", Severity.INFO, frozenset({SIGMA}))

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """At most one finding for each expression; none for alternatives, of which each has ends of its own."""
        for test, regex, place in expressions(detection):
            text = bare(regex.pattern)
            if regex.anchored or "|" in text:
                continue
            count = _COUNT_AT_START.match(regex.pattern) or _COUNT_AT_END.search(text)
            if count is not None and 1 < int(count["least"]) < int(count["most"]):
                bounds = f"{{{count['least']},{count['most']}}}"
                yield Finding(place, f"`{bounds}` stands at an open end: more than {count['most']} match, too")
            elif _NAMES.fullmatch(path_of(test.subject) or "") and _ENDING.search(regex.pattern):
                yield Finding(place, "names that go on behind this expression match, too", "write `$` at its end")


CHECKS: Final = (LuceneInvalid, LuceneGroup, UnanchoredRegex)
