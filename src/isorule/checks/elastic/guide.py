"""The investigation guide (`note`), the set-up guide (`setup`) and what Kibana makes buttons of."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import ClassVar, Final

from isorule.checks.check import ELASTIC, About, CheckedDocument, Finding
from isorule.checks.elastic.values import text
from isorule.diagnostics import Severity
from isorule.source import KeyPath

_ELASTIC: Final = frozenset({ELASTIC})
_NOTE: Final[KeyPath] = ("rule", "note")
_SETUP: Final[KeyPath] = ("rule", "setup")
_PLACEHOLDER: Final = re.compile(r"\$\{?(osquery|investigate)_(\d+)\b\}?")
_BUTTON: Final = re.compile(r"!\{(osquery|investigate|insight)(?=[{\s])")
_SETUP_HEADING: Final = re.compile(r"^#{1,6}\s*(set\s?up|config)\b.*$", re.IGNORECASE | re.MULTILINE)
_INVESTIGATING: Final = re.compile(r"^#{1,6}[ \t]*Investigating[ \t]+(.+?)[ \t]*$", re.MULTILINE)
_HEADING_JOINED: Final = re.compile(r"^#{1,6}(?=[A-Za-z])", re.MULTILINE)
_HEADING_TWICE: Final = re.compile(r"^#{1,6}[ \t]+#{1,6}[ \t]")
_FENCE: Final = re.compile(r"^[ \t]*(`{3,}|~{3,})", re.MULTILINE)
_KINDS: Final = ("osquery", "investigate")
TRIAGE: Final = "## triage and analysis"
"""The heading of a guide, in lower case."""


def _finding(
    document: CheckedDocument, path: KeyPath, found: re.Match[str], message: str, hint: str | None = None
) -> Finding:
    """A finding at what a pattern found in the text at a path."""
    return Finding(document.within(path, *found.span()) or path, message, hint)


class GuidePlaceholder:
    """A place for a button in the note without the button, or a button without a place.

    ## What it does
    Compares `$osquery_0` and `$investigate_0` in the note with the entries of `[[transform.osquery]]` and
    `[[transform.investigate]]`, by number.

    ## Why
    A place without an entry is shown to the analyst as it is written; an entry without a place is not shown at all.

    ## Example
    ```toml
    [rule]
    note = '''## Triage and analysis

    $osquery_1
    '''

    [transform]
    [[transform.osquery]]
    label = "Processes"
    query = "SELECT name FROM processes"
    ```

    ## Use instead
    ```toml
    [rule]
    note = '''## Triage and analysis

    $osquery_0
    '''

    [transform]
    [[transform.osquery]]
    label = "Processes"
    query = "SELECT name FROM processes"
    ```

    ## Fix
    None. Either of the two may be wrong.

    ## References
    - https://www.elastic.co/docs/solutions/security/detect-and-alert/write-investigation-guides
    """

    about: ClassVar = About("GUIDE001", "guide-placeholder", Severity.ERROR, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each place and each button that stands alone."""
        note = text(document, *_NOTE) or ""
        counts = {kind: _count(document.get("transform", kind)) for kind in _KINDS}
        named: set[tuple[str, int]] = set()
        for found in _PLACEHOLDER.finditer(note):
            kind, number = found[1], int(found[2])
            named.add((kind, number))
            if number >= counts[kind]:
                message = f"{found[0]} has no entry: transform.{kind} has {counts[kind]}, counted from 0"
                yield _finding(document, _NOTE, found, message)
        for kind in _KINDS:
            for number in range(counts[kind]):
                if (kind, number) not in named:
                    path = ("transform", kind, number)
                    yield Finding(path, f"the note has no ${kind}_{number}, so this entry is not shown")


def _count(value: object) -> int:
    return len(value) if isinstance(value, list) else 0


