"""What the versions of ATT&CK say of a mention."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from isorule.attack import VERSIONS, AttackVersion, Tactic, Technique, attack, read_stix
from isorule.checks.attack.mentions import Kind, Mention


@dataclass(frozen=True, slots=True)
class Known:
    """The versions of ATT&CK that rules are held against: what one of them has in use is right."""

    tables: tuple[AttackVersion, ...]

    @property
    def text(self) -> str:
        """`ATT&CK 18.1 and 19`."""
        return versions_text([table.version for table in self.tables])

    def tactics(self, mention: Mention) -> list[Tactic]:
        """The tactics that a mention may mean, one for each version that has it."""
        found = (_tactic(table, mention) for table in self.tables)
        return [item for item in found if item is not None]

    def techniques(self, key: str) -> list[tuple[AttackVersion, Technique]]:
        """The techniques of an id, each with the version that knows it."""
        found = ((table, table.technique(key)) for table in self.tables)
        return [(table, item) for table, item in found if item is not None]

    def has(self, mention: Mention) -> bool:
        """Whether one of the versions has what is mentioned, or none of them has anything of its kind."""
        match mention.kind:
            case Kind.TACTIC:
                return bool(self.tactics(mention))
            case Kind.OTHER:
                letters = mention.key.rstrip("0123456789")
                alike = {key for table in self.tables for key in table.others if key.rstrip("0123456789") == letters}
                return not alike or mention.key in alike
            case _:
                return bool(self.techniques(mention.key))

    def known_as(self, mention: Mention) -> list[tuple[str, str]]:
        """Name and page of a mention in every version that knows it, without repetition; those in use come first."""
        if mention.kind is Kind.TACTIC:
            return list(dict.fromkeys((item.name, item.url) for item in self.tactics(mention)))
        known = self.techniques(mention.key)
        preferred = in_use(known) or known
        return list(dict.fromkeys((item.name, item.url) for _, item in preferred))


@cache
def known(versions: tuple[str, ...] = (), stix: tuple[str, ...] = ()) -> Known:
    """The packaged versions of these names with those of these STIX files; all packaged ones where neither is given.

    Raises `UnknownNameError` for a version without a table and for a file that cannot be read.
    """
    names = versions or (() if stix else VERSIONS)
    return Known((*(attack(name) for name in names), *(read_stix(Path(path)) for path in stix)))


def _tactic(table: AttackVersion, mention: Mention) -> Tactic | None:
    return table.tactic_by_shortname(mention.key) if mention.by_shortname else table.tactic(mention.key)


def in_use(found: Sequence[tuple[AttackVersion, Technique]]) -> list[tuple[AttackVersion, Technique]]:
    """Those that their version neither revoked nor deprecated."""
    return [(table, item) for table, item in found if not item.revoked and not item.deprecated]


def versions_text(versions: Sequence[str]) -> str:
    """`ATT&CK 18.1 and 19`."""
    return f"ATT&CK {' and '.join(versions)}"
