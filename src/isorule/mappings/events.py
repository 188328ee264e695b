"""Events of one taxonomy as events of another, by the same tables that translate rules."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import product
from typing import Final, assert_never

from isorule.ir.rule import LogSource
from isorule.mappings.arguments import argument_list
from isorule.mappings.spelling import registry_value
from isorule.mappings.tables import ECS
from isorule.mappings.taxonomy import (
    Account,
    Address,
    Argument,
    AsText,
    FieldRow,
    Fields,
    FullText,
    Hashes,
    Layout,
    Prefixed,
    RegistryData,
    Same,
    Section,
    Spelled,
    Taxonomy,
    every_place,
)
from isorule.mappings.tree import Event, flat, one_or_list, put, spread, values
from isorule.mappings.windows import is_windows, sigma_event

_TIME: Final = "@timestamp"


def to_taxonomy(event: Event, taxonomy: Taxonomy, logsource: LogSource | None = None) -> dict[str, object]:
    """An event with Sigma's names (also in Windows' own form) as the taxonomy lays it out.

    Without a log source the event's own fields tell it. An event that has the taxonomy's fields already is given back.
    """
    if logsource is None and not is_windows(event) and is_laid_out(event, taxonomy):
        return dict(event)
    native = sigma_event(event)
    found = logsource or native_logsource(native, taxonomy)
    return _Outward(taxonomy.layout(found)).event(native)


def to_sigma(event: Event, taxonomy: Taxonomy, logsource: LogSource | None = None) -> dict[str, object]:
    """An event as the taxonomy lays it out with Sigma's names; one that has them already only loses its own shape."""
    if is_windows(event) or (logsource is None and not is_laid_out(event, taxonomy)):
        return sigma_event(event)
    held = spread(event)
    return _inward(held, taxonomy.layout(logsource or carried_logsource(held, taxonomy)))


def is_laid_out(event: Event, taxonomy: Taxonomy) -> bool:
    """Whether an event has the fields of a taxonomy, not Sigma's.

    ECS is told by its groups; another taxonomy by having more of its fields than of those that Sigma calls so.
    """
    if is_ecs(event):
        return True
    if taxonomy.name == ECS:
        return False
    own, native = _names(taxonomy)
    found = flat(event)
    return sum(path in own for path in found) > sum(path in native for path in found)


@lru_cache(maxsize=32)
def _names(taxonomy: Taxonomy) -> tuple[frozenset[str], frozenset[str]]:
    """The fields that only the taxonomy has, and those that Sigma has."""
    rows = [row for section in taxonomy.sections for row in section.rows]
    native = frozenset(row.sigma for row in rows)
    paths = {path for row in rows for path in (*row.paths, *row.aliases, *row.names, *row.extensions, *row.arguments)}
    required = {path for section in taxonomy.sections for fields in section.requires for path, _ in fields}
    return frozenset(paths | required) - native - {_TIME}, native


def is_ecs(event: Event) -> bool:
    """Whether an event has the groups of ECS."""
    return any(isinstance(event.get(name), Mapping) for name in ("event", "process", "winlog", "host", "ecs")) or any(
        name.startswith(("event.", "process.", "winlog.", "host.", "data_stream.")) for name in event
    )


def native_logsource(event: Event, taxonomy: Taxonomy) -> LogSource | None:
    """The log source that Sigma's own fields of an event tell; the most telling section wins."""
    found = (
        (_telling(fields, section), section.logsource)
        for section in taxonomy.sections
        for fields in section.native
        if _all(event, fields, fold=True)
    )
    return max(found, key=lambda item: item[0], default=(None, None))[1]


def carried_logsource(event: Event, taxonomy: Taxonomy) -> LogSource | None:
    """The log source whose condition an event of the taxonomy meets; the most telling section wins."""
    found = (
        (_telling(fields, section), section.logsource)
        for section in taxonomy.sections
        for fields in section.requires
        if _all(event, fields) and _meets_all(event, taxonomy.layout(section.logsource))
    )
    return max(found, key=lambda item: item[0], default=(None, None))[1]


def belongs(event: Event, logsource: LogSource | None, taxonomy: Taxonomy) -> bool:
    """Whether an event is of a log source, as far as the event tells: one of another taxonomy by the condition that
    the log source stands for, one with Sigma's names by its own fields."""
    layout = taxonomy.layout(logsource)
    if not is_windows(event) and is_laid_out(event, taxonomy):
        held = flat(event)
        return all(any(_all(held, fields) for fields in group) for group in layout.means)
    native = sigma_event(event)
    known = [section for section in taxonomy.sections if section.native and section.speaks_for(layout.logsource)]
    if known:
        return all(any(_all(native, fields, fold=True) for fields in section.native) for section in known)
    return True


