"""Lucene as judge: the program in `../java`, compiled on first use and fed with lines of JSON."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, assert_never

from isorule.ir.analyzers import Runs, Standard, Unknown
from isorule.ir.schema import FieldInfo, FieldSchema, FieldType

SOURCES = Path(__file__).parents[1] / "java"
JARS = Path(os.environ.get("ISORULE_LUCENE_JARS", "/usr/share/java"))
MODULES = ("core", "queryparser", "join", "analyzers-common", "misc")
CACHE = Path(os.environ.get("ISORULE_ORACLE_CACHE", Path(__file__).parents[3] / ".cache" / "oracle"))
NOW = 1_716_000_000_000
"""What date math counts from, in milliseconds since 1970."""

Query = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Refused:
    """The engine did not take the query."""

    why: str


Answer = frozenset[int] | Refused


@dataclass(frozen=True, slots=True)
class Index:
    """Events under a schema, and the queries to ask of them."""

    schema: FieldSchema
    documents: Sequence[Mapping[str, Any]]
    queries: Sequence[Query]


@cache
def missing() -> str | None:
    """What is not installed for this engine; None where nothing is."""
    for program in ("javac", "java"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    version = subprocess.run(["javac", "-version"], capture_output=True, text=True, check=False).stdout.strip()
    if int(re.sub(r"\D*(\d+).*", r"\1", version) or 0) < 17:
        return f"Java 17 or newer is needed; here is {version or 'no working javac'}"
    absent = [name for name in MODULES if not _jars(name)]
    return f"no lucene-{absent[0]} in {JARS} (Debian: liblucene8-java)" if absent else None


def _jars(module: str) -> list[Path]:
    return sorted(JARS.glob(f"lucene-{module}-8*.jar"))[:1]


@cache
def _class_path() -> str:
    """The class path with the compiled program, which is made anew when its sources or the jars change."""
    jars = [jar for module in MODULES for jar in _jars(module)]
    sources = sorted(SOURCES.glob("*.java"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources) + repr(jars).encode()).hexdigest()[:16]
    classes = CACHE / digest
    if not (classes / "Judge.class").exists():
        beside = CACHE / f"{digest}.{os.getpid()}"
        beside.mkdir(parents=True)
        paths = os.pathsep.join(map(str, jars))
        subprocess.run(["javac", "-nowarn", "-cp", paths, "-d", str(beside), *map(str, sources)], check=True)
        try:
            beside.rename(classes)
        except OSError:  # another process was first
            shutil.rmtree(beside)
    return os.pathsep.join([str(classes), *map(str, jars)])


def _run(lines: Iterable[object]) -> Iterator[Any]:
    command = ["java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", _class_path(), "Judge"]
    given = "\n".join(json.dumps(line) for line in lines) + "\n"
    done = subprocess.run(command, input=given, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return map(json.loads, done.stdout.splitlines())


def judge(indexes: Sequence[Index], *, folding: str = "unicode") -> list[list[Answer]]:
    """For each index and query the numbers of the documents that match.

    `folding` is `unicode` (simple pairs, as Lucene 10) or `ascii` (as Elasticsearch 7 and 8).
    """
    answers = _run(line for index in indexes for line in _lines(index, folding))
    return [[_answer(next(answers)) for _ in index.queries] for index in indexes]


def judge_regexes(questions: Sequence[tuple[str, bool, Sequence[str]]]) -> list[Answer]:
    """Which values each pattern matches as a whole, letter case ignored where the flag says so."""
    lines = ({"regexp": pattern, "insensitive": flag, "values": values} for pattern, flag, values in questions)
    return [_answer(answer) for answer in _run(lines)]


def case_families() -> list[list[int]]:
    """The code points that Java's simple case mappings put together, without `İ` and `ı`."""
    (answer,) = _run([{"families": True}])
    return list(answer["families"])


def _answer(line: Mapping[str, Any]) -> Answer:
    return Refused(line["error"]) if "error" in line else frozenset(line["ids"])


def _lines(index: Index, folding: str) -> Iterator[object]:
    types = {path: engine_type(info) for path, info in index.schema.fields.items()}
    yield {
        "schema": {path: name for path, name in types.items() if name is not None},
        "parents": _multi_fields(index.schema),
        "partings": {path: parting for path, info in index.schema.fields.items() if (parting := _parting(info))},
        "now": NOW,
        "folding": folding,
    }
    yield from ({"doc": document} for document in index.documents)
    yield from ({"query": query} for query in index.queries)


def engine_type(info: FieldInfo) -> str | None:
    """What the engine calls a field type; None for objects, which have no values of their own."""
    match info.type:
        case FieldType.KEYWORD | FieldType.VERSION:
            return "lower" if info.folded else "keyword"
        case FieldType.INTEGER:
            return "long"
        case FieldType.DECIMAL:
            return "double"
        case FieldType.DATE_NANOS:
            return "date"
        case FieldType.OBJECT:
            return None
        case kind:
            return str(kind.value)


def _parting(info: FieldInfo) -> str | None:
    """What parts words, as an expression of Java; None under the analyzer `standard`."""
    match info.analyzer:
        case Runs(signs):
            return rf"[\W&&[^{re.escape(signs)}]]+"
        case Standard():
            return None
        case Unknown(name):
            raise ValueError(f"the engine has no analyzer {name}")
        case _:
            assert_never(info.analyzer)


def _multi_fields(schema: FieldSchema) -> dict[str, str]:
    """Fields whose parent is a field with values: they hold what the parent holds."""
    found = {}
    for path in schema.fields:
        parent = path.rpartition(".")[0]
        info = schema.fields.get(parent)
        if info is not None and info.type not in (FieldType.OBJECT, FieldType.NESTED):
            found[path] = parent
    return found