class GuideButton:
    """A button written into the note that Kibana cannot read.

    ## What it does
    Reads `!{osquery{…}}`, `!{investigate{…}}` and `!{insight{…}}` in the note: what stands between the braces is JSON
    with a `label`, and with a `query` (osquery) or `providers` (the others).

    ## Why
    Kibana shows an error in place of the button.

    ## Example
    ```toml
    [rule]
    note = '''!{osquery{"label": "Processes", "query": "SELECT name FROM processes",}}'''
    ```

    ## Use instead
    ```toml
    [rule]
    note = '''!{osquery{"label": "Processes", "query": "SELECT name FROM processes"}}'''
    ```

    ## Fix
    None. What was meant is for the author to say.

    ## References
    - https://www.elastic.co/docs/solutions/security/detect-and-alert/write-investigation-guides
    """

    about: ClassVar = About("GUIDE002", "guide-button", Severity.ERROR, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each button."""
        note = text(document, *_NOTE) or ""
        for found in _BUTTON.finditer(note):
            problem = _problem_of_button(found[1], note, found.end())
            if problem:
                yield _finding(document, _NOTE, found, f"the {found[1]} button cannot be read: {problem}")


def _problem_of_button(kind: str, note: str, start: int) -> str | None:
    try:
        value, end = json.JSONDecoder(strict=False).raw_decode(note, len(note) - len(note[start:].lstrip()))
    except json.JSONDecodeError as error:
        return f"{error.msg[0].lower()}{error.msg[1:]} in line {error.lineno} of the note"
    if not isinstance(value, dict) or not note[end:].lstrip().startswith("}"):
        return "it does not end with }}"
    wanted = ("label", "query") if kind == "osquery" else ("label", "providers")
    missing = [key for key in wanted if key not in value]
    return f"it has no {missing[0]}" if missing else None


class GuideSetup:
    """A set-up guide in the note as well as in `setup`.

    ## What it does
    Looks for a heading `Setup` or `Config` in the note of a rule that has `setup`.

    ## Why
    Kibana shows `setup` in a tab of its own; the other one is not found, or says something else.

    ## Example
    ```toml
    [rule]
    note = '''## Triage and analysis

    ### Setup

    Switch the audit log on.
    '''
    setup = '''## Setup

    Switch the audit log on.
    '''
    ```

    ## Use instead
    ```toml
    [rule]
    note = '''## Triage and analysis

    Look at the parent process.
    '''
    setup = '''## Setup

    Switch the audit log on.
    '''
    ```

    ## Fix
    None. The two texts may differ.

    ## References
    - https://www.elastic.co/docs/api/doc/kibana/operation/operation-createrule
    """

    about: ClassVar = About("GUIDE003", "guide-setup", Severity.WARNING, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the heading."""
        found = _SETUP_HEADING.search(text(document, *_NOTE) or "")
        if found and text(document, *_SETUP):
            message = "the note has a set-up guide, and so has the key setup"
            yield _finding(document, _NOTE, found, message)


class GuideName:
    """An investigation guide that is headed with another rule's name.

    ## What it does
    Compares the heading `### Investigating …` of the note with the name of the rule.

    ## Why
    The guide was copied, or the rule was renamed; the reader wonders which rule it is about.

    ## Example
    ```toml
    name = "Shell in a container"
    note = '''## Triage and analysis

    ### Investigating Shell of a service
    '''
    ```

    ## Use instead
    ```toml
    name = "Shell in a container"
    note = '''## Triage and analysis

    ### Investigating Shell in a container
    '''
    ```

    ## Fix
    None. The whole guide may be that of another rule.

    ## References
    - https://www.elastic.co/docs/solutions/security/detect-and-alert/write-investigation-guides
    """

    about: ClassVar = About("GUIDE004", "guide-name", Severity.WARNING, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the heading."""
        name = text(document, "rule", "name") or ""
        found = list(_INVESTIGATING.finditer(text(document, *_NOTE) or ""))
        if found and name and not any(_same(heading[1], name) for heading in found):
            message = f"the guide is about {found[0][1]!r}, and the rule is called {name!r}"
            yield _finding(document, _NOTE, found[0], message)


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


class GuideMarkdown:
    """Markdown of a guide that is not shown as it is meant.

    ## What it does
    Looks in `note` and `setup` for code blocks that are not closed, for headings without a space behind `#`, and for
    headings marked twice (`## ## Triage`).

    ## Why
    Everything behind an open code block is shown as code; a heading without the space is shown as text, and the second
    mark as a part of the heading.

    ## Example
    ```toml
    [rule]
    note = '''##Triage and analysis
    '''
    ```

    ## Use instead
    ```toml
    [rule]
    note = '''## Triage and analysis
    '''
    ```

    ## Fix
    None. Where a block ends is for the author to say.

    ## References
    - https://spec.commonmark.org/0.31.2/
    """

    about: ClassVar = About("GUIDE005", "guide-markdown", Severity.WARNING, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each place."""
        for path in (_NOTE, _SETUP):
            inside: re.Match[str] | None = None
            for line in re.finditer(r"^.*$", text(document, *path) or "", re.MULTILINE):
                fence = _FENCE.match(line[0])
                if inside is None and fence:
                    inside = line
                elif inside is not None and fence and _closes(line[0], inside[0]):
                    inside = None
                elif inside is None and (joined := _HEADING_JOINED.match(line[0])):
                    yield _finding(document, path, line, f"there is no space behind {joined[0]}")
                elif inside is None and _HEADING_TWICE.match(line[0]):
                    yield _finding(document, path, line, "the heading is marked twice")
            if inside is not None:
                yield _finding(document, path, inside, "this code block is not closed")


def _closes(line: str, opening: str) -> bool:
    mark = opening.strip()[:3]
    return line.strip().startswith(mark) and not line.strip().strip(mark[0])


class GuideTriage:
    """A high or critical rule without a guide for triage.

    ## What it does
    Asks the note of high and critical rules for the heading `## Triage and analysis`, in any letter case; building
    blocks are passed over.

    ## Why
    Elastic's own repository asks for it; other teams may not, so the check is off by default.

    ## Example
    ```toml
    severity = "high"
    risk_score = 73
    ```

    ## Use instead
    ```toml
    severity = "high"
    risk_score = 73
    note = '''## Triage and analysis

    Look at the parent process.
    '''
    ```

    ## Fix
    None. The guide is for the author to write.

    ## References
    - https://www.elastic.co/docs/solutions/security/detect-and-alert/write-investigation-guides
    """

    about: ClassVar = About("GUIDE006", "guide-triage", Severity.INFO, _ELASTIC, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the severity."""
        grave = document.get("rule", "severity") in ("high", "critical")
        block = document.get("rule", "building_block_type") is not None
        if grave and not block and TRIAGE not in (text(document, *_NOTE) or "").casefold():
            yield Finding(("rule", "severity"), "a rule of this severity needs a guide for triage in its note")


CHECKS = (GuidePlaceholder, GuideButton, GuideSetup, GuideName, GuideMarkdown, GuideTriage)
"""The checks of this subject."""
