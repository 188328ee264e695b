"""Wildcards that are none where they stand, and patterns without any."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, Final

from isorule.checks.check import ELASTIC, About, Finding
from isorule.checks.detection import CheckedDetection, Condition
from isorule.checks.edits import UNSAFE
from isorule.checks.logic.written import operator, operator_span, path_of, place_of, query_fix, values
from isorule.diagnostics import Fix, Severity, UnsupportedError
from isorule.dialects.kuery.words import pattern
from isorule.ir.axes import TokenMode
from isorule.ir.matchers import Equals, Like, LikePart, Tokens, Wildcard
from isorule.ir.predicates import Test
from isorule.ir.schema import FieldType
from isorule.mappings import ecs_schema
from isorule.source import Span

_ELASTIC_ONLY: Final = frozenset({ELASTIC})
_EXACT: Final = {"==": "like", "in": "like", "in~": "like~", "!=": "like", "not in": "like", "not in~": "like~"}
_PLAIN_FORM: Final = {"like": ("==", "in"), "like~": (":", "in~")}
_LITERAL_STAR: Final = re.compile(r"\A\*+\Z|\\\*(?:\\|\Z)|(?:^|\s)\*(?:\s|$)")
"""Texts in which a star is meant: `*` alone, a part of a path (`\\\\*\\IPC$`), a word (`select * from`, cron)."""
_OWN_STAR: Final = re.compile(r"[:=]\*\Z|\A\*\.\w+\Z")
"""Arguments that programs take with a star in them: all values of an option (`/text:*`), all files of a kind."""

_ANY_DRIVE: Final = "?:\\"
"""How Elastic's rules begin a path of Windows on any drive."""


def _wildcard(text: str) -> str | None:
    """The sign in a text that looks like a wildcard: a star that is not meant as such, or a question mark for a
    drive."""
    if "*" in text and not _LITERAL_STAR.search(text):
        return "*"
    return "?" if text.startswith(_ANY_DRIVE) else None


class LiteralWildcard:
    """A star in an EQL value that is compared as it stands.

    ## What it does
    Finds values with `*`, and paths on any drive (`?:\\\\`), behind `==`, `!=`, `in` and `not in` of EQL. A star that
    is all of the value, a part of a path of its own (`\\\\\\\\*\\\\IPC$`) or a word of its own is taken for meant;
    `eql-star-argument` speaks of one that may be meant.

    ## Why
    Only `:`, `like` and `like~` know wildcards. Elsewhere the value is a text with a star in it, which no event has:
    the exclusion excludes nothing, the detection never fires.

    ## Example
    ```eql
    file where event.type == "creation" and file.path in ("/etc/cron.d/*", "/etc/crontab")
    ```

    ## Use instead
    ```eql
    file where event.type == "creation" and file.path like ("/etc/cron.d/*", "/etc/crontab")
    ```

    ## Fix
    Unsafe: the comparison is written with `like` (or `like~`). The rule then means what the star suggests.

    ## References
    - https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax#eql-syntax-pattern-comparison-keywords
    """

    about: ClassVar = About("QUERY010", "eql-literal-wildcard", Severity.ERROR, _ELASTIC_ONLY)

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """One finding for each such value."""
        for condition, test, sign, value in _starred(detection):
            place = condition.span(value.span)
            if place is not None and not _may_be_meant(test, value):
                message = f"`{_wildcard(str(value.value))}` is no wildcard behind `{sign}`: {_AS_IT_STANDS}"
                yield Finding(place, message, "write `like`", fix=_as_like(condition, test, sign))


class StarArgument:
    """A star at the edge of an EQL argument, which is compared as it stands and may be meant so.

    ## What it does
    Finds values of `process.args` such as `/text:*` and `*.log` behind `==`, `!=`, `in` and `not in` of EQL.

    ## Why
    Programs take such arguments, so that the star may be meant: all values of an option, all files of a kind. If it is
    not, the comparison is never met, for only `:`, `like` and `like~` know wildcards.

    ## Example
    ```eql
    process where process.name == "forfiles.exe" and process.args == "/m:*"
    ```

    ## Use instead
    ```eql
    process where process.name == "forfiles.exe" and process.args like "/m:*"
    ```

    ## Fix
    Unsafe: the comparison is written with `like` (or `like~`). The rule then means what the star suggests.

    ## References
    - https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax#eql-syntax-pattern-comparison-keywords
    """

    about: ClassVar = About("QUERY016", "eql-star-argument", Severity.INFO, _ELASTIC_ONLY)

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """One finding for each such value."""
        for condition, test, sign, value in _starred(detection):
            place = condition.span(value.span)
            if place is not None and _may_be_meant(test, value):
                message = f"only the argument with this star is meant behind `{sign}`: {_AS_IT_STANDS}"
                yield Finding(place, message, "write `like` for a wildcard", fix=_as_like(condition, test, sign))


