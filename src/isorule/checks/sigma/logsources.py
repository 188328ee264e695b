"""Log sources: known ones, misspelt ones, and those that a more general one stands for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import ClassVar, Final

from isorule.checks.check import SIGMA, About, CheckedDocument, Finding
from isorule.checks.edits import UNSAFE, respelled
from isorule.checks.sigma.items import Item, items, renamed
from isorule.checks.sigma.tables import (
    PARTS,
    Parts,
    generic_categories,
    is_known,
    known_parts,
    parts_of,
)
from isorule.diagnostics import Severity

_ONLY = frozenset({SIGMA})
_KEYS: Final = (*PARTS, "definition")
_LIKENESS: Final = 0.85
_SYSMON: Final = Parts("windows", None, "sysmon")
_SECURITY: Final = Parts("windows", None, "security")
_PROCESS_CREATED: Final = 4688


def _meant(part: str, name: str) -> str | None:
    """The known name that a part may have been meant to have; None where it is known, or like none."""
    known = known_parts(part)
    if name in known:
        return None
    spelled = {_plain(item): item for item in known}
    if _plain(name) in spelled:
        return spelled[_plain(name)]
    close = get_close_matches(name.lower(), sorted(known), 1, _LIKENESS)
    return close[0] if close else None


def _plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "").replace(" ", "")


class LogsourceMisspelt:
    """A product, category or service that is almost a known one, or stands under the wrong key.

    ## What it does
    Compares the parts of `logsource` with those of Sigma's taxonomy: other letter case, other separators, one or two
    wrong letters, and a name that is known as another part (`category: sysmon`).

    ## Why
    Converters look the log source up by its exact name. One that they do not know gives a query without the condition
    that tells its events, so the rule is run over all of them, or none.

    ## Example
    ```yaml
    logsource:
      product: windows
      category: process-creation
    ```
    ```yaml
    logsource:
      product: linux
      category: auditd
    ```

    ## Use instead
    ```yaml
    logsource:
      product: windows
      category: process_creation
    ```
    ```yaml
    logsource:
      product: linux
      service: auditd
    ```

    ## Fix
    Unsafe: the known name is put in, or the key changed. The rule then asks for other events.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-appendix-taxonomy.md
    """

    about: ClassVar = About("SIGMALOG001", "sigma-logsource-misspelt", Severity.WARNING, _ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each part."""
        parts = parts_of(document)
        if parts is None or is_known(parts):
            return
        for part, name in zip(PARTS, parts, strict=True):
            if name is None or name in known_parts(part):
                continue
            path = ("logsource", part)
            elsewhere = next((other for other in PARTS if name in known_parts(other)), None)
            meant = _meant(part, name)
            if elsewhere is not None and getattr(parts, elsewhere) is None:
                title = f"write {elsewhere}: {name}"
                yield Finding(
                    path,
                    f"{name!r} is known as a {elsewhere}, not as a {part}",
                    title,
                    at_key=True,
                    fix=renamed(document, path, part, elsewhere, title, UNSAFE),
                )
            elif meant is not None:
                yield Finding(
                    path,
                    f"no {part} {name!r} is known",
                    f"did you mean {meant}?",
                    fix=respelled(document, path, meant, f"write {meant}", UNSAFE),
                )


