"""How pySigma's Elasticsearch backend translates the published Sigma rules: writes `docs/findings.md`.

    python tests/corpora/findings.py --python PYTHON --write

PYTHON has pysigma-backend-elasticsearch (in an environment of its own); `--dump FILE` takes what it wrote before
(`tests/corpora/findings_dump.py`). Each query is read by isorule's own parsers and compared with its rule. Every
witness is confirmed by the evaluator, those of Lucene queries also by Lucene itself (`tests/oracle`); others are not
counted.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "oracle"))
sys.path.insert(0, str(Path(__file__).parent))

from findings_reasons import NOT_READ, REASONS, Reason, repaired
from oracle_lane.engine import NOW, Index, Refused, judge

import isorule
from isorule.diagnostics import IsoruleError
from isorule.evaluation import compile_predicate
from isorule.ir.detections import Match
from isorule.ir.matchers import Equals, InNetwork, Matcher, OneOf, Present, Range
from isorule.ir.predicates import Field, Predicate
from isorule.ir.schema import FieldInfo, FieldSchema, FieldType
from isorule.ir.walk import leaves
from isorule.verification import compare
from isorule.verification.budget import Budget
from isorule.verification.verdict import Witness

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / ".." / "shared" / "corpus" / "sigma"
FOLDERS = ("rules", "rules-compliance", "rules-emerging-threats", "rules-placeholder")
DOCUMENT = ROOT / "docs" / "findings.md"
BUDGET = Budget(steps=500_000, states=50_000, rounds=500, seconds=None)
MOMENT = datetime.fromtimestamp(NOW / 1000, UTC)
KINDS = ("identical", "equivalent", "wider", "narrower", "divergent", "undecided", "not runnable", "not readable")
SETTINGS = (("eql", True), ("lucene", False), ("lucene", True))
"""The targets, and whether texts stand in plain keyword fields (else in such that are lower-cased)."""


@dataclass(frozen=True, slots=True)
class Written:
    """A query that the backend wrote for a rule, or why it wrote none."""

    path: str
    target: str
    query: str | None
    error: str | None = None


@dataclass
class Judged:
    """A query compared with its rule under a schema. `witnesses` say what the evaluator answers for both sides."""

    written: Written
    kind: str
    schema: FieldSchema
    rule: Predicate | None = None
    query: Predicate | None = None
    witnesses: tuple[Witness, ...] = ()
    reasons: set[str] = field(default_factory=set)
    confirmed: bool = True


def main() -> None:
    """Reads the arguments, judges everything, and prints or writes the page."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--python", help="a Python that has pysigma-backend-elasticsearch", required=True)
    arguments.add_argument("--dump", type=Path, help="what findings_dump.py has written for the corpus")
    arguments.add_argument("--write", action="store_true", help="write docs/findings.md")
    given = arguments.parse_args()
    text = given.dump.read_text("utf-8") if given.dump else _dump(given.python, [CORPUS / name for name in FOLDERS])
    versions, written = _read(text)
    columns = [_judged_all(written, target, plain, CORPUS) for target, plain in SETTINGS]
    page = _page(versions, columns, _examples(given.python))
    if given.write:
        DOCUMENT.write_text(page, "utf-8")
    else:
        print(page)


def _dump(python: str, folders: Sequence[Path]) -> str:
    script = Path(__file__).with_name("findings_dump.py")
    command = [python, str(script), *(str(folder.resolve()) for folder in folders)]
    return subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8").stdout


def _read(text: str) -> tuple[Mapping[str, str], list[Written]]:
    head, *lines = map(json.loads, text.splitlines())
    return head["versions"], [
        Written(line["path"], line["target"], line.get("query"), line.get("error")) for line in lines
    ]


def _judged_all(written: Iterable[Written], target: str, plain: bool, corpus: Path) -> list[Judged]:
    found = [_judged(item, plain, corpus) for item in written if item.target == target]
    judged = [item for item in found if item is not None]
    if target == "lucene":
        _ask_lucene(judged)
    for item in judged:
        if item.confirmed:
            item.reasons |= set(_explanations(item))
    return judged


