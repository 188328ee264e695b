"""Sigma rule files as rules, and back; and what each format keeps of the other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import tomli
import yaml

from isorule.diagnostics import Diagnostic, IsoruleError, ParseError, UnknownNameError, UnsupportedError
from isorule.dialects.sigma import read_detection
from isorule.documents import document_format, document_names, format_of_path
from isorule.ir.detections import Opaque
from isorule.ir.rule import DataSource, Level, LogSource, Rule, Schedule, Suppression, Technique, Threat
from isorule.source import SourceFile

SIGMA = document_format("sigma")
ELASTIC = document_format("elastic")

TEXT = """\
# a remark of the author
title: A name
id: 08c2f7b0-0000-4000-8000-000000000000
related:
    - id: 18c2f7b0-0000-4000-8000-000000000000
      type: similar
status: test
description: |
    Text
references:
    - https://example.org/
author: One, Two (Company)
date: 2025-01-31
modified: 2025/02/01
tags:
    - attack.discovery
    - attack.t1018
    - tlp.clear
logsource:
    product: windows
    category: process_creation
    custom: yes
detection:
    selection:
        Image|endswith: '\\a.exe' # why
    condition: selection
fields:
    - Image
falsepositives:
    - Unknown
level: high
own_key: 5
"""


def read(text: str) -> Rule:
    (rule,) = SIGMA.read(SourceFile("rule.yml", text))
    return rule


def test_envelope() -> None:
    rule = read(TEXT)
    metadata = rule.metadata
    assert (metadata.title, metadata.status, metadata.level) == ("A name", "test", Level.HIGH)
    assert metadata.authors == ("One", "Two (Company)")
    assert (metadata.created, metadata.modified) == ("2025-01-31", "2025-02-01")
    assert metadata.tags == ("attack.discovery", "attack.t1018", "tlp.clear")
    assert rule.data_source == DataSource(
        logsource=LogSource("process_creation", "windows", extra=(("custom", "yes"),)), taxonomy="sigma"
    )
    assert [(threat.tactic_id, [item.id for item in threat.techniques]) for threat in rule.threats] == [
        ("TA0007", ["T1018"])
    ]
    assert rule.detection == read_detection({"s": {"Image|endswith": "\\a.exe"}, "condition": "s"})
    sigma: Any = rule.extras["sigma"]
    assert sigma["own_key"] == 5
    assert sigma["related"][0]["type"] == "similar"
    assert "title" not in sigma


def test_unchanged_rule_is_written_as_it_was() -> None:
    assert SIGMA.write(read(TEXT)) == TEXT


def test_rule_without_its_file_is_written_with_the_same_values() -> None:
    text = SIGMA.write(replace(read(TEXT), origin=None))
    assert yaml.load(text, yaml.BaseLoader) == yaml.load(TEXT, yaml.BaseLoader)
    keys = [line.split(":")[0] for line in text.splitlines() if line[0].isalpha()]
    head = ["title", "id", "related", "status", "description", "references", "author", "date", "modified", "tags"]
    assert keys == [*head, "logsource", "detection", "fields", "falsepositives", "level", "own_key"]


def test_changed_detection_leaves_the_rest_of_the_file() -> None:
    rule = read(TEXT)
    text = SIGMA.write(replace(rule, detection=read_detection({"s": {"Image": "b"}, "condition": "s"})))
    before, after = TEXT.splitlines(), text.splitlines()
    assert [line for line in before if line not in after] == ["        Image|endswith: '\\a.exe' # why"]
    assert read(text).detection == read_detection({"s": {"Image": "b"}, "condition": "s"})


@pytest.mark.parametrize("author", ["One,Two", "One , Two", "One, ", "", ", One", "One"])
def test_author_keeps_its_value(author: str) -> None:
    text = TEXT.replace("One, Two (Company)", f"'{author}'")
    written = SIGMA.write(replace(read(text), origin=None))
    assert yaml.load(written, yaml.BaseLoader)["author"] == author


def test_documents_of_one_file() -> None:
    text = TEXT + "---\n" + TEXT.replace("A name", "Another")
    first, second = SIGMA.read(SourceFile("rules.yml", text))
    assert (first.metadata.title, second.metadata.title) == ("A name", "Another")
    assert yaml.load(SIGMA.write(second), yaml.BaseLoader)["title"] == "Another"


CORRELATION = """\
title: Many
correlation:
    type: event_count
    rules: [a]
    group-by: [b]
    timespan: 1h
    condition:
        gte: 5
"""
FILTER = """\
title: Without
logsource:
    product: windows
filter:
    rules: [a]
    selection:
        User: x
    condition: not selection
