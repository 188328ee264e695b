"""Which files of a run belong together: correlations and filters speak of rules in other files, by name or id.

Files are read once as bytes. Only where one of them has a correlation or a filter is anything else done; then the files
that it speaks of are found by the names and ids in their text, before any of them is parsed as a rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

from isorule.cli.inputs import Input
from isorule.cli.loading import Failure, guarded, load_bytes
from isorule.cli.separate import Key, standing_alone
from isorule.diagnostics import Diagnostic
from isorule.documents.references import CORRELATION, FILTER, independent
from isorule.documents.sigma_filters import collection, filter_problems
from isorule.ir.rule import Rule

_SPEAKS = re.compile(rb"^(?:correlation|filter)[ \t]*:", re.MULTILINE)
"""What the text of a file with a correlation or filter has at the start of a line."""

_FILTERS = re.compile(rb"^filter[ \t]*:", re.MULTILINE)
_EVERY: Final = "any"


@dataclass(frozen=True, slots=True)
class Work:
    """A file to convert, and the files whose rules have to be known for that."""

    item: Input
    related: tuple[Input, ...] = ()


@dataclass(frozen=True, slots=True)
class Loaded:
    """The rules of a file in their order, after filters; `parts` are the numbers of those that stand for no result.

    These are filters, and rules that a correlation refers to and does not `generate`. `problems` say of its
    filters, by their numbers, where they have no effect that they seem to have. `alone` are the rules that have a
    document of their own where the collection is written as Sigma.
    """

    rules: tuple[Rule, ...]
    parts: frozenset[int]
    problems: Mapping[int, tuple[Diagnostic, ...]] = field(default_factory=dict)
    alone: frozenset[Key] = frozenset()


def read_all(items: Iterable[Input]) -> dict[str, bytes]:
    """The bytes of every file that can be read, by the name that is shown."""
    found: dict[str, bytes] = {}
    for item in items:
        try:
            found[item.shown] = Path(item.shown).read_bytes() if item.data is None else item.data
        except OSError:
            continue  # reading it as a rule says why
    return found


def has_filter(data: bytes) -> bool:
    """Whether the text of a file may have a filter."""
    return _FILTERS.search(data) is not None


def works(items: Sequence[Input], contents: Mapping[str, bytes]) -> list[Work]:
    """Each file with those that belong to it.

    These are the files that its correlations speak of, or whose correlations speak of its rules, at any remove, with
    the filters on any of them; for a filter the files that it speaks of. Two rules with a filter in common have nothing
    to do with each other.
    """
    speaking = [item for item in items if _SPEAKS.search(contents.get(item.shown, b""))]
    if not speaking:
        return [Work(item) for item in items]
    groups = _Groups([item.shown for item in items])
    filtered: dict[str, dict[str, None]] = {item.shown: {} for item in items}
    filters: dict[str, dict[str, None]] = {item.shown: {} for item in items}
    for item in speaking:
        for reference in _references(item, contents[item.shown]):
            for other in items:
                if not reference.leads_to(contents.get(other.shown, b"")):
                    continue
                if reference.by == CORRELATION:
                    groups.join(item.shown, other.shown)
                else:
                    filtered[item.shown][other.shown] = None
                    filters[other.shown][item.shown] = None
    members = groups.members()
    named = {item.shown: item for item in items}
    order = {name: number for number, name in enumerate(named)}
    found = []
    for item in items:
        group = members[item.shown]
        related = {*group, *(name for member in group for name in filters[member]), *filtered[item.shown]}
        related.discard(item.shown)
        found.append(Work(item, tuple(named[name] for name in sorted(related, key=order.__getitem__))))
    return found


@dataclass(frozen=True, slots=True)
class _Reference:
    """A name or id that a correlation or filter (`by`) speaks of, `any` for every rule."""

    by: str
    name: str

    def leads_to(self, data: bytes) -> bool:
        """Whether a file with these bytes may have a rule that is meant."""
        return self.name == _EVERY or self.name.encode() in data


def _references(item: Input, data: bytes) -> Iterator[_Reference]:
    """What the correlations and filters of a file speak of; nothing where it cannot be read."""
    loaded = guarded(item.shown, lambda: load_bytes(item, data))
    if isinstance(loaded, Failure):
        return
    for rule in loaded:
        if rule.type not in (CORRELATION, FILTER) or rule.origin is None:
            continue
        table = rule.origin.document.get("correlation" if rule.type == CORRELATION else "filter")
        rules = table.get("rules") if isinstance(table, Mapping) else None
        names = rules if isinstance(rules, list) else [rules]
        if rule.type == FILTER and not rules:
            names = [_EVERY]
        yield from (_Reference(rule.type, str(name)) for name in names if name)


class _Groups:
    """Names that belong together, joined pair by pair."""

    def __init__(self, names: Sequence[str]) -> None:
        self._leader = {name: name for name in names}

    def join(self, first: str, second: str) -> None:
        """Let two names, and all that belongs to either, belong together."""
        self._leader[self._of(first)] = self._of(second)

    def members(self) -> dict[str, list[str]]:
        """For each name all that belong together with it, itself too, in their order."""
        found: dict[str, list[str]] = {}
        for name in self._leader:
            found.setdefault(self._of(name), []).append(name)
        return {name: found[self._of(name)] for name in self._leader}

    def _of(self, name: str) -> str:
        while self._leader[name] != name:
            self._leader[name] = self._leader[self._leader[name]]
            name = self._leader[name]
        return name


def load(work: Work, data: bytes, read: Mapping[str, bytes]) -> Loaded:
    """The rules of a file, with what the related files say of them.

    `data` are its bytes, `read` those of the related files. Raises IsoruleError where the file itself cannot be read;
    a related one that cannot be read is left out, since its own turn says why.
    """
    own = load_bytes(work.item, data)
    if not _SPEAKS.search(data) and not work.related:
        return Loaded(tuple(own), frozenset())
    others = [rule for item in work.related if item.shown in read for rule in _others(item, read[item.shown])]
    whole = collection([*own, *others])
    kept = {_place(rule): rule for rule in whole}
    alone = {_place(rule) for rule in independent(whole)}
    rules = tuple(kept.get(_place(rule), rule) for rule in own)
    parts = frozenset(number for number, rule in enumerate(rules) if _place(rule) not in alone)
    filters = {number: rule for number, rule in enumerate(own) if rule.type == FILTER}
    problems = {number: filter_problems([rule], [*own, *others]) for number, rule in filters.items()}
    return Loaded(rules, parts, problems, standing_alone(whole))


def _place(rule: Rule) -> tuple[object, ...]:
    """What tells a rule from the others of a run: its file, and where it stands there."""
    origin = rule.origin
    assert origin is not None
    return (origin.file.path, id(origin.document))


@lru_cache(maxsize=64)
def _others(item: Input, data: bytes) -> tuple[Rule, ...]:
    """The rules of a related file, which often is one of several."""
    loaded = guarded(item.shown, lambda: load_bytes(item, data))
    return () if isinstance(loaded, Failure) else tuple(loaded)
