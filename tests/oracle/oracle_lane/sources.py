"""The generated cases, the same at every run: kuery compiled by Kibana, predicates and EQL emitted by isorule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from isorule.diagnostics import IsoruleError, UnsupportedError
from isorule.dialects.dsl.capabilities import CAPABILITIES
from isorule.dialects.dsl.emit import to_query
from isorule.dialects.dsl.options import IndexField, IndexPattern, KueryOptions, Wording
from isorule.dialects.eql import EQL
from isorule.dialects.kuery import KUERY
from isorule.dialects.lucene import LUCENE
from isorule.ir.detections import Match
from isorule.ir.predicates import FieldGlob, Predicate, Test
from isorule.ir.resolve import resolve, resolve_category
from isorule.ir.schema import FieldSchema
from isorule.ir.walk import walk
from isorule.lowering import Target, lower
from oracle_lane import index_terms, kibana, phrases, world
from oracle_lane.comparison import Batch, Case, batched
from oracle_lane.documents import Event, EventMaker
from oracle_lane.engine import Query, Refused
from oracle_lane.eql_texts import EqlWriter
from oracle_lane.index_terms import TermWriter
from oracle_lane.kuery_texts import KueryWriter
from oracle_lane.lucene_texts import LuceneWriter
from oracle_lane.phrases import PhraseWriter
from oracle_lane.predicates import PredicateWriter

SEED = 20261121
EXACT = KueryOptions(wording=Wording.EXACT)
_DEPTHS = 4
"""Conditions come in turns with no connective, and with up to three levels of them."""


def index_pattern(schema: FieldSchema) -> IndexPattern:
    """The fields of a schema as the emitter of Query DSL takes them."""
    entries = kibana.data_view(schema, schema.fields)
    fields = (
        IndexField(
            entry["name"],
            entry["type"],
            tuple(entry["esTypes"]),
            entry.get("subType", {}).get("nested", {}).get("path"),
        )
        for entry in entries
    )
    return IndexPattern.of(*fields)


def has_field_pattern(predicate: Predicate) -> bool:
    """Whether a test names its field by a pattern, which Kibana expands only with a data view at hand."""
    return any(isinstance(node, Test) and isinstance(node.subject, FieldGlob) for node in walk(predicate))


def parsed(text: str) -> Predicate:
    """What isorule understands of a kuery text."""
    detection = KUERY.parse(text) if KUERY.parse is not None else None
    assert isinstance(detection, Match)
    return detection.where


def kuery_batches(count: int) -> list[Batch]:
    """Generated kuery, every other query compiled without a data view where Kibana needs none."""
    random = Random(SEED)
    writer = KueryWriter(random)
    texts = [writer.query(number % _DEPTHS) for number in range(count)]
    understood = [parsed(text) for text in texts]
    view = kibana.data_view(world.SCHEMA, world.PATHS)
    given = [
        (text, view if number % 2 or has_field_pattern(where) else None)
        for number, (text, where) in enumerate(zip(texts, understood, strict=True))
    ]
    queries = kibana.compiled(given)
    refused = [text for text, query in zip(texts, queries, strict=True) if isinstance(query, Refused)]
    assert refused == [], "isorule reads what Kibana refuses"
    cases = [
        Case(text, where, query)
        for text, where, query in zip(texts, understood, queries, strict=True)
        if not isinstance(query, Refused)
    ]
    return in_batches(cases, random)


def in_batches(cases: list[Case], random: Random, schema: FieldSchema = world.SCHEMA, size: int = 50) -> list[Batch]:
    """The cases with four events made for each."""
    maker = EventMaker(schema, world.pool, random)

    def events(predicate: Predicate) -> list[Event]:
        return maker.events(predicate, 4)

    return batched(cases, size, events, schema)


def predicate_batches(count: int) -> list[Batch]:
    """Generated predicates as isorule's emitter writes them, every other one for known fields."""
    random = Random(SEED + 1)
    writer = PredicateWriter(random)
    predicates = (writer.predicate(number % _DEPTHS) for number in range(count))
    return in_batches(list(emitted(predicates, world.SCHEMA)), random)


