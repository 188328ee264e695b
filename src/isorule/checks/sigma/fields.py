"""Fields: those that a log source has, those that it decides already, and values that no event has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import ClassVar, Final

from isorule.checks.check import SIGMA, About, CheckedDocument, Finding
from isorule.checks.edits import UNSAFE
from isorule.checks.sigma.items import Item, items, renamed
from isorule.checks.sigma.tables import parts_of, row_of
from isorule.diagnostics import Severity
from isorule.source import KeyPath

_ONLY = frozenset({SIGMA})
_HASH_FIELDS: Final = frozenset({"Hashes", "Hash"})
_HASH_LENGTHS: Final = {"MD5": 32, "SHA1": 40, "SHA256": 64, "IMPHASH": 32}
_HASH = re.compile(r"[0-9A-Fa-f]{32}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64}")
_HASH_PART = re.compile(r"([A-Za-z0-9]+)=([^=,]*)")
_CASELESS: Final = frozenset({"contains", "startswith", "endswith", "all"})


def _by_case(fields: frozenset[str]) -> dict[str, str]:
    return {name.casefold(): name for name in sorted(fields)}


class FieldCase:
    """A field of the log source in another letter case.

    ## What it does
    Compares the fields of a rule with those of its log source in Sigma's taxonomy.

    ## Why
    Names of fields are case-sensitive in almost every backend, and so are the tables of converters: the rule asks for a
    field that no event has.

    ## Example
    ```yaml
    logsource:
      product: windows
      category: process_creation
    detection:
      selection:
        Commandline|contains: 'whoami'
      condition: selection
    ```

    ## Use instead
    ```yaml
    logsource:
      product: windows
      category: process_creation
    detection:
      selection:
        CommandLine|contains: 'whoami'
      condition: selection
    ```

    ## Fix
    Unsafe: the field gets its known name; the rule then matches other events.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-appendix-taxonomy.md
    """

    about: ClassVar = About("SIGMAFIELD001", "sigma-field-case", Severity.WARNING, _ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each item."""
        row = row_of(document)
        if row is None or not row.fields:
            return
        known = _by_case(row.fields)
        for item in items(document):
            meant = known.get(item.field.casefold())
            if item.field not in row.fields and meant is not None:
                yield Finding(
                    item.path,
                    f"the log source calls this field {meant}, not {item.field}",
                    at_key=True,
                    fix=renamed(document, item.path, item.field, meant, f"write {meant}", UNSAFE),
                )


