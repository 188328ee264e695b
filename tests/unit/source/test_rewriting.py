"""Editing values in place leaves the rest of a file as it is."""

from __future__ import annotations

import copy
import difflib
from collections.abc import Callable
from typing import Any

import pytest

from isorule.source.text import SourceFile
from isorule.source.toml_rewrite import rewrite_toml
from isorule.source.toml_values import read_toml
from isorule.source.yaml_rewrite import rewrite_yaml
from isorule.source.yaml_values import read_yaml

TOML = """\
# a remark of the author
[metadata]
updated_date = "2025/01/01" # unsorted on purpose
creation_date = "2024/01/01"

[rule]
name   = 'A name'
references = ["https://example.org/"]
tags = [
  "one", # first
  "two",
]
type = "eql"
query = '''
any where true
'''


[[rule.threat]]
framework = "MITRE ATT&CK"
[rule.threat.tactic]
id = "TA1"

[rule.threshold]
value = 1
"""

YAML = """\
# a remark of the author
title: A title
references:
  - https://example.org/ # the first
  - https://example.org/b
description: >-
    Folded
    text
tags: [attack.t1018]
detection:
    selection:
        Image|endswith: '\\a.exe' # why
        List:
            - a
            - b
    filter:
        - x: 1
          y: 2
    condition: selection and not filter
level: low
"""

Change = Callable[[dict[str, Any]], object]


def toml_lines(change: Change) -> list[str]:
    """What changes in the lines of the text when its values are changed."""
    reading = read_toml(SourceFile("rule.toml", TOML))
    document = copy.deepcopy(dict(reading.values))
    change(document)
    edited = rewrite_toml(TOML, reading.values, reading.places, document)
    assert read_toml(SourceFile("rule.toml", edited)).values == document
    return changed(TOML, edited)


def yaml_lines(change: Change) -> list[str]:
    """The same for YAML."""
    (reading,) = read_yaml(SourceFile("rule.yml", YAML))
    document = copy.deepcopy(dict(reading.values))
    change(document)
    edited = rewrite_yaml(YAML, reading.values, reading.places, document)
    assert read_yaml(SourceFile("rule.yml", edited))[0].values == document
    return changed(YAML, edited)


def changed(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in lines if line[:1] in "+-" and not line.startswith(("+++", "---"))]


def put(*path: str | int, value: object) -> Change:
    def change(document: Any) -> None:
        for part in path[:-1]:
            document = document[part]
        document[path[-1]] = value

    return change


def drop(*path: str | int) -> Change:
    def change(document: Any) -> None:
        for part in path[:-1]:
            document = document[part]
        del document[path[-1]]

    return change


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        (lambda _: None, []),
        (put("rule", "name", value="B"), ["-name   = 'A name'", '+name   = "B"']),
        (
            put("metadata", "updated_date", value="2026/01/01"),
            [
                '-updated_date = "2025/01/01" # unsorted on purpose',
                '+updated_date = "2026/01/01" # unsorted on purpose',
            ],
        ),
        (put("rule", "tags", 1, value="three"), ['-  "two",', '+  "three",']),
        (put("rule", "query", value="any where false\n"), ["-any where true", "+any where false"]),
        (put("rule", "risk_score", value=47), ["+risk_score = 47"]),
        (put("metadata", "maturity", value="production"), ['+maturity = "production"']),
        (drop("rule", "references"), ['-references = ["https://example.org/"]']),
        (
            put("rule", "new_terms", value={"field": "x"}),
            ["+", "+[rule.new_terms]", '+field = "x"'],
        ),
        (drop("rule", "threshold"), ["-", "-[rule.threshold]", "-value = 1"]),
        (put("rule", "threat", 0, "tactic", "id", value="TA2"), ['-id = "TA1"', '+id = "TA2"']),
    ],
)
def test_toml(change: Change, lines: list[str]) -> None:
    assert toml_lines(change) == lines


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        (lambda _: None, []),
        (put("title", value="B: c"), ["-title: A title", "+title: 'B: c'"]),
        (
            put("references", 0, value="https://example.org/c"),
            ["-  - https://example.org/ # the first", "+  - https://example.org/c # the first"],
        ),
        (
            put("description", value="One line"),
            ["-description: >-", "-    Folded", "-    text", "+description: One line"],
        ),
        (
            put("detection", "selection", "Image|endswith", value="\\b.exe"),
            ["-        Image|endswith: '\\a.exe' # why", "+        Image|endswith: '\\b.exe' # why"],
        ),
        (put("detection", "filter", 0, "y", value=3), ["-          y: 2", "+          y: 3"]),
        (put("custom", value={"a": ["b"]}), ["+custom:", "+    a:", "+        - b"]),
        (put("detection", "selection", "New", value="x"), ["+        New: 'x'"]),
        (drop("level"), ["-level: low"]),
        (
            put("detection", "selection", "List", value=["c"]),
            ["-            - a", "-            - b", "+            - 'c'"],
        ),
    ],
)
def test_yaml(change: Change, lines: list[str]) -> None:
    assert yaml_lines(change) == lines


def test_what_cannot_be_edited_is_written_anew() -> None:
    assert len(yaml_lines(put("tags", 0, value="attack.t1019"))) > 2
    assert toml_lines(put("rule", "tags", value=[]))


def test_keys_of_a_merged_mapping_are_not_edited_in_place() -> None:
    text = "a: &a\n    x: 1\nb:\n    <<: *a\n    y: 2\n"
    (reading,) = read_yaml(SourceFile("rule.yml", text))
    edited = rewrite_yaml(text, reading.values, reading.places, {"a": {"x": 1}, "b": {"x": 5, "y": 2}})
    assert read_yaml(SourceFile("rule.yml", edited))[0].values == {"a": {"x": 1}, "b": {"x": 5, "y": 2}}