_AS_IT_STANDS: Final = "the value is compared as it stands"


def _starred(detection: CheckedDetection) -> Iterator[tuple[Condition, Test, str, Equals]]:
    """The values of EQL queries with what looks like a wildcard behind an operator that has none, with the operator."""
    for condition, test, _ in detection.leaves() if detection.language == "eql" else ():
        found = [
            value
            for value in values(test.matcher)
            if isinstance(value, Equals) and isinstance(value.value, str) and _wildcard(value.value) is not None
        ]
        sign = operator(condition, test) if found else None
        if sign in _EXACT:
            yield from ((condition, test, sign, value) for value in found)


def _may_be_meant(test: Test, value: Equals) -> bool:
    return (path_of(test.subject) or "").endswith(".args") and _OWN_STAR.search(str(value.value)) is not None


def _as_like(condition: Condition, test: Test, sign: str) -> Fix | None:
    span = operator_span(condition, test)
    if span is None or test.span is None or any(not isinstance(value, Equals) for value in values(test.matcher)):
        return None
    edits = [(span, _EXACT[sign])]
    if sign.startswith(("!", "not")):
        edits.append((Span(test.span.start, test.span.start), "not "))
    return query_fix(condition, edits, f"compare with `{_EXACT[sign]}`", UNSAFE)


class QuotedWildcard:
    """A star in a quoted kuery value, where it is no wildcard.

    ## What it does
    Finds values in quotes with `*` in kuery. A star that is all of the value, a part of a path of its own or a word of
    its own is taken for meant; so is any star on a full text field, which drops it.

    ## Why
    In quotes kuery takes every character as it stands. The condition asks for a text with a star in it, which no event
    has.

    ## Example
    ```kuery
    event.category:process and process.name:"python*"
    ```

    ## Use instead
    ```kuery
    event.category:process and process.name:python*
    ```

    ## Fix
    Unsafe: the quotes are taken away and other special characters escaped. The rule then means what the star suggests.

    ## References
    - https://www.elastic.co/docs/explore-analyze/query-filter/languages/kql
    """

    about: ClassVar = About("QUERY011", "kuery-quoted-wildcard", Severity.WARNING, _ELASTIC_ONLY)

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """One finding for each such value."""
        if detection.language != "kuery":
            return
        for condition, test, _ in detection.leaves():
            path = path_of(test.subject)
            if path is not None and ecs_schema().type_of(path) is FieldType.TEXT:
                continue
            for value in values(test.matcher):
                if not isinstance(value, Tokens) or value.mode is not TokenMode.PHRASE or _wildcard(value.text) != "*":
                    continue
                place = condition.span(value.span)
                if place is not None:
                    message = "`*` is no wildcard in quotes: the value is compared as it stands"
                    yield Finding(place, message, "take the quotes away", fix=_unquoted(condition, value))


def _unquoted(condition: Condition, value: Tokens) -> Fix | None:
    parts: list[LikePart] = []
    for piece in re.split(r"(\*)", value.text):
        if piece:
            parts.append(Wildcard.RUN if piece == "*" else piece)
    if value.span is None or re.search(r"[\s?]", value.text):
        return None
    try:
        text = pattern(tuple(parts))
    except UnsupportedError:
        return None
    return query_fix(condition, [(value.span, text)], "take the quotes away", UNSAFE)


