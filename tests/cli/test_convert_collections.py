"""Correlations and filters in files of their own, and the rules that they speak of, through `isorule convert`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from isorule.cli.collection import read_all, works
from isorule.cli.inputs import Input

Run = Callable[..., Any]
Write = Callable[..., Path]

RULE = """title: {title}
name: {name}
logsource:
    category: process_creation
    product: windows
detection:
    selection:
        field_{name}: {value}
    condition: selection
level: low
"""

CORRELATION = """title: Often
correlation:
    type: event_count
    rules:
        - {name}
    group-by:
        - user
    timespan: 5m
    condition:
        gte: 3
{more}level: high
"""

FILTER = """title: Not here
logsource:
    category: process_creation
    product: windows
filter:
    rules: {rules}
    selection:
        place: office
    condition: not selection
"""


def converted(run: Run, to: str, *more: str) -> list[dict[str, Any]]:
    """The records of a run over `in`."""
    return json.loads(run("convert", "in", "--to", to, "--report", "json", "--max-loss", "any", *more).stdout)["rules"]


def outcome(records: list[dict[str, Any]]) -> list[tuple[str, str, str | None]]:
    return [(item["path"], item["status"], item["reason"]) for item in records]


@pytest.fixture
def rules(write: Write) -> Write:
    """Two rules in files of their own."""
    write("in/one.yml", RULE.format(title="One", name="one", value="a"))
    write("in/two.yml", RULE.format(title="Two", name="two", value="b"))
    return write


def test_a_filter_narrows_the_rules_that_it_names_in_other_files(run: Run, rules: Write) -> None:
    rules("in/sub/filter.yml", FILTER.format(rules="[one]"))
    records = converted(run, "eql")
    assert outcome(records) == [
        ("in/one.yml", "converted", None),
        ("in/sub/filter.yml", "part", None),
        ("in/two.yml", "converted", None),
    ]
    assert "place" in records[0]["text"]
    assert "place" not in records[2]["text"]


def test_a_filter_for_any_rule_narrows_all(run: Run, rules: Write) -> None:
    rules("in/filter.yml", FILTER.format(rules="any"))
    records = {item["path"]: item["text"] for item in converted(run, "eql")}
    assert all("place" in records[f"in/{name}.yml"] for name in ("one", "two"))


def test_a_changed_filter_changes_what_is_kept_of_its_rules(run: Run, rules: Write) -> None:
    rules("in/filter.yml", FILTER.format(rules="[one]"))
    before = {item["path"]: item["text"] for item in converted(run, "eql")}
    rules("in/filter.yml", FILTER.format(rules="[one]").replace("office", "home"))
    after = {item["path"]: item["text"] for item in converted(run, "eql")}
    assert before["in/one.yml"].replace("office", "home") == after["in/one.yml"]
    assert before["in/two.yml"] == after["in/two.yml"]


def test_a_rule_that_only_a_correlation_asks_for_has_no_output(run: Run, rules: Write) -> None:
    rules("in/often.yml", CORRELATION.format(name="one", more=""))
    records = converted(run, "text_query_test", "-o", "out")
    assert outcome(records) == [
        ("in/often.yml", "converted", None),
        ("in/one.yml", "part", None),
        ("in/two.yml", "converted", None),
    ]
    assert sorted(path.name for path in Path("out").glob("[!.]*")) == ["often.txt", "two.txt"]
    assert "field_one" in Path("out/often.txt").read_text()


def test_a_rule_that_a_correlation_generates_has_its_own(run: Run, rules: Write) -> None:
    rules("in/often.yml", CORRELATION.format(name="one", more="    generate: true\n"))
    assert ("in/one.yml", "converted", None) in outcome(converted(run, "text_query_test"))


def test_parts_are_no_failure(run: Run, rules: Write) -> None:
    rules("in/filter.yml", FILTER.format(rules="[one]"))
    assert run("convert", "in", "--to", "sigma", "-o", "out").exit_code == 0


def test_a_file_that_cannot_be_read_does_not_stop_those_that_belong_to_it(run: Run, rules: Write) -> None:
    rules("in/filter.yml", FILTER.format(rules="[one, broken]"))
    rules("in/broken.yml", "title: broken\nname: broken\ndetection: [")
    records = converted(run, "eql")
    assert [status for _, status, _ in outcome(records)] == ["error", "part", "converted", "converted"]
    assert "place" in records[2]["text"]


def test_the_order_of_files_and_processes_does_not_matter(run: Run, rules: Write) -> None:
    rules("in/a_filter.yml", FILTER.format(rules="[two]"))
    rules("in/z_often.yml", CORRELATION.format(name="one", more=""))
    for number in range(6):
        rules(f"in/more_{number}.yml", RULE.format(title=f"More {number}", name=f"more_{number}", value=number))
    command = ("convert", "in", "--to", "text_query_test", "--report", "json", "--max-loss", "any", "--no-cache")
    assert run(*command).stdout_bytes == run(*command, "--jobs", "2").stdout_bytes


def test_a_correlation_of_an_unknown_rule_is_refused_at_the_reference(run: Run, rules: Write) -> None:
    rules("in/often.yml", CORRELATION.format(name="nobody", more=""))
    (record,) = [item for item in converted(run, "text_query_test") if item["path"] == "in/often.yml"]
    assert (record["status"], record["reason"], record["diagnostic"]["line"]) == ("refused", "unresolved-rule", 5)


def test_a_filter_that_leads_nowhere_is_said_and_is_no_failure(run: Run, rules: Write) -> None:
    rules("in/lost.yml", FILTER.format(rules="[nobody]"))
    command = ("convert", "in", "--to", "eql", "--max-loss", "any", "-o", "out")
    result = run(*command)
    assert result.exit_code == 0, result.stderr
    assert "in/lost.yml:6:13: warning[dangling-reference]" in result.stderr
    assert run(*command).stderr == result.stderr, "what is kept for the next run says it, too"


def test_in_sigma_a_rule_that_files_share_is_written_once(run: Run, rules: Write) -> None:
    rules("in/often.yml", CORRELATION.format(name="one", more=""))
    rules("in/seldom.yml", CORRELATION.format(name="one", more="").replace("Often", "Seldom"))
    records = converted(run, "sigma", "-o", "out")
    assert [(item["path"], item["status"], item["verdict"]["kind"]) for item in records] == [
        (f"in/{name}.yml", "converted", "identical") for name in ("often", "one", "seldom", "two")
    ]
    written = {path.name: path.read_text() for path in Path("out").glob("*.yml")}
    assert sum(text.count("title: One") for text in written.values()) == 1
    assert all("    - one" in written[name] and "---" not in written[name] for name in ("often.yml", "seldom.yml"))
    assert run("convert", "in", "--to", "sigma", "-o", "out", "--check").exit_code == 0
    assert "dangling" not in run("check", "out").stderr


def test_in_sigma_a_rule_of_one_correlation_stands_before_it(run: Run, write: Write) -> None:
    base = RULE.format(title="One", name="one", value="'a'")
    write("in/both.yml", f"{base}---\n{CORRELATION.format(name='one', more='')}")
    assert outcome(converted(run, "sigma", "-o", "out")) == [
        ("in/both.yml", "part", None),
        ("in/both.yml", "converted", None),
    ]
    assert Path("out/both.yml").read_text().startswith(f"{base}---\ntitle: Often\n")


def test_rules_with_a_filter_in_common_do_not_need_each_other(write: Write) -> None:
    names = ("one", "two", "three")
    files = [write(f"{name}.yml", f"title: {name}\ndetection: {{s: {{a: {name}}}, condition: s}}\n") for name in names]
    files.append(write("filter.yml", FILTER.format(rules="any")))
    items = [Input(str(path), PurePosixPath(path.name)) for path in files]
    found = {
        Path(work.item.shown).name: [Path(other.shown).name for other in work.related]
        for work in works(items, read_all(items))
    }
    assert found["one.yml"] == found["two.yml"] == ["filter.yml"]
    assert found["filter.yml"] == ["one.yml", "two.yml", "three.yml"]
