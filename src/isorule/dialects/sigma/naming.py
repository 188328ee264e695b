"""Names of selections, made from what they ask: `selection_img`, `filter_main_svchost`.

SigmaHQ's conventions for names:
https://github.com/SigmaHQ/sigma-specification/blob/main/sigmahq/sigmahq-rule-convention.md#condition
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from isorule.dialects.sigma.items import Item
from isorule.dialects.sigma.selections import Block, is_keywords

_HINTS: Final = {
    "Image": "img",
    "OriginalFileName": "img",
    "CommandLine": "cli",
    "ParentImage": "parent",
    "ParentCommandLine": "parent_cli",
    "EventID": "eid",
    "TargetFilename": "file",
    "TargetObject": "key",
    "ScriptBlockText": "script",
    "ImageLoaded": "dll",
    "process.name": "name",
    "process.pe.original_file_name": "name",
    "process.command_line": "cli",
    "process.parent.name": "parent",
    "process.parent.executable": "parent",
    "process.parent.command_line": "parent_cli",
    "event.code": "eid",
    "user.name": "user",
    "user.id": "user",
    "dll.name": "dll",
}
"""What SigmaHQ's authors call selections on these fields, and the same for their ECS names."""

_VAGUE: Final = frozenset({"name", "type", "id", "value", "path", "text", "ip", "port", "code", "hash", "action"})
"""Last segments of a field path that say nothing without the segment before."""

_COMMON = re.compile(
    r"(host\.os\..*|event\.(type|category|action|kind|dataset|module|outcome|provider|code)|data_stream\..*|EventID"
    r"|Provider_Name|Channel|EventLog|EventType)"
)
"""Fields that many selections of a rule have in common, and so do not tell them apart."""

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_OTHER = re.compile(r"[^a-z0-9]+")
_EXTENSION = re.compile(r"(?<=.)\.[A-Za-z]\w{1,3}$")
_LONGEST_HINT: Final = 24
_MOST_BREAKS: Final = 2


def hint(block: Block, *, by_value: bool = False) -> str:
    """A word for what a block asks: its most telling field, or `by_value` its value where it has one that is a word."""
    if any(is_keywords(branch) for branch in block):
        return "keywords"
    items = [item for branch in block for item in branch]
    telling = [item for item in items if item.field is not None and not _COMMON.fullmatch(item.field)] or items
    if by_value:
        for item in telling:
            if word := value_word(item):
                return word
    return _field_word(telling[0].field or "")


def _field_word(field: str) -> str:
    known = _HINTS.get(field)
    if known is not None:
        return known
    segments = [word for part in field.split(".") if (word := _word(part))]
    if not segments:
        return "field"
    words = segments[-2:] if segments[-1] in _VAGUE else segments[-1:]
    if "parent" in segments and "parent" not in words:
        words = ["parent", *words]
    return _shortened("_".join(words))


def _shortened(word: str) -> str:
    """As many whole words of it as fit into a name, the last ones first."""
    kept: list[str] = []
    for part in reversed(word.split("_")):
        if kept and sum(map(len, kept)) + len(kept) + len(part) > _LONGEST_HINT:
            break
        kept.insert(0, part)
    return "_".join(kept)[:_LONGEST_HINT]


def value_word(item: Item) -> str | None:
    """The word that a value says: the last part of a path without its extension; with `all`, the last such value.

    None where there are several values, or none is a word.
    """
    if len(item.values) > 1 and not item.every:
        return None
    if item.is_null:
        return "null"
    if item.values == ("",):
        return "empty"
    if "re" in item.modifiers:
        return None
    return next(
        (word for value in reversed(item.values) if isinstance(value, str) and (word := _path_word(value))), None
    )


def _path_word(value: str) -> str | None:
    segments = [segment for segment in re.split(r"[\\/]", value) if segment.strip(" *?")]
    word = _word(_EXTENSION.sub("", segments[-1].strip())) if segments else ""
    is_short = 2 < len(word) <= _LONGEST_HINT and word.count("_") <= _MOST_BREAKS
    return word if is_short and word[0].isalpha() else None


def _word(text: str) -> str:
    return _OTHER.sub("_", _CAMEL.sub("_", text).lower()).strip("_")


class Names:
    """The names that are given in one detection; each is given once."""

    def __init__(self) -> None:
        self._taken: set[str] = {"condition", "timeframe"}
        self._stems: set[str] = set()

    def one(self, wanted: str) -> str:
        """The name, or with a number if it is taken."""
        name, number = wanted, 1
        while name in self._taken:
            number += 1
            name = f"{wanted}_{number}"
        self._taken.add(name)
        return name

    def group(self, stem: str, words: Iterable[str]) -> list[str]:
        """Names that start with the stem, one for each word; a word that occurs twice is numbered from 1.

        A word that the stem ends with is not repeated: `selection_cli_1`, not `selection_cli_cli_1`.
        """
        words = list(words)
        seen: dict[str, int] = {}
        names = []
        for word in words:
            parts = [word]
            if words.count(word) > 1:
                seen[word] = seen.get(word, 0) + 1
                parts = [str(seen[word])] if stem.endswith(f"_{word}") else [word, str(seen[word])]
            names.append(self.one("_".join([stem, *parts])))
        return names

    def stem(self, wanted: str) -> str:
        """A start for names that no other name has; one that ends with a number counts up."""
        stem, number = wanted, 1
        start, _, last = wanted.rpartition("_")
        while stem in self._stems or any(name.startswith(f"{stem}_") for name in self._taken):
            if last.isdigit():
                stem = f"{start}_{int(last) + number}"
            else:
                stem = f"{wanted}_other" if number == 1 else f"{wanted}_other_{number}"
            number += 1
        self._stems.add(stem)
        return stem
