"""ES|QL queries, as far as their text alone tells: which columns leave them, and negations of what may be null."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from isorule.checks.check import ELASTIC, About, CheckedDocument, Finding
from isorule.checks.detection import QUERY
from isorule.diagnostics import Severity
from isorule.source import Embedded, Span

_ELASTIC_ONLY: Final = frozenset({ELASTIC})
_HIDDEN: Final = re.compile(r'//[^\n]*|/\*.*?\*/|"""(?:.|\n)*?"""|"(?:\\.|[^"\\\n])*"', re.DOTALL)
_WORD: Final = re.compile(r"[A-Za-z_]+")
_COLUMNS: Final = ("_id", "_version", "_index")
_NAME: Final = r"(?<![\w.`])(?P<field>(?:[A-Za-z_@][\w@]*|`[^`\n]+`)(?:\.(?:[\w@]+|`[^`\n]+`))*)"
_COMPARED: Final = re.compile(
    rf"{_NAME}\s*(?:(?P<equal>[=!]=)\s*[\"\d]|(?P<not>\bnot\s+)?(?:\bin\s*\(|\br?like\s*[\"(]))", re.IGNORECASE
)
_CALLED: Final = re.compile(rf"\b(?:starts_with|ends_with|cidr_match)\s*\(\s*{_NAME}\s*,", re.IGNORECASE)
_NOT_BEFORE: Final = re.compile(r"\bnot\s+\Z", re.IGNORECASE)
_NOT_GROUP: Final = re.compile(r"\bnot\s*\(", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Command:
    """A command of a pipe: its name in lower case, and its text without comments and texts, which are blanks there."""

    name: str
    text: str
    start: int


@dataclass(frozen=True, slots=True)
class _Query:
    """An ES|QL query and its commands; spans count in the query."""

    source: Embedded
    commands: tuple[_Command, ...]

    def named(self, *names: str) -> list[_Command]:
        """The commands of these names."""
        return [command for command in self.commands if command.name in names]


def _query(document: CheckedDocument) -> _Query | None:
    """The ES|QL query of a rule; None for a rule of another language."""
    text = document.embedded(QUERY) if document.get("rule", "type") == "esql" else None
    if text is None:
        return None
    blank = _HIDDEN.sub(lambda found: _blanked(found[0]), text.text)
    return _Query(text, tuple(_commands(blank)))


def _blanked(text: str) -> str:
    """A comment as blanks, a text as quotes around blanks; line breaks stay."""
    quote = '"' if text[0] == '"' else " "
    return quote + re.sub(r"[^\n]", " ", text[1:-1]) + quote


def _commands(text: str) -> Iterator[_Command]:
    """The commands between the pipes that stand outside of all brackets."""
    depth = start = 0
    for at, character in enumerate(text + "|"):
        if character in "([":
            depth += 1
        elif character in ")]":
            depth -= 1
        elif character == "|" and (depth <= 0 or at == len(text)):
            piece = text[start:at]
            word = _WORD.search(piece)
            if word is not None:
                name = word[0].lower()
                if name == "inline":
                    name = "inlinestats"
                yield _Command(name, piece, start)
            start = at + 1


class EsqlMetadata:
    """An ES|QL query that loses the identity of the events that it finds.

    ## What it does
    Finds queries without `STATS` whose `FROM` has no `METADATA _id, _version, _index`.

    ## Why
    Kibana tells by these columns that an event has had its alert. Without them every run of the rule raises another one
    for it.

    ## Example
    ```esql
    from logs-system.auth-*
    | where process.name == "nmap"
    | keep host.name
    ```

    ## Use instead
    ```esql
    from logs-system.auth-* metadata _id, _version, _index
    | where process.name == "nmap"
    | keep _id, _version, _index, host.name
    ```

    ## Fix
    None. The columns must reach the end of the query, too.

    ## References
    - https://www.elastic.co/docs/solutions/security/detect-and-alert/create-detection-rule
    - https://www.elastic.co/docs/reference/query-languages/esql/esql-metadata-fields
    """

    about: ClassVar = About("ESQL001", "esql-metadata", Severity.ERROR, _ELASTIC_ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at `FROM`."""
        query = document.once(_query)
        if query is None or query.named("stats"):
            return
        for command in query.named("from"):
            found = re.search(r"\bmetadata\b(.*)", command.text, re.IGNORECASE | re.DOTALL)
            columns = set(re.findall(r"[\w.]+", found[1])) if found else set()
            missing = [name for name in _COLUMNS if name not in columns]
            if missing:
                at = command.start + command.text.lower().index("from")
                message = f"FROM does not ask for {', '.join(missing)}"
                yield Finding(query.source.span(Span(at, at + 4)), message, "write `METADATA _id, _version, _index`")


