"""What the versions of ATT&CK say of a mention."""

from __future__ import annotations

from collections.abc import Sequence

from isorule.attack import VERSIONS, AttackVersion, Tactic, Technique, attack
from isorule.checks.attack.mentions import Kind, Mention


def tactics(mention: Mention) -> list[Tactic]:
    """The tactics that a mention may mean, one for each version that has it."""
    found = (_tactic(attack(version), mention) for version in VERSIONS)
    return [item for item in found if item is not None]


def _tactic(table: AttackVersion, mention: Mention) -> Tactic | None:
    return table.tactic_by_shortname(mention.key) if mention.by_shortname else table.tactic(mention.key)


def techniques(key: str) -> list[tuple[str, Technique]]:
    """The techniques of an id, each with the version that knows it."""
    found = ((version, attack(version).technique(key)) for version in VERSIONS)
    return [(version, item) for version, item in found if item is not None]


def in_use(known: Sequence[tuple[str, Technique]]) -> list[tuple[str, Technique]]:
    """Those that their version neither revoked nor deprecated."""
    return [(version, item) for version, item in known if not item.revoked and not item.deprecated]


def known_as(mention: Mention) -> list[tuple[str, str]]:
    """Name and page of a mention in every version that knows it, without repetition; those in use come first."""
    if mention.kind is Kind.TACTIC:
        return list(dict.fromkeys((item.name, item.url) for item in tactics(mention)))
    known = techniques(mention.key)
    preferred = in_use(known) or known
    return list(dict.fromkeys((item.name, item.url) for _, item in preferred))


def versions_text(versions: Sequence[str]) -> str:
    """`ATT&CK 18.1 and 19`."""
    return f"ATT&CK {' and '.join(versions)}"