"""


@pytest.mark.parametrize("text", [CORRELATION, FILTER])
def test_correlations_and_filters_are_written_as_they_were_read(text: str) -> None:
    rule = read(text)
    assert SIGMA.write(rule) == text
    assert yaml.safe_load(SIGMA.write(replace(rule, origin=None))) == yaml.safe_load(text)


def test_a_filter_detects_nothing() -> None:
    rule = read(FILTER)
    assert isinstance(rule.detection, Opaque)
    assert rule.detection.language == "sigma-filter"
    assert rule.detection.text is not None
    assert "rules: [a]" in rule.detection.text


def error(text: str, kind: type[IsoruleError] = ParseError) -> Diagnostic:
    with pytest.raises(kind) as caught:
        SIGMA.read(SourceFile("rule.yml", text))
    return caught.value.diagnostic


@pytest.mark.parametrize(
    ("old", "new", "name", "line", "column"),
    [
        ("title: A name\n", "", "missing-key", 2, 1),
        ("title: A name", "title: 5", "wrong-type", 2, 1),
        ("    - tlp.clear", "    - 5", "wrong-type", 18, 7),
        ("level: high", "level: grave", "wrong-type", 31, 1),
        ("    product: windows", "    product: 5", "wrong-type", 20, 5),
        ("detection:", "detections:", "missing-key", 2, 1),
        ("condition: selection", "condition: selection and", None, 26, 29),
        ("Image|endswith:", "Image|ends:", None, 25, 15),
        ("title: A name", "title: A name\ntitle: B", "duplicate-key", 3, 1),
    ],
)
def test_errors_have_their_place(old: str, new: str, name: str | None, line: int, column: int) -> None:
    found = error(TEXT.replace(old, new, 1))
    assert found.name == (name or found.name)
    assert (found.path, found.line, found.column) == ("rule.yml", line, column)


def test_legacy_actions_and_empty_files_are_refused() -> None:
    assert error("title: x\naction: global\n", UnsupportedError).name == "legacy-action"
    assert error("# nothing\n").name == "no-rule"


def test_sigma_rule_keeps_what_only_elastic_has() -> None:
    rule = replace(
        read(TEXT),
        risk_score=47,
        schedule=Schedule("5m", "now-9m", None, 50),
        suppression=Suppression(("host.id",), (5, "m"), "suppress"),
        threats=(Threat("TA0007", "Discovery", (Technique("T1018", "Name", (Technique("T1018.001"),)),)),),
        metadata=replace(read(TEXT).metadata, tags=("attack.discovery", "attack.t1018", "attack.t1018.001")),
        data_source=DataSource(("logs-*",), LogSource(product="linux"), "ecs", "event.type", "event.created", "seq"),
        extras={
            "elastic": {"rule": {"note": "## Text\n", "enabled": True}, "transform": {"osquery": [{"label": "x"}]}}
        },
        origin=None,
    )
    again = read(SIGMA.write(rule))
    assert replace(again, extras={}) == replace(rule, extras={})
    assert again.extras["elastic"] == rule.extras["elastic"]
    assert "sigma" not in again.extras


def test_threats_follow_the_tags_once_these_name_other_techniques() -> None:
    threats = (Threat("TA0007", "Discovery", (Technique("T1018", "Name of old"),)),)
    text = SIGMA.write(replace(read(TEXT), threats=threats, origin=None))
    assert read(text).threats == threats
    (changed,) = read(text.replace("attack.t1018", "attack.t1046")).threats
    assert [technique.id for technique in changed.techniques] == ["T1046"]


def test_elastic_rule_keeps_what_only_sigma_has() -> None:
    sigma = read(TEXT.replace("own_key: 5", "own_key: null"))
    as_elastic = replace(sigma, type="eql", language="eql", risk_score=73, origin=None)
    text = ELASTIC.write(as_elastic)
    (elastic,) = ELASTIC.read(SourceFile("rule.toml", text))
    assert elastic.extras["sigma"] == sigma.extras["sigma"]
    assert "meta" not in tomli.loads(text)["metadata"]
    assert ELASTIC.write(elastic) == text
    assert ELASTIC.write(replace(elastic, origin=None)) == text


def test_tags_of_an_elastic_rule_come_back_from_sigma() -> None:
    head = '[rule]\nname = "x"\ntype = "eql"\nquery = "any where true"\ntags = ["OS: Linux"]\n'
    (elastic,) = ELASTIC.read(SourceFile("rule.toml", head))
    as_sigma = replace(elastic, metadata=replace(elastic.metadata, tags=("attack.discovery", "tlp.clear")), origin=None)
    assert tomli.loads(ELASTIC.write(as_sigma))["rule"]["tags"] == ["OS: Linux", "tlp.clear"]
    untagged = replace(elastic, metadata=replace(elastic.metadata, tags=()))
    assert "tags" not in tomli.loads(ELASTIC.write(untagged))["rule"]


def test_query_of_another_language_is_refused() -> None:
    with pytest.raises(UnsupportedError) as caught:
        ELASTIC.write(read(TEXT))
    assert caught.value.diagnostic.name == "language-not-elastic"


def test_formats_are_found_by_name_and_suffix() -> None:
    assert set(document_names()) >= {"elastic", "sigma"}
    assert format_of_path("a/rule.toml") == "elastic"
    assert format_of_path("a/rule.YAML") == "sigma"
    for find, name in ((format_of_path, "rule.txt"), (document_format, "kibana-x")):
        with pytest.raises(UnknownNameError) as caught:
            find(name)
        assert caught.value.diagnostic.name == "unknown-document-format"
