"""The condition of a Sigma rule: selections that it leaves out, and groups of selections."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from isorule.checks.check import SIGMA, About, CheckedDocument, Finding
from isorule.checks.edits import replaced_within
from isorule.checks.sigma.items import NO_SEARCH
from isorule.diagnostics import Severity
from isorule.dialects.sigma.conditions import matching_names
from isorule.source import KeyPath, Span

_SIGMA_ONLY: Final = frozenset({SIGMA})
_WORD: Final = re.compile(r"[^\s()|]+")
_GROUP: Final = re.compile(r"(?P<not>\bnot\s+)?\b(?P<count>1|any|all)\s+of\s+(?P<names>[\w.*-]+)")


@dataclass(frozen=True, slots=True)
class _Text:
    """A condition with its path in the document."""

    path: KeyPath
    text: str


@dataclass(frozen=True, slots=True)
class _Group:
    """`1 of selection_*`: where it stands in its condition, the names that it means, and whether `not` is before it."""

    where: _Text
    span: Span
    count: str
    pattern: str
    names: tuple[str, ...]
    negated: bool


def _names(document: CheckedDocument) -> list[str]:
    detection = document.get("detection")
    if not isinstance(detection, Mapping):
        return []
    return [str(name) for name in detection if name not in NO_SEARCH]


def _texts(document: CheckedDocument) -> list[_Text]:
    path: KeyPath = ("detection", "condition")
    match document.get(*path):
        case str() as text:
            return [_Text(path, text)]
        case list() as texts:
            return [_Text((*path, index), text) for index, text in enumerate(texts) if isinstance(text, str)]
        case _:
            return []


def _groups(document: CheckedDocument) -> tuple[_Group, ...]:
    names = _names(document)
    return tuple(
        _Group(
            where,
            Span(found.start("count"), found.end()),
            found["count"],
            found["names"],
            tuple(matching_names(found["names"], names)),
            found["not"] is not None,
        )
        for where in _texts(document)
        for found in _GROUP.finditer(where.text)
    )


def _place(document: CheckedDocument, group: _Group) -> KeyPath | Span:
    return document.within(group.where.path, *group.span) or group.where.path


class UnusedSelection:
    """A selection that no condition names.

    ## What it does
    Compares the selections of a detection with the names and groups of its condition.

    ## Why
    What stands in it takes no part: an exclusion that was written and never switched on, a detection that is believed
    to be there.

    ## Example
    ```yaml
    detection:
      selection:
        Image|endswith: '\\certutil.exe'
      filter_updates:
        ParentImage|endswith: '\\updater.exe'
      condition: selection
    ```

    ## Use instead
    ```yaml
    detection:
      selection:
        Image|endswith: '\\certutil.exe'
      filter_updates:
        ParentImage|endswith: '\\updater.exe'
      condition: selection and not filter_updates
    ```

    ## Fix
    None. Where in the condition it belongs is for the author to say.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-rules-specification.md#condition
    """

    about: ClassVar = About("CONDITION001", "unused-selection", Severity.WARNING, _SIGMA_ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each such selection, at its name."""
        texts = _texts(document)
        if not texts:
            return
        used = {name for group in document.once(_groups) for name in group.names}
        used |= {word[0] for text in texts for word in _WORD.finditer(text.text)}
        for name in _names(document):
            if name not in used:
                yield Finding(("detection", name), f"the condition does not name `{name}`", at_key=True)


class OfThem:
    """A condition that speaks of `them`.

    ## What it does
    Finds `all of them`, `any of them` and `1 of them`.

    ## Why
    A selection that is added later takes part at once, also one that was meant as an exclusion. SigmaHQ asks for
    patterns of names instead.

    ## Example
    ```yaml
    detection:
      selection_image:
        Image|endswith: '\\certutil.exe'
      selection_command:
        CommandLine|contains: 'urlcache'
      condition: all of them
    ```

    ## Use instead
    ```yaml
    detection:
      selection_image:
        Image|endswith: '\\certutil.exe'
      selection_command:
        CommandLine|contains: 'urlcache'
      condition: all of selection_*
    ```

    ## Fix
    None. How the selections are to be called is for the author to say.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/sigmahq/sigmahq-rule-convention.md
    """

    about: ClassVar = About("CONDITION002", "of-them", Severity.INFO, _SIGMA_ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each group; none where it catches a filter, of which `them-with-filter` speaks."""
        for group in document.once(_groups):
            if group.pattern == "them" and len(group.names) > 1 and not _filters(group):
                yield Finding(_place(document, group), f"`{group.count} of them` takes in every selection")


class ThemWithFilter:
    """`them` that takes in a filter.

    ## What it does
    Finds `all of them` and `1 of them` without `not` in rules with a selection whose name begins with `filter`.

    ## Why
    `them` means all selections. A filter is meant to keep events out, and here it asks for them.

    ## Example
    ```yaml
    detection:
      selection:
        Image|endswith: '\\certutil.exe'
      filter_updates:
        ParentImage|endswith: '\\updater.exe'
      condition: all of them
    ```

    ## Use instead
    ```yaml
    detection:
      selection:
        Image|endswith: '\\certutil.exe'
      filter_updates:
        ParentImage|endswith: '\\updater.exe'
      condition: selection and not filter_updates
    ```

    ## Fix
    None. What was meant is for the author to say.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-rules-specification.md#condition
    """

    about: ClassVar = About("CONDITION003", "them-with-filter", Severity.ERROR, _SIGMA_ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each such group."""
        for group in document.once(_groups):
            filters = _filters(group)
            if group.pattern == "them" and filters:
                message = f"`{group.count} of them` asks for {', '.join(f'`{name}`' for name in filters)}, too"
                yield Finding(_place(document, group), message)


def _filters(group: _Group) -> list[str]:
    return [] if group.negated else [name for name in group.names if name.startswith("filter")]


class GroupOfOne:
    """A group of selections that is only one.

    ## What it does
    Finds `1 of` and `all of` before a name without `*`, and before `them` where there is one selection.

    ## Why
    A pattern that lost its star leaves out the other selections; with one selection the group says nothing. (A pattern
    with a star that means one selection so far is left alone: SigmaHQ's convention for filters asks for it.)

    ## Example
    ```yaml
    detection:
      selection_image:
        Image|endswith: '\\certutil.exe'
      condition: 1 of selection_image
    ```

    ## Use instead
    ```yaml
    detection:
      selection_image:
        Image|endswith: '\\certutil.exe'
      condition: selection_image
    ```

    ## Fix
    Safe: the words before the name are taken away. The condition means the same.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-rules-specification.md#condition
    """

    about: ClassVar = About("CONDITION004", "group-of-one", Severity.WARNING, _SIGMA_ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each such group."""
        for group in document.once(_groups):
            if len(group.names) == 1 and "*" not in group.pattern:
                (name,) = group.names
                fix = replaced_within(document, group.where.path, *group.span, name, "name the selection alone")
                message = f"`{group.count} of {group.pattern}` is one selection, `{name}`"
                yield Finding(_place(document, group), message, fix=fix)


CHECKS: Final = (UnusedSelection, OfThem, ThemWithFilter, GroupOfOne)
