"""Where a rule names tactics and techniques of ATT&CK."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, unique

from isorule.checks.check import ELASTIC, SIGMA, CheckedDocument
from isorule.source import KeyPath

FRAMEWORK = "MITRE ATT&CK"
_TECHNIQUE_TAG = re.compile(r"(t\d{4})(?:[./_-](\d{1,3}))?")
_TACTIC_TAG = re.compile(r"ta\d{4}")
_OTHER_TAG = re.compile(r"(s|g|m|c|ds|dc|a|an|det)\d{4}")
"""Software, groups, mitigations, campaigns, data sources and their components, assets, analytics, detection
strategies."""


@unique
class Kind(Enum):
    """What is named."""

    TACTIC = "tactic"
    TECHNIQUE = "technique"
    SUBTECHNIQUE = "sub-technique"
    OTHER = "group, software or the like"


@dataclass(frozen=True, slots=True)
class Mention:
    """A tactic, technique or the like that a rule names. `key` is its id, for a tactic in a Sigma tag its short name.

    `path` leads to the table (Elastic) or the tag (Sigma). `name` and `reference` are what the rule says of it.
    `tactic` and `parent` are the ids under which it is named; None where the format does not say.
    """

    kind: Kind
    key: str
    path: KeyPath
    name: str | None = None
    reference: str | None = None
    tactic: str | None = None
    parent: str | None = None
    by_shortname: bool = False

    def at(self, part: str) -> KeyPath:
        """The path of the value that a check speaks of: `id`, `name` or `reference` of the table, or the whole tag."""
        return self.path if self.path[0] == "tags" else (*self.path, part)


def mentions(document: CheckedDocument) -> tuple[Mention, ...]:
    """All tactics and techniques that a document names, in their order; found once for all checks."""
    return document.once(_found)


def _found(document: CheckedDocument) -> tuple[Mention, ...]:
    return tuple(_mentions(document))


def _mentions(document: CheckedDocument) -> Iterator[Mention]:
    match document.format:
        case formatted if formatted == ELASTIC:
            yield from _of_threats(document.values.get("rule"))
        case formatted if formatted == SIGMA:
            yield from _of_tags(document.values.get("tags"))


def _of_threats(rule: object) -> Iterator[Mention]:
    threats = rule.get("threat") if isinstance(rule, Mapping) else None
    for index, threat in _tables(threats):
        if threat.get("framework") != FRAMEWORK:
            continue
        path: KeyPath = ("rule", "threat", index)
        tactic = _mention(Kind.TACTIC, threat.get("tactic"), (*path, "tactic"))
        if tactic is not None:
            yield tactic
        under = tactic.key if tactic is not None else None
        for at, technique in _tables(threat.get("technique")):
            yield from _of_technique(technique, (*path, "technique", at), under)


def _of_technique(technique: Mapping[str, object], path: KeyPath, tactic: str | None) -> Iterator[Mention]:
    found = _mention(Kind.TECHNIQUE, technique, path, tactic)
    if found is not None:
        yield found
    for index, inner in _tables(technique.get("subtechnique")):
        where = (*path, "subtechnique", index)
        sub = _mention(Kind.SUBTECHNIQUE, inner, where, tactic, found.key if found is not None else None)
        if sub is not None:
            yield sub


def _tables(values: object) -> Iterator[tuple[int, Mapping[str, object]]]:
    if isinstance(values, list):
        yield from ((index, item) for index, item in enumerate(values) if isinstance(item, Mapping))


def _mention(
    kind: Kind, table: object, path: KeyPath, tactic: str | None = None, parent: str | None = None
) -> Mention | None:
    if not isinstance(table, Mapping) or not isinstance(table.get("id"), str):
        return None
    return Mention(kind, table["id"], path, _text(table.get("name")), _text(table.get("reference")), tactic, parent)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _of_tags(tags: object) -> Iterator[Mention]:
    for index, tag in enumerate(tags if isinstance(tags, list) else []):
        namespace, _, name = tag.partition(".") if isinstance(tag, str) else ("", "", "")
        if namespace != "attack":
            continue
        path: KeyPath = ("tags", index)
        name = name.lower()
        technique = technique_of_tag(name)
        if technique is not None:
            yield Mention(Kind.SUBTECHNIQUE if "." in technique else Kind.TECHNIQUE, technique, path)
        elif _TACTIC_TAG.fullmatch(name):
            yield Mention(Kind.TACTIC, name.upper(), path)
        elif _OTHER_TAG.fullmatch(name):
            yield Mention(Kind.OTHER, name.upper(), path)
        else:
            yield Mention(Kind.TACTIC, name.replace("_", "-"), path, by_shortname=True)


def technique_of_tag(name: str) -> str | None:
    """The id of the technique that a tag means (`T1059.001` for `t1059.001` and, in another form, `t1059_1`), None for
    other tags."""
    found = _TECHNIQUE_TAG.fullmatch(name)
    if found is None:
        return None
    return found[1].upper() if found[2] is None else f"{found[1].upper()}.{int(found[2]):03}"