def _meets_all(event: Event, layout: Layout) -> bool:
    return all(any(_all(event, fields) for fields in group) for group in layout.requires)


def _telling(fields: Fields, section: Section) -> tuple[int, int, int]:
    """How much a set of conditions tells: many fields, each with few values, of a section for few log sources.

    The code of an event tells more than its kind.
    """
    return (
        len(fields) + any(path == "event.code" for path, _ in fields),
        -sum(len(wanted) for _, wanted in fields),
        section.weight,
    )


def _all(event: Event, fields: Fields, *, fold: bool = False) -> bool:
    return all(_carries(event.get(path), wanted, fold=fold) for path, wanted in fields)


def _carries(value: object, wanted: tuple[str, ...], *, fold: bool = False) -> bool:
    """Whether a field has a wanted value: without letter case where `fold`, and where the value is a pattern."""
    held = [_text(item) for item in values(value)]
    folded = [item.lower() for item in held]
    for word in wanted:
        start, star, _ = word.partition("*")
        if star and any(item.startswith(start.lower()) for item in folded):
            return True
        if not star and (word in held or (fold and word.lower() in folded)):
            return True
    return False


class _Outward:
    """Writes events by a layout."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def event(self, native: Event) -> dict[str, object]:
        out: dict[str, object] = {}
        for name, value in spread(native).items():
            self._field(out, name, value)
        for path, wanted in self._missing(out):
            put(out, path, wanted)
        for path, carried in self._carried():
            put(out, path, one_or_list(list(carried)))
        return out

    def _carried(self) -> Fields:
        """What every event of the log source carries, apart from data that only the event itself can tell."""
        data = self._layout.unmapped
        return tuple((path, found) for path, found in self._layout.sets if data is None or not path.startswith(data))

    def _missing(self, out: Event) -> list[tuple[str, str]]:
        """What an event lacks of the condition of its log source: of the first alternative that fits it."""
        held = flat(out)
        whole = dict(self._carried()) | held
        found: list[tuple[str, str]] = []
        for group in self._layout.requires:
            if any(_all(whole, fields) for fields in group):
                continue
            fitting = (
                fields for fields in group if all(path not in held or _carries(held[path], ok) for path, ok in fields)
            )
            found += [(path, wanted[0].removesuffix("*")) for path, wanted in next(fitting, ())]
        return found

    def _field(self, out: dict[str, object], name: str, value: object) -> None:
        if name == _TIME:
            put(out, name, value)
            return
        held = [item for item in values(value) if not (isinstance(item, str) and item in self._layout.empty)]
        if not held:
            return
        row = self._layout.rows.get(name)
        if row is None:
            put(out, self._name(name), one_or_list(held))
            return
        self._row(out, row, held)

    def _name(self, name: str) -> str:
        for start, to in self._layout.prefixes:
            if name.startswith(start):
                return to + name[len(start) :]
        return name if self._layout.unmapped is None else self._layout.unmapped + name

    def _row(self, out: dict[str, object], row: FieldRow, held: list[object]) -> None:
        match row.rewrite:
            case Same() | FullText():
                self._whole(out, row, held)
            case AsText():
                self._whole(out, row, [_text(item) for item in held])
            case Spelled(spellings):
                ways = {word.lower(): found[0] for word, found in spellings}
                self._whole(out, row, [ways.get(_text(item).lower(), item) for item in held])
            case Prefixed():
                self._whole(out, row, held)
            case Address(network):
                self._whole(out, row, held)
                if network is not None:
                    put(out, network, one_or_list(held))
            case Hashes(fields):
                _put_hashes(out, dict(reversed(fields)), ",".join(map(_text, held)))
            case Account(domain, name):
                _put_account(out, domain, name, [_text(item) for item in held])
            case RegistryData(raw):
                put(out, row.paths[0], [registry_value(_text(item)) for item in held])
                put(out, raw, one_or_list(held))
            case Argument():
                known = values(flat(out).get(row.paths[0]))
                put(out, row.paths[0], [*known, *held], anew=True)
                for path in row.paths[1:]:
                    put(out, path, one_or_list(held))
            case _:
                assert_never(row.rewrite)

    def _whole(self, out: dict[str, object], row: FieldRow, held: list[object]) -> None:
        if "*" in row.paths[0]:
            for place, item in enumerate(held):
                put(out, row.paths[0].replace("*", str(place), 1).replace("*", "0"), item)
            return
        put(out, row.paths[0], one_or_list(held))
        for alias in row.aliases:
            put(out, alias, one_or_list(held))
        separator = self._layout.separator
        paths = [text for item in held if separator in (text := _text(item))]
        extended = [text for text in paths if "." in text]
        if row.names and paths:
            put(out, row.names[0], one_or_list([text.rpartition(separator)[2] for text in paths]))
        if row.extensions and extended:
            put(out, row.extensions[0], one_or_list([text.rpartition(".")[2] for text in extended]))
        if row.arguments:
            found = argument_list(_text(held[0]), windows=separator == "\\")
            put(out, row.arguments[0], found)
            put(out, f"{row.arguments[0]}_count", len(found))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _put_hashes(out: dict[str, object], fields: Mapping[str, str], text: str) -> None:
    for part in text.split(","):
        algorithm, _, digest = part.partition("=")
        path = fields.get(algorithm.strip().upper())
        if path is not None and digest.strip("0"):
            put(out, path, digest.lower())


def _put_account(out: dict[str, object], domain: str, name: str, texts: list[str]) -> None:
    parts = [text.rpartition("\\") for text in texts]
    domains = [first for first, separator, _ in parts if separator]
    if domains:
        put(out, domain, one_or_list(list(domains)))
    put(out, name, one_or_list([last for _, _, last in parts]))


def _inward(event: Event, layout: Layout) -> dict[str, object]:
    out: dict[str, object] = {}
    left = _places_joined(event, layout)
    for row in layout.rows.values():
        found = _sigma_value(row, left, layout)
        if found is not None:
            out.setdefault(row.sigma, found)
    for path in list(left):
        if layout.place(path) is not None:
            del left[path]
    for reading in layout.readings:
        told = dict(reading.values)
        known = [told[text] for text in map(_text, values(left.pop(reading.path, None))) if text in told]
        if known:
            out.setdefault(reading.sigma, one_or_list(list(known)))
    for path, value in left.items():
        out.setdefault(_sigma_name(path, layout), value)
    return out


def _places_joined(event: Event, layout: Layout) -> dict[str, object]:
    """The event with the values of all places of a list in one, where the layout does not tell them apart."""
    out: dict[str, object] = {}
    for path, value in event.items():
        place = layout.place(path)
        whole = every_place(path) if place is not None and path not in place.row.paths else path
        if whole in out:
            out[whole] = [*values(out[whole]), *values(value)]
        else:
            out[whole] = value
    return out


def _sigma_name(path: str, layout: Layout) -> str:
    for start, to in layout.prefixes:
        if path.startswith(to):
            return start + path[len(to) :]
    return path if layout.unmapped is None else path.removeprefix(layout.unmapped)


def _sigma_value(row: FieldRow, event: Event, layout: Layout) -> object:
    match row.rewrite:
        case Hashes(fields):
            found = [f"{name}={_text(item)}" for name, path in fields for item in values(event.get(path))]
            return ",".join(found) or None
        case Account(domain, name):
            if name not in event:
                return None
            domains, names = values(event.get(domain)), values(event[name])
            pairs = zip(domains, names, strict=True) if len(domains) == len(names) else product(domains, names)
            whole = [f"{_text(first)}\\{_text(last)}" for first, last in pairs]
            return one_or_list(list(whole) or names)
        case RegistryData(raw) if raw in event:
            return event[raw]
        case Argument():
            words = values(event.get(row.paths[0]))
            place = [other.sigma for other in layout.rows.values() if other.paths[:1] == row.paths[:1]].index(row.sigma)
            return words[place] if place < len(words) else None
        case Address(str() as network) if network in event and not any(path in event for path in row.paths):
            return event[network]
        case _:
            pass
    held = next((event[path] for path in (*row.paths, *row.aliases) if path in event), None)
    if held is None:
        return _of_parts(row, event, layout.separator)
    words = [_inward_word(row, item) for item in values(held)]
    return one_or_list(words) if words else None


def _inward_word(row: FieldRow, value: object) -> object:
    match row.rewrite:
        case AsText():
            text = _text(value)
            return int(text) if text.isascii() and text.isdigit() else value
        case Spelled(spellings):
            text = _text(value).lower()
            return next((word for word, ways in spellings if text in map(str.lower, ways)), value)
        case Prefixed(spellings):
            text = _text(value)
            for word, ways in spellings:
                for way in ways:
                    if text.lower().startswith(way.lower() + "\\"):
                        return word + text[len(way) :]
            return value
        case _:
            return value


def _of_parts(row: FieldRow, event: Event, separator: str) -> object:
    """A path of which only the name is known, and a command line of which only the words are."""
    for path in row.names:
        if path in event:
            return separator + _text(event[path])
    for path in row.arguments:
        if path in event:
            return " ".join(_text(item) for item in values(event[path]))
    return None