class EsqlKeep:
    """An ES|QL query without `KEEP`, or one that drops the identity of its events.

    ## What it does
    Finds queries without `KEEP`, and, where there is no `STATS`, a last `KEEP` without `_id`, `_version` and `_index`.

    ## Why
    Without `KEEP` every column of the index becomes part of the alert, and a mapping that changes changes the rule. If
    the three columns are dropped, alerts are raised again at every run.

    ## Example
    ```esql
    from logs-system.auth-* metadata _id, _version, _index
    | where process.name == "nmap"
    ```

    ## Use instead
    ```esql
    from logs-system.auth-* metadata _id, _version, _index
    | where process.name == "nmap"
    | keep _id, _version, _index, host.name
    ```

    ## Fix
    None. Which columns are wanted is for the author to say.

    ## References
    - https://www.elastic.co/docs/reference/query-languages/esql/commands/keep
    """

    about: ClassVar = About("ESQL002", "esql-keep", Severity.WARNING, _ELASTIC_ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the last `KEEP`, or at the key where there is none."""
        query = document.once(_query)
        if query is None:
            return
        kept = query.named("keep")
        if not kept:
            yield Finding(QUERY, "the query has no KEEP", at_key=True)
            return
        columns = set(re.findall(r"[\w.*]+", kept[-1].text))
        missing = [name for name in _COLUMNS if name not in columns]
        if missing and "*" not in columns and "_*" not in columns and not query.named("stats"):
            at = kept[-1].start + kept[-1].text.lower().index("keep")
            yield Finding(query.source.span(Span(at, at + 4)), f"KEEP drops {', '.join(missing)}")


class EsqlNegation:
    """A negation in ES|QL of a field that may be missing.

    ## What it does
    Finds `!=`, `NOT … ==`, `NOT IN`, `NOT LIKE`, `NOT RLIKE`, `NOT STARTS_WITH`, `NOT ENDS_WITH` and `NOT CIDR_MATCH`
    of a field with a constant, also where `NOT` stands before a bracket with alternatives, if no other condition of the
    query speaks of the field. Columns that the query computes are passed over.

    ## Why
    ES|QL has null for a missing field, and the negation of null is null: an event without the field does not pass. EQL
    and kuery let it through, so that a rule that was translated word by word finds less.

    ## Example
    ```esql
    from logs-* metadata _id, _version, _index
    | where event.category == "process" and user.name != "root"
    | keep _id, _version, _index, process.name
    ```

    ## Use instead
    ```esql
    from logs-* metadata _id, _version, _index
    | where event.category == "process" and (user.name is null or user.name != "root")
    | keep _id, _version, _index, process.name
    ```

    ## Fix
    None. Whether such events are wanted is for the author to say.

    ## References
    - https://www.elastic.co/docs/reference/query-languages/esql/functions-operators/operators
    """

    about: ClassVar = About("ESQL003", "esql-null-negation", Severity.INFO, _ELASTIC_ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each field, at its first negation."""
        query = document.once(_query)
        if query is None:
            return
        negated = [(command, found) for command in query.named("where") for found in _negated(command.text)]
        places = {command.start + found.start("field") for command, found in negated}
        seen: set[str] = set()
        for command, found in negated:
            path = found["field"]
            at = command.start + found.start("field")
            if path in seen or _is_spoken_of(query, path, at, places):
                continue
            seen.add(path)
            message = f"an event without `{path.replace('`', '')}` does not pass: a negation of null is null"
            hint = f"write `({path} is null or …)`, or ask that it is not null"
            yield Finding(query.source.span(Span(at, at + len(path))), message, hint)


def _negated(text: str) -> Iterator[re.Match[str]]:
    """The comparisons of fields with constants that are negated: by their operator, `not` before them, or `not` before
    a bracket around alternatives. What stands in other brackets behind `not` is passed over."""
    groups = [_Group.of(text, found.end()) for found in _NOT_GROUP.finditer(text)]
    for found in (*_COMPARED.finditer(text), *_CALLED.finditer(text)):
        around = [group for group in groups if group.start <= found.start() < group.end]
        own = found.groupdict()
        signs = [own.get("equal") == "!=", bool(own.get("not")), bool(_NOT_BEFORE.search(text, 0, found.start()))]
        if all(group.alternatives for group in around) and (len(around) + sum(signs)) % 2:
            yield found


@dataclass(frozen=True, slots=True)
class _Group:
    """The inside of a bracket, and whether nothing but `or` joins what is in it."""

    start: int
    end: int
    alternatives: bool

    @classmethod
    def of(cls, text: str, start: int) -> _Group:
        """The bracket that begins before `start`; to the end of the text where it is not closed."""
        depth, end = 1, start
        while depth and end < len(text):
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        return cls(start, end, re.search(r"\band\b", text[start:end], re.IGNORECASE) is None)


def _is_spoken_of(query: _Query, path: str, at: int, negated: set[int]) -> bool:
    """Whether a command computes the field or groups by it before the condition at a place, or a condition names it
    other than by the negations at some places."""
    parts = r"`?\.`?".join(map(re.escape, path.replace("`", "").split(".")))
    name = re.compile(rf"(?<![\w.`])`?{parts}`?(?![\w.`])", re.IGNORECASE)
    return any(
        command.start + found.start() not in negated
        for command in query.commands
        if command.name not in _NO_CONDITIONS and (command.name not in ("stats", "inlinestats") or command.start < at)
        for found in name.finditer(command.text)
    )


_NO_CONDITIONS: Final = frozenset({"keep", "sort", "from", "drop", "limit"})

CHECKS: Final = (EsqlMetadata, EsqlKeep, EsqlNegation)
