"""Look-ups in the ATT&CK tables.

© 2025 The MITRE Corporation. This work is reproduced and distributed with the permission of The MITRE Corporation.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from isorule.diagnostics import Diagnostic, Severity, UnknownNameError

VERSIONS = ("18.1", "19")
"""The versions that have a table, oldest first."""

_SITE = "https://attack.mitre.org"


@dataclass(frozen=True, slots=True)
class Tactic:
    """A tactic (`TA0007`). `shortname` is its name in tags (`discovery`), `domain` enterprise, mobile or ics."""

    id: str
    name: str
    shortname: str
    domain: str

    @property
    def url(self) -> str:
        """The page of the tactic, as rules refer to it."""
        return f"{_SITE}/tactics/{self.id}/"


@dataclass(frozen=True, slots=True)
class Technique:
    """A technique (`T1059`) or sub-technique (`T1059.004`).

    `tactics` holds ids of tactics, and is empty where they are not known. `replacement` is the id that a revoked
    technique was revoked for, None where there is none.
    """

    id: str
    name: str
    domain: str
    tactics: tuple[str, ...]
    revoked: bool = False
    replacement: str | None = None
    deprecated: bool = False

    @property
    def parent(self) -> str | None:
        """The id of the technique that a sub-technique belongs to, None for a technique."""
        head, dot, _ = self.id.partition(".")
        return head if dot else None

    @property
    def url(self) -> str:
        """The page of the technique, as rules refer to it."""
        return f"{_SITE}/techniques/{self.id.replace('.', '/')}/"


@dataclass(frozen=True, slots=True)
class AttackVersion:
    """The tables of one version. `complete` is false where the table was put together from a list of changes.

    `others` holds the ids of groups, software and the like that are in use; the packaged tables are made from data that
    has none of them.
    """

    version: str
    complete: bool
    tactics: Mapping[str, Tactic]
    techniques: Mapping[str, Technique]
    others: frozenset[str] = frozenset()

    def technique(self, key: str) -> Technique | None:
        """The technique or sub-technique of an id, also one out of use; None for an unknown id."""
        return self.techniques.get(key)

    def tactic(self, key: str) -> Tactic | None:
        """The tactic of an id, None for an unknown id."""
        return self.tactics.get(key)

    def tactic_by_shortname(self, shortname: str, domain: str = "enterprise") -> Tactic | None:
        """The tactic that tags call `shortname` in a domain."""
        found = (item for item in self.tactics.values() if item.shortname == shortname and item.domain == domain)
        return next(found, None)

    def current(self, key: str) -> Technique | None:
        """The technique in use that stands for an id: itself, or what it was revoked for, step by step.

        None where the id is unknown or nothing stands for it.
        """
        seen = set()
        found = self.techniques.get(key)
        while found is not None and found.revoked:
            if found.id in seen or found.replacement is None:
                return None
            seen.add(found.id)
            found = self.techniques.get(found.replacement)
        return found if found is not None and not found.deprecated else None


@cache
def attack(version: str = "18.1") -> AttackVersion:
    """The tables of a version (one of `VERSIONS`).

    The table of version 19 is that of 18.1 with the changes that MITRE lists for the Enterprise domain; techniques of
    the former Defense Evasion stand there under both tactics that came out of it.

    Raises `UnknownNameError` for a version without a table.
    """
    if version not in VERSIONS:
        raise UnknownNameError(
            Diagnostic(
                "NAME003",
                "unknown-attack-version",
                Severity.ERROR,
                f"there is no table of ATT&CK version {version!r}",
                hint=f"one of {', '.join(VERSIONS)}",
            )
        )
    text = files(__package__).joinpath(f"attack-{version}.json").read_text(encoding="utf-8")
    return version_of(json.loads(text))


def version_of(table: Mapping[str, Any]) -> AttackVersion:
    """A version from the plain values of its table, in the shape of the packaged files."""
    return AttackVersion(
        version=table["version"],
        complete=table["complete"],
        tactics={
            key: Tactic(key, row["name"], row["shortname"], row["domain"]) for key, row in table["tactics"].items()
        },
        techniques={key: _technique(key, row) for key, row in table["techniques"].items()},
        others=frozenset(table.get("others", ())),
    )


def _technique(key: str, row: Mapping[str, Any]) -> Technique:
    revoked = row.get("revoked", False)
    return Technique(
        id=key,
        name=row["name"],
        domain=row["domain"],
        tactics=tuple(row["tactics"]),
        revoked=bool(revoked),
        replacement=revoked if isinstance(revoked, str) else None,
        deprecated=row.get("deprecated", False),
    )


@lru_cache(maxsize=4096)
def technique(key: str) -> Technique | None:
    """The technique of an id in the oldest version that has it in use, else in the oldest that knows it at all."""
    known = [found for version in VERSIONS if (found := attack(version).technique(key)) is not None]
    return next((item for item in known if not item.revoked and not item.deprecated), known[0] if known else None)


@lru_cache(maxsize=4096)
def tactic_by_shortname(shortname: str) -> Tactic | None:
    """The Enterprise tactic of a tag's name in the oldest version that has it (`defense-evasion`, `stealth`)."""
    found = (attack(version).tactic_by_shortname(shortname) for version in VERSIONS)
    return next((item for item in found if item is not None), None)
