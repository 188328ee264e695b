"""The entries of ../shared/conformance: which of them pass, and why the others do not.

    python tests/corpora/conformance.py          prints the counts for each file, and every entry that does not pass

`measure.py --write` puts the same table into docs/coverage.md. What the files mean is said in
../shared/conformance/README.md. An entry passes

- `eql/test_*.toml`: where the query verifies against the mappings and gives the expected events and join keys;
- `eql/unsupported.toml`: where the query is refused, by its text or by the mapping of its events;
- `eql-functions`: where the expression, in Elasticsearch's syntax, has the expected value, or is refused as expected;
- `kql/to_dsl.toml`: where the query becomes exactly the expected Query DSL, or is refused as expected.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from isorule.diagnostics import IsoruleError
from isorule.dialects.dsl.emit import to_query
from isorule.dialects.dsl.options import IndexField, IndexPattern, KueryOptions
from isorule.dialects.eql import parse
from isorule.dialects.eql.exact import with_exact_fields
from isorule.dialects.eql.verify import verify_fields
from isorule.dialects.kuery import KUERY
from isorule.evaluation import Alert, compile_predicate, evaluate_detection, evaluate_operand
from isorule.evaluation.events import leaves
from isorule.ir import predicates
from isorule.ir.detections import Match
from isorule.ir.matchers import Scalar
from isorule.ir.schema import FieldInfo, FieldSchema, FieldType, schema_from

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("ISORULE_SHARED", ROOT.parent / "shared"))
CONFORMANCE = SHARED / "conformance"
EQL = CONFORMANCE / "eql"
FUNCTION_FILES = ("test_string_functions", "test_folding")
FUNCTION_GAPS = ROOT / "tests" / "vectors" / "evaluation" / "eql_functions_gaps.toml"
UNSUPPORTED_GAPS = ROOT / "tests" / "vectors" / "eql" / "unsupported_gaps.toml"

ASKED_FOR = 50
FILE_TIME_STEPS = 10_000
FILE_TIME_EPOCH = 11_644_473_600_000

Event = Mapping[str, Any]
NO_REASON = "no reason is written down"


@dataclass(frozen=True)
class Failure:
    """An entry that does not pass; `found` says what came out instead of what was expected."""

    entry: str
    reason: str
    found: str


@dataclass(frozen=True)
class Row:
    """The counts of one file."""

    file: str
    entries: int
    failures: tuple[Failure, ...]

    @property
    def passed(self) -> int:
        return self.entries - len(self.failures)


def rows() -> list[Row]:
    """One row for each file of entries."""
    return [
        *(Row(f"eql/{name}.toml", len(queries(name)), tuple(live_failures(name))) for name in SETS),
        Row("eql/unsupported.toml", len(unsupported()), tuple(unsupported_failures())),
        *(function_row(name) for name in FUNCTION_FILES),
        Row("kql/to_dsl.toml", len(kuery_cases()["cases"]), tuple(kuery_failures())),
    ]


def section(found: list[Row]) -> list[str]:
    """The rows as a section of a Markdown page."""
    lines = ["## Conformance", "", "| file | entries | passed |", "| --- | ---: | ---: |"]
    lines += [f"| {row.file} | {row.entries} | {row.passed} |" for row in found]
    if any(row.failures for row in found):
        lines += ["", "Entries that do not pass, by file and section, with the number of the entry in its section:", ""]
        lines += [line for row in found for line in failure_lines(row)]
    return lines


def failure_lines(row: Row) -> Iterator[str]:
    """The failures of a file, those with the same reason together."""
    by_reason: dict[str, list[str]] = {}
    for item in row.failures:
        by_reason.setdefault(item.reason, []).append(item.entry)
    for reason, entries in by_reason.items():
        yield f"- {row.file}: {', '.join(entries)}: {reason}"


def read_toml(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return tomllib.load(file)


# --- EQL queries ---


@dataclass(frozen=True)
class EventSet:
    """The events of a query file, their types, and the names of the fields that play a role."""

    mappings: tuple[str, ...]
    id_field: str
    tiebreaker_field: str | None


SETS = {
    "test_queries": EventSet(("events",), "serial_event_id", "serial_event_id"),
    "test_missing_events": EventSet(("missing-events",), "sequence", "sequence"),
    "test_sample": EventSet(("sample1", "sample2", "sample3"), "id", None),
}


@cache
def queries(name: str) -> list[dict[str, Any]]:
    """The live entries of a file."""
    found: list[dict[str, Any]] = read_toml(EQL / f"{name}.toml")["queries"]
    return found


@cache
def events_of(name: str) -> list[Event]:
    """The events that a file asks of."""
    if name == "test_queries":
        found = json.loads((EQL / "events.json").read_text(encoding="utf-8"))
        return [{**event, "@timestamp": event["timestamp"] // FILE_TIME_STEPS - FILE_TIME_EPOCH} for event in found]
    files = (EQL / "data" / f"{mapping}.data" for mapping in SETS[name].mappings)
    return [event for file in files for event in json.loads(file.read_text(encoding="utf-8"))]


@cache
def schema_of(name: str) -> FieldSchema:
    """The mappings of all indices of a file together, and what dynamic mapping makes of the other fields."""
    properties: dict[str, Any] = {}
    for mapping in SETS[name].mappings:
        for path, entry in read_mapping(mapping).items():
            formats = dict.fromkeys(item["format"] for item in (properties.get(path, {}), entry) if "format" in item)
            properties[path] = {**entry, "format": "||".join(formats)} if formats else entry
    mapped = schema_from({"properties": properties})
    return FieldSchema({**dynamic_fields(events_of(name), mapped), **mapped.fields}, closed=True)


def read_mapping(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EQL / "data" / f"{name}.mapping").read_text(encoding="utf-8"))["properties"]
    return found


def dynamic_fields(events: list[Event], mapped: FieldSchema) -> dict[str, FieldInfo]:
    """Fields that no mapping names, typed by their first value; a text has a keyword form as well."""
    found: dict[str, FieldInfo] = {}
    for path, value in (leaf for event in events for leaf in leaves(event)):
        if path in mapped or path in found:
            continue
        found[path] = FieldInfo(dynamic_type(value))
        if isinstance(value, str):
            found[f"{path}.keyword"] = FieldInfo(FieldType.KEYWORD)
    return found


def dynamic_type(value: Scalar) -> FieldType:
    match value:
        case bool():
            return FieldType.BOOLEAN
        case int():
            return FieldType.INTEGER
        case float():
            return FieldType.DECIMAL
        case str():
            return FieldType.TEXT


def refusals(name: str, text: str) -> list[str]:
    """Why a query is refused: by its text, or by the fields of the events of a file."""
    try:
        detection = parse(text)
    except IsoruleError as error:
        return [error.diagnostic.name]
    tiebreaker = SETS[name].tiebreaker_field
    found = verify_fields(detection, schema_of(name), category_field="event_type", tiebreaker_field=tiebreaker)
    return [item.name for item in found]


def answer(name: str, query: Mapping[str, Any]) -> list[Alert]:
    """What a live entry gives."""
    schema = schema_of(name)
    return evaluate_detection(
        with_exact_fields(parse(query["query"]), schema),
        events_of(name),
        schema=schema,
        category_field="event_type",
        tiebreaker_field=SETS[name].tiebreaker_field,
        limit=query.get("size", ASKED_FOR),
    )


def event_ids(name: str, alerts: list[Alert]) -> list[object]:
    id_field = SETS[name].id_field
    return [-1 if event is None else event[id_field] for alert in alerts for event in alert.events]


def key_texts(alerts: list[Alert]) -> list[str]:
    keys = (key for alert in alerts for key in alert.keys)
    return ["null" if key is None else str(key).lower() if isinstance(key, bool) else str(key) for key in keys]


def acceptable_ids(query: Mapping[str, Any]) -> list[list[object]]:
    expected: list[Any] = query["expected_event_ids"]
    return expected if expected and isinstance(expected[0], list) else [expected]


def live_failures(name: str) -> Iterator[Failure]:
    for query in queries(name):
        refused = refusals(name, query["query"])
        if refused:
            yield Failure(query["name"], NO_REASON, f"refused: {', '.join(refused)}")
            continue
        alerts = answer(name, query)
        ids, keys = event_ids(name, alerts), key_texts(alerts)
        if ids not in acceptable_ids(query) or keys != query.get("join_keys", keys):
            yield Failure(query["name"], NO_REASON, f"events {ids}, keys {keys}")


@cache
def unsupported() -> list[dict[str, Any]]:
    """The entries that Elasticsearch does not run."""
    found: list[dict[str, Any]] = read_toml(EQL / "unsupported.toml")["entries"]
    return found


def unsupported_failures() -> Iterator[Failure]:
    reasons = {gap["name"]: gap["reason"] for gap in read_toml(UNSUPPORTED_GAPS)["gaps"]}
    for entry in unsupported():
        if not refusals("test_queries", entry["query"]):
            yield Failure(entry["name"], reasons.get(entry["name"], NO_REASON), "not refused")


# --- values of single EQL expressions ---

LITERALS = {
    "null": ("null",),
    "bool": ("true", "false"),
    "int": ("0", "-1", "42"),
    "string": ('""', '"hello"'),
    "float": ("0.0", "-2.5"),
}
REFUSED = object()


@dataclass(frozen=True)
class Expression:
    """An expression, rewritten to Elasticsearch's syntax, and its expected value (None for null, or REFUSED)."""

    section: str
    number: int
    text: str
    expected: object