def _judged(written: Written, plain: bool, corpus: Path) -> Judged | None:
    """None where the backend writes nothing, or the file holds several rules."""
    rules = isorule.load(corpus / written.path)
    if written.query is None or len(rules) != 1:
        return None
    detection = rules[0].detection
    assert isinstance(detection, Match)
    try:
        query = isorule.parse(written.query, written.target)
    except IsoruleError as error:
        reason = NOT_READ.get(error.diagnostic.name, error.diagnostic.name)
        return Judged(written, "not readable", FieldSchema(), reasons={reason})
    assert isinstance(query, Match)
    schema = _schema(detection.where, query.where, plain)
    try:
        compile_predicate(query.where, schema, now=MOMENT)
    except IsoruleError:
        return Judged(written, "not runnable", schema, detection.where, query.where, reasons={"regex-refused"})
    verdict = compare(detection, query, schema, now=MOMENT, budget=BUDGET)
    return Judged(written, verdict.kind.value, schema, detection.where, query.where, verdict.witnesses)


def _schema(rule: Predicate, query: Predicate, plain: bool) -> FieldSchema:
    """The fields that both sides name: numbers and addresses where the rule asks for such, else texts."""
    asked: dict[str, set[FieldType]] = {"message": set()}
    for predicate in (rule, query):
        for test, _ in leaves(predicate):
            if isinstance(test.subject, Field):
                kinds = asked.setdefault(test.subject.path, set())
                if predicate is rule:
                    kinds |= set(_types(test.matcher))
    return FieldSchema(
        {
            path: _info(kinds.pop() if len(kinds) == 1 else FieldType.KEYWORD, plain)
            for path, kinds in sorted(asked.items())
        },
        closed=True,
    )


def _info(kind: FieldType, plain: bool) -> FieldInfo:
    return FieldInfo(kind, folded=kind is FieldType.KEYWORD and not plain)


def _types(matcher: Matcher) -> Iterator[FieldType]:
    match matcher:
        case OneOf(options):
            for option in options:
                yield from _types(option)
        case Equals(bool()):
            yield FieldType.KEYWORD
        case Equals(int() | float()) | Range():
            yield FieldType.INTEGER
        case InNetwork():
            yield FieldType.IP
        case Present():
            return
        case _:
            yield FieldType.KEYWORD


def _ask_lucene(judged: Sequence[Judged]) -> None:
    """Marks what Lucene does not confirm: another answer to a witness, or an expression that it takes after all."""
    asked = [item for item in judged if item.witnesses or item.kind == "not runnable"]
    answers = judge([_index(item) for item in asked])
    for item, (answer,) in zip(asked, answers, strict=True):
        if isinstance(answer, Refused):
            item.confirmed = item.kind == "not runnable"
        else:
            expected = {at for at, witness in enumerate(item.witnesses) if witness.second}
            item.confirmed = item.kind != "not runnable" and answer == expected


def _index(item: Judged) -> Index:
    """The witnesses, asked as by default; with a default field of its own where an error is to be seen."""
    events = [witness.events[0] for witness in item.witnesses] or [{}]
    strict = {"fields": ["message"]} if item.kind == "not runnable" else {}
    return Index(item.schema, events, [{"query_string": {"query": item.written.query, **strict}}])


def _explanations(item: Judged) -> Iterator[str]:
    """The smallest repairs after which the query gives the rule's answer to each witness."""
    for witness in item.witnesses:
        assert item.query is not None
        (event,) = witness.events
        for names, query in repaired(item.query):
            try:
                answer = compile_predicate(query, item.schema, now=MOMENT)(event) is True
            except IsoruleError:
                continue
            if answer is bool(witness.first):
                yield from names
                break
        else:
            yield "other"


@dataclass(frozen=True, slots=True)
class Example:
    """A reason with what the backend makes of its rule, how that was judged, and an event that the rule matches."""

    reason: Reason
    query: str
    judged: Judged
    event: Mapping[str, object]


def _examples(python: str) -> dict[str, Example]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "examples"
        folder.mkdir()
        for reason in REASONS:
            head = f"title: {reason.name}\nlogsource: {{category: test}}\n"
            (folder / f"{reason.name}.yml").write_text(f"{head}detection: {reason.example}\n", "utf-8")
        _, written = _read(_dump(python, [folder]))
        by_name = {(Path(item.path).stem, item.target): item for item in written}
        found: dict[str, Example] = {}
        for reason in REASONS:
            item = by_name[reason.name, reason.target]
            assert item.query is not None
            (judged,) = _judged_all([item], reason.target, reason.plain or reason.target == "eql", folder.parent)
            assert judged.confirmed, reason.name
            assert reason.name in judged.reasons, (reason.name, judged.kind, judged.reasons)
            (rule,) = isorule.load(folder.parent / item.path)
            found[reason.name] = Example(reason, item.query, judged, isorule.examples(rule)[0][0].event)
        return found


