"""A mapping of ATT&CK 18 said in the words of version 19: ids that were revoked, and the two heirs of Defense Evasion.

Which heir a technique of the former Defense Evasion went to is known only for those that version 19 made anew (Defense
Impairment); all others stay with the id that Stealth took over. What version 19 changed is told on
https://attack.mitre.org/resources/updates/.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from isorule.attack import AttackVersion, Technique, attack

OLD: Final = "18.1"
NEW: Final = "19"
EVASION: Final = "TA0005"
IMPAIRMENT: Final = "TA0112"
_IMPAIRED: Final = "T1562"
"""Impair Defenses, the technique that became a tactic."""

Row = dict[str, Any]


@dataclass(slots=True)
class _Group:
    """A threat entry that is being put together: the entry as it was written, and its techniques by id."""

    entry: Row
    techniques: dict[str, Row] = field(default_factory=dict)


def successor(key: str) -> Technique | None:
    """What stands for a technique in version 19; None for one that is in use there, or that nothing stands for."""
    found = attack(NEW).technique(key)
    return attack(NEW).current(key) if found is not None and found.revoked else None


def home(key: str, technique: Technique) -> str:
    """The tactic of version 19 for what stands for a technique of Defense Evasion, given by its old id."""
    if technique.tactics:
        return IMPAIRMENT if IMPAIRMENT in technique.tactics and EVASION not in technique.tactics else EVASION
    return IMPAIRMENT if key.partition(".")[0] == _IMPAIRED else EVASION


def migrated(threats: list[Row]) -> list[Row]:
    """The entries of `[[rule.threat]]` in the words of version 19; other frameworks stay as they are.

    Entries keep their order; a new one for Defense Impairment stands behind the one that it came out of. Techniques
    that come together under one tactic are joined.
    """
    groups: list[_Group] = []
    for threat in threats:
        groups += _of_threat(threat)
    return [_row(group) for group in _joined(groups)]


def _of_threat(threat: Row) -> Iterator[_Group]:
    tactic = threat.get("tactic")
    key = tactic.get("id") if isinstance(tactic, Mapping) else None
    if threat.get("framework") != "MITRE ATT&CK" or not isinstance(key, str):
        yield _Group(threat, {str(index): row for index, row in enumerate(threat.get("technique", []))})
        return
    by_tactic: dict[str, _Group] = {}
    for old, new in _pairs(threat.get("technique", [])):
        moved = successor(old)
        where = home(old, moved) if key == EVASION and moved is not None else key
        group = by_tactic.setdefault(where, _Group(_named(threat, where)))
        _join(group.techniques, new)
    if not by_tactic:
        by_tactic[key] = _Group(_named(threat, key))
    yield from sorted(by_tactic.values(), key=lambda group: group.entry["tactic"]["id"] != key)


def _pairs(techniques: list[Row]) -> Iterator[tuple[str, Row]]:
    """Every technique in new words with the old id that it came from, a sub-technique that moved by itself."""
    for row in techniques:
        key, below = str(row.get("id")), list(row.get("subtechnique", []))
        moved = {str(item["id"]): found for item in below if (found := successor(str(item["id"]))) is not None}
        left = [item for item in below if str(item["id"]) not in moved]
        parent = successor(key)
        if not moved and parent is None:
            yield key, row | _new_name(key)
            continue
        heirs = {found.parent or found.id for found in moved.values()}
        if left or parent is None or not moved or parent.id in heirs:
            head = row if parent is None else _technique(parent)
            rest = {name: value for name, value in head.items() if name != "subtechnique"}
            yield key, rest | ({"subtechnique": left} if left else {})
        for old, found in moved.items():
            yield old, _with_parent(found)


def _new_name(key: str) -> Row:
    """The name of a technique that version 19 calls otherwise."""
    old, new = attack(OLD).technique(key), attack(NEW).technique(key)
    return {"name": new.name} if old is not None and new is not None and old.name != new.name else {}


def _with_parent(found: Technique) -> Row:
    parent = attack(NEW).technique(found.parent or "")
    if parent is None:
        return _technique(found)
    return _technique(parent) | {"subtechnique": [_technique(found)]}


def _technique(found: Technique) -> Row:
    return {"id": found.id, "name": found.name, "reference": found.url}


def _join(techniques: dict[str, Row], new: Row) -> None:
    old = techniques.get(new["id"])
    if old is None:
        techniques[new["id"]] = new
        return
    below = {item["id"]: item for item in (*old.get("subtechnique", []), *new.get("subtechnique", []))}
    techniques[new["id"]] = old | ({"subtechnique": list(below.values())} if below else {})


def _named(threat: Row, key: str) -> Row:
    """A threat entry without techniques, under the name that version 19 gives to a tactic."""
    tactic = attack(NEW).tactic(key)
    rest = {name: value for name, value in threat.items() if name not in ("technique", "tactic")}
    if tactic is None:
        return rest | {"tactic": threat["tactic"]}
    return rest | {"tactic": {"id": tactic.id, "name": tactic.name, "reference": tactic.url}}


def _joined(groups: list[_Group]) -> list[_Group]:
    """Two entries of one tactic made into one, where the first one stands."""
    first: dict[tuple[str, str], _Group] = {}
    for number, group in enumerate(groups):
        tactic = group.entry.get("tactic")
        key = str(tactic.get("id")) if isinstance(tactic, Mapping) else f"entry {number}"
        framework = str(group.entry.get("framework"))
        known = first.setdefault((framework, key), group)
        if known is not group:
            for row in group.techniques.values():
                _join(known.techniques, row)
    return list(first.values())


def _row(group: _Group) -> Row:
    techniques = list(group.techniques.values())
    return group.entry | ({"technique": techniques} if techniques else {})


def only_in(version: AttackVersion, other: AttackVersion, key: str) -> bool:
    """Whether a technique is in use in one version and not in another."""
    found, there = version.technique(key), other.technique(key)
    return found is not None and not found.revoked and (there is None or there.revoked)
