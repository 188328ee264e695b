r"""Values of Sigma rules: wildcards and escapes that do not say what they seem to, and forms that say it better."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from isorule.checks.check import SIGMA, About, CheckedDocument, Finding
from isorule.checks.edits import UNSAFE, respelled
from isorule.checks.sigma.items import Item, searches
from isorule.diagnostics import Severity
from isorule.dialects.sigma.patterns import read_text, write_text
from isorule.ir.matchers import LikePart, Wildcard
from isorule.source import KeyPath

_SIGMA_ONLY: Final = frozenset({SIGMA})
_NOT_TEXT: Final = frozenset({"re", "cidr", "exists", "fieldref", "expand", "lt", "lte", "gt", "gte"})
_STAR_IN_PATH: Final = re.compile(r"(?:\b[A-Za-z]:|\\[\w .%$-]+)\\\*\\|^\\\\\*\\", re.ASCII)
_NUMBER: Final = re.compile(r"0|[1-9]\d*")


def _texts(document: CheckedDocument) -> Iterator[tuple[Item, KeyPath, str]]:
    """The texts that are read as Sigma reads texts: with wildcards."""
    for item in searches(document):
        if not _NOT_TEXT.intersection(item.modifiers):
            for path, text in item.texts():
                yield item, path, text


class WildcardForModifier:
    """A wildcard where a modifier says the same.

    ## What it does
    Finds values of the form `*a*`, `a*` and `*a` without other wildcards, where all values of the item have that form
    and the key has no `contains`, `startswith` or `endswith`.

    ## Why
    The modifier is what the specification recommends: it is read faster, and a star at the end of a long value is
    easily overlooked.

    ## Example
    ```yaml
    detection:
      selection:
        CommandLine: '*sekurlsa*'
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
    None. The key and all of its values change together.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-rules-specification.md
    """

    about: ClassVar = About("VALUE001", "wildcard-for-modifier", Severity.INFO, _SIGMA_ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each item, at its first value."""
        for item in searches(document):
            if not item.field or item.shape is not None or _NOT_TEXT.intersection(item.modifiers):
                continue
            shapes = {_shape(read_text(value)) if isinstance(value, str) else None for _, value in item.values}
            shape = shapes.pop() if len(shapes) == 1 else None
            if shape is not None:
                yield Finding(item.values[0][0], f"the wildcards say what the modifier `{shape}` says")


def _shape(parts: tuple[LikePart, ...]) -> str | None:
    match parts:
        case (Wildcard.RUN, str(), Wildcard.RUN):
            return "contains"
        case (str(), Wildcard.RUN):
            return "startswith"
        case (Wildcard.RUN, str()):
            return "endswith"
        case _:
            return None


class RedundantWildcard:
    """A star where the modifier has put one already, or two stars side by side.

    ## What it does
    Finds `*` at the open ends of values with `contains`, `startswith` and `endswith`, and `**`. Keywords are passed
    over: not every backend looks for them anywhere.

    ## Why
    It says nothing: the value means the same without it.

    ## Example
    ```yaml
    detection:
      selection:
        CommandLine|contains: '*sekurlsa*'
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
    Safe: the star is taken away. The value means the same.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-appendix-modifiers.md
    """

    about: ClassVar = About("VALUE002", "redundant-wildcard", Severity.WARNING, _SIGMA_ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each such value."""
        for item, path, text in _texts(document):
            if "*" not in text or any(
                name.startswith(("base64", "utf16", "wide", "windash")) for name in item.modifiers
            ):
                continue
            parts = read_text(text)
            shorter = _without_runs(parts, item)
            if shorter and shorter != parts:
                fix = respelled(document, path, write_text(shorter), "leave out the star")
                yield Finding(
                    path, "a star of this value says nothing", r"write `\*` if a plain star is meant", fix=fix
                )


def _without_runs(parts: tuple[LikePart, ...], item: Item) -> tuple[LikePart, ...]:
    shape = item.shape or ""
    found: list[LikePart] = []
    for part in parts:
        if part is Wildcard.RUN and found and found[-1] is Wildcard.RUN:
            continue
        found.append(part)
    if shape in ("contains", "startswith") and len(found) > 1 and found[-1] is Wildcard.RUN:
        found.pop()
    if shape in ("contains", "endswith") and len(found) > 1 and found[0] is Wildcard.RUN:
        found.pop(0)
    return tuple(found)