def _page(versions: Mapping[str, str], columns: Sequence[Sequence[Judged]], examples: Mapping[str, Example]) -> str:
    counts = [Counter(item.kind if item.confirmed else "not confirmed" for item in column) for column in columns]
    rows = [
        "| " + " | ".join([kind, *(str(count[kind]) for count in counts)]) + " |" for kind in (*KINDS, "not confirmed")
    ]
    totals = "| all | " + " | ".join(str(len(column)) for column in columns) + " |"
    reasons: dict[str, list[set[str]]] = {}
    for at, column in enumerate(columns):
        for item in column:
            for reason in item.reasons if item.confirmed else ():
                reasons.setdefault(reason, [set() for _ in columns])[at].add(item.written.path)
    ranked = sorted(reasons, key=lambda name: (-len(set().union(*reasons[name])), name))
    unnamed = [name for name in ranked if name not in examples]
    named = [name for name in ranked if name in examples][:10]
    parts = [_HEAD.format(**{key.replace("-", "_"): value for key, value in versions.items()})]
    parts.append("\n".join((*_TABLE, *rows, totals)))
    parts.append(_REASONS)
    parts += [_section(place, examples[name], reasons[name]) for place, name in enumerate(named, 1)]
    if unnamed:
        rest = ", ".join(f"`{name}` {len(set().union(*reasons[name]))}" for name in unnamed)
        parts.append(f"Rules that differ for other reasons: {rest}.")
    return "\n\n".join(parts) + "\n"


_HEAD = """# Findings: what pySigma's Elasticsearch backend makes of the published Sigma rules

Written by `python tests/corpora/findings.py --write`; do not edit. pySigma {pysigma}, pysigma-backend-elasticsearch
{pysigma_backend_elasticsearch}, no processing pipeline, so that fields keep their names.

Each query is read by isorule's own parsers and compared with the Sigma rule that it was made from. Fields are of the
type that the rule's values have: whole numbers, addresses, else keywords; the column "lower-cased" gives those the
normalizer that the backend's queries count on. Every difference is proved by an event to which the evaluator gives the
two answers; for Lucene queries Lucene 8.7 itself has given the same answer, and where it did not ("not confirmed"), the
rule counts for no reason. "Not runnable" are queries with an expression that the engine refuses, "not readable" those
that are no EQL of Elasticsearch. No rule text is quoted here: the examples are our own."""

_TABLE = (
    "| verdict | EQL | Lucene, lower-cased keywords | Lucene, plain keywords |",
    "| --- | ---: | ---: | ---: |",
)

_REASONS = """## Reasons

The ten most frequent, by the number of rules in any column. A reason explains a witness if the query, repaired in this
respect alone (or, where that is not enough, in this and few others), gives the rule's answer."""


def _section(place: int, example: Example, rules: Sequence[set[str]]) -> str:
    reason, judged = example.reason, example.judged
    counted = ", ".join(f"{name} {len(found)}" for name, found in zip(_COLUMNS, rules, strict=True) if found)
    lines = [
        f"### {place}. {reason.name}",
        "",
        f"{reason.text} Rules: {counted}.",
        "",
        "```yaml",
        f"detection: {reason.example}",
        "```",
        "",
        f"```{reason.target}",
        example.query,
        "```",
        "",
        f"Verdict: {judged.kind}.",
    ]
    return "\n".join([*lines, *_witness_lines(example)])


_COLUMNS = ("EQL", "Lucene (lower-cased)", "Lucene (plain)")


def _witness_lines(example: Example) -> Iterator[str]:
    judged = example.judged
    for witness in judged.witnesses:
        event = json.dumps(dict(witness.events[0]), ensure_ascii=False)
        matching, missing = ("Sigma rule", "query") if witness.first else ("query", "Sigma rule")
        yield f"The {matching} matches `{event}`, the {missing} does not."
    if not judged.witnesses:
        event = json.dumps(dict(example.event), ensure_ascii=False)
        yield f"The Sigma rule matches `{event}`; the query matches nothing, because it cannot run."


if __name__ == "__main__":
    main()