def expressions(file: str) -> Iterator[Expression]:
    """The expressions of a file, numbered in their sections; a loop gives one for each of its literals."""
    for name, content in read_toml(CONFORMANCE / "eql-functions" / f"{file}.toml").items():
        for number, (text, expected) in enumerate(section_cases(content), 1):
            yield Expression(name, number, rewritten(text, bool(content.get("case_insensitive"))), expected)


def section_cases(content: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """The expressions of a section as they are written, and their expected values."""
    for case in (*content.get("fold", {}).get("tests", ()), *content.get("tests", ())):
        yield case["expression"], case.get("expected")
    for case in content.get("verifier", {}).get("failures", ()):
        yield case["expression"], REFUSED
    for loop in content.get("loop", ()):
        place = f"${loop['param']['name']}"
        for literal in (text for kind in loop["param"]["type"] for text in LITERALS[kind]):
            for case in loop["fold"]["tests"]:
                yield case["expression"].replace(place, literal), case.get("expected")


def rewritten(text: str, folded: bool) -> str:
    """Double quotes; and the forms without letter case in the sections that ask for it."""
    text = re.sub(r"'([^']*)'", r'"\1"', text)
    if not folded:
        return text
    text = re.sub(r"\b(startsWith|endsWith)\(", r"\1~(", text)
    return text.replace(" in (", " in~ (").replace("==", ":")


def value_of(expression: Expression) -> object:
    """The value of an expression without fields; REFUSED where the query is no EQL of Elasticsearch."""
    try:
        if re.search(r"^null [!=]= |^\S+ [!=]= null$", expression.text):
            return compile_predicate(where_of(expression.text))({})
        presence = where_of(f"({expression.text}) == null")
    except IsoruleError:
        return REFUSED
    assert isinstance(presence, predicates.Not)
    assert isinstance(presence.term, predicates.Test)
    operand = presence.term.subject
    assert isinstance(operand, predicates.Operand)
    (value,) = evaluate_operand(operand, {})
    return value


def where_of(condition: str) -> predicates.Predicate:
    detection = parse(f"any where {condition}")
    assert isinstance(detection, Match)
    return detection.where


def holds(expression: Expression) -> bool:
    value = value_of(expression)
    return value == expression.expected and type(value) is type(expression.expected)


def function_gaps() -> list[dict[str, Any]]:
    """Entries that are known not to pass, each with the reason."""
    found: list[dict[str, Any]] = read_toml(FUNCTION_GAPS)["gaps"]
    return found


def covers(gap: Mapping[str, Any], expression: Expression) -> bool:
    return gap["section"] == expression.section and re.search(gap["pattern"], expression.text) is not None


def function_row(file: str) -> Row:
    found = list(expressions(file))
    return Row(f"eql-functions/{file}.toml", len(found), tuple(function_failures(found)))


def function_failures(found: list[Expression]) -> Iterator[Failure]:
    gaps = function_gaps()
    for expression in found:
        if not holds(expression):
            reason = next((gap["reason"] for gap in gaps if covers(gap, expression)), NO_REASON)
            value = value_of(expression)
            shown = "refused" if value is REFUSED else f"gives {value!r}"
            yield Failure(f"{expression.section} {expression.number}", reason, shown)


# --- kuery ---

OPTIONS = {
    "caseInsensitive": "case_insensitive",
    "filtersInMustClause": "filters_in_must_clause",
    "allowLeadingWildcards": "allow_leading_wildcards",
}


@cache
def kuery_cases() -> dict[str, Any]:
    """The whole file: `cases`, and the lists of `fields` that they name."""
    return read_toml(CONFORMANCE / "kql" / "to_dsl.toml")


def query_dsl(case: Mapping[str, Any]) -> object:
    """The Query DSL for a case; None where it is refused."""
    settings = {OPTIONS[key]: value for key, value in json.loads(case.get("options", "{}")).items()}
    pattern = None
    if case.get("fields") is not None:
        entries = json.loads(kuery_cases()["fields"][case["fields"]])
        fields = (
            IndexField(item["name"], item["type"], tuple(item["esTypes"]), item.get("nested")) for item in entries
        )
        pattern = IndexPattern.of(*fields)
    assert KUERY.parse is not None
    try:
        return to_query(KUERY.parse(case["query"]), pattern, KueryOptions(**settings))
    except IsoruleError:
        return None


def kuery_failures() -> Iterator[Failure]:
    for case in kuery_cases()["cases"]:
        found = query_dsl(case)
        expected = None if case.get("error") else json.loads(case["dsl"])
        if json.dumps(found, sort_keys=True) != json.dumps(expected, sort_keys=True):
            yield Failure(case["name"], NO_REASON, json.dumps(found))


def main() -> int:
    if not CONFORMANCE.is_dir():
        print(f"no conformance data at {SHARED}", file=sys.stderr)
        return 2
    print("\n".join(section(rows())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
