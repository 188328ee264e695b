"""Rules and streams of events for measuring and checking rule sets, from the corpora in the `shared` folder.

Windows events are taken as they are. ECS events are Windows events written with ECS fields, among them some that are
made from the literals of the rules, so that rules of every kind have something to match.
"""

from __future__ import annotations

import gzip
import json
import random
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from isorule.diagnostics import IsoruleError
from isorule.dialects.registry import dialect
from isorule.dialects.sigma import read_detection
from isorule.evaluation import RuleSet
from isorule.ir.detections import Detection, Match, Sequence
from isorule.ir.matchers import Equals, Like, Matcher, OneOf, Range, Regex, Tokens, Wildcard
from isorule.ir.predicates import And, EventCategory, Field, Nested, Or, Predicate, Test
from isorule.ir.regex import language, literals
from isorule.ir.rule import DataSource, Metadata, Rule
from isorule.ir.schema import FieldSchema

SHARED = Path(__file__).parents[2] / ".." / "shared"

Event = Mapping[str, Any]


def sigma_rules(folder: str = "rules*/windows/**") -> list[Rule]:
    """Sigma rules that the evaluator takes."""
    paths = sorted((SHARED / "corpus" / "sigma").glob(f"{folder}/*.yml"))
    return list(_read(map(_sigma, paths), None))


def elastic_rules(schema: FieldSchema, kinds: tuple[type[Detection], ...] = (Match, Sequence)) -> list[Rule]:
    """Elastic's queries in EQL and kuery that a rule set takes, but for those of indicator match rules."""
    paths = sorted((SHARED / "corpus" / "elastic" / "rules").rglob("*.toml"))
    found = (rule for rule in map(_elastic, paths) if rule is not None and isinstance(rule.detection, kinds))
    return list(_read(found, schema))