def phrase_batches(count: int) -> list[Batch]:
    """Generated phrases with gaps, half of them query strings, each group asked of sixty events of the same words."""
    random = Random(SEED + 8)
    writer = PhraseWriter(random)
    texts = map(writer.text, range(count // 2))
    cases = [Case(text, lucene_meaning(text), {"query_string": {"query": text}}) for text in texts]
    cases += emitted((writer.predicate() for _ in range(count - count // 2)), phrases.SCHEMA)
    groups = (cases[start : start + 50] for start in range(0, len(cases), 50))
    return [Batch(phrases.SCHEMA, [writer.event() for _ in range(60)], group) for group in groups]


def term_batches(count: int) -> list[Batch]:
    """Generated term-level queries and ranges, each group asked of sixty events of the same words.

    Every case comes twice: as it is read, and with the types of its fields in force.
    """
    random = Random(SEED + 9)
    writer = TermWriter(random)
    texts = map(writer.text, range(count // 4))
    cases = [Case(text, lucene_meaning(text), {"query_string": {"query": text}}) for text in texts]
    cases += emitted((writer.predicate() for _ in range(count - count // 4)), index_terms.SCHEMA)
    understood = [(case, case.predicate) for case in cases if not isinstance(case.predicate, Refused)]
    cases += [replace(case, predicate=resolve(where, index_terms.SCHEMA)) for case, where in understood]
    groups = (cases[start : start + 50] for start in range(0, len(cases), 50))
    return [Batch(index_terms.SCHEMA, [writer.event() for _ in range(60)], group) for group in groups]


def emitted(predicates: Iterator[Predicate], schema: FieldSchema) -> Iterator[Case]:
    """The predicates that the emitter has a query for."""
    pattern = index_pattern(schema)
    for number, where in enumerate(predicates):
        try:
            query = to_query(Match(where), pattern if number % 2 else None, EXACT)
        except UnsupportedError:
            continue
        yield Case(repr(where), where, query)


def eql_batches(count: int) -> list[Batch]:
    """Generated EQL, lowered to Query DSL."""
    random = Random(SEED + 2)
    writer = EqlWriter(random)
    cases = []
    for number in range(count):
        text = writer.query(number % _DEPTHS)
        where = eql_condition(text)
        query = pushed_down(where, world.SCHEMA)
        if query is not None:
            cases.append(Case(text, where, query))
    return in_batches(cases, random)


def lucene_batches(count: int) -> list[Batch]:
    """Generated query strings, as isorule's parser and as Lucene's parser read them."""
    random = Random(SEED + 3)
    writer = LuceneWriter(random)
    cases = []
    for number in range(count):
        text = writer.query(number % _DEPTHS)
        cases.append(Case(text, lucene_meaning(text), {"query_string": {"query": text}}))
    return in_batches(cases, random)


def lucene_meaning(text: str) -> Predicate | Refused:
    """What isorule understands of a text of Lucene's query syntax, or why it does not."""
    assert LUCENE.parse is not None
    try:
        detection = LUCENE.parse(text)
    except IsoruleError as error:
        return Refused(error.diagnostic.name)
    assert isinstance(detection, Match)
    return detection.where


def eql_condition(text: str) -> Predicate:
    """What isorule understands of an EQL event query."""
    detection = EQL.parse(text) if EQL.parse is not None else None
    assert isinstance(detection, Match)
    return resolve_category(detection.where, "event.category")


def pushed_down(where: Predicate, schema: FieldSchema) -> Query | None:
    """The condition as Query DSL, exactly; None where it cannot be said so."""
    try:
        lowered = lower(resolve(where, schema), Target(CAPABILITIES, schema))
        return None if lowered.losses else to_query(Match(lowered.predicate), None, EXACT)
    except UnsupportedError:
        return None
