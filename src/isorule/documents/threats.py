"""ATT&CK threats: the nested tables of Elastic's rules, and the compact form that a Sigma rule keeps of them.

The flat tags of Sigma do not say which technique was meant under which tactic, so a Sigma rule that came from Elastic
keeps that; a rule that was written in Sigma has its threats read off its tags by ATT&CK's own tables.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, Final

from isorule.documents.codecs import read_table, read_tables, read_text
from isorule.documents.homes import Codec, WrongShapeError
from isorule.ir.rule import Technique, Threat

_SITE: Final = "https://attack.mitre.org"


def _threat(item: dict[str, Any]) -> Threat:
    tactic = _at(("tactic",), read_table, item.get("tactic"))
    techniques = _listed(item, "technique", _technique)
    return Threat(_text(tactic, "id", ("tactic",)), _text(tactic, "name", ("tactic",)), techniques)


def _technique(item: dict[str, Any]) -> Technique:
    name = _text(item, "name", ()) if "name" in item else None
    return Technique(_text(item, "id", ()), name, _listed(item, "subtechnique", _technique))


def _listed(item: dict[str, Any], key: str, read: Any) -> tuple[Any, ...]:
    """What a list of tables below a key says; nothing where there is no such key."""
    found: tuple[Any, ...] = _at((key,), partial(_each, read), item[key]) if key in item else ()
    return found


def _each(read: Any, raw: Any) -> tuple[Any, ...]:
    return tuple(_at((index,), read, item) for index, item in enumerate(read_tables(raw)))


def _text(table: dict[str, Any], key: str, path: tuple[str, ...]) -> str:
    text: str = _at((*path, key), read_text, table.get(key))
    return text


def _at(path: tuple[str | int, ...], read: Any, raw: Any) -> Any:
    """Read a part; an error in it gets the path to it."""
    try:
        return read(raw)
    except WrongShapeError as error:
        raise WrongShapeError(error.expected, error.found, (*path, *error.path)) from error


def _write_elastic(threats: Iterable[Threat]) -> list[dict[str, Any]]:
    return [_threat_table(threat) for threat in threats]


def _threat_table(threat: Threat) -> dict[str, Any]:
    table: dict[str, Any] = {"framework": "MITRE ATT&CK"}
    if threat.techniques:
        table["technique"] = [_technique_table(technique) for technique in threat.techniques]
    table["tactic"] = {
        "id": threat.tactic_id,
        "name": threat.tactic_name,
        "reference": f"{_SITE}/tactics/{threat.tactic_id}/",
    }
    return table


def _technique_table(technique: Technique) -> dict[str, Any]:
    table: dict[str, Any] = {"id": technique.id}
    if technique.name is not None:
        table["name"] = technique.name
    table["reference"] = f"{_SITE}/techniques/{technique.id.replace('.', '/')}/"
    if technique.subtechniques:
        table["subtechnique"] = [_technique_table(inner) for inner in technique.subtechniques]
    return table


ELASTIC_THREATS: Final = Codec(partial(_each, _threat), _write_elastic)


def _compact_threat(item: dict[str, Any]) -> Threat:
    techniques = _listed(item, "techniques", _compact_technique)
    return Threat(_text(item, "tactic", ()), _text(item, "name", ()), techniques)


def _compact_technique(item: dict[str, Any]) -> Technique:
    name = _text(item, "name", ()) if "name" in item else None
    return Technique(_text(item, "technique", ()), name, _listed(item, "subtechniques", _compact_technique))


def _write_compact(threats: Iterable[Threat]) -> list[dict[str, Any]]:
    return [
        {"tactic": threat.tactic_id, "name": threat.tactic_name}
        | ({"techniques": [_compact_table(item) for item in threat.techniques]} if threat.techniques else {})
        for threat in threats
    ]


def _compact_table(technique: Technique) -> dict[str, Any]:
    table: dict[str, Any] = {"technique": technique.id}
    if technique.name is not None:
        table["name"] = technique.name
    if technique.subtechniques:
        table["subtechniques"] = [_compact_table(inner) for inner in technique.subtechniques]
    return table


COMPACT_THREATS: Final = Codec(partial(_each, _compact_threat), _write_compact)


def attack_ids(threats: Iterable[Threat]) -> frozenset[str]:
    """The ids of all techniques and sub-techniques of threats, in upper case."""
    ids = set()
    for threat in threats:
        for technique in threat.techniques:
            ids.add(technique.id.upper())
            ids.update(inner.id.upper() for inner in technique.subtechniques)
    return frozenset(ids)


def tagged_ids(tags: Iterable[str]) -> frozenset[str]:
    """The ids of techniques and sub-techniques that Sigma tags name (`attack.t1018`), in upper case."""
    prefix = "attack.t"
    return frozenset(
        tag[len("attack.") :].upper() for tag in tags if tag.lower().startswith(prefix) and tag[8:9].isdigit()
    )
