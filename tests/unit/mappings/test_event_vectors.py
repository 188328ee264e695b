"""Vectors of events with mapped fields, both ways."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import tomli

import isorule
from isorule.conversion.event_mapping import events_for
from isorule.mappings.arguments import argument_list
from isorule.mappings.tree import flat

VECTORS = Path(__file__).parents[2] / "vectors" / "mappings" / "events.toml"


def cases() -> list[Any]:
    return [pytest.param(case, id=case["name"]) for case in tomli.loads(VECTORS.read_text(encoding="utf-8"))["case"]]


@pytest.mark.parametrize("case", cases())
def test_to_ecs(case: Mapping[str, Any]) -> None:
    (mapped,) = isorule.map_events([case["native"]], "ecs", case.get("logsource"))
    held = flat(mapped)
    assert {path: held.get(path) for path in case["ecs"]} == case["ecs"]
    assert not {"", "-"}.intersection(str(value) for value in held.values())


@pytest.mark.parametrize("case", cases())
def test_back_to_sigma(case: Mapping[str, Any]) -> None:
    (mapped,) = isorule.map_events([case["native"]], "ecs", case.get("logsource"))
    (back,) = isorule.map_events([mapped], "sigmahq")
    wanted = case.get("back", case["native"])
    assert {name: back.get(name) for name in wanted} == wanted


@pytest.mark.parametrize("case", cases())
def test_an_event_in_ecs_stays_as_it_is(case: Mapping[str, Any]) -> None:
    (mapped,) = isorule.map_events([case["native"]], "ecs", case.get("logsource"))
    assert isorule.map_events([mapped], "ecs") == [mapped]


def test_a_name_without_a_path_is_the_end_of_one() -> None:
    event = {"event": {"category": "process", "type": "start"}, "host.os.type": "windows", "process": {"name": "x.exe"}}
    (back,) = isorule.map_events([event], "sigmahq")
    assert back["Image"] == "\\x.exe"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (r'a "b c" d', ["a", "b c", "d"]),
        (r'"a\\b" c\"d', [r"a\\b", 'c"d']),
        (r'a\\"b c"', ["a\\b c"]),
        ('a "b""c"', ["a", 'b"c']),
        ("a\t b", ["a", "b"]),
    ],
)
def test_the_words_of_a_windows_command_line(line: str, words: list[str]) -> None:
    assert argument_list(line, windows=True) == words


def test_quotes_that_do_not_pair_are_letters_elsewhere() -> None:
    assert argument_list("echo it's", windows=False) == ["echo", "it's"]


def test_an_unknown_name_is_no_mapping() -> None:
    with pytest.raises(isorule.UnknownNameError) as caught:
        isorule.map_events([], "splunk")
    assert caught.value.diagnostic.name == "unknown-mapping"


def test_a_field_that_only_ecs_has_may_hold_several_values() -> None:
    event = {"event": {"code": "4624"}, "host.os.type": "windows", "winlog.logon.type": ["Network", "Unknown"]}
    (back,) = isorule.map_events([event], "sigmahq", {"product": "windows", "service": "security"})
    assert back["LogonType"] == "3"


RULE = r"""
title: A program
logsource: {product: windows, category: process_creation}
detection: {selection: {Image|endswith: '\x.exe'}, condition: selection}
"""


@pytest.mark.parametrize(("kind", "alerts"), [("start", 1), ("START", 0)])
def test_an_event_in_ecs_is_of_a_log_source_by_the_words_that_a_rule_asks_for(kind: str, alerts: int) -> None:
    (rule,) = isorule.loads(RULE, "sigma")
    process = {"name": "x.exe", "executable": r"C:\x.exe"}
    event = {"event": {"category": "process", "type": kind}, "host": {"os": {"type": "windows"}}, "process": process}
    elastic = isorule.convert(rule, "elastic", fields="ecs").rule
    found = events_for(rule, [event])
    assert len(isorule.evaluate(elastic, [event])) == alerts
    assert (len(isorule.evaluate(rule, found)) if found else 0) == alerts
