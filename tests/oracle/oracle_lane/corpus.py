"""Published rules, read in place: kuery by Kibana's compiler, EQL event conditions by isorule's emitter."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random

from isorule.dialects.eql import EQL
from isorule.ir.detections import Match, Sample, Sequence
from isorule.ir.predicates import Call, Field, Predicate, Test
from isorule.ir.resolve import resolve_category
from isorule.ir.schema import FieldSchema, FieldType
from isorule.ir.walk import walk
from isorule.mappings import ecs_schema
from oracle_lane import kibana, world
from oracle_lane.comparison import Batch, Case
from oracle_lane.documents import Event, EventMaker
from oracle_lane.engine import Refused
from oracle_lane.sources import SEED, has_field_pattern, parsed, pushed_down

RULES = Path(__file__).parents[3] / ".." / "shared" / "corpus" / "elastic" / "rules"
_SIZE = 5
_EVENTS = 9
_SAMPLES = {
    FieldType.INTEGER: (0, 1, 5, 22, 443, "443", 70000),
    FieldType.DECIMAL: (0.5, 1, 47, 99),
    FieldType.BOOLEAN: (True, False, "true"),
    FieldType.IP: world.ADDRESSES,
    FieldType.DATE: world.DATES,
    FieldType.TEXT: world.SENTENCES,
}


def queries(language: str) -> Iterator[tuple[str, str]]:
    """File name and query of each rule in a language."""
    for path in sorted(RULES.rglob("*.toml")):
        rule = tomllib.loads(path.read_text(encoding="utf-8"))["rule"]
        if rule.get("language") == language:
            yield path.name, rule["query"]


def kuery_batches() -> list[Batch]:
    """Every kuery rule, compiled for a data view of the fields that its batch names."""
    random = Random(SEED + 5)
    rules = list(queries("kuery"))
    understood = [parsed(text) for _, text in rules]
    whole = known_fields(understood)
    view = kibana.data_view(whole, whole.fields)
    given = [
        (text, view if number % 2 or has_field_pattern(where) else None)
        for number, ((_, text), where) in enumerate(zip(rules, understood, strict=True))
    ]
    cases = [
        Case(name, where, query)
        for (name, _), where, query in zip(rules, understood, kibana.compiled(given), strict=True)
        if not isinstance(query, Refused)
    ]
    assert len(cases) == len(rules), "Kibana refuses a published rule"
    return in_batches(cases, random)


def eql_batches() -> list[Batch]:
    """The conditions of every EQL rule that Query DSL can say; those with functions are left out."""
    random = Random(SEED + 6)
    found: list[tuple[str, Predicate]] = []
    for name, text in queries("eql"):
        found += [
            (name, resolve_category(where, "event.category")) for where in conditions(text) if not computes(where)
        ]
    schema = known_fields([where for _, where in found])
    emitted = [(name, where, pushed_down(where, schema)) for name, where in found]
    return in_batches([Case(name, where, query) for name, where, query in emitted if query is not None], random)


def in_batches(cases: list[Case], random: Random) -> list[Batch]:
    """The cases in small groups with the fields that they name, so that many events are near many queries."""
    batches = []
    for start in range(0, len(cases), _SIZE):
        group = cases[start : start + _SIZE]
        schema = known_fields([case.predicate for case in group if not isinstance(case.predicate, Refused)])
        batches.append(Batch(schema, events(group, schema, random), group))
    return batches


def conditions(text: str) -> list[Predicate]:
    """The conditions on single events of an EQL query."""
    assert EQL.parse is not None
    match EQL.parse(text):
        case Match(where):
            return [where]
        case Sequence(stages) | Sample(stages):
            return [stage.where for stage in stages]
        case _:
            return []


def computes(where: Predicate) -> bool:
    """Whether a condition has a computed operand."""
    return any(isinstance(node, Test) and isinstance(node.subject, Call) for node in walk(where))


def known_fields(predicates: list[Predicate]) -> FieldSchema:
    """The schema of the fields that predicates name, with the fields under multi-fields."""
    ecs = ecs_schema()
    paths = {
        node.subject.path
        for where in predicates
        for node in walk(where)
        if isinstance(node, Test) and isinstance(node.subject, Field)
    }
    parents = {path.rpartition(".")[0] for path in paths}
    return FieldSchema({path: ecs[path] for path in sorted(paths | {path for path in parents if path in ecs.fields})})


def events(cases: list[Case], schema: FieldSchema, random: Random) -> list[Event]:
    """Some events for each case."""
    maker = EventMaker(schema, partial(pool, schema), random)
    return [
        event
        for case in cases
        if not isinstance(case.predicate, Refused)
        for event in maker.events(case.predicate, _EVENTS)
    ]


def pool(schema: FieldSchema, path: str) -> tuple[object, ...]:
    """Values of a field that rules do not name."""
    return _SAMPLES.get(schema.type_of(path), ("x", "cmd.exe", "CMD.EXE", "0", ""))