class EscapedWildcard:
    """A backslash that takes a wildcard its meaning.

    ## What it does
    Finds `\\*` and `\\?` in values, where the star or question mark is meant as such. Runs only where it is selected;
    `escaped-wildcard-in-path` finds those that are certainly not meant.

    ## Why
    Whoever writes a path and a wildcard behind its last backslash gets a plain star: a backslash before a wildcard has
    to be written twice.

    ## Example
    ```yaml
    detection:
      selection:
        CommandLine|contains: 'del /s \\*.bak'
      condition: selection
    ```

    ## Use instead
    ```yaml
    detection:
      selection:
        CommandLine|contains: 'del /s \\\\*.bak'
      condition: selection
    ```

    ## Fix
    None. A plain star may be meant.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-rules-specification.md#escaping
    """

    about: ClassVar = About("VALUE003", "escaped-wildcard", Severity.INFO, _SIGMA_ONLY, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each such value."""
        for _, path, text in _texts(document):
            if any(isinstance(part, str) and re.search(r"[*?]", part) for part in read_text(text)):
                yield Finding(path, "a backslash makes a wildcard of this value a plain character")


class EscapedStarInPath:
    """A star in a Windows path that a backslash makes a plain character.

    ## What it does
    Finds values such as `C:\\Users\\*\\AppData`, in which a star stands between two single backslashes.

    ## Why
    `\\*` is a plain star, and no path of Windows has one: the value never matches. The backslash before a wildcard is
    written twice.

    ## Example
    ```yaml
    detection:
      selection:
        Image: 'C:\\Users\\*\\AppData\\evil.exe'
      condition: selection
    ```

    ## Use instead
    ```yaml
    detection:
      selection:
        Image: 'C:\\Users\\\\*\\AppData\\evil.exe'
      condition: selection
    ```

    ## Fix
    None. A plain star may be meant, as in a command line.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-rules-specification.md#escaping
    """

    about: ClassVar = About("VALUE004", "escaped-wildcard-in-path", Severity.WARNING, _SIGMA_ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each such value."""
        for item, path, text in _texts(document):
            if "CommandLine" not in item.field and _STAR_IN_PATH.search(text) and "\\\\*" not in text:
                yield Finding(path, r"`\*` is a plain star, which no path has", r"write `\\*` for a wildcard")


class AnyValue:
    """A value that is a star alone, or an empty part of a text.

    ## What it does
    Finds `*` as a value, and the empty text behind `contains`, `startswith` and `endswith`.

    ## Why
    It asks whether the field is there, which `exists` says plainly; backends write it in different ways, and some let
    the empty text pass and some do not.

    ## Example
    ```yaml
    detection:
      selection:
        TargetUserName: '*'
      condition: selection
    ```

    ## Use instead
    ```yaml
    detection:
      selection:
        TargetUserName|exists: true
      condition: selection
    ```

    ## Fix
    None. Whether an empty text is wanted is for the author to say.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-appendix-modifiers.md
    """

    about: ClassVar = About("VALUE005", "wildcard-only", Severity.INFO, _SIGMA_ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each such value."""
        for item, path, text in _texts(document):
            if not text.strip("*") and (text or item.shape):
                sign = "a star alone" if text else "the empty text"
                what = "asks whether the field is there" if item.field else "asks for nothing"
                yield Finding(path, f"{sign} {what}", "write `|exists: true`" if item.field else None)


class NumberAsText:
    """A number in quotes.

    ## What it does
    Finds values in quotes that are whole numbers, for keys without modifiers, where other values of the same item, or
    the field's name (`…ID`, `…Id`), say that numbers are meant.

    ## Why
    Backends write a text where a number is asked for; a search on a numeric field then fails or finds nothing.

    ## Example
    ```yaml
    detection:
      selection:
        EventID: '4688'
      condition: selection
    ```

    ## Use instead
    ```yaml
    detection:
      selection:
        EventID: 4688
      condition: selection
    ```

    ## Fix
    Unsafe: the quotes are taken away. A backend that compares texts then no longer takes `'0'` for the text that it is.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-rules-specification.md
    """

    about: ClassVar = About("VALUE006", "number-as-text", Severity.INFO, _SIGMA_ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each such value."""
        for item in searches(document):
            if item.modifiers or not item.field:
                continue
            numeric = item.field.endswith(("ID", "Id", "Port")) or any(type(value) is int for _, value in item.values)
            for path, text in item.texts() if numeric else ():
                if _NUMBER.fullmatch(text) and len(text) < 16:
                    fix = respelled(document, path, int(text), "write it as a number", UNSAFE)
                    yield Finding(path, f"{text} is a text here, not a number", fix=fix)


class ControlCharacter:
    """A control character in a value.

    ## What it does
    Finds tabs, line breaks and other characters that cannot be seen in the values of a detection.

    ## Why
    They come from escapes that YAML reads in double quotes (`"\\t"` in `"C:\\temp"`): the value is not what it looks
    like.

    ## Example
    ```yaml
    detection:
      selection:
        Image|startswith: "C:\\temp"
      condition: selection
    ```

    ## Use instead
    ```yaml
    detection:
      selection:
        Image|startswith: 'C:\\temp'
      condition: selection
    ```

    ## Fix
    None. What was meant is for the author to say.

    ## References
    - https://yaml.org/spec/1.2.2/#57-escaped-characters
    """

    about: ClassVar = About("VALUE007", "value-control-character", Severity.WARNING, _SIGMA_ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each such value."""
        for item in searches(document):
            for path, text in item.texts():
                odd = () if text.isprintable() else (one for one in text if unicodedata.category(one) == "Cc")
                found = next(iter(odd), None)
                if found is not None:
                    yield Finding(path, f"the value holds the control character U+{ord(found):04X}")


@dataclass(frozen=True, slots=True)
class ShortContains:
    """A very short text that is looked for anywhere.

    ## What it does
    Finds texts of less than `least` characters behind `contains`, and among keywords.

    ## Why
    Many values hold one or two characters by chance, so that the condition says next to nothing.

    ## Example
    ```yaml
    detection:
      selection:
        CommandLine|contains: 'ab'
      condition: selection
    ```

    ## Use instead
    ```yaml
    detection:
      selection:
        CommandLine|contains: 'abuse'
      condition: selection
    ```

    ## Options
    - `least`: how many characters are enough.

    ## Fix
    None. What tells the value apart is for the author to say.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-appendix-modifiers.md
    """

    about: ClassVar = About("VALUE008", "short-contains", Severity.INFO, _SIGMA_ONLY)
    least: int = 3

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each text of letters and digits that is too short; signs may be rare."""
        for item, path, text in _texts(document):
            wide = item.shape == "contains" or not item.field
            if wide and "all" not in item.modifiers and text.isalnum() and text.isascii() and len(text) < self.least:
                yield Finding(path, f"`{text}` is so short that many values hold it by chance")


class ListOfOne:
    """A list with one value.

    ## What it does
    Finds lists with a single text or number as the values of a key. Runs only where it is selected.

    ## Why
    SigmaHQ asks for a plain value there; a list leads the reader to look for more.

    ## Example
    ```yaml
    detection:
      selection:
        Image|endswith:
          - '\\nmap.exe'
      condition: selection
    ```

    ## Use instead
    ```yaml
    detection:
      selection:
        Image|endswith: '\\nmap.exe'
      condition: selection
    ```

    ## Fix
    None. Lines and indentation change with it.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/sigmahq/sigmahq-rule-convention.md
    """

    about: ClassVar = About("VALUE009", "list-of-one", Severity.INFO, _SIGMA_ONLY, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each such list, at its value."""
        for item in searches(document):
            if item.listed and len(item.values) == 1 and item.field:
                yield Finding(item.values[0][0], "a list with one value")


class Keywords:
    """A search for words in the whole event.

    ## What it does
    Finds selections without fields. Runs only where it is selected.

    ## Why
    What "the whole event" is differs from backend to backend (a message, the raw log, all fields), and such a search is
    slow and found in places that were not meant.

    ## Example
    ```yaml
    detection:
      keywords:
        - 'segfault'
      condition: keywords
    ```

    ## Use instead
    ```yaml
    detection:
      selection:
        Message|contains: 'segfault'
      condition: selection
    ```

    ## Fix
    None. Which field holds the words depends on the log source.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-rules-specification.md#lists
    """

    about: ClassVar = About("VALUE010", "keyword-search", Severity.INFO, _SIGMA_ONLY, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each such selection."""
        for item in searches(document):
            if not item.field:
                yield Finding(item.path, "these words are looked for in the whole event", at_key=True)


CHECKS: Final = (
    WildcardForModifier,
    RedundantWildcard,
    EscapedWildcard,
    EscapedStarInPath,
    AnyValue,
    NumberAsText,
    ControlCharacter,
    ShortContains,
    ListOfOne,
    Keywords,
)
