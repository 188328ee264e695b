"""Field taxonomies: what each field of Sigma's taxonomy is called elsewhere, log source by log source.

A taxonomy is made of sections. A section speaks for log sources (those that have all the parts that it names); of two
sections that speak for a log source the one that names more parts wins, field by field. `Layout` is what all sections
together say of one log source.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, unique
from functools import lru_cache
from typing import Final

from isorule.ir.rule import LogSource


@dataclass(frozen=True, slots=True)
class Same:
    """The value is the same on both sides."""


@dataclass(frozen=True, slots=True)
class AsText:
    """Sigma's side may hold a number; the other side holds its text (`EventID: 4688`, `event.code: "4688"`)."""


@dataclass(frozen=True, slots=True)
class Spelled:
    """The value is one of a few; `spellings` has, for each of Sigma's, how the other side writes it.

    The first spelling is the one that events are given; the others are read as the same.
    """

    spellings: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Prefixed:
    """The value begins with one of a few words, each spelled in several ways (the hives of the registry)."""

    spellings: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Hashes:
    """Sigma's value is a list `MD5=…,SHA256=…`; `fields` has the paths for each algorithm.

    The first path of an algorithm is the one that events are given, the others hold it in other layouts.
    """

    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Account:
    """Sigma's value is `DOMAIN\\name`, which the other side keeps in two fields."""

    domain: str
    name: str


@dataclass(frozen=True, slots=True)
class RegistryData:
    """Sysmon writes a number as `DWORD (0x00000001)`, the other side its digits; `raw` holds Sysmon's own text."""

    raw: str


@dataclass(frozen=True, slots=True)
class Address:
    """An address. On a field of type ip a pattern of text finds nothing, but a network does.

    `network` is the field of that type where `paths` hold the text of the address; None where they are of that type.
    """

    network: str | None = None


@dataclass(frozen=True, slots=True)
class FullText:
    """The other side is a field of full text, which is searched by words."""


@dataclass(frozen=True, slots=True)
class Argument:
    """Sigma has a field for each place in a list (`a0`, `a1`), the other side the list, whose places are not asked."""


Rewrite = Same | AsText | Spelled | Prefixed | Hashes | Account | RegistryData | Address | FullText | Argument


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A field of Sigma's taxonomy and where the other side keeps it.

    `paths` hold the whole value: the first is the one that events are given, the others hold it in other layouts of
    the same taxonomy (Elastic Defend beside Winlogbeat), and a rule asks all of them. `aliases` hold it, too, but no
    rule needs to ask them. `names` hold the last part of a value that is a path, `extensions` what stands after its
    last dot, `arguments` the words of a command line. `keys` hold another value that goes with it (a host's id with its
    name), which serves to group events but no condition. A path with `*` stands for every place of a list that the
    other side keeps as an object (`target_resources.*.type`). `nested` is the path of objects that the other side asks
    one by one. `unconfirmed` says why the row is not known for certain.
    """

    sigma: str
    paths: tuple[str, ...]
    rewrite: Rewrite = Same()
    aliases: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    nested: str | None = None
    unconfirmed: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A field that only the other side has, and Sigma's field that tells the same by the values of a table.

    `wider` says what stands for a value where matching more events is the safe side; exact is what `values` says.
    """

    path: str
    sigma: str
    values: tuple[tuple[str, str], ...]
    wider: tuple[tuple[str, tuple[str, ...]], ...] = ()


Fields = tuple[tuple[str, tuple[str, ...]], ...]
"""Fields and the values that each may have; a value with `*` is a pattern."""


@dataclass(frozen=True, slots=True)
class Section:
    """What a taxonomy says of the log sources that have all of the parts that it names.

    `without` names fields of less telling sections that these log sources do not have. `requires` is the condition
    that the log source stands for: one of its alternatives, each a set of fields and values; `means` is how a rule of
    the other side asks for it, where that is less than all of it. `sets` is what its events carry besides. `native`
    tells its events by Sigma's own fields: again alternatives. `unmapped` is put before the name of a field that no row
    has; None keeps the name. `empty` are texts that stand for no value on this side, where the other has no field.
    """

    logsource: LogSource
    rows: tuple[FieldRow, ...] = ()
    prefixes: tuple[tuple[str, str], ...] = ()
    readings: tuple[Reading, ...] = ()
    without: tuple[str, ...] = ()
    requires: tuple[Fields, ...] = ()
    means: tuple[Fields, ...] = ()
    sets: Fields = ()
    native: tuple[Fields, ...] = ()
    unmapped: str | None = None
    separator: str | None = None
    empty: tuple[str, ...] = ()

    @property
    def weight(self) -> int:
        """How many parts of a log source it names."""
        return sum(part is not None for part in _parts(self.logsource))

    def speaks_for(self, logsource: LogSource) -> bool:
        """Whether the log source has all parts that the section names."""
        pairs = zip(_parts(self.logsource), _parts(logsource), strict=True)
        return all(mine is None or mine == theirs for mine, theirs in pairs)


