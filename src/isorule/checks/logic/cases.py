r"""Letter case: paths and names of Windows that are compared with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, Final

from isorule.checks.check import ELASTIC, About, Finding
from isorule.checks.detection import CheckedDetection, Condition
from isorule.checks.edits import UNSAFE
from isorule.checks.logic.written import operator, operator_span, path_of, place_of, query_fix, values
from isorule.diagnostics import Fix, Severity
from isorule.ir.axes import Case
from isorule.ir.folding import has_case
from isorule.ir.matchers import Equals, Indexed, Like, Matcher, Near, Tokens
from isorule.ir.predicates import Or, Predicate, Test
from isorule.ir.schema import FieldType
from isorule.ir.walk import walk
from isorule.mappings import ecs_schema
from isorule.source import Span

_ELASTIC_ONLY: Final = frozenset({ELASTIC})
_FIELDS: Final = re.compile(
    r"(?:.*\.)?(?:(?:process|Target\.process|Effective_process)(?:\.parent|\.Ext\.\w+)*"
    r"\.(?:name|executable|command_line|args|working_directory|title)"
    r"|(?:file|dll)\.(?:path|name|directory|extension)|file\.Ext\.original\.\w+"
    r"|registry\.(?:path|key|value|hive))|winlog\.event_data\.\w*(?:Path|Name|CommandLine|Image\w*)"
)
"""Fields that hold names, paths and command lines as they were typed; the names in a program's header never change."""

_OF_WINDOWS: Final = re.compile(
    r"(?:[a-z?*]:)?\\(?!\.)[\w .*?%$(){}~-]+\\|^[a-z]:\\|\.(?:exe|dll|bat|cmd|ps1|vbs|scr|msi|lnk|hta|sys|cpl|ocx|xll)$"
    r"|^HK(?:LM|CU|U|CR|EY_)|^\\registry\\",
    re.IGNORECASE,
)
"""Texts that only Windows has."""

_FOLDED_FORM: Final = {"==": ":", "!=": "not … :", "in": "in~", "not in": "not in~", "like": "like~"}

_HAS_CASELESS: Final = re.compile(r"(?:.*\.)?process\.(?:.*\.)?(?:name|executable|command_line)|file\.path")
"""Fields to which Elastic Defend, Winlogbeat and the integrations of Windows add a `caseless` sub-field."""


def _text(value: Matcher) -> str | None:
    """The text of a value that is compared letter by letter, wildcards as `*`."""
    match value:
        case Equals(str() as text, Case.SENSITIVE | Case.MAPPED) | Tokens(text) | Near(text):
            return text
        case Indexed(inner):
            return _text(inner)
        case Like(parts, Case.SENSITIVE | Case.MAPPED):
            return "".join(part if isinstance(part, str) else "*" for part in parts)
        case _:
            return None


def _of_windows(value: Matcher, path: str) -> bool:
    text = _text(value)
    if text is None or not has_case(text):
        return False
    return _OF_WINDOWS.search(f".{text}" if path.endswith(".extension") else text) is not None


def _hits(test: Test) -> list[Matcher]:
    path = path_of(test.subject)
    if path is None or not _FIELDS.fullmatch(path):
        return []
    return [value for value in values(test.matcher) if _of_windows(value, path)]


