"""Reading ATT&CK tags: a flat list of tactics and techniques as threats with names."""

from __future__ import annotations

import re
from collections.abc import Iterable

from isorule.attack.tables import VERSIONS, Tactic, attack, tactic_by_shortname
from isorule.attack.tables import technique as find_technique
from isorule.ir.rule import Technique, Threat

_TECHNIQUE = re.compile(r"attack\.(t\d{4}(?:\.\d{3})?)", re.IGNORECASE)


def threats_from_tags(tags: Iterable[str]) -> tuple[Threat, ...]:
    """Threats for Sigma tags (`attack.discovery`, `attack.t1018`).

    A technique goes under every tactic named in the tags that ATT&CK lists it under; where none of them fits, under
    the first tactic that ATT&CK lists, which then joins the threats. A sub-technique goes under its parent, which is
    added where the tags do not name it. Tags of unknown tactics and techniques are left out.
    """
    tags = [tag.lower() for tag in tags]
    tactics = [tactic for tag in tags if (tactic := _tactic(tag)) is not None]
    techniques = list(dict.fromkeys(found[1].upper() for tag in tags if (found := _TECHNIQUE.fullmatch(tag))))
    members: dict[Tactic, dict[str, list[str]]] = {tactic: {} for tactic in dict.fromkeys(tactics)}
    for key in techniques:
        for tactic in _homes(key, list(members)):
            parent, dot, _ = key.partition(".")
            children = members.setdefault(tactic, {}).setdefault(parent, [])
            if dot:
                children.append(key)
    return tuple(
        Threat(tactic.id, tactic.name, tuple(_technique(key, children) for key, children in found.items()))
        for tactic, found in members.items()
    )


def _tactic(tag: str) -> Tactic | None:
    namespace, _, name = tag.partition(".")
    return tactic_by_shortname(name.replace("_", "-")) if namespace == "attack" else None


def _homes(key: str, tactics: list[Tactic]) -> list[Tactic]:
    found = find_technique(key)
    if found is None:
        return []
    named = [tactic for tactic in tactics if tactic.id in found.tactics]
    if named:
        return named
    return [home] if found.tactics and (home := _tactic_by_id(found.tactics[0], found.domain)) else []


def _tactic_by_id(key: str, domain: str) -> Tactic | None:
    found = (attack(version).tactic(key) for version in VERSIONS)
    return next((item for item in found if item is not None and item.domain == domain), None)


def _technique(key: str, children: list[str]) -> Technique:
    found = find_technique(key)
    return Technique(key, found.name if found else None, tuple(_technique(child, []) for child in children))
