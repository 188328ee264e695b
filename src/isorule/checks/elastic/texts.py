"""Texts and single settings of an Elastic rule: placeholders, overrides, signals, timelines, authors, versions."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import ClassVar, Final

from isorule.checks.check import ELASTIC, About, CheckedDocument, Finding
from isorule.checks.edits import respelled
from isorule.checks.elastic.values import repeated, tables, text, texts
from isorule.diagnostics import Severity
from isorule.source import KeyPath

_ELASTIC: Final = frozenset({ELASTIC})
_PLACEHOLDER: Final = re.compile(
    r"\b(?:TODO|FIXME|TBD|XXX)\b(?=\s*(?::|$))"  # the usual marks of unfinished text, looked for in rules
    r"|\blorem ipsum\b|<(?:insert|your|placeholder|fill)[^<>\n]{0,40}>",
    re.IGNORECASE | re.MULTILINE,
)
_TEXTS: Final = ("name", "description", "note", "setup")
_MOST_SIGNALS: Final = 1000


class TextPlaceholder:
    """A text that was to be replaced before the rule is used.

    ## What it does
    Looks for the usual marks of unfinished text, `lorem ipsum` and `<insert …>` among them, in name, description, note
    and set-up guide.

    ## Why
    Analysts read these texts in an alert.

    ## Example
    ```toml
    description = "Lorem ipsum dolor sit amet."
    ```

    ## Use instead
    ```toml
    description = "A network scanner ran in a container."
    ```

    ## Fix
    None. The text is for the author to write.

    ## References
    - https://www.elastic.co/docs/solutions/security/detect-and-alert/create-detection-rule
    """

    about: ClassVar = About("TEXT001", "text-placeholder", Severity.WARNING, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each place."""
        for key in _TEXTS:
            path: KeyPath = ("rule", key)
            for found in _PLACEHOLDER.finditer(text(document, *path) or ""):
                place = document.within(path, *found.span()) or path
                yield Finding(place, f"{found[0]!r} was to be replaced")