class CaseSensitivePath:
    r"""A name or path of Windows that EQL compares letter by letter.

    ## What it does
    Finds values with a drive, a backslash path or the ending of a Windows program behind `==`, `!=`, `in`, `not in` and
    `like` of EQL, on fields for names, paths, command lines and registry keys.

    ## Why
    Windows does not tell `CMD.EXE` from `cmd.exe`, and events have what was typed. A comparison that does is passed by
    writing a letter in another case.

    ## Example
    ```eql
    process where host.os.type == "windows" and process.name == "certutil.exe"
    ```

    ## Use instead
    ```eql
    process where host.os.type == "windows" and process.name : "certutil.exe"
    ```

    ## Fix
    Unsafe: the comparison is written with `:`, `in~` or `like~`. The rule then matches in any letter case.

    ## References
    - https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax#eql-syntax-conditions-case-insensitive
    """

    about: ClassVar = About("QUERY020", "case-sensitive-path", Severity.WARNING, _ELASTIC_ONLY)

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """One finding for each comparison, at its first value of that kind."""
        if detection.language != "eql":
            return
        for condition, test, _ in detection.leaves():
            hits = _hits(test)
            sign = operator(condition, test) if hits else None
            place = condition.span(place_of(hits[0])) if hits else None
            if sign is not None and place is not None:
                message = f"`{sign}` tells upper from lower case, Windows does not"
                better = f"compare with `{_FOLDED_FORM[sign]}`"
                yield Finding(place, message, better, fix=_folded(condition, test, sign, better))


def _folded(condition: Condition, test: Test, sign: str, title: str) -> Fix | None:
    """`==` and `!=` become `:` only for values without wildcards, which `:` would know."""
    span = operator_span(condition, test)
    plain = all(
        not isinstance(value, Equals) or not re.search(r"[*?]", str(value.value)) for value in values(test.matcher)
    )
    if span is None or test.span is None or (sign in ("==", "!=") and not plain):
        return None
    if sign == "!=":
        return query_fix(condition, [(Span(test.span.start, test.span.start), "not "), (span, ":")], title, UNSAFE)
    return query_fix(condition, [(span, _FOLDED_FORM[sign])], title, UNSAFE)


class CaseSensitiveKuery:
    r"""A name or path of Windows that kuery compares letter by letter.

    ## What it does
    Finds values with a drive, a backslash path or the ending of a Windows program in kuery, on fields for names, paths,
    command lines and registry keys that ECS has as `keyword`. A `.caseless` field is no such field; a test
    that has a test of the `.caseless` field as an alternative is left alone.

    ## Why
    Windows does not tell `CMD.EXE` from `cmd.exe`, and events have what was typed. On a keyword field kuery does, so
    the comparison is passed by writing a letter in another case.

    ## Example
    ```kuery
    event.category:process and host.os.type:windows and process.name:certutil.exe
    ```

    ## Use instead
    ```kuery
    event.category:process and host.os.type:windows and process.name.caseless:certutil.exe
    ```

    ## Fix
    None. The index must have the field that ignores letter case; else a rule in EQL can compare with `:`.

    ## References
    - https://www.elastic.co/docs/explore-analyze/query-filter/languages/kql
    - https://www.elastic.co/docs/reference/elasticsearch/mapping-reference/keyword
    """

    about: ClassVar = About("QUERY021", "case-sensitive-path-kuery", Severity.INFO, _ELASTIC_ONLY)

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """One finding for each comparison, at its first value of that kind."""
        if detection.language != "kuery":
            return
        doubled = {span for condition in detection.conditions for span in _beside_caseless(condition.predicate)}
        for condition, test, _ in detection.leaves():
            path = path_of(test.subject)
            if path is None or path not in ecs_schema() or ecs_schema().type_of(path) is not FieldType.KEYWORD:
                continue
            hits = [] if test.span in doubled else _hits(test)
            place = condition.span(place_of(hits[0])) if hits else None
            if place is not None:
                better = (
                    f"use `{path}.caseless`" if _HAS_CASELESS.fullmatch(path) else "a rule in EQL can compare with `:`"
                )
                yield Finding(place, f"`{path}` tells upper from lower case, Windows does not", better)


def _beside_caseless(predicate: Predicate) -> Iterator[Span | None]:
    """The places of tests that have a test of their `.caseless` field as an alternative."""
    for node in walk(predicate):
        if isinstance(node, Or):
            tests = [term for term in node.terms if isinstance(term, Test)]
            named = {path_of(test.subject) for test in tests}
            yield from (test.span for test in tests if f"{path_of(test.subject)}.caseless" in named)


CHECKS: Final = (CaseSensitivePath, CaseSensitiveKuery)
