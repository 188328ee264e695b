"""Modifiers of Sigma keys that do nothing, or make the key impossible."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from isorule.checks.check import SIGMA, About, CheckedDocument, Finding
from isorule.checks.edits import SAFE
from isorule.checks.sigma.items import Item, items, without_modifier
from isorule.diagnostics import Severity

_SIGMA_ONLY: Final = frozenset({SIGMA})
_MAY_BE_MANY: Final = frozenset({"re", "cidr", "contains", "startswith", "endswith", "lt", "lte", "gt", "gte", "neq"})


class AllOfOne:
    """`all` before a single value.

    ## What it does
    Finds the modifier `all` on keys with one value.

    ## Why
    It says nothing there. Often a value of the list has got lost.

    ## Example
    ```yaml
    detection:
      selection:
        CommandLine|contains|all: 'sekurlsa'
      condition: selection
    ```

    ## Use instead
    ```yaml
    detection:
      selection:
        CommandLine|contains: 'sekurlsa'
      condition: selection
    ```

    ## Fix
    Safe: the modifier is taken away. The key means the same.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-appendix-modifiers.md
    """

    about: ClassVar = About("MODIFIER001", "all-of-one", Severity.WARNING, _SIGMA_ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each such key."""
        for item in items(document):
            if "all" in item.modifiers and len(item.values) == 1:
                fix = without_modifier(document, item, "all", SAFE)
                yield Finding(item.path, "`all` says nothing of a single value", at_key=True, fix=fix)


class AllOfWholes:
    """`all` before several whole values, of which a field has one.

    ## What it does
    Finds the modifier `all` on keys with several values without wildcards and without `contains`, `startswith`,
    `endswith` or another modifier that several values can meet.

    ## Why
    A field with one value cannot be equal to two: the selection never matches.

    ## Example
    ```yaml
    detection:
      selection:
        Image|all:
          - 'C:\\Windows\\System32\\net.exe'
          - 'C:\\Windows\\System32\\net1.exe'
      condition: selection
    ```

    ## Use instead
    ```yaml
    detection:
      selection:
        Image:
          - 'C:\\Windows\\System32\\net.exe'
          - 'C:\\Windows\\System32\\net1.exe'
      condition: selection
    ```

    ## Fix
    None. `contains` may be missing.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-appendix-modifiers.md
    """

    about: ClassVar = About("MODIFIER002", "all-of-whole-values", Severity.ERROR, _SIGMA_ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each such key."""
        for item in items(document):
            if "all" in item.modifiers and not _MAY_BE_MANY.intersection(item.modifiers):
                wholes = {
                    str(value).lower() for _, value in item.values if not (isinstance(value, str) and _open(value))
                }
                if len(wholes) > 1:
                    yield Finding(item.path, "no value is equal to all of these", "is `contains` missing?", at_key=True)


def _open(text: str) -> bool:
    return "*" in text or "?" in text


class OffsetWithoutContains:
    """`base64offset` without `contains`.

    ## What it does
    Finds keys with `base64offset` and without `contains`, `startswith` or `endswith`.

    ## Why
    The modifier gives the three forms that a text may have within a longer encoded one. As whole values they never
    stand alone.

    ## Example
    ```yaml
    detection:
      selection:
        CommandLine|base64offset: 'http://'
      condition: selection
    ```

    ## Use instead
    ```yaml
    detection:
      selection:
        CommandLine|base64offset|contains: 'http://'
      condition: selection
    ```

    ## Fix
    None. The place of the modifier matters, and there may be others.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-appendix-modifiers.md
    """

    about: ClassVar = About("MODIFIER003", "base64offset-without-contains", Severity.ERROR, _SIGMA_ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each such key."""
        for item in items(document):
            if "base64offset" in item.modifiers and item.shape is None:
                message = "the three forms of `base64offset` are parts of a value, never the whole"
                yield Finding(item.path, message, "add `contains` behind it", at_key=True)


class RegexShape:
    """`contains` beside `re`.

    ## What it does
    Finds keys with both `re` and `contains`.

    ## Why
    An expression is looked for anywhere in a value already.

    ## Example
    ```yaml
    detection:
      selection:
        CommandLine|re|contains: 'net1?\\s+user'
      condition: selection
    ```

    ## Use instead
    ```yaml
    detection:
      selection:
        CommandLine|re: 'net1?\\s+user'
      condition: selection
    ```

    ## Fix
    Safe: `contains` is taken away. The key means the same.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-appendix-modifiers.md
    """

    about: ClassVar = About("MODIFIER004", "contains-with-re", Severity.INFO, _SIGMA_ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each such key."""
        for item in items(document):
            if _both(item):
                fix = without_modifier(document, item, "contains", SAFE)
                yield Finding(item.path, "`contains` says nothing beside `re`", at_key=True, fix=fix)


def _both(item: Item) -> bool:
    return "re" in item.modifiers and "contains" in item.modifiers


CHECKS: Final = (AllOfOne, AllOfWholes, OffsetWithoutContains, RegexShape)