class FieldUnknown:
    """A field that the log source does not have.

    ## What it does
    Looks the fields of a rule up among those of its log source in Sigma's taxonomy. Log sources of which no fields are
    listed, rules with another `taxonomy`, and names that differ in letter case only (`sigma-field-case`) are passed
    over.

    ## Why
    A condition on a field that no event has is never true; under `not` it never takes anything out.

    ## Example
    ```yaml
    logsource:
      product: windows
      category: process_creation
    detection:
      selection:
        CmdLine|contains: 'whoami'
      condition: selection
    ```

    ## Use instead
    ```yaml
    logsource:
      product: windows
      category: process_creation
    detection:
      selection:
        CommandLine|contains: 'whoami'
      condition: selection
    ```

    ## Fix
    None. The field may be one of your own agent; a name that is like it is suggested.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-appendix-taxonomy.md
    """

    about: ClassVar = About("SIGMAFIELD002", "sigma-field-unknown", Severity.WARNING, _ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each item."""
        row, parts = row_of(document), parts_of(document)
        if row is None or parts is None or not row.fields:
            return
        known = _by_case(row.fields)
        for item in items(document):
            if item.field.casefold() in known or " " in item.field:
                continue
            close = get_close_matches(item.field, sorted(row.fields), 1, 0.7)
            yield Finding(
                item.path,
                f"{parts.text()} has no field {item.field}",
                f"did you mean {close[0]}?" if close else None,
                at_key=True,
            )


class FieldCovered:
    """A field that the log source decides already.

    ## What it does
    Reports conditions on `EventID`, `Channel` and the like in rules of a category that stands for just these events.

    ## Why
    The category is there so that a rule works with every agent. A condition on the id of one agent's event takes the
    others out again: process creation is event 1 of Sysmon and 4688 of the Security log.

    ## Example
    ```yaml
    logsource:
      product: windows
      category: process_creation
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
    None. Without the condition the rule matches the events of other agents, too.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-appendix-taxonomy.md
    """

    about: ClassVar = About("SIGMAFIELD003", "sigma-field-covered", Severity.WARNING, _ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each item."""
        row, parts = row_of(document), parts_of(document)
        if row is None or parts is None or not row.covered:
            return
        for item in items(document):
            if item.field in row.covered:
                yield Finding(
                    item.path,
                    f"{parts.text()} stands for the events that are meant; {item.field} narrows it to one agent's",
                    at_key=True,
                )


class FieldSpace:
    """A field with a space in its name.

    ## What it does
    Reports names of fields that contain a space.

    ## Why
    Sigma writes an underscore where a log has a space (`Provider_Name`). Most query languages cannot say a name with a
    space, and the tables of converters do not have it.

    ## Example
    ```yaml
    detection:
      selection:
        Provider Name: 'Service Control Manager'
      condition: selection
    ```

    ## Use instead
    ```yaml
    detection:
      selection:
        Provider_Name: 'Service Control Manager'
      condition: selection
    ```

    ## Fix
    Unsafe: spaces become underscores; the rule then asks for another field.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/sigmahq/sigmahq-rule-convention.md
    """

    about: ClassVar = About("SIGMAFIELD004", "sigma-field-space", Severity.WARNING, _ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each item."""
        for item in items(document):
            if " " in item.field:
                better = item.field.strip().replace(" ", "_")
                yield Finding(
                    item.path,
                    f"the name of the field {item.field!r} has a space",
                    f"Sigma writes {better}",
                    at_key=True,
                    fix=renamed(document, item.path, item.field, better, f"write {better}", UNSAFE),
                )


class HashValue:
    """A hash of the wrong length, of an algorithm that the field does not hold, or of none.

    ## What it does
    Looks at values of `Hashes` and `Hash`: what stands behind `MD5=`, `SHA1=`, `SHA256=` or `IMPHASH=` must be as many
    hexadecimal digits as the algorithm gives. A hash without its algorithm is fine after `contains` and `endswith`.

    ## Why
    The log holds all hashes of a file as one text of such pairs, so a pair that is wrong is never found, and a hash
    alone is never the whole text or its beginning.

    ## Example
    ```yaml
    detection:
      selection:
        Hashes|contains: 'SHA256=d41d8cd98f00b204e9800998ecf8427e'
      condition: selection
    ```

    ## Use instead
    ```yaml
    detection:
      selection:
        Hashes|contains: 'MD5=d41d8cd98f00b204e9800998ecf8427e'
      condition: selection
    ```

    ## Fix
    None. The hash may be cut off, or named wrongly.

    ## References
    - https://learn.microsoft.com/en-us/sysinternals/downloads/sysmon
    """

    about: ClassVar = About("SIGMAFIELD005", "sigma-hash-value", Severity.WARNING, _ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each pair."""
        for item in items(document):
            if item.field in _HASH_FIELDS and _CASELESS.issuperset(item.modifiers):
                for path, value in item.values:
                    if isinstance(value, str):
                        yield from _wrong_hashes(path, value, open_end="startswith" in item.modifiers)
                        if _HASH.fullmatch(value) and not {"contains", "endswith"} & {*item.modifiers}:
                            hint = "write its algorithm (MD5=…) and contains"
                            yield Finding(path, f"{item.field} never begins with a hash alone", hint)


def _wrong_hashes(path: KeyPath, value: str, *, open_end: bool) -> Iterator[Finding]:
    for name, digits in _HASH_PART.findall(value):
        length = _HASH_LENGTHS.get(name.upper())
        if length is None:
            yield Finding(path, f"no hash {name} is known", f"Sysmon has {', '.join(_HASH_LENGTHS)}")
        elif not digits or (open_end and value.endswith(digits)) or set(digits) & set("*?"):
            continue
        elif len(digits) != length or re.fullmatch(r"[0-9A-Fa-f]+", digits) is None:
            yield Finding(path, f"{name} has {length} hexadecimal digits; here are {len(digits)} characters")


class LocalisedAccount:
    """An account of Windows by the name that it has in one language only.

    ## What it does
    Reports a field of users with the single value `AUTHORI` or `AUTORI`.

    ## Why
    `NT AUTHORITY\\SYSTEM` is `AUTORITE NT` on a French and `NT-AUTORITÄT` on a German system, so the rule has other
    matches, or other exceptions, there.

    ## Example
    ```yaml
    detection:
      selection:
        User|contains: 'AUTHORI'
      condition: selection
    ```

    ## Use instead
    ```yaml
    detection:
      selection:
        User|contains:
          - 'AUTHORI'
          - 'AUTORI'
      condition: selection
    ```

    ## Fix
    None. The rule may be for systems of one language.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/sigmahq/sigmahq-rule-convention.md
    """

    about: ClassVar = About("SIGMAFIELD006", "sigma-localised-account", Severity.WARNING, _ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each item."""
        for item in items(document):
            found = _localised(item)
            if found is not None:
                yield Finding(
                    item.values[0][0], f"{found!r} stands in the name of one language only", "AUTHORI and AUTORI"
                )


def _localised(item: Item) -> str | None:
    if "user" not in item.field.lower() or len(item.values) != 1 or not isinstance(item.values[0][1], str):
        return None
    return next((part for part in ("AUTHORI", "AUTORI") if part in item.values[0][1]), None)


CHECKS: Final = (FieldCase, FieldUnknown, FieldCovered, FieldSpace, HashValue, LocalisedAccount)
"""The checks of this family."""
