"""Regular expressions: what people get wrong in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import ClassVar, Final

from isorule.checks.check import BOTH, SIGMA, About, Finding
from isorule.checks.detection import CheckedDetection
from isorule.checks.logic.expressions import bare, expressions
from isorule.checks.logic.written import path_of, values
from isorule.diagnostics import Severity
from isorule.ir.axes import Case, RegexFlavor
from isorule.ir.matchers import Regex
from isorule.ir.regex import Feature, features

_SIGMA_ONLY: Final = frozenset({SIGMA})
_NAME_DOT: Final = re.compile(
    r"[A-Za-z0-9_\0+*)}-](\.)"
    r"(?:exe|dll|bat|cmd|ps1|psm1|vbs|vbe|js|jse|hta|msi|sys|tmp|zip|rar|7z|iso|lnk|docm?x?|xlsm?x?|pdf|txt|log|ini"
    r"|com|net|org|info|io|ru|cn|xyz|top|onion)(?![\w*+?{(-])"
)
_METACHARACTER: Final = re.compile(r"[.^$*+?{}\[\]|()]")


@lru_cache(maxsize=512)
def _features(pattern: str, flavor: RegexFlavor) -> frozenset[Feature]:
    return features(pattern, flavor)


class Runaway:
    """An expression that may take exponential time.

    ## What it does
    Looks for repetitions inside of repetitions that can match a text in many ways (`(a+)+`, `(\\w+\\s*)*`).

    ## Why
    A backtracking engine tries all of the ways on a text that does not match. One crafted event stops the search.

    ## Example
    ```yaml
    detection:
      selection:
        CommandLine|re: '(\\w+\\s*)+='
      condition: selection
    ```

    ## Use instead
    ```yaml
    detection:
      selection:
        CommandLine|re: '\\w[\\w\\s]*='
      condition: selection
    ```

    ## Fix
    None. How to say it in one way only depends on what is looked for.

    ## References
    - https://owasp.org/www-community/attacks/Regular_expression_Denial_of_Service_-_ReDoS
    """

    about: ClassVar = About("REGEX001", "regex-runaway", Severity.WARNING, _SIGMA_ONLY)

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """One finding for each such expression."""
        for _, regex, place in expressions(detection):
            if Feature.RUNAWAY in _features(regex.pattern, regex.flavor):
                yield Finding(place, "a backtracking engine may need exponential time for this expression")


class UnescapedDot:
    """A dot in a file name or domain that stands for any character.

    ## What it does
    Finds names with a known ending (`.exe`, `.ps1`, `.com` …) in expressions whose dot has no backslash.

    ## Why
    `.` matches any character: `cmd.exe` also matches `cmdaexe`. It seldom matters, but it was not meant.

    ## Example
    ```yaml
    detection:
      selection:
        CommandLine|re: 'rundll32.exe\\s+\\w+,#\\d+'
      condition: selection
    ```

    ## Use instead
    ```yaml
    detection:
      selection:
        CommandLine|re: 'rundll32\\.exe\\s+\\w+,#\\d+'
      condition: selection
    ```

    ## Fix
    None. A dot may be meant for any character.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-appendix-modifiers.md
    """

    about: ClassVar = About("REGEX002", "regex-unescaped-dot", Severity.INFO, BOTH)

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """One finding for each such name."""
        for _, regex, place in expressions(detection):
            for found in _NAME_DOT.finditer(bare(regex.pattern)):
                name = re.search(r"[\w.-]*$", regex.pattern[: found.end()])
                yield Finding(place, f"the dot in `{name[0] if name else found[0]}` stands for any character")


class RedundantRun:
    """An expression that begins or ends with `.*`.

    ## What it does
    Finds `.*` at the ends of Sigma expressions, which are looked for anywhere in a value.

    ## Why
    It says nothing and makes the search slower.

    ## Example
    ```yaml
    detection:
      selection:
        CommandLine|re: '.*-enc\\s+\\w{200}.*'
      condition: selection
    ```

    ## Use instead
    ```yaml
    detection:
      selection:
        CommandLine|re: '-enc\\s+\\w{200}'
      condition: selection
    ```

    ## Fix
    None. Some backends hand an expression to an engine that compares it with the whole value; there it is needed.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-appendix-modifiers.md
    """

    about: ClassVar = About("REGEX003", "regex-redundant-run", Severity.INFO, _SIGMA_ONLY)

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """At most one finding for each expression."""
        for _, regex, place in expressions(detection):
            text = bare(regex.pattern)
            if len(text) > 2 and (text.startswith(".*") or text.endswith(".*")):
                yield Finding(place, "`.*` at the end of an expression that is looked for anywhere says nothing")


class PlainRegex:
    """An expression that is a plain text.

    ## What it does
    Finds expressions without any character that has a meaning of its own.

    ## Why
    A plain comparison says the same, is read faster, and every backend has it.

    ## Example
    ```yaml
    detection:
      selection:
        CommandLine|re: 'sekurlsa::logonpasswords'
      condition: selection
    ```

    ## Use instead
    ```yaml
    detection:
      selection:
        CommandLine|contains|cased: 'sekurlsa::logonpasswords'
      condition: selection
    ```

    ## Fix
    None. Whether letter case counts is for the author to say.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-appendix-modifiers.md
    - https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax#eql-syntax-pattern-comparison-keywords
    """

    about: ClassVar = About("REGEX004", "regex-plain-text", Severity.INFO, BOTH)

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """One finding for each such expression; none for one in a list with others that are not plain."""
        for condition, test, _ in detection.leaves():
            found = list(values(test.matcher))
            if not found or not all(isinstance(value, Regex) and _is_plain(value) for value in found):
                continue
            for value in found:
                place = condition.span(getattr(value, "span", None))
                if place is not None:
                    folded = isinstance(value, Regex) and value.case is Case.INSENSITIVE
                    form = "contains" if folded else "contains|cased"
                    hint = f"write `|{form}`" if detection.document.format == SIGMA else "compare it as it stands"
                    yield Finding(place, "this expression is a plain text", hint)


def _is_plain(regex: Regex) -> bool:
    special = _METACHARACTER if regex.flavor is not RegexFlavor.LUCENE else re.compile(r'[.*+?{}\[\]|()"~<>@&#]')
    text = re.sub(r"\\[^A-Za-z0-9]", "", regex.pattern)
    return "\\" not in text and special.search(text) is None


class LuceneAnchor:
    """`^` or `$` in an expression of EQL or Lucene, where they are plain characters.

    ## What it does
    Finds expressions of EQL (`regex`) and Lucene (`/…/`), and alternatives in them, that begin with `^` or end with
    `$`. A `$` on fields for accounts and shares, whose names may end with it, is left alone.

    ## Why
    Lucene compares an expression with the whole value and has no anchors: the two signs are looked for as such. The
    condition is never met by what its author had in mind.

    ## Example
    ```eql
    process where process.command_line regex "^curl .*$"
    ```

    ## Use instead
    ```eql
    process where process.command_line regex "curl .*"
    ```

    ## Fix
    None. Without its anchors the expression may be another one.

    ## References
    - https://www.elastic.co/docs/reference/query-languages/query-dsl/regexp-syntax
    """

    about: ClassVar = About("REGEX005", "regex-lucene-anchor", Severity.ERROR, BOTH)

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """One finding for each such expression."""
        for test, regex, place in expressions(detection):
            found = _ANCHOR.search(bare(regex.pattern)) if regex.flavor is RegexFlavor.LUCENE else None
            if found is not None and ("^" in found[0] or not _WITH_DOLLAR.search(path_of(test.subject) or "")):
                sign = "^" if "^" in found[0] else "$"
                yield Finding(place, f"`{sign}` is a plain character here: the whole value is compared anyway")


_ANCHOR: Final = re.compile(r"(?:\A|[(|])\^|\$(?:\Z|[)|])")
_WITH_DOLLAR: Final = re.compile(r"user|account|share", re.IGNORECASE)

_UNBOUNDED: Final = re.compile(r"[*+@~]|\{\d+,\}|<")
"""What lets a Lucene expression match texts of any length, with `<1-99>` and complements to be sure."""


class WholeCommandLine:
    """An expression of EQL or Lucene for a part of a command line that is compared with all of it.

    ## What it does
    Finds expressions on a command line that can only match texts of a bounded length: they have no `.*`, and nothing
    else that repeats without end.

    ## Why
    Sigma looks for an expression anywhere in a value, EQL (`regex`) and Lucene (`/…/`) compare the whole value with it.
    A command line with anything around the part is not found.

    ## Example
    ```eql
    process where process.command_line regex "curl (-s )?https?://198"
    ```

    ## Use instead
    ```eql
    process where process.command_line regex ".*curl (-s )?https?://198.*"
    ```

    ## Fix
    None. The whole command line may be meant.

    ## References
    - https://www.elastic.co/docs/reference/query-languages/query-dsl/regexp-syntax
    """

    about: ClassVar = About("REGEX007", "regex-whole-value", Severity.INFO, BOTH)

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """One finding for each such expression."""
        for test, regex, place in expressions(detection):
            long = (path_of(test.subject) or "").lower().endswith(("command_line", "commandline"))
            if long and regex.flavor is RegexFlavor.LUCENE and not _UNBOUNDED.search(bare(regex.pattern)):
                message = "the whole command line is compared with this expression, which has no `.*`"
                yield Finding(place, message, "write .* where other text may stand")


_UNSUPPORTED: Final = {
    Feature.LOOKAROUND: "lookaround",
    Feature.ATOMIC_GROUP: "an atomic group",
    Feature.BACKREFERENCE: "a back reference",
    Feature.CONDITIONAL: "a conditional group",
    Feature.NAMED_GROUP: "a named group",
    Feature.POSSESSIVE_QUANTIFIER: "a possessive quantifier",
    Feature.RECURSION: "recursion",
}


class UnportableRegex:
    """An expression with a construct that the Sigma specification leaves out.

    ## What it does
    Finds lookaround, atomic and conditional groups, back references, recursion and possessive quantifiers.

    ## Why
    Sigma allows a subset of PCRE, so that every backend can take an expression. Those of Elasticsearch, Splunk's and
    Microsoft's engines refuse these, or read them in another way.

    ## Example
    ```yaml
    detection:
      selection:
        CommandLine|re: 'net\\s+user(?!\\s+/domain)'
      condition: selection
    ```

    ## Use instead
    ```yaml
    detection:
      selection:
        CommandLine|re: 'net\\s+user'
      filter:
        CommandLine|contains: '/domain'
      condition: selection and not filter
    ```

    ## Fix
    None. A selection of its own often says what a lookaround says.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-appendix-modifiers.md
    """

    about: ClassVar = About("REGEX006", "regex-unportable", Severity.WARNING, _SIGMA_ONLY)

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """One finding for each such expression."""
        for _, regex, place in expressions(detection):
            used = [name for item, name in _UNSUPPORTED.items() if item in _features(regex.pattern, regex.flavor)]
            if used:
                yield Finding(place, f"the expression has {' and '.join(used)}, which Sigma leaves out")


CHECKS: Final = (Runaway, UnescapedDot, RedundantRun, PlainRegex, LuceneAnchor, WholeCommandLine, UnportableRegex)