def _parts(logsource: LogSource) -> tuple[str | None, str | None, str | None]:
    return logsource.product, logsource.category, logsource.service


@unique
class Role(Enum):
    """In what way a path of the other side holds the value of a row: all of it, or which part."""

    VALUE = "value"
    NAME = "name"
    EXTENSION = "extension"
    ARGUMENT = "argument"
    DOMAIN = "domain"
    ACCOUNT = "account"
    HASH = "hash"
    RAW = "raw"


@dataclass(frozen=True, slots=True)
class Place:
    """The row that a path of the other side belongs to, and its role; `key` tells which hash."""

    row: FieldRow
    role: Role
    key: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """All that a taxonomy says of one log source. `known` is false where no section speaks for it."""

    logsource: LogSource
    known: bool
    rows: Mapping[str, FieldRow]
    prefixes: tuple[tuple[str, str], ...] = ()
    readings: tuple[Reading, ...] = ()
    requires: tuple[tuple[Fields, ...], ...] = ()
    means: tuple[tuple[Fields, ...], ...] = ()
    sets: Fields = ()
    unmapped: str | None = None
    separator: str = "\\"
    empty: tuple[str, ...] = ()
    _places: dict[str, Place] = field(default_factory=dict, compare=False, repr=False)

    def place(self, path: str) -> Place | None:
        """Which row holds a path of the other side, and in what way; None for a path that no row has.

        A path with the number of a place in it is that of a row which speaks for all places.
        """
        if not self._places:
            self._places.update(_places(self.rows.values()))
        return self._places.get(path) or self._places.get(every_place(path))

    def coarser(self, path: str) -> FieldRow | None:
        """The row of another value that goes with the one of a path; None where there is none."""
        return next((row for row in self.rows.values() if path in row.keys), None)


def every_place(path: str) -> str:
    """The path with `*` for the number of each place in it."""
    return _PLACE.sub("*", path)


_PLACE: Final = re.compile(r"(?<=\.)\d+(?=\.)")


def _places(rows: Iterable[FieldRow]) -> dict[str, Place]:
    found: dict[str, Place] = {}
    for row in rows:
        match row.rewrite:
            case Hashes(fields):
                for algorithm, path in fields:
                    found.setdefault(path, Place(row, Role.HASH, algorithm))
            case Account(domain, name):
                found.setdefault(domain, Place(row, Role.DOMAIN))
                found.setdefault(name, Place(row, Role.ACCOUNT))
            case Address(str() as network):
                found.setdefault(network, Place(row, Role.VALUE))
            case RegistryData(raw):
                found.setdefault(raw, Place(row, Role.RAW))
            case _:
                pass
        for path in (*row.paths, *row.aliases):
            found.setdefault(path, Place(row, Role.VALUE))
        for role, paths in ((Role.NAME, row.names), (Role.EXTENSION, row.extensions), (Role.ARGUMENT, row.arguments)):
            for path in paths:
                found.setdefault(path, Place(row, role))
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Taxonomy:
    """A set of field names other than Sigma's; `name` is what rules and options call it."""

    name: str
    sections: tuple[Section, ...]

    def layout(self, logsource: LogSource | None) -> Layout:
        """What the taxonomy says of a log source."""
        wanted = logsource or LogSource()
        return _layout(self, LogSource(wanted.category, wanted.product, wanted.service))


@lru_cache(maxsize=1024)
def _layout(taxonomy: Taxonomy, wanted: LogSource) -> Layout:
    chosen = sorted((s for s in taxonomy.sections if s.speaks_for(wanted)), key=lambda section: section.weight)
    rows: dict[str, FieldRow] = {}
    prefixes: dict[str, str] = {}
    readings: dict[str, Reading] = {}
    sets: dict[str, tuple[str, ...]] = {}
    for section in chosen:
        for name in section.without:
            rows.pop(name, None)
        rows |= {row.sigma: row for row in section.rows}
        prefixes |= dict(section.prefixes)
        readings |= {reading.path: reading for reading in section.readings}
        sets |= dict(section.sets)
    return Layout(
        wanted,
        bool(chosen),
        rows,
        tuple(sorted(prefixes.items(), key=lambda item: -len(item[0]))),
        tuple(readings.values()),
        tuple(section.requires for section in chosen if section.requires),
        tuple((*section.means, *section.requires) for section in chosen if section.means or section.requires),
        tuple(sets.items()),
        next((section.unmapped for section in reversed(chosen) if section.unmapped is not None), None),
        next((section.separator for section in reversed(chosen) if section.separator is not None), "\\"),
        next((section.empty for section in reversed(chosen) if section.empty), ()),
    )
