"""Records what the engines answer, so that the evaluator is held to it where they are not installed.

    python tests/oracle/record.py

Writes `tests/vectors/oracle/golden/*.json`: generated events and queries and, for each query, the numbers of the events
that match. Explained differences are left out. The same every time for the same generators and engines.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from oracle_lane import engine, kibana, regexes, subject
from oracle_lane.comparison import Batch, Case, compare
from oracle_lane.engine import Answer, Refused
from oracle_lane.sources import (
    SEED,
    eql_batches,
    kuery_batches,
    lucene_batches,
    phrase_batches,
    predicate_batches,
    term_batches,
)

from isorule.ir.json_form import to_json
from isorule.ir.schema import FieldInfo

GOLDEN = Path(__file__).parents[1] / "vectors" / "oracle" / "golden"
QUERIES = 200

Written = Mapping[str, Any]


def main() -> None:
    missing = engine.missing() or kibana.missing()
    if missing:
        raise SystemExit(missing)
    GOLDEN.mkdir(parents=True, exist_ok=True)
    record("kuery", kuery_batches(QUERIES), lambda case: {"kuery": case.text})
    record("eql", eql_batches(QUERIES), lambda case: {"eql": case.text})
    record("lucene", lucene_batches(QUERIES), lambda case: {"lucene": case.text})
    record("predicates", predicate_batches(QUERIES), as_predicate)
    record("phrases", phrase_batches(2 * QUERIES), as_text_or_predicate)
    record("terms", term_batches(QUERIES), as_text_or_predicate)
    write("regexes", {"regexes": list(expressions())})


def record(name: str, batches: list[Batch], spelled: Callable[[Case], Written]) -> None:
    """One file: the schema and, for each batch, events and answers."""
    tally = compare(name, batches)
    if tally.differences:
        raise SystemExit(f"not explained:\n{tally.differences[0]}")
    answers = engine.judge([batch.index for batch in batches])
    events: list[Any] = []
    queries: list[Any] = []
    for batch, found in zip(batches, answers, strict=True):
        first = len(events)
        events += batch.events
        for case, theirs in zip(batch.cases, found, strict=True):
            if isinstance(case.predicate, Refused) or isinstance(theirs, Refused):
                continue
            ours = subject.matching(case.predicate, batch.events, batch.schema)
            if ours == theirs:
                queries.append({**spelled(case), "events": [first, len(batch.events)], "matches": sorted(theirs)})
    schema = {path: description(info) for path, info in batches[0].schema.fields.items()}
    write(name, {"now": engine.NOW, "schema": schema, "events": events, "queries": queries})


def description(info: FieldInfo) -> Written:
    """A field of the schema as a mapping has it."""
    return {"type": "keyword", "normalizer": "lowercase"} if info.folded else {"type": str(engine.engine_type(info))}


def as_predicate(case: Case) -> Written:
    assert not isinstance(case.predicate, Refused)
    return {"where": to_json(case.predicate)}


def as_text_or_predicate(case: Case) -> Written:
    return {"lucene": case.text} if "query_string" in case.query else as_predicate(case)


def expressions() -> Iterator[Written]:
    """Expressions with texts, and which of them match."""
    random = Random(SEED + 7)
    writer = regexes.RegexWriter(random)
    questions = []
    for number in range(2 * QUERIES):
        found = regexes.matcher(writer.pattern(), insensitive=number % 3 == 0)
        questions.append((found, number % 3 == 0, regexes.values_near(found, random, 5)))
    answers = engine.judge_regexes([(found.pattern, flag, values) for found, flag, values in questions])
    for (found, flag, values), theirs in zip(questions, answers, strict=True):
        if agreed(theirs, regexes.ours(found, values)):
            assert not isinstance(theirs, Refused)
            yield {"pattern": found.pattern, "insensitive": flag, "values": values, "matches": sorted(theirs)}


def agreed(theirs: Answer, ours: Answer) -> bool:
    """Whether both answer, and the same; what differs with a reason is kept by `explained.toml`."""
    return not isinstance(theirs, Refused) and theirs == ours


def write(name: str, content: Mapping[str, Any]) -> None:
    """JSON with one line for each member of a list, so that changes can be read."""
    parts = []
    for key, value in content.items():
        if isinstance(value, list):
            lines = ",\n".join(json.dumps(item, ensure_ascii=True) for item in value)
            parts.append(f"{json.dumps(key)}: [\n{lines}\n]")
        else:
            parts.append(f"{json.dumps(key)}: {json.dumps(value)}")
    path = GOLDEN / f"{name}.json"
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")
    count = len(content.get("queries", content.get("regexes", ())))
    print(f"{path.name}: {path.stat().st_size // 1024} KiB, {count} queries")


if __name__ == "__main__":
    main()