class LikeWithoutWildcard:
    """A `like` whose values have no wildcard.

    ## What it does
    Finds `like` and `like~` in EQL with no `*` and no `?` in any of the values.

    ## Why
    The reader looks for a pattern that is not there. `==` and `in` (`:` and `in~` where letter case does not count) say
    the same plainly.

    ## Example
    ```eql
    process where process.name like ("nmap", "masscan")
    ```

    ## Use instead
    ```eql
    process where process.name in ("nmap", "masscan")
    ```

    ## Fix
    Safe: the operator is replaced by the one without wildcards. The rule means the same.

    ## References
    - https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax#eql-syntax-pattern-comparison-keywords
    """

    about: ClassVar = About("QUERY012", "like-without-wildcard", Severity.INFO, _ELASTIC_ONLY)

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """One finding for each such comparison, at its operator."""
        if detection.language != "eql":
            return
        for condition, test, _ in detection.leaves():
            found = list(values(test.matcher))
            if not found or any(not isinstance(value, Equals) for value in found):
                continue
            span = operator_span(condition, test)
            sign = operator(condition, test)
            if span is None or sign not in _PLAIN_FORM or condition.text is None:
                continue
            listed = condition.text.text[span.end :].lstrip().startswith("(")
            better = _PLAIN_FORM[sign][listed]
            fix = query_fix(condition, [(span, better)], f"compare with `{better}`")
            message = f"no value behind `{sign}` has a wildcard"
            yield Finding(condition.text.span(span), message, f"write `{better}`", fix=fix)


class LeadingWildcard:
    """A value that begins with a wildcard.

    ## What it does
    Finds patterns that begin with `*` or `?`. Runs only where it is selected.

    ## Why
    Elasticsearch has to look at every value of the field for such a pattern, unless the field is of the type
    `wildcard`; clusters and Kibana can refuse them (`indices.query.query_string.allowLeadingWildcard`,
    `query:allowLeadingWildcards`).

    ## Example
    ```eql
    process where process.executable : "*\\\\AppData\\\\Local\\\\Temp\\\\updater.exe"
    ```

    ## Use instead
    ```eql
    process where process.executable : "C:\\\\Users\\\\*\\\\AppData\\\\Local\\\\Temp\\\\updater.exe"
    ```

    ## Fix
    None. Where the value begins is for the author to say.

    ## References
    - https://www.elastic.co/docs/reference/query-languages/query-dsl/query-dsl-wildcard-query
    """

    about: ClassVar = About("QUERY013", "leading-wildcard", Severity.INFO, _ELASTIC_ONLY, enabled=False)

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """One finding for each such value."""
        for condition, test, _ in detection.leaves():
            for value in values(test.matcher):
                if isinstance(value, Like) and isinstance(value.parts[0], Wildcard) and len(value.parts) > 1:
                    place = condition.span(value.span)
                    if place is not None:
                        yield Finding(place, "the pattern begins with a wildcard, which is slow")


class WildcardOnOther:
    """A wildcard on a field that holds no texts.

    ## What it does
    Finds wildcards in kuery and Lucene values for fields whose type in ECS is a number, an IP address, a date or a
    Boolean. (`field-type` speaks of EQL.)

    ## Why
    Wildcards look at texts. Elasticsearch refuses such a query or finds nothing, and Kibana shows the error only where
    the rule runs.

    ## Example
    ```kuery
    source.ip:10.0.0.* and destination.port:22
    ```

    ## Use instead
    ```kuery
    source.ip:"10.0.0.0/24" and destination.port:22
    ```

    ## Fix
    None. A block of addresses, or a range, says what was meant.

    ## References
    - https://www.elastic.co/docs/reference/query-languages/query-dsl/query-dsl-wildcard-query
    """

    about: ClassVar = About("QUERY014", "wildcard-on-number", Severity.ERROR, _ELASTIC_ONLY)

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """One finding for each such value."""
        for condition, test, _ in detection.leaves() if detection.language != "eql" else ():
            path = path_of(test.subject)
            kind = None if path is None or path not in ecs_schema() else ecs_schema().type_of(path)
            if kind not in _NO_TEXTS:
                continue
            for value in values(test.matcher):
                place = condition.span(place_of(value))
                if isinstance(value, Like) and place is not None and value.parts != (Wildcard.RUN,):
                    hint = "write a block of addresses" if kind is FieldType.IP else None
                    message = f"`{path}` is of the type {_NO_TEXTS[kind]}, on which there are no wildcards"
                    yield Finding(place, message, hint)


_NO_TEXTS: Final = {
    FieldType.INTEGER: "number",
    FieldType.DECIMAL: "number",
    FieldType.IP: "ip",
    FieldType.DATE: "date",
    FieldType.DATE_NANOS: "date",
    FieldType.BOOLEAN: "boolean",
}

CHECKS: Final = (LiteralWildcard, StarArgument, QuotedWildcard, LikeWithoutWildcard, LeadingWildcard, WildcardOnOther)