class TextEmpty:
    """A text or list of texts that says nothing.

    ## What it does
    Looks for entries of white space only in author, references, false positives, tags and description.

    ## Why
    Kibana shows an empty line; something was forgotten.

    ## Example
    ```toml
    false_positives = [""]
    ```

    ## Use instead
    ```toml
    false_positives = ["Backups by the vendor's agent."]
    ```

    ## Fix
    None. The text is for the author to write.

    ## References
    - https://www.elastic.co/docs/api/doc/kibana/operation/operation-createrule
    """

    about: ClassVar = About("TEXT002", "text-empty", Severity.WARNING, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each entry."""
        for key in ("author", "false_positives", "references", "tags", "description"):
            for path, item in texts(document, "rule", key):
                if not item.strip() and not (key == "description" and not item):
                    yield Finding(path, f"{key} says nothing here")


class AuthorMissing:
    """A rule that names no author.

    ## What it does
    Reports an empty list `author`.

    ## Why
    Nobody knows whom to ask about the rule.

    ## Example
    ```toml
    author = []
    ```

    ## Use instead
    ```toml
    author = ["Blue Team"]
    ```

    ## Fix
    None. The name is for the author to say.

    ## References
    - https://www.elastic.co/docs/api/doc/kibana/operation/operation-createrule
    """

    about: ClassVar = About("TEXT003", "author-missing", Severity.WARNING, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the list."""
        if document.get("rule", "author") == []:
            yield Finding(("rule", "author"), "the rule names no author")


class TextDuplicate:
    """A false positive, or an author, that stands twice.

    ## What it does
    Compares the entries of `false_positives`, and those of `author`, letter by letter.

    ## Why
    Readers read it twice; often another one was meant.

    ## Example
    ```toml
    author = ["Blue Team", "Blue Team"]
    ```

    ## Use instead
    ```toml
    author = ["Blue Team"]
    ```

    ## Fix
    Safe: the second of two equal entries is taken away.

    ## References
    - https://www.elastic.co/docs/api/doc/kibana/operation/operation-createrule
    """

    about: ClassVar = About("TEXT004", "text-duplicate", Severity.WARNING, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each repetition."""
        for key in ("author", "false_positives"):
            yield from repeated(document, texts(document, "rule", key), f"{key} says this twice")


class OverrideConflict:
    """One value of a field that is mapped to two severities or risk scores.

    ## What it does
    Compares the entries of `severity_mapping`, and those of `risk_score_mapping`, that have the same field and value.

    ## Why
    Only one of the two can hold; Kibana takes the graver one, or the last.

    ## Example
    ```toml
    [[rule.severity_mapping]]
    field = "event.severity"
    operator = "equals"
    severity = "low"
    value = "3"

    [[rule.severity_mapping]]
    field = "event.severity"
    operator = "equals"
    severity = "high"
    value = "3"
    ```

    ## Use instead
    ```toml
    [[rule.severity_mapping]]
    field = "event.severity"
    operator = "equals"
    severity = "low"
    value = "3"

    [[rule.severity_mapping]]
    field = "event.severity"
    operator = "equals"
    severity = "high"
    value = "4"
    ```

    ## Fix
    None. What was meant is for the author to say.

    ## References
    - https://www.elastic.co/docs/solutions/security/detect-and-alert/create-detection-rule
    """

    about: ClassVar = About("RISK003", "override-conflict", Severity.WARNING, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each entry whose field and value stood before."""
        for key in ("severity_mapping", "risk_score_mapping"):
            first: dict[tuple[str, str], KeyPath] = {}
            for path, entry in tables(document, "rule", key):
                pair = (str(entry.get("field")), str(entry.get("value")))
                if pair in first:
                    message = f"{pair[0]} = {pair[1]!r} is mapped twice"
                    yield Finding((*path, "value"), message, related=(("the first one", first[pair]),))
                first.setdefault(pair, path)


class OverrideIdle:
    """Severity overrides that all give the severity which the rule has anyway.

    ## What it does
    Compares the entries of `severity_mapping` with `severity`.

    ## Why
    The overrides do nothing; another severity was meant in one of the two.

    ## Example
    ```toml
    [rule]
    severity = "low"
    risk_score = 21

    [[rule.severity_mapping]]
    field = "event.severity"
    operator = "equals"
    severity = "low"
    value = "3"
    ```

    ## Use instead
    ```toml
    [rule]
    severity = "low"
    risk_score = 21

    [[rule.severity_mapping]]
    field = "event.severity"
    operator = "equals"
    severity = "high"
    value = "3"
    ```

    ## Fix
    None. Either of the two may be wrong.

    ## References
    - https://www.elastic.co/docs/solutions/security/detect-and-alert/create-detection-rule
    """

    about: ClassVar = About("RISK004", "override-idle", Severity.WARNING, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the first entry."""
        own = document.get("rule", "severity")
        given = {str(entry.get("severity")) for _, entry in tables(document, "rule", "severity_mapping")}
        if isinstance(own, str) and given == {own}:
            yield Finding(("rule", "severity_mapping", 0), f"every override gives {own}, which the rule has anyway")


class SignalsLimit:
    """More alerts in a run than Kibana raises.

    ## What it does
    Reports a `max_signals` above 1000.

    ## Why
    Kibana raises 1000 alerts in one run of a rule at most, unless its administrator sets
    `xpack.alerting.rules.run.alerts.max` higher; the rest is lost.

    ## Example
    ```toml
    max_signals = 5000
    ```

    ## Use instead
    ```toml
    max_signals = 1000
    ```

    ## Fix
    None. The server may allow more.

    ## References
    - https://www.elastic.co/docs/reference/kibana/configuration-reference/alerting-settings
    """

    about: ClassVar = About("SIGNALS001", "signals-limit", Severity.WARNING, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the number."""
        most = document.get("rule", "max_signals")
        if isinstance(most, int) and most > _MOST_SIGNALS:
            yield Finding(("rule", "max_signals"), f"Kibana raises {_MOST_SIGNALS} alerts in a run at most, not {most}")


@cache
def _timelines() -> Mapping[str, str]:
    found = tomllib.loads(files(__package__).joinpath("timelines.toml").read_text(encoding="utf-8"))
    return {str(key): str(title) for key, title in found["timelines"].items()}


class TimelineTitle:
    """A timeline template with another one's title.

    ## What it does
    Compares `timeline_title` with the title that Elastic's template of this `timeline_id` has. Templates of your own
    are passed over.

    ## Why
    Kibana opens the template by its id, and shows the analyst the title.

    ## Example
    ```toml
    timeline_id = "4d4c0b59-ea83-483f-b8c1-8c360ee53c5c"
    timeline_title = "Comprehensive Process Timeline"
    ```

    ## Use instead
    ```toml
    timeline_id = "4d4c0b59-ea83-483f-b8c1-8c360ee53c5c"
    timeline_title = "Comprehensive File Timeline"
    ```

    ## Fix
    Safe: the title of the template is put in; the id, which decides, stays.

    ## References
    - https://www.elastic.co/docs/solutions/security/investigate/timeline-templates
    """

    about: ClassVar = About("TIMELINE001", "timeline-title", Severity.WARNING, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the title."""
        path = ("rule", "timeline_title")
        title = _timelines().get(text(document, "rule", "timeline_id") or "")
        given = text(document, *path)
        if title is not None and given is not None and given != title:
            fix = respelled(document, path, title, "use the title of the template")
            yield Finding(path, f"the template is called {title!r}, not {given!r}", fix=fix)


class StackComment:
    """An oldest version of the stack without a reason.

    ## What it does
    Asks for `min_stack_comments` where `min_stack_version` stands.

    ## Why
    Without the reason nobody dares to lower the version again. This is a rule of Elastic's own repository, so the
    check is off by default.

    ## Example
    ```toml
    [metadata]
    min_stack_version = "9.3.0"
    ```

    ## Use instead
    ```toml
    [metadata]
    min_stack_comments = "The field is new in 9.3."
    min_stack_version = "9.3.0"
    ```

    ## Fix
    None. The reason is for the author to say.

    ## References
    - https://github.com/elastic/detection-rules/blob/main/CONTRIBUTING.md
    """

    about: ClassVar = About("STACK001", "stack-comment", Severity.INFO, _ELASTIC, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the version."""
        path = ("metadata", "min_stack_version")
        if text(document, *path) and not text(document, "metadata", "min_stack_comments"):
            yield Finding(path, "there is no min_stack_comments with the reason")


CHECKS = (
    TextPlaceholder,
    TextEmpty,
    AuthorMissing,
    TextDuplicate,
    OverrideConflict,
    OverrideIdle,
    SignalsLimit,
    TimelineTitle,
    StackComment,
)
"""The checks of this subject."""
