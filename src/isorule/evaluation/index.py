"""Which of many needs an event meets, found in one walk over the event.

The paths of the needs are a tree of keys, so that only the parts of an event that some need asks for are looked at,
in every spelling (`a.b` as one key, or `b` inside `a`). The texts of a field are looked up together: whole ones in a
dictionary, contained ones with `isorule.evaluation.literals`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from isorule.evaluation.events import EventView, FieldReader, Fields
from isorule.evaluation.gates import Ask, Need, extra_texts
from isorule.evaluation.literals import Finder, literal_finder
from isorule.evaluation.values import Value, coercion, scalar, text_of
from isorule.ir.folding import fold
from isorule.ir.schema import FieldInfo

_MOST_REMEMBERED = 1024
_LONGEST_REMEMBERED = 256
_NONE: frozenset[int] = frozenset()


class _Texts:
    """For one field: what its values meet. Values come again and again, so answers are kept for a while."""

    __slots__ = ("_coerce", "_finder", "_found", "_null", "_whole", "remembered")

    def __init__(self, info: FieldInfo, whole: dict[str, set[int]], parts: dict[str, set[int]], fast: bool) -> None:
        self._coerce = coercion(info)
        self._null = info.null_value
        self._whole = {text: frozenset(marks) for text, marks in whole.items()}
        self._found = [frozenset(marks) for marks in parts.values()]
        self._finder: Finder = literal_finder(list(parts), fast)
        self.remembered = lru_cache(maxsize=_MOST_REMEMBERED)(self.search)

    def collect(self, node: object, met: set[int]) -> None:
        """Add what all values that stand at a place meet."""
        if type(node) is int or (type(node) is str and len(node) <= _LONGEST_REMEMBERED):
            met |= self.remembered(node)
        elif isinstance(node, list | tuple):
            for item in _elements(node):
                self.collect(item, met)
        elif not isinstance(node, Mapping):
            met |= self.search(self._null if node is None else node)

    def search(self, raw: object) -> frozenset[int]:
        """What a value meets."""
        written = scalar(raw)
        if written is None:
            return _NONE
        value: Value | None = written if self._coerce is None else self._coerce(written)
        if value is None:
            return _NONE
        found = self._of_text(text_of(value))
        for text in extra_texts((value,)):
            found |= self._whole.get(text, _NONE)
        return found

    def _of_text(self, text: str) -> frozenset[int]:
        folded = fold(text)
        found = self._whole.get(folded, _NONE)
        places = self._finder(folded)
        return found.union(*[self._found[place] for place in places]) if places else found


@dataclass(slots=True)
class _Place:
    """Where a key of an event leads: `reached` is met by its being there, `texts` by what stands there."""

    keys: dict[str, _Place]
    texts: _Texts | None = None
    reached: frozenset[int] = _NONE


@dataclass(slots=True)
class _Asked:
    """The needs of one path, each text with its marks."""

    whole: dict[str, set[int]] = field(default_factory=dict)
    parts: dict[str, set[int]] = field(default_factory=dict)
    reached: set[int] = field(default_factory=set)


class NeedIndex:
    """Needs with marks (numbers of the caller's own); `met` gives the marks of the needs that an event meets."""

    def __init__(self, fields: Fields, needs: Iterable[tuple[Need, int]], accelerated: bool) -> None:
        """`accelerated` asks for the extra `isorule[fast]`; see `isorule.evaluation.literals`."""
        asked: dict[str, _Asked] = {}
        below: dict[str, set[int]] = {}
        readers: dict[str, FieldReader] = {}
        anywhere: dict[str, set[int]] = {}
        for need, mark in needs:
            if need.ask is Ask.ANYWHERE:
                anywhere.setdefault(need.text, set()).add(mark)
                continue
            reader = fields.reader(need.path)
            known = readers.setdefault(reader.source, reader)
            entry = asked.setdefault(reader.source, _Asked())
            if need.ask is Ask.BELOW:
                below.setdefault(reader.source, set()).add(mark)
            elif need.ask is Ask.REACHED or not _read_alike(known, reader):
                entry.reached.add(mark)
            else:
                texts = entry.whole if need.ask is Ask.WHOLE else entry.parts
                texts.setdefault(need.text, set()).add(mark)
        self._loose = _NONE.union(*below.values())
        self._keys = _tree(asked, below, readers, accelerated)
        self._fields = fields
        self._schema = fields.schema
        self._anywhere = _Texts(FieldInfo(), {}, anywhere, accelerated) if anywhere else None

    def met(self, view: EventView) -> set[int]:
        """The marks of all needs that an event meets, and maybe of some others."""
        found: set[int] = set()
        loose = self._loose
        pending: list[tuple[Mapping[str, object], dict[str, _Place]]] = [(view.event, self._keys)]
        while pending:
            node, keys = pending.pop()
            for key, value in node.items():
                place = keys.get(key)
                if place is None:
                    if loose and (type(key) is not str or "." in key or not key):  # may stand for something below
                        found |= loose
                    continue
                if place.reached:
                    found |= place.reached
                texts = place.texts
                if type(value) is str:
                    if texts is not None:
                        short = len(value) <= _LONGEST_REMEMBERED
                        met = texts.remembered(value) if short else texts.search(value)
                        if met:
                            found |= met
                    continue
                if type(value) is dict:
                    if place.keys:
                        pending.append((value, place.keys))
                    continue
                if texts is not None:
                    texts.collect(value, found)
                if place.keys:
                    pending.extend((inner, place.keys) for inner in _elements(value) if isinstance(inner, Mapping))
        if self._anywhere is not None:
            self._collect_anywhere(self._anywhere, view, found)
        return found

    def _collect_anywhere(self, texts: _Texts, view: EventView, found: set[int]) -> None:
        """Add what the values of all fields meet; only where fields have types does it matter which they are."""
        if self._schema.fields:
            for path, raw in view.leaves():
                for name in (path, *self._fields.multi_fields(path)):
                    coerce = coercion(self._schema[name])
                    value = raw if coerce is None else coerce(raw)
                    if value is not None:
                        texts.collect(text_of(value), found)
            return
        pending: list[object] = [view.event]
        remembered = texts.remembered
        while pending:
            node = pending.pop()
            if isinstance(node, str):
                met = remembered(node) if len(node) <= _LONGEST_REMEMBERED else texts.search(node)
                if met:
                    found |= met
            elif isinstance(node, dict | Mapping):
                pending.extend(node.values())
            elif isinstance(node, list | tuple):
                pending.extend(node)
            elif node is not None:
                texts.collect(node, found)


def _read_alike(one: FieldReader, other: FieldReader) -> bool:
    """Whether two fields that stand at one place (aliases, multi-fields) have the same values."""
    return coercion(one.info) is coercion(other.info) and one.info.null_value == other.info.null_value


def _elements(node: object) -> Iterator[object]:
    """The node with all lists taken apart."""
    pending = [node]
    while pending:
        item = pending.pop()
        if isinstance(item, list | tuple):
            pending.extend(item)
        else:
            yield item


def _tree(
    asked: dict[str, _Asked], below: dict[str, set[int]], readers: dict[str, FieldReader], accelerated: bool
) -> dict[str, _Place]:
    """The keys that may stand at the top of an event, and what they lead to."""
    inner: dict[str, dict[str, _Place]] = {"": {}}
    texts = {
        path: _Texts(readers[path].info, entry.whole, entry.parts, accelerated)
        for path, entry in asked.items()
        if entry.whole or entry.parts
    }
    for path in asked:
        parts = path.split(".")
        for end in range(1, len(parts) + 1):
            target = ".".join(parts[:end])
            inner.setdefault(target, {})
            for start in range(end):
                origin, key = ".".join(parts[:start]), ".".join(parts[start:end])
                if key not in inner[origin]:
                    passed = (".".join(parts[:at]) for at in range(start + 1, end + 1))
                    reached = _NONE.union(*[below.get(step, _NONE) for step in passed])
                    if target in asked:
                        reached |= asked[target].reached
                    inner[origin][key] = _Place(inner[target], texts.get(target), reached)
    return inner[""]
