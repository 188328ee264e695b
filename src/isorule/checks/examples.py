"""The examples of a check's documentation, made into whole rules, and what the check says of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from isorule.checks.check import ELASTIC, SIGMA, Check, CollectionCheck, DetectionCheck, FileCheck, RuleCheck
from isorule.checks.choice import Choice
from isorule.checks.documentation import Example
from isorule.checks.file import report_file
from isorule.checks.reports import FileReport
from isorule.checks.run import settle
from isorule.checks.selection import plan
from isorule.diagnostics import Diagnostic
from isorule.source import SourceFile

_ELASTIC: Final[Mapping[str, str]] = {
    "author": '["isorule"]',
    "description": '"An example."',
    "name": '"An example"',
    "risk_score": "47",
    "rule_id": '"6a3b1f7e-58b3-4d6e-9d0b-8a1f5d1c2e3f"',
    "severity": '"medium"',
}
_QUERIES: Final[Mapping[str, str]] = {
    "eql": 'type = "eql"\nlanguage = "eql"\n',
    "kuery": 'type = "query"\nlanguage = "kuery"\n',
    "lucene": 'type = "query"\nlanguage = "lucene"\n',
    "esql": 'type = "esql"\nlanguage = "esql"\n',
}
_ANY_QUERY: Final = {"type": '"eql"', "language": '"eql"', "query": "'''\nany where event.action == \"example\"\n'''"}
_LOGONS: Final = {"language": '"kuery"', "query": '"event.action: logon"'}
_OF_TABLE: Final[Mapping[str, Mapping[str, str]]] = {
    "[rule.threshold]": {"type": '"threshold"', **_LOGONS},
    "[[rule.threat_mapping]]": {
        "type": '"threat_match"',
        **_LOGONS,
        "threat_index": '["logs-ti_*"]',
        "threat_query": '"threat.indicator.ip: *"',
    },
}
"""What a rule with a table is; another rule without a type asks for any event."""
_METADATA: Final = {"creation_date": '"2026/11/21"', "maturity": '"production"', "updated_date": '"2026/11/21"'}
_SIGMA: Final[Mapping[str, str]] = {
    "title": "title: An example\n",
    "logsource": "logsource:\n  category: process_creation\n  product: windows\n",
    "detection": "detection:\n  selection:\n    Image|endswith: '\\example.exe'\n  condition: selection\n",
}


def example_file(example: Example, number: int = 0) -> tuple[SourceFile, str]:
    """An example as a file with its format; what a rule needs and the example lacks is put behind what it says.

    A bare query becomes the query of a small Elastic rule. A rule that is whole stays as it is.
    """
    if example.language == "yaml":
        return SourceFile(example.path or f"example_{number}.yml", _whole_sigma(example.text)), SIGMA
    text = _whole_elastic(example.text) if example.language == "toml" else _around(example)
    return SourceFile(example.path or f"example_{number}.toml", text), ELASTIC


def diagnostics_of_examples(check: Check, examples: Iterable[Example]) -> list[Diagnostic]:
    """What a check says about examples that are the files of one collection.

    A check that reports on the work of the others runs beside them.
    """
    looks = isinstance(check, FileCheck | RuleCheck | DetectionCheck | CollectionCheck)
    asked = Choice(extend=(check.about.name,))  # a check may be off by default
    chosen = plan(asked, [check]) if looks else plan(asked)
    reports: dict[str, FileReport] = {}
    for number, example in enumerate(examples):
        file, form = example_file(example, number)
        reports[file.path] = report_file(file, form, chosen)
    found = settle(reports, chosen)
    return [item for item in found if item.code == check.about.code]


def _around(example: Example) -> str:
    text = example.text if example.text.endswith("\n") else f"{example.text}\n"
    return _whole_elastic(f"[rule]\n{_QUERIES[example.language]}query = '''\n{text}'''\n")


def _whole_elastic(text: str) -> str:
    if not _has_table(text, "rule"):
        text = f"{text}\n[rule]\n" if text.lstrip().startswith("[") else f"[rule]\n{text}"
    whole = _completed(text, "rule", _ELASTIC)
    if not _has_key(whole[slice(*_own(whole, "rule"))], "type"):
        of_table = (keys for header, keys in _OF_TABLE.items() if header in whole)
        whole = _completed(whole, "rule", next(of_table, _ANY_QUERY))
    if not _has_table(whole, "metadata"):
        whole = f"{whole.rstrip()}\n\n[metadata]\n"
    return _completed(whole, "metadata", _METADATA)


def _completed(text: str, table: str, keys: Mapping[str, str]) -> str:
    """The missing keys of a table go right behind its own, before the next header."""
    start, end = _own(text, table)
    own = text[start:end].rstrip("\n")
    missing = "".join(f"\n{key} = {value}" for key, value in keys.items() if not _has_key(own, key))
    return f"{text[:start]}{f'{own}{missing}'.lstrip()}\n\n{text[end:]}" if missing else text


def _own(text: str, table: str) -> tuple[int, int]:
    """Where the keys of a table stand."""
    head = re.search(rf"^\[{table}\][^\n]*\n", text, re.MULTILINE)
    assert head is not None
    return head.end(), _next_header(text, head.end())


def _has_table(text: str, table: str) -> bool:
    return re.search(rf"^\[{table}\]", text, re.MULTILINE) is not None


def _next_header(text: str, at: int) -> int:
    """Where the next table begins; brackets in a text of several lines are not headers."""
    quoted = False
    for line in text[at:].splitlines(keepends=True):
        if not quoted and re.match(r"\[{1,2}[A-Za-z]", line):
            return at
        quoted ^= (line.count("'''") + line.count('"""')) % 2 == 1
        at += len(line)
    return at


def _has_key(text: str, key: str) -> bool:
    return re.search(rf"^{key}\s*=", text, re.MULTILINE) is not None


def _whole_sigma(text: str) -> str:
    present = set(re.findall(r"^([\w-]+):", text, re.MULTILINE))
    body = text if text.endswith("\n") else f"{text}\n"
    wanted = [key for key in _SIGMA if key not in present]
    if present & {"correlation", "filter"}:
        wanted = [key for key in wanted if key == "title" or (key == "logsource" and "filter" in present)]
    return body + "".join(_SIGMA[key] for key in wanted)