@dataclass(frozen=True, slots=True)
class LogsourceUnknown:
    """A log source that Sigma's taxonomy does not have.

    ## What it does
    Looks the log source up in the table of Sigma's taxonomy and of published rules. A log source that is wider than a
    known one (`product: windows` alone) is known; one with a part that is almost a known one is left to
    `sigma-logsource-misspelt`.

    ## Why
    Converters have no condition for it and no table of its fields, so each team that takes the rule over has to write
    both.

    ## Example
    ```yaml
    logsource:
      product: windows
      category: process_creation
      service: security
    ```

    ## Use instead
    ```yaml
    logsource:
      product: windows
      category: process_creation
    ```

    ## Options
    - `known`: log sources of your own, each as `product/category/service` with `*` for a part that is left out.

    ## Fix
    None. The log source may be one of your own.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-appendix-taxonomy.md
    """

    known: tuple[str, ...] = ()

    about: ClassVar = About("SIGMALOG002", "sigma-logsource-unknown", Severity.INFO, _ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at `logsource`."""
        parts = parts_of(document)
        if parts is None or is_known(parts) or "/".join(part or "*" for part in parts) in self.known:
            return
        if any(name is not None and _like_a_known_one(part, name) for part, name in zip(PARTS, parts, strict=True)):
            return
        yield Finding(("logsource",), f"no log source {parts.text()} is known", at_key=True)


def _like_a_known_one(part: str, name: str) -> bool:
    if name in known_parts(part):
        return False
    return _meant(part, name) is not None or any(name in known_parts(other) for other in PARTS)


class LogsourceKey:
    """A key of `logsource` that Sigma does not define.

    ## What it does
    Reports keys of `logsource` other than `product`, `category`, `service` and `definition`.

    ## Why
    Converters pass over a key that they do not know, so what it was to say takes no part in the query.

    ## Example
    ```yaml
    logsource:
      product: windows
      catgory: process_creation
    ```

    ## Use instead
    ```yaml
    logsource:
      product: windows
      category: process_creation
    ```

    ## Fix
    Unsafe: a key that is almost a known one gets its name; the rule then asks for other events.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-rules-specification.md
    """

    about: ClassVar = About("SIGMALOG003", "sigma-logsource-key", Severity.WARNING, _ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each key."""
        table = document.get("logsource")
        for key in table if isinstance(table, Mapping) else ():
            if not isinstance(key, str) or key in _KEYS:
                continue
            meant = next(iter(get_close_matches(key.lower(), _KEYS, 1, 0.75)), None)
            free = meant is not None and document.get("logsource", meant) is None
            yield Finding(
                ("logsource", key),
                f"logsource has no key {key!r}",
                f"did you mean {meant}?" if meant else f"it has {', '.join(_KEYS)}",
                at_key=True,
                fix=renamed(document, ("logsource", key), key, meant, f"write {meant}", UNSAFE)
                if meant is not None and free
                else None,
            )


class LogsourceGeneric:
    """A rule of one agent's log for events that a category stands for.

    ## What it does
    Reports an `EventID` of Sysmon (`service: sysmon`) or 4688 of the Security log for which Sigma has a category, in
    rules that ask for something else as well: one that wants every such event has nothing left to say in a category.

    ## Why
    The category finds the same events in every agent's log. The rule as it is matches nothing where process creation
    comes from another agent than the one that it names.

    ## Example
    ```yaml
    logsource:
      product: windows
      service: sysmon
    detection:
      selection:
        EventID: 1
        Image|endswith: '\\nmap.exe'
      condition: selection
    ```

    ## Use instead
    ```yaml
    logsource:
      product: windows
      category: process_creation
    detection:
      selection:
        Image|endswith: '\\nmap.exe'
      condition: selection
    ```

    ## Fix
    None. The rule may be about the agent itself, and the names of fields differ.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-appendix-taxonomy.md
    """

    about: ClassVar = About("SIGMALOG004", "sigma-logsource-generic", Severity.WARNING, _ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each id."""
        parts = parts_of(document)
        if parts is None or len(items(document)) < 2:
            return
        if _SYSMON.within(parts):
            categories = generic_categories()
        elif _SECURITY.within(parts):
            categories = {_PROCESS_CREATED: {"process_creation": 1}}
        else:
            return
        for item in items(document):
            for path, value in _event_ids(item):
                if value in categories:
                    fewest = min(categories[value].values())
                    names = " or ".join(name for name, events in categories[value].items() if events == fewest)
                    also = " and the event id" if fewest == 1 else ", and keep the event id"
                    yield Finding(
                        path,
                        f"the category {names} stands for event {value} of {parts.service}",
                        f"use category: {names} in place of service: {parts.service}{also}",
                    )


def _event_ids(item: Item) -> Iterator[tuple[tuple[str | int, ...], int]]:
    if item.field == "EventID":
        for path, value in item.values:
            if isinstance(value, int) and not isinstance(value, bool):
                yield path, value


class SysmonEvent:
    """A rule of Sysmon's log that does not say which event it means.

    ## What it does
    Reports a rule with `service: sysmon` that asks for no `EventID`.

    ## Why
    Sysmon writes many kinds of events into one log, and several of them share names of fields.

    ## Example
    ```yaml
    logsource:
      product: windows
      service: sysmon
    detection:
      selection:
        TargetFilename|endswith: '.lnk'
      condition: selection
    ```

    ## Use instead
    ```yaml
    logsource:
      product: windows
      category: file_event
    detection:
      selection:
        TargetFilename|endswith: '.lnk'
      condition: selection
    ```

    ## Fix
    None. Which event is meant is for the author to say.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-appendix-taxonomy.md
    """

    about: ClassVar = About("SIGMALOG005", "sigma-sysmon-event", Severity.WARNING, _ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the service."""
        parts = parts_of(document)
        if parts is None or parts.service != "sysmon" or "filter" in document.values:
            return
        if not any(item.field == "EventID" for item in items(document)):
            yield Finding(
                ("logsource", "service"), "the rule asks for no EventID, and Sysmon's log has many kinds of events"
            )


CHECKS: Final = (LogsourceMisspelt, LogsourceUnknown, LogsourceKey, LogsourceGeneric, SysmonEvent)
"""The checks of this family."""