def _sigma(path: Path) -> Rule | None:
    document = yaml.load(path.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    try:
        return Rule(Metadata(document["title"]), DataSource(), read_detection(document["detection"]), "sigma")
    except IsoruleError:
        return None


def _elastic(path: Path) -> Rule | None:
    rule = tomllib.loads(path.read_text(encoding="utf-8"))["rule"]
    name = rule.get("language")
    parse = dialect(name).parse if name in ("eql", "kuery") and rule["type"] != "threat_match" else None
    return None if parse is None else Rule(Metadata(rule["name"]), DataSource(), parse(rule["query"]), name)


def _read(rules: Iterator[Rule | None], schema: FieldSchema | None) -> Iterator[Rule]:
    for rule in rules:
        if rule is not None:
            try:
                RuleSet([rule], schema=schema)
            except IsoruleError:
                continue
            yield rule


def windows_events(file: str = "otrf-windows-sample.ndjson.gz") -> Iterator[dict[str, Any]]:
    with gzip.open(SHARED / "events" / file, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def mitre_events() -> Iterator[dict[str, Any]]:
    """Events of the second sample, their fields on top as Sigma names them."""
    for event in windows_events("evtx-to-mitre.ndjson.gz"):
        inner = event["Event"]
        system = inner.get("System") or {}
        flat = {key: value for key, value in system.items() if not isinstance(value, dict)}
        yield {**flat, **(inner.get("EventData") or {}), **(inner.get("UserData") or {})}


def process_starts() -> list[dict[str, Any]]:
    return [event for event in windows_events() if event.get("EventID") in (1, 4688)]


def made_unique(events: list[dict[str, Any]], count: int, field: str = "CommandLine") -> Iterator[dict[str, Any]]:
    """`count` events, the given ones over and over, with a command line that never comes twice."""
    for number in range(count):
        event = events[number % len(events)]
        text = event.get(field)
        yield {**event, field: f"{text} {number:x}"} if text and number >= len(events) else event


_CATEGORIES = {
    1: ("process", "start"), 4688: ("process", "start"), 3: ("network", "start"), 7: ("library", "start"),
    11: ("file", "creation"), 12: ("registry", "change"), 13: ("registry", "change"), 22: ("network", "protocol"),
}  # fmt: skip


def ecs_events() -> Iterator[dict[str, Any]]:
    """The sample's process, file, registry, library, network and DNS events in ECS, without end."""
    found = [event for event in windows_events() if event.get("EventID") in _CATEGORIES and _image(event)]
    number = 0
    while True:
        for event in found:
            number += 1
            yield _in_ecs(event, number)


def _image(event: Event) -> str | None:
    return event.get("Image") or event.get("NewProcessName")


def _in_ecs(event: Event, number: int) -> dict[str, Any]:
    category, kind = _CATEGORIES[event["EventID"]]
    command = f"{event.get('CommandLine') or _image(event)} {number:x}"
    host = str(event.get("Hostname"))
    hashes = dict(item.split("=", 1) for item in str(event.get("Hashes", "")).split(",") if "=" in item)
    document: dict[str, Any] = {
        "@timestamp": event.get("@timestamp"),
        "agent": {"id": f"agent-{host}", "type": "endpoint", "version": "8.15.0"},
        "data_stream": {"dataset": f"endpoint.events.{category}", "namespace": "default", "type": "logs"},
        "ecs": {"version": "8.10.0"},
        "event": {
            "action": kind, "category": [category], "code": str(event["EventID"]), "kind": "event", "type": [kind],
            "dataset": f"endpoint.events.{category}", "id": f"e{number}", "module": "endpoint", "sequence": number,
        },
        "host": {
            "architecture": "x86_64", "hostname": host, "id": f"id-{host}", "ip": ["10.0.0.5", "fe80::1"],
            "name": host, "os": {"family": "windows", "name": "Windows", "platform": "windows", "type": "windows"},
        },
        "message": f"Endpoint {category} event",
        "process": {
            "args": command.split(), "args_count": len(command.split()), "command_line": command,
            "entity_id": f"p{number}", "executable": _image(event), "name": _name(_image(event)), "pid": number,
            "hash": {key.lower(): value.lower() for key, value in hashes.items()},
            "pe": {"original_file_name": event.get("OriginalFileName"), "company": event.get("Company")},
            "code_signature": {"exists": True, "subject_name": "Microsoft Windows", "trusted": True},
            "parent": {
                "executable": event.get("ParentImage"), "name": _name(event.get("ParentImage")), "pid": 4,
                "command_line": event.get("ParentCommandLine"), "args": str(event.get("ParentCommandLine")).split(),
            },
        },
        "user": {"domain": event.get("Domain"), "id": event.get("UserID"), "name": event.get("AccountName")},
    }  # fmt: skip
    document |= _subject(category, event)
    return document


def _subject(category: str, event: Event) -> dict[str, Any]:
    """What the process did something to."""
    path = event.get("TargetFilename") or event.get("TargetObject") or event.get("ImageLoaded")
    match category:
        case "file":
            return {"file": {"path": path, "name": _name(path), "extension": str(path).rpartition(".")[2]}}
        case "registry":
            return {"registry": {"path": path, "value": _name(path), "data": {"strings": event.get("Details")}}}
        case "library":
            return {"dll": {"path": path, "name": _name(path), "code_signature": {"trusted": True}}}
        case "network":
            return {
                "destination": {"ip": event.get("DestinationIp"), "port": event.get("DestinationPort")},
                "source": {"ip": event.get("SourceIp"), "port": event.get("SourcePort")},
                "dns": {"question": {"name": event.get("QueryName")}},
            }
        case _:
            return {}


def _name(path: object) -> str | None:
    return path.replace("/", "\\").rpartition("\\")[2] if isinstance(path, str) else None


def planted(where: Predicate, chance: random.Random, spoiled: float = 0.2) -> dict[str, Any]:
    """An event with values that the tests of a predicate ask for; `spoiled` is how often something is changed."""
    values: dict[str, list[Any]] = {}
    _plant(where, values, chance)
    if values and chance.random() < spoiled:
        del values[chance.choice(sorted(values))]
    event: dict[str, Any] = {}
    for path, found in values.items():
        if chance.random() < spoiled / 2:
            found = [value.swapcase() if isinstance(value, str) else value for value in found]
        value: Any = found if len(found) > 1 or chance.random() < 0.3 else found[0]
        if chance.random() < 0.1:
            event[path] = value
        else:
            put(event, path.split("."), value)
    return event


def _plant(where: Predicate, values: dict[str, list[Any]], chance: random.Random) -> None:
    match where:
        case And(terms):
            for term in terms:
                _plant(term, values, chance)
        case Or(terms):
            _plant(chance.choice(terms), values, chance)
        case Nested(_, term):
            _plant(term, values, chance)
        case Test(EventCategory(), matcher):
            values.setdefault("event.category", []).append(_value(matcher, chance))
        case Test(Field(path), matcher):
            values.setdefault(path, []).append(_value(matcher, chance))
        case _:
            pass


def _value(matcher: Matcher, chance: random.Random) -> Any:
    match matcher:
        case Equals(value):
            return value
        case Tokens(text):
            return text
        case Like(parts):
            written = {Wildcard.RUN: chance.choice(["", "x", "abc"]), Wildcard.ONE: "y"}
            return "".join(written[part] if isinstance(part, Wildcard) else str(part) for part in parts)
        case OneOf(options):
            return _value(chance.choice(options), chance)
        case Regex():
            return " ".join(chance.choice(sorted(clause)) for clause in literals(language(matcher)))
        case Range(lower, upper):
            end = lower or upper
            return end.value if end is not None else 1
        case _:
            return "x"


def put(event: dict[str, Any], keys: list[str], value: object) -> None:
    """Set a value at a path, with the rest of the path as one key where something else stands in the way."""
    for at, key in enumerate(keys[:-1]):
        inner = event.setdefault(key, {})
        if not isinstance(inner, dict):
            event[".".join(keys[: at + 1]) + "." + ".".join(keys[at + 1 :])] = value
            return
        event = inner
    event[keys[-1]] = value


def ecs_stream(rules: list[Rule], count: int, every: int = 20) -> Iterator[dict[str, Any]]:
    """`count` ECS events, one of `every` with values that a rule of single events asks for laid over."""
    chance = random.Random(1)
    conditions = [rule.detection.where for rule in rules if isinstance(rule.detection, Match)]
    for number, event in zip(range(count), ecs_events(), strict=False):
        yield merged(event, planted(chance.choice(conditions), chance)) if number % every == 0 else event


def merged(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """One document with the values of two; where both have one, the second's."""
    out = dict(under)
    for key, value in over.items():
        inner = out.get(key)
        out[key] = merged(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return out
